"""Which issue somebody means: by its key, or by a URL of the connected site as copied from a browser."""

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

from atlassian.errors import BadReference
from atlassian.site_urls import path_on_site
from integrations.credentials import Credentials

MAX_REFERENCE_CHARS = 2_000
_KEY = r"[A-Za-z][A-Za-z0-9_]{1,49}-[1-9][0-9]{0,17}"
_ALONE = re.compile(_KEY)
_PATHS = re.compile(
    rf"""
      /browse/(?P<browse>{_KEY})
    | /(?:[^/]+/)?projects/[^/]+/(?:[^/]+/){{0,6}}(?P<project>{_KEY})
    | /jira/(?:[^/]+/){{0,10}}(?P<board>{_KEY})
    | /issues/(?P<issues>{_KEY})
    | /servicedesk/(?:customer/)?portal/[0-9]+/(?P<portal>{_KEY})
    | /rest/api/(?:2|3|latest)/issue/(?P<rest>{_KEY}|[1-9][0-9]{{0,17}})(?:/.*)?
    """,
    re.VERBOSE,
)


def issue_key(reference: str, credentials: Credentials) -> str:
    """
    The key, in capitals, or the id, when the reference is a URL of the REST API that has the id.

    Raises BadReference for what is neither a key nor a URL of the site of credentials: no call is made for it.
    """
    reference = reference.strip()
    if _ALONE.fullmatch(reference):
        return reference.upper()
    if len(reference) <= MAX_REFERENCE_CHARS and reference.lower().startswith(("https://", "http://")):
        return _key_of_url(reference, credentials).upper()
    raise _bad(reference, credentials)


def _key_of_url(reference: str, credentials: Credentials) -> str:
    url = _split(reference)
    if url is None:
        raise _bad(reference, credentials)
    path = path_on_site(url, credentials)
    if path is None:
        raise BadReference("issue_key", f"This URL is not one of {credentials.base_url}, the connected site.")
    for selected in parse_qs(url.query).get("selectedIssue", []):
        if _ALONE.fullmatch(selected):
            return selected
    match = _PATHS.fullmatch(path.rstrip("/"))
    key = next(filter(None, match.groups()), "") if match else ""
    if not key:
        raise _bad(reference, credentials)
    return key


def _split(reference: str) -> SplitResult | None:
    """The parts of a URL, or None for one that two readers could take differently."""
    if any(character <= " " or character in "\\\x7f" for character in reference):
        return None
    try:
        url = urlsplit(reference)
        return url if url.port != 0 and "@" not in url.netloc else None
    except ValueError:
        return None


def _bad(reference: str, credentials: Credentials) -> BadReference:
    shown = "".join(character for character in reference[:60] if character.isprintable())
    return BadReference(
        "issue_key", f"'{shown}' is not a key like ABC-123 or a URL of an issue on {credentials.base_url}."
    )
