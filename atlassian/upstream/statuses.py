"""What an answer other than 200 means: one table of status → handler."""

from collections.abc import Callable

from atlassian.errors import (
    NothingThere,
    UpstreamFailure,
    UpstreamRateLimited,
    UpstreamRejectedQuery,
    whole_seconds,
)
from atlassian.upstream import identity, refusals
from atlassian.upstream.responses import Response, dig, items, text
from atlassian.upstream.transport import Transport
from atlassian.upstream.waits import told_wait

TOO_LONG = frozenset({413, 414, 431})
PASSING = frozenset({408, 425, 499})  # of the statuses below 500 those that another try may mend


def error_for(transport: Transport, response: Response) -> UpstreamFailure:
    """The error to raise. Raises another itself where the credentials turn out not to be good."""
    return HANDLERS.get(response.status, _unusable)(transport, response)


def _unusable(transport: Transport, response: Response) -> UpstreamFailure:
    """What is no answer, with what is known of when, or by whom, there may be one."""
    status, wait = response.status, told_wait(response)
    if wait is not None:
        return UpstreamFailure(
            f"{transport.site_url} is not available just now ({status}). Try again in {whole_seconds(wait)} s.",
            wait=wait,
        )
    if status in TOO_LONG:
        return UpstreamFailure(
            f"The call is too long for Atlassian ({status}). Ask for less: fewer words, keys, names."
        )
    if 400 <= status < 500 and status not in PASSING:
        return refusals.not_understood(transport.credentials, status)
    return UpstreamFailure(
        f"Atlassian gave no usable answer ({status}). Try again; if it stays so, see https://status.atlassian.com."
    )


def _removed(transport: Transport, response: Response) -> UpstreamFailure:
    return UpstreamFailure(
        f"{transport.credentials.product} no longer has the call that memory-core makes (410). Trying again does not "
        "help: the operator installs a newer version."
    )


def _proxy_wants_sign_in(transport: Transport, response: Response) -> UpstreamFailure:
    return UpstreamFailure(
        "A proxy on the way to Atlassian wants another sign-in than it got, or any at all (407). The operator gives "
        "user and password in MEMORY_CORE_HTTPS_PROXY."
    )


def _redirected(transport: Transport, response: Response) -> UpstreamFailure:
    return refusals.redirected(transport.credentials, response.headers.get("Location", ""))


def _rejected(transport: Transport, response: Response) -> UpstreamFailure:
    """Both products say in JSON what they do not take: what does not is no word about the query."""
    if response.json_or_none() is None:
        return refusals.not_understood(transport.credentials, response.status)
    identity.verify(transport, response)
    return UpstreamRejectedQuery(response.error_message() or None)


def _not_found(transport: Transport, response: Response) -> UpstreamFailure:
    """Missing is one item that the product itself, knowing us, says it has not; all else is a site in trouble."""
    if not response.is_about_one_item or not _is_from_the_product(response):
        return refusals.site_gone(transport.credentials)
    identity.verify(transport, response)
    if _is_bare(response) and "error" in response.headers.get("X-Cache", "").lower():
        return refusals.missing_or_busy(transport.credentials)
    return NothingThere()


def _is_from_the_product(response: Response) -> bool:
    """The site's edge and the gateway answer for sites that are gone, as JSON or HTML of their own."""
    answer = response.json_or_none()
    if not isinstance(answer, dict) or text(answer, "errorMessage") or text(answer, "errorCode"):
        return False
    if "problem+json" in response.headers.get("Content-Type", "") or {"error", "path"} <= answer.keys():
        return False  # the server's word about a path that it does not know
    return not (text(answer, "code") == "404" and dig(answer, "errors") is None)


def _is_bare(response: Response) -> bool:
    """
    Confluence names the id that is missing. A bare "Not Found" goes to strangers, for pages that were purged and, under
    load, to anybody.
    """
    titles = [text(error, "title") for error in items(response.json_or_none(), "errors")]
    return bool(titles) and not any(character.isdigit() for title in titles for character in title)


def _rate_limited(transport: Transport, response: Response) -> UpstreamFailure:
    return UpstreamRateLimited(told_wait(response))


HANDLERS: dict[int, Callable[[Transport, Response], UpstreamFailure]] = {
    **dict.fromkeys(range(300, 400), _redirected),
    400: _rejected,
    401: identity.error_for_401,
    403: identity.error_for_403,
    404: _not_found,
    407: _proxy_wants_sign_in,
    410: _removed,
    429: _rate_limited,
}
