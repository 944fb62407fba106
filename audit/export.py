"""Records as lines of a file: one line each, whatever program reads it."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from audit.listing import RECORD_FIELDS
from audit.serializers import record_as_json

# Where some reader begins a new line; inside JSON most of them are escaped already.
_LINE_BREAKS = {ord(character): f"\\u{ord(character):04x}" for character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
_encode = json.JSONEncoder(ensure_ascii=False).encode
_FORMULA = ("=", "+", "-", "@")
_UNSEEN = re.compile(r"[\s\0\u00ad\u180e\u200b-\u200f\u2060\ufeff]*")


def as_json_lines(chunks: Iterator[list[Any]]) -> Iterator[bytes]:
    for chunk in chunks:
        yield "".join(json_line(record) + "\n" for record in chunk).encode()


def as_csv(chunks: Iterator[list[Any]]) -> Iterator[bytes]:
    yield (",".join(RECORD_FIELDS) + "\r\n").encode()
    for chunk in chunks:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerows([_cell(value) for value in record_as_json(record).values()] for record in chunk)
        yield text.getvalue().encode()


def json_line(record: Any, kind: str = "") -> str:
    line = _encode(({"type": kind} if kind else {}) | record_as_json(record))
    return line if line.isascii() else line.translate(_LINE_BREAKS)


def _cell(value: Any) -> Any:
    if isinstance(value, int):
        return value
    text = _encode(value) if isinstance(value, dict) else str(value)
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_LINE_BREAKS)
    return "'" + text if _may_be_a_formula(text) else text


def _may_be_a_formula(text: str) -> bool:
    """To a spreadsheet, some of which skip what is not seen, or read full-width signs as plain ones."""
    if not text or text[0].isalnum() or text[0] == "{":
        return False
    if text.startswith("\t"):
        return True
    unseen = _UNSEEN.match(text)
    seen = text[unseen.end() if unseen else 0 :][:1]
    return unicodedata.normalize("NFKC", seen).startswith(_FORMULA)
