"""
The head of an answer, read without Python's parser of mail, which http.client uses for it and which takes longer than
all else that is done with a small answer.
"""

import re
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse, LineTooLong, UnknownProtocol
from typing import IO, Any

MAX_LINE_BYTES = 65_536
MAX_LINES = 100
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2


class Headers(HTTPMessage):
    """Kept as they came, each a name and a value."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        Message.__init__(self)
        self._headers = pairs

    def items(self) -> Any:
        return list(self._headers)


class Answer(HTTPResponse):
    """http.client's, but for how its headers are read."""

    def begin(self) -> None:
        if self.headers is not None:
            return
        version, status, reason = self._read_status()
        while status == HTTPStatus.CONTINUE:
            _headers_from(self.fp)
            version, status, reason = self._read_status()
        self.code = self.status = status
        self.reason = reason.strip()
        self.version = _number_of(version)
        self.headers = self.msg = _headers_from(self.fp)
        self.chunked = self.headers.get("Transfer-Encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = 0 if _has_no_body(status) else None if self.chunked else _length(self.headers)
        # Without a length, the end of the answer is where the connection ends.
        self.will_close = self._check_close() or (self.length is None and not self.chunked)


def _headers_from(stream: IO[bytes]) -> Headers:
    """Raises HTTPException where a line is no header: it cannot be told what the answer means."""
    pairs: list[tuple[str, str]] = []
    for _ in range(MAX_LINES):
        line = stream.readline(MAX_LINE_BYTES + 1)
        if len(line) > MAX_LINE_BYTES:
            raise LineTooLong("header line")
        text = line.decode("iso-8859-1").rstrip("\r\n")
        if not text:
            return Headers(pairs)
        if text[0] in " \t" and pairs:  # a value that goes on in the next line
            name, value = pairs.pop()
            pairs.append((name, " ".join((value, text.strip(" \t")))))
        else:
            pairs.append(_pair(text))
    raise HTTPException(f"got more than {MAX_LINES} headers")


def _pair(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not _NAME.fullmatch(name):
        raise HTTPException("a line of the head is no header")
    return name, value.strip(" \t")


def _number_of(version: str) -> int:
    if version in ("HTTP/1.0", "HTTP/0.9"):
        return 10
    if version.startswith("HTTP/1."):
        return 11
    raise UnknownProtocol(version)


def _has_no_body(status: int) -> bool:
    return status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED) or status < HTTPStatus.OK


def _length(headers: Headers) -> int | None:
    told = headers.get("Content-Length", "")
    return int(told) if told.isascii() and told.isdigit() else None
