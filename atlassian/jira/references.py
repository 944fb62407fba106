"""Which issue somebody means: by its key, its id, or a URL of the connected site as copied from anywhere."""

import re
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from atlassian.errors import BadArgument
from atlassian.site_urls import path_on_site
from integrations.credentials import Credentials

MAX_REFERENCE_CHARS = 2_000
HYPHENS = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212), "-")  # as editors write them for the plain one
PROJECT_KEY = r"[A-Za-z][A-Za-z0-9_]{1,49}"
ISSUE_NUMBER = r"[1-9][0-9]{0,17}"
_KEY = f"{PROJECT_KEY}-{ISSUE_NUMBER}"
_ALONE = re.compile(_KEY)
_KEY_OR_ID = re.compile(rf"{_KEY}|[1-9][0-9]{{4,17}}")  # Jira counts issues from 10000
_PATHS = re.compile(
    rf"""
      /browse/(?P<browse>{_KEY})
    | /(?:[^/]+/)?projects/[^/]+/(?:[^/]+/){{0,6}}(?P<project>{_KEY})
    | /jira/(?:[^/]+/){{0,10}}(?P<board>{_KEY})
    | /issues/(?P<issues>{_KEY})
    | /servicedesk/(?:customer/)?portal/[0-9]+/(?P<portal>{_KEY})
    | /rest/(?:api|agile)/(?:2|3|latest|1\.0)/issue/(?P<rest>{_KEY}|{ISSUE_NUMBER})(?:/.*)?
    """,
    re.VERBOSE,
)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# What is copied along from a sentence, a chat or Markdown: <…>, (…), "…", and what ends a sentence.
_AROUND = "<>()[]{}\"'`“”„‘’«»*_ \t\r\n"
_AFTER = ".,:;!?"
_MARKDOWN_LINK = re.compile(r"\[[^\n]*\]\(<?([^\s<>]+)>?(?:\s+[\"'][^\n]*)?\)")
_WIKI_LINK = re.compile(r"\[[^|\[\]\n]*\|([^|\s\]]+)(?:\|[^\]]*)?\]")
_CHAT_LINK = re.compile(r"<([^|<>\s]+)\|[^<>]*>")
# "OPS-14: Doors stay shut", "[OPS-14] Doors …", "OPS-14 - Doors …"
_BEFORE_SUMMARY = re.compile(rf"\[?({_KEY})(?:[\]:]|\s[-–—])\s.*", re.DOTALL)
_BRANCH = re.compile(rf"(?:[A-Za-z][A-Za-z0-9_-]*/)+({_KEY})(?:[-_][\w.-]*)?")
_ARI = re.compile(rf"ari:cloud:jira:(?P<cloud>[\w-]*):issue/(?P<id>{ISSUE_NUMBER})")


def project_of(key: str) -> str:
    """The project of an issue's key, in capitals; empty for what is no such key."""
    return key.strip().rpartition("-")[0].upper() if _ALONE.fullmatch(key.strip()) else ""


def issue_key(reference: str, credentials: Credentials) -> str:
    """
    The key, in capitals, or the id; also that in the name of a branch.

    Raises BadArgument for what is neither a key, an id nor a URL of the site of credentials: no call is made for it.
    """
    branch = _BRANCH.fullmatch(_unwrapped(reference))
    return branch[1].upper() if branch else key_of_address(reference, credentials)


def key_of_address(reference: str, credentials: Credentials) -> str:
    """As issue_key, but for names of branches, which may be ordinary words: client/server-2."""
    plain = _unwrapped(reference)
    if _KEY_OR_ID.fullmatch(plain):
        return plain.upper()
    if ari := _ARI.fullmatch(plain):
        return _id_of(ari, credentials)
    if len(plain) <= MAX_REFERENCE_CHARS and "/" in plain:
        return _key_of_url(plain, credentials, reference).upper()
    raise _bad(reference, credentials)


def _id_of(ari: re.Match[str], credentials: Credentials) -> str:
    if ari["cloud"] and credentials.cloud_id and ari["cloud"] != credentials.cloud_id:
        raise BadArgument("issue_key", f"This is an identifier of another site than {credentials.base_url}.")
    return ari["id"]


def _unwrapped(reference: str) -> str:
    reference = reference.strip()[: MAX_REFERENCE_CHARS + 1].translate(HYPHENS)
    for pattern in (_MARKDOWN_LINK, _CHAT_LINK, _WIKI_LINK, _BEFORE_SUMMARY):
        if found := pattern.fullmatch(reference):
            return found[1]
    return reference.strip(_AROUND).rstrip(_AFTER + _AROUND).removeprefix("#")


def _key_of_url(reference: str, credentials: Credentials, given: str) -> str:
    url = _split(_with_scheme(reference, credentials))
    if url is None:
        raise _bad(given, credentials)
    path = path_on_site(url, credentials)
    if path is None:
        raise BadArgument("issue_key", f"This URL is not one of {credentials.base_url}, the connected site.")
    query = parse_qs(url.query)
    for selected in (value for name in ("selectedIssue", "issueKey", "key") for value in query.get(name, [])):
        if _ALONE.fullmatch(selected):
            return selected
    match = _PATHS.fullmatch(unquote(path).rstrip("/"))
    key = next(filter(None, match.groups()), "") if match else ""
    if not key:
        raise _bad(given, credentials)
    return key


def _with_scheme(reference: str, credentials: Credentials) -> str:
    """An address without a scheme, or as a path alone, is one of the site's, if anything."""
    if _SCHEME.match(reference):
        return reference
    if reference.startswith("/"):
        return credentials.base_url + reference
    return f"{urlsplit(credentials.base_url).scheme}://{reference}"


def _split(reference: str) -> SplitResult | None:
    """The parts of a URL, or None for one that two readers could take differently."""
    if any(character <= " " or character in "\\\x7f" for character in reference):
        return None
    try:
        url = urlsplit(reference)
        return url if url.port != 0 and "@" not in url.netloc else None
    except ValueError:
        return None


def _bad(reference: str, credentials: Credentials) -> BadArgument:
    shown = "".join(character for character in reference[:60] if character.isprintable())
    return BadArgument(
        "issue_key", f"'{shown}' is not a key like ABC-123 or a URL of an issue on {credentials.base_url}."
    )
