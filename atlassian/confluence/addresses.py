"""The forms that addresses of Confluence have had, and what each names: the path below /wiki and its query."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote, unquote_plus

from atlassian.confluence.kinds import WITHOUT_TEXT

MAX_ID = 2**63
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
ID = re.compile(r"[0-9]{1,30}")
SPACE_KEY = re.compile(r"[~\w.@:+-]{1,255}")
TINY_CODE = re.compile(r"[A-Za-z0-9_-]{1,11}")

Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class ContentId:
    """`kind` is what the address says it is; empty where it doesn't say. `version` is an old one that it names."""

    id: str
    kind: str = ""
    version: int | None = None


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


class UnusableAddress(Exception):
    """The message says what is wrong; `expected` what would be right, where that is not the usual."""

    def __init__(self, problem: str, expected: str = "") -> None:
        super().__init__(problem)
        self.expected = expected


def named_by(segments: list[str], query: Query) -> Reference:
    """Raises UnusableAddress."""
    area, rest = (segments[0].lower(), segments[1:]) if segments else ("home", [])
    query = {name.lower(): values for name, values in query.items()}
    found = AREAS[area](rest, query) if area in AREAS else None
    return found or refuse("This URL names no page.")


def tiny_code(content_id: int) -> str:
    """
    The code of a tiny link, /wiki/x/CODE: the id as 64 bits, little-endian, in base64 without padding and zeros.

    The two last letters of the alphabet are the other way round than in RFC 4648's alphabet for URLs.
    https://support.atlassian.com/confluence/kb/how-to-programmatically-generate-the-tiny-link-of-a-confluence-page/
    """
    code = base64.b64encode(content_id.to_bytes(8, "little")).decode()
    return code.rstrip("=").rstrip("A").replace("/", "-").replace("+", "_")


def valid_id(digits: str) -> str:
    if not 0 < int(digits) < MAX_ID:
        refuse("No page has this id.")
    return str(int(digits))


def refuse(problem: str, expected: str = "") -> NoReturn:
    """Raises UnusableAddress."""
    raise UnusableAddress(problem, expected)


def _spaces(rest: list[str], query: Query) -> Found:
    """/spaces/KEY…, the addresses of today."""
    if rest and rest[-1].endswith(".action"):
        return _by_query(query) or (SpaceHome(_space_key(key)) if (key := _first(query, "key")) else None)
    key, section, rest = unquote(rest[0]) if rest else "", rest[1] if rest[1:] else "overview", rest[2:]
    if section == "overview":
        homepage = _first(query, "homepageid")
        return ContentId(valid_id(homepage), "page") if ID.fullmatch(homepage) else SpaceHome(_space_key(key))
    if section in WITHOUT_TEXT:
        return _id_in(rest, section)
    if section in ("pages", "history"):
        return _id_in(rest[1:] if rest[:1] in (["edit-v2"], ["edit"]) else rest, "page", _version(query))
    if section == "blog":
        return _id_in(rest[1:] if rest[:1] == ["edit-v2"] else rest[3:], "blogpost", _version(query))
    return None


def _pages(rest: list[str], query: Query) -> Found:
    """/pages/viewpage.action?pageId=…, …/viewpreviousversions.action and their like, older but in many a link."""
    if len(rest) == 1 and rest[0] == "tinyurl.action":
        return _tiny([_first(query, "urlidentifier")], {})
    if len(rest) != 1 or not rest[0].endswith(".action"):
        return None
    key, title = _first(query, "spacekey"), _first(query, "title")
    return _by_query(query) or (ContentTitle(_space_key(key), _title(title)) if key and title else None)


def _by_query(query: Query, *_: object) -> ContentId | None:
    for name in ("pageid", "contentid", "draftid"):
        if ID.fullmatch(_first(query, name)):
            return ContentId(valid_id(_first(query, name)), "", _version(query))
    return None


def _tool(rest: list[str], query: Query) -> Found:
    """/plugins/viewsource/viewpagesrc.action?pageId=… and what exports a page."""
    return _by_query(query)


def _display(rest: list[str], query: Query) -> Found:
    """/display/KEY/Title and /display/KEY/2026/08/14/Title: the oldest addresses, which know no id."""
    if not rest:
        return None
    key, titles = _space_key(unquote_plus(rest[0])), [unquote_plus(segment) for segment in rest[1:]]
    if not titles:
        return SpaceHome(key)
    if len(titles) == 4 and all(ID.fullmatch(part) for part in titles[:3]):
        return ContentTitle(key, _title(titles[3]), "blogpost")
    return ContentTitle(key, _title(titles[0])) if len(titles) == 1 else None


def _tiny(rest: list[str], query: Query) -> Found:
    code = rest[0] if len(rest) == 1 else ""
    if not TINY_CODE.fullmatch(code):
        return None
    eleven = code.replace("-", "/").replace("_", "+").ljust(11, "A")
    try:
        content_id = int.from_bytes(base64.b64decode(eleven + "="), "little")
    except binascii.Error:
        return None
    # Many codes decode to one id; only the one that Confluence itself would give is taken.
    if content_id >= MAX_ID or tiny_code(content_id) != code:
        return None
    return ContentId(valid_id(str(content_id)))


def _api(rest: list[str], query: Query) -> Found:
    """/api/v2/pages/ID, as a _links.self of Atlassian's has it."""
    kinds = {"pages": "page", "blogposts": "blogpost"} | {f"{kind}s": kind for kind in WITHOUT_TEXT}
    if rest[:1] == ["v2"] and len(rest) >= 3 and rest[1] in kinds:
        return _id_in(rest[2:], kinds[rest[1]], _version(query, "version") if len(rest) == 3 else None)
    return None


def _rest(rest: list[str], query: Query) -> Found:
    """/rest/api/content/ID and what belongs to it"""
    return _id_in(rest[2:], "") if rest[:2] == ["api", "content"] else None


def _download(rest: list[str], query: Query) -> Found:
    """/download/attachments/ID/NAME, of the page that the file is attached to."""
    return _id_in(rest[1:], "") if rest[:1] in (["attachments"], ["thumbnails"]) else None


def _no_page(why: str) -> Callable[[list[str], Query], Found]:
    def refused(rest: list[str], query: Query) -> Found:
        refuse(why)

    return refused


_SHORT_LINK = _no_page("This is a short link, which does not say its page: open it and give the URL the browser shows.")
AREAS: Mapping[str, Callable[[list[str], Query], Found]] = {
    "spaces": _spaces,
    "pages": _pages,
    "display": _display,
    "x": _tiny,
    "api": _api,
    "rest": _rest,
    "plugins": _tool,
    "exportword": _tool,
    "download": _download,
    "external": _no_page("This is a public link, which does not say its page: open it and give the page's own URL."),
    "l": _SHORT_LINK,
    "search": _no_page("This is a search: give its words as q of confluence search."),
    "home": _no_page("This is the start page of Confluence, which is no page of a space."),
}


def _id_in(segments: list[str], kind: str, version: int | None = None) -> ContentId | None:
    if not segments or not ID.fullmatch(segments[0]):
        return None
    return ContentId(valid_id(segments[0]), kind, version)


def _version(query: Query, name: str = "pageversion") -> int | None:
    number = _first(query, name)
    return int(number) if re.fullmatch(r"[1-9][0-9]{0,8}", number) else None


def _space_key(key: str) -> str:
    return key if SPACE_KEY.fullmatch(key) else refuse("This URL names no space.")


def _title(title: str) -> str:
    return refuse("This URL names no page.") if CONTROL.search(title) or not title.strip() else title


def _first(query: Query, name: str) -> str:
    return query.get(name, [""])[0]
