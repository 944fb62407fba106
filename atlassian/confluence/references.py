"""
What a caller may call a Confluence page: an id, or an address of the connected site.

Nothing of a reference ever becomes part of a path at Atlassian but its digits; titles and space keys travel as
parameters. So a reference can be refused, and never led astray, before anything is asked of Atlassian.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import SplitResult, parse_qs, unquote, unquote_plus, urlsplit

from atlassian.errors import BadReference
from atlassian.site_urls import path_on_site
from integrations.credentials import Credentials

MAX_REFERENCE_CHARS = 4096  # a title of 255 characters, each percent-encoded as nine, fits
MAX_ID = 2**63

EXPECTED = "Give a page id (digits) or the URL of a page or blog post of the connected site."
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ID = re.compile(r"[0-9]{1,30}")
SPACE_KEY = re.compile(r"[~\w.@:+-]{1,255}")
TINY_CODE = re.compile(r"[A-Za-z0-9_-]{1,11}")
WITHOUT_TEXT = {"folder": "folder", "whiteboard": "whiteboard", "database": "database", "embed": "smart link"}


@dataclass(frozen=True)
class ContentId:
    """`kind` is what the address says it is; empty where it doesn't say."""

    id: str
    kind: str = ""


@dataclass(frozen=True)
class ContentTitle:
    space_key: str
    title: str
    kind: str = "page"


@dataclass(frozen=True)
class SpaceHome:
    space_key: str


Reference = ContentId | ContentTitle | SpaceHome
Found = Reference | None


def parse(reference: str, credentials: Credentials) -> Reference:
    """What reference names on the site of credentials. Raises BadReference, which says what would be right."""
    reference = reference.strip()
    if len(reference) > MAX_REFERENCE_CHARS:
        _refuse(f"This is too long to be a page id or URL ({len(reference)} characters).")
    if ID.fullmatch(reference):
        return ContentId(_valid_id(reference))
    if CONTROL.search(reference) or "\\" in reference:
        _refuse("This holds characters that no page id or URL has.")
    segments, query = _on_the_site(_split(reference), credentials)
    return _named_by(segments, query)


def tiny_code(content_id: int) -> str:
    """
    The code of a tiny link, /wiki/x/CODE: the id as 64 bits, little-endian, in base64 without padding and zeros.

    The two last letters of the alphabet are the other way round than in RFC 4648's alphabet for URLs.
    https://support.atlassian.com/confluence/kb/how-to-programmatically-generate-the-tiny-link-of-a-confluence-page/
    """
    code = base64.b64encode(content_id.to_bytes(8, "little")).decode()
    return code.rstrip("=").rstrip("A").replace("/", "-").replace("+", "_")


def _refuse(problem: str, expected: str = EXPECTED) -> NoReturn:
    raise BadReference("page_id", f"{problem} {expected}")


def _valid_id(digits: str) -> str:
    if not 0 < int(digits) < MAX_ID:
        _refuse("No page has this id.")
    return str(int(digits))


def _split(reference: str) -> SplitResult:
    try:
        parts = urlsplit(reference)
        _ = parts.port  # a port that is no number is noticed only when it is asked for
    except ValueError:
        _refuse("This is not a URL.")
    if not parts.scheme or not parts.hostname:
        _refuse("This is neither a page id nor a whole URL.")
    if "@" in parts.netloc:
        _refuse("A URL with user and password in it is not accepted.")
    return parts


def _on_the_site(parts: SplitResult, credentials: Credentials) -> tuple[list[str], Mapping[str, list[str]]]:
    """Path below /wiki, and query."""
    path = path_on_site(parts, credentials)
    if path is None:
        _refuse("This URL is of another site than the connected one.", f"That is {credentials.base_url}.")
    segments = [segment for segment in path.split("/") if segment]
    if {".", ".."} & {unquote(segment) for segment in segments}:
        _refuse("A path with . or .. in it is not accepted.")
    if segments[:1] != ["wiki"]:
        _refuse("This is no address of Confluence: those begin with /wiki/.")
    return segments[1:], parse_qs(parts.query)


def _named_by(segments: list[str], query: Mapping[str, list[str]]) -> Reference:
    area, rest = (segments[0], segments[1:]) if segments else ("home", [])
    found = AREAS[area](rest, query) if area in AREAS else None
    return found or _refuse("This URL names no page.")


def _spaces(rest: list[str], query: Mapping[str, list[str]]) -> Found:
    """/spaces/KEY…, the addresses of today."""
    if rest == ["viewspace.action"]:
        return SpaceHome(_space_key(_first(query, "key")))
    key, section, rest = unquote(rest[0]) if rest else "", rest[1] if rest[1:] else "overview", rest[2:]
    if section == "overview":
        homepage = _first(query, "homepageId")
        return ContentId(_valid_id(homepage), "page") if ID.fullmatch(homepage) else SpaceHome(_space_key(key))
    if section in WITHOUT_TEXT:
        _refuse(f"This is a {WITHOUT_TEXT[section]}, which has no text to read.")
    if section == "pages":
        return _id_in(rest[1:] if rest[:1] in (["edit-v2"], ["edit"]) else rest, "page")
    if section == "blog":
        return _id_in(rest[1:] if rest[:1] == ["edit-v2"] else rest[3:], "blogpost")
    return None


def _pages(rest: list[str], query: Mapping[str, list[str]]) -> Found:
    """/pages/viewpage.action?pageId=…, /pages/resumedraft.action?draftId=… and their like, older but in many a link."""
    if len(rest) != 1 or not rest[0].endswith(".action"):
        return None
    for name in ("pageId", "draftId"):
        if ID.fullmatch(_first(query, name)):
            return ContentId(_valid_id(_first(query, name)))
    key, title = _first(query, "spaceKey"), _first(query, "title")
    return ContentTitle(_space_key(key), _title(title)) if key and title else None


def _display(rest: list[str], query: Mapping[str, list[str]]) -> Found:
    """/display/KEY/Title and /display/KEY/2026/08/14/Title: the oldest addresses, which know no id."""
    if not rest:
        return None
    key, titles = _space_key(unquote_plus(rest[0])), [unquote_plus(segment) for segment in rest[1:]]
    if not titles:
        return SpaceHome(key)
    if len(titles) == 4 and all(ID.fullmatch(part) for part in titles[:3]):
        return ContentTitle(key, _title(titles[3]), "blogpost")
    return ContentTitle(key, _title(titles[0])) if len(titles) == 1 else None


def _tiny(rest: list[str], query: Mapping[str, list[str]]) -> Found:
    code = rest[0] if len(rest) == 1 else ""
    if not TINY_CODE.fullmatch(code):
        return None
    eleven = code.replace("-", "/").replace("_", "+").ljust(11, "A")
    content_id = int.from_bytes(base64.b64decode(eleven + "="), "little")
    # Many codes decode to one id; only the one that Confluence itself would give is taken.
    if tiny_code(content_id) != code:
        return None
    return ContentId(_valid_id(str(content_id)))


def _api(rest: list[str], query: Mapping[str, list[str]]) -> Found:
    """/api/v2/pages/ID, as a _links.self of Atlassian's has it."""
    kinds = {"pages": "page", "blogposts": "blogpost"}
    if rest[:1] == ["v2"] and len(rest) == 3 and rest[1] in kinds:
        return _id_in(rest[2:], kinds[rest[1]])
    return None


def _rest(rest: list[str], query: Mapping[str, list[str]]) -> Found:
    """/rest/api/content/ID"""
    return _id_in(rest[2:], "") if rest[:2] == ["api", "content"] and len(rest) == 3 else None


def _no_page(why: str) -> Callable[[list[str], Mapping[str, list[str]]], Found]:
    def refuse(rest: list[str], query: Mapping[str, list[str]]) -> Found:
        _refuse(why)

    return refuse


AREAS: Mapping[str, Callable[[list[str], Mapping[str, list[str]]], Found]] = {
    "spaces": _spaces,
    "pages": _pages,
    "display": _display,
    "x": _tiny,
    "api": _api,
    "rest": _rest,
    "external": _no_page("This is a public link, which does not say its page: open it and give the page's own URL."),
    "l": _no_page("This is a short link, which does not say its page: open it and give the URL the browser shows."),
    "search": _no_page("This is a search: give its words as q of confluence search."),
    "home": _no_page("This is the start page of Confluence, which is no page of a space."),
}


def _id_in(segments: list[str], kind: str) -> ContentId | None:
    if not segments or not ID.fullmatch(segments[0]):
        return None
    return ContentId(_valid_id(segments[0]), kind)


def _space_key(key: str) -> str:
    return key if SPACE_KEY.fullmatch(key) else _refuse("This URL names no space.")


def _title(title: str) -> str:
    return _refuse("This URL names no page.") if CONTROL.search(title) or not title.strip() else title


def _first(query: Mapping[str, list[str]], name: str) -> str:
    return query.get(name, [""])[0]
