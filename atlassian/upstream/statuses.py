"""What an answer other than 200 means: one table of status → handler."""

from collections.abc import Callable

from atlassian.errors import NothingThere, UpstreamFailure, UpstreamRateLimited, UpstreamRejectedQuery
from atlassian.upstream import identity
from atlassian.upstream.responses import Response
from atlassian.upstream.transport import Transport, retry_after

DEFAULT_WAIT = 30.0


def error_for(transport: Transport, response: Response) -> UpstreamFailure:
    """The error to raise. Raises another itself where the credentials turn out not to be good."""
    handler = HANDLERS.get(response.status)
    return handler(transport, response) if handler else UpstreamFailure()


def _rejected(transport: Transport, response: Response) -> UpstreamFailure:
    identity.verify_unless_confirmed(transport, response)
    return UpstreamRejectedQuery(response.error_message() or None)


def _unauthorized(transport: Transport, response: Response) -> UpstreamFailure:
    return identity.error_for_401(response, transport.credentials)


def _not_found(transport: Transport, response: Response) -> UpstreamFailure:
    identity.verify_unless_confirmed(transport, response)
    return NothingThere()


def _rate_limited(transport: Transport, response: Response) -> UpstreamFailure:
    return UpstreamRateLimited(retry_after(response) or DEFAULT_WAIT)


def _redirected(transport: Transport, response: Response) -> UpstreamFailure:
    return UpstreamFailure("Atlassian redirected the call, which is not followed. Check base_url.")


HANDLERS: dict[int, Callable[[Transport, Response], UpstreamFailure]] = {
    **dict.fromkeys(range(300, 400), _redirected),
    400: _rejected,
    401: _unauthorized,
    403: identity.error_for_403,
    404: _not_found,
    429: _rate_limited,
}
