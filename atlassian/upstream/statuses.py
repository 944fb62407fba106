"""What an answer other than 200 means: one table of status → handler."""

from collections.abc import Callable
from urllib.parse import urlsplit

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


def error_for(transport: Transport, response: Response) -> UpstreamFailure:
    """The error to raise. Raises another itself where the credentials turn out not to be good."""
    return HANDLERS.get(response.status, _unusable)(transport, response)


def _unusable(transport: Transport, response: Response) -> UpstreamFailure:
    wait = told_wait(response)
    if wait is None:
        return UpstreamFailure()
    return UpstreamFailure(
        f"{transport.site_url} is not available just now ({response.status}). Try again in {whole_seconds(wait)} s.",
        wait=wait,
    )


def _redirected(transport: Transport, response: Response) -> UpstreamFailure:
    host = _host(response.headers.get("Location", ""))
    moved = host.endswith(".atlassian.net") and host != _host(transport.site_url)
    where = f" It may be https://{host} now." if moved else ""
    return UpstreamFailure(
        f"Atlassian redirected the call, which is not followed. Check base_url, the address that the browser shows "
        f"once {transport.credentials.product} is open.{where}"
    )


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _rejected(transport: Transport, response: Response) -> UpstreamFailure:
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
    429: _rate_limited,
}
