"""What can go wrong between us and Atlassian, each with what the caller can do about it."""

from math import ceil

from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

DEFAULT_WAIT = 30.0  # seconds; where Atlassian limits us and does not say for how long
BUSY_WAIT = 2.0  # seconds, after which a place among ours may be free again


def whole_seconds(wait: float) -> int:
    """Never fewer than there are: who comes back too early is refused again."""
    return max(1, ceil(wait))


class UpstreamFailure(APIException):
    """Atlassian answered what cannot be used, or not at all. `wait`: seconds after which to try again, if told."""

    status_code: int = status.HTTP_502_BAD_GATEWAY
    default_code = "upstream_error"
    default_detail = "Atlassian gave no usable answer. Try again; if it stays so, see https://status.atlassian.com."

    def __init__(self, detail: str | None = None, *, wait: float | None = None) -> None:
        super().__init__(detail)
        self.wait = None if wait is None else whole_seconds(wait)


class UpstreamBusy(UpstreamFailure):
    """Refused by us, so that whoever waits for Atlassian leaves threads for everybody else."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "upstream_busy"

    def __init__(self, sentence: str = "Many calls wait for Atlassian already, as many as may.") -> None:
        super().__init__(f"{sentence} Try again in {whole_seconds(BUSY_WAIT)} s.", wait=BUSY_WAIT)


class AnswerTooLarge(UpstreamFailure):
    default_detail = "Atlassian's answer is larger than 20 MB. Ask for less."


class UpstreamTimeout(UpstreamFailure):
    status_code = status.HTTP_504_GATEWAY_TIMEOUT
    default_code = "upstream_timeout"
    default_detail = "Atlassian did not answer in time. Try again, or ask for less."


class UpstreamAuthFailed(UpstreamFailure):
    default_code = "upstream_auth_failed"
    default_detail = (
        "Atlassian refuses the stored credentials: the API token is wrong, expired or revoked. A workspace admin "
        "enters a new one on the Connections page. Until then nothing can be said about what exists there."
    )


class UpstreamScopeMissing(UpstreamAuthFailed):
    """The token is good, and may not do this: its scopes were fixed when it was made."""


class UpstreamLockedOut(UpstreamAuthFailed):
    """The credentials may be good: after failed sign-ins Atlassian wants a person to answer a CAPTCHA first."""


class UpstreamForbidden(UpstreamFailure):
    default_code = "upstream_forbidden"
    default_detail = (
        "Atlassian refuses the call (403): the account lacks the product's licence or a permission, or the site admits "
        "only certain IP addresses, which an Atlassian admin can change; or the site is under load, which passes: try "
        "again in a minute."
    )


class UpstreamRateLimited(UpstreamFailure):
    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "upstream_rate_limited"

    def __init__(self, wait: float | None = None) -> None:
        wait = DEFAULT_WAIT if wait is None else wait
        super().__init__(
            f"Atlassian limits how often it may be asked. Try again in {whole_seconds(wait)} s.", wait=wait
        )


class UpstreamRejectedQuery(UpstreamFailure):
    """Our caller's query, in Atlassian's own sentence."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "upstream_rejected_query"
    default_detail = "Atlassian rejected the query and did not say why."


class NothingThere(UpstreamFailure):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "not_found"
    default_detail = (
        "There is nothing there, or the connected account cannot see it, or it lies outside what this workspace "
        "may read. Check the key, or search for it."
    )


class BadArgument(ValidationError):
    """An argument that cannot be what it should be; refused before Atlassian is asked."""

    def __init__(self, parameter: str, sentence: str) -> None:
        super().__init__({parameter: [ErrorDetail(sentence, code="invalid")]})
