"""Atlassian's answers: read within bounds, decoded, and looked into without trusting their shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atlassian.errors import UpstreamFailure
from atlassian.rendering.bounds import read_json
from atlassian.rendering.characters import visible_text

NO_JSON = "Atlassian answered with something else than JSON, perhaps a login page."
UNREADABLE_JSON = "Atlassian's answer is not readable JSON, or holds more than is read."
# What something on the way may have turned the text into, and said so.
CHARSETS_OF_PROXIES = ("iso-8859-1", "iso-8859-15", "windows-1252", "utf-16", "utf-16le", "utf-16be")

_ID = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True)
class Response:
    """One answer, whatever its status. Header names in any case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    route: str = ""  # the path that was asked, its {names} not filled in

    @property
    def is_about_one_item(self) -> bool:
        """A 404 of one issue or page may say that it is missing; a search or a list cannot be missing."""
        return "{" in self.route

    @property
    def charset(self) -> str:
        """The charset that the header names; empty where it names none."""
        found = re.search(r"""charset=["']?([\w.:-]{1,40})""", self.headers.get("Content-Type", ""), re.IGNORECASE)
        return found[1] if found else ""

    def json(self) -> Any:
        """
        Raises UpstreamFailure for what is not JSON: a page of HTML with status 200 is no answer. What else the header
        calls it does not matter, where it is.
        """
        kind = self.headers.get("Content-Type") or "application/json"
        if "/" not in kind or "html" in kind.lower():
            raise UpstreamFailure(NO_JSON)
        try:
            return read_json(self._text())
        except ValueError as exc:
            raise UpstreamFailure(UNREADABLE_JSON if "json" in kind.lower() else NO_JSON) from exc

    def _text(self) -> str:
        """JSON is UTF-8, whatever the header says of its charset; a byte that is not costs a character and no more."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            charset = self.charset if self.charset.lower() in CHARSETS_OF_PROXIES else "utf-8-sig"
            return self.body.decode(charset, errors="replace")

    def json_or_none(self) -> Any:
        try:
            return self.json()
        except UpstreamFailure:
            return None

    def error_message(self) -> str:
        """What Atlassian says about an error, in whichever of its shapes; empty if in none."""
        answer = self.json_or_none()
        said = texts(answer, "errorMessages") + texts(answer, "errors")
        said += [text(error, "title") for error in items(answer, "errors")]
        said += list(map(str, mapping(answer, "errors").values()))
        said = said or [text(answer, "message"), text(answer, "detail")]
        # Confluence puts the name of a Java class before the sentence.
        plain = (re.sub(r"^(?:[\w$]+\.)+[\w$]+:\s*", "", sentence) for sentence in said)
        return clean(" ".join(filter(None, plain)))[:500]


def clean(value: str) -> str:
    """Visible text that can be stored: UTF-8 holds no lone surrogate, PostgreSQL no NUL."""
    return visible_text(value)


def dig(answer: Any, *path: str) -> Any:
    """What stands at path, or None where something on the way is not an object."""
    for name in path:
        if not isinstance(answer, dict):
            return None
        answer = answer.get(name)
    return answer


def text(answer: Any, *path: str) -> str:
    """The text at path; a number as text, since ids come as either; anything else is empty."""
    value = answer
    for name in path:  # as dig does: asked for dozens of times an issue
        if not isinstance(value, dict):
            return ""
        value = value.get(name)
    if isinstance(value, str):
        return visible_text(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def is_id(value: str) -> bool:
    """Whether it can be the number of a thing at Atlassian, and so stand in a path or in the key of a cache."""
    return bool(_ID.fullmatch(value))


def line(answer: Any, *path: str) -> str:
    """The text at path on one line, for what stands in a heading or a row."""
    return " ".join(text(answer, *path).split())


def own_name(thing: Any) -> str:
    """An object's name, or the text that stands in the place of the object."""
    return line(thing) if isinstance(thing, str) else line(thing, "name")


def number(answer: Any, *path: str) -> int:
    """The whole number at path, which may come as a text; 0 where there is none."""
    value = text(answer, *path)
    return int(value) if _NUMBER.fullmatch(value) else 0


def mapping(answer: Any, *path: str) -> dict[str, Any]:
    value = dig(answer, *path)
    return value if isinstance(value, dict) else {}


def items(answer: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of the list at path, or of an answer that is itself a list."""
    value = dig(answer, *path)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(answer: Any, *path: str) -> list[str]:
    """The texts of the list at path."""
    value = dig(answer, *path)
    return [clean(item) for item in value if isinstance(item, str) and item] if isinstance(value, list) else []


def required_items(answer: Any, name: str) -> list[dict[str, Any]]:
    """The list without which the answer means nothing: a search without a list of hits is not a search."""
    if not isinstance(dig(answer, name), list):
        raise UpstreamFailure("Atlassian's answer lacks what was asked for. Try again in a minute.")
    return items(answer, name)
