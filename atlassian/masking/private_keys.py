"""Blocks of private keys, also such as nothing closes."""

import re
from collections.abc import Iterator
from itertools import pairwise

MAX_KEY_CHARS = 32_768

HINTS, THEN = ("private key",), r"(?: block)? ?[-?]{2}"
_MARK = re.compile(r"[-–—]{2,6} ?(?P<side>BEGIN|END) (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?[-–—]{2,6}")
# What a key without an end is made of: base64 in lines, and what a quotation, a table or JSON puts around these.
_BODY = re.compile(r"(?:(?:\\[nr]|[\s>|*`\\]|<br>)*(?:[A-Za-z-]{1,20}: ?[^\n]{0,80}(?=\n)|[A-Za-z0-9+/=]{16,}))*")
_LAST_LINE = re.compile(r"(?:\\[nr]|\s){0,4}[A-Za-z0-9+/=]{1,76}(?=\s|\Z)")


def private_keys(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, kind) of each block. Each character is looked at once or twice, whatever the marks are."""
    for mark, following in pairwise((*_MARK.finditer(text), None)):
        if mark is None or mark["side"] == "END":
            continue
        if following and following["side"] == "END" and following.end() - mark.start() <= MAX_KEY_CHARS:
            yield mark.start(), following.end(), "private key"
        else:
            limit = min(mark.end() + MAX_KEY_CHARS, following.start() if following else len(text))
            yield mark.start(), _end_of_body(text, mark.end(), limit), "private key"


def _end_of_body(text: str, start: int, limit: int) -> int:
    body = _BODY.match(text, start, limit)
    end = body.end() if body else start
    last = _LAST_LINE.match(text, end, limit) if end > start else None
    return last.end() if last else end
