"""The source text of diagrams, which apps keep in a body, in JSON, or packed in a parameter."""

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from atlassian.rendering.bounds import read_json

MAX_SOURCE_CHARS = 1_000_000
# Where apps put the text of a diagram, in a parameter or in JSON.
_SOURCE_KEYS = ("body", "source", "code", "content", "data", "text", "definition", "diagram", "mermaid", "uml")


def diagram_source(plain: str, parameters: dict[str, str], language: str) -> str:
    """The text of a diagram wherever its macro keeps it; empty if nowhere."""
    if plain.strip():
        packed = _unpacked(plain, language) if len(plain.split()) == 1 else ""
        return packed or _from_json(plain) or plain
    return next((found for value in _under_source_keys(parameters) if (found := _unpacked(value, language))), "")


def _under_source_keys(values: Mapping[str, Any]) -> Iterator[str]:
    """Texts by names such as `code` or `mermaidCode`, the likeliest first."""
    for key in _SOURCE_KEYS:
        yield from (value for name, value in values.items() if name.lower().endswith(key) and isinstance(value, str))


def _unpacked(value: str, language: str) -> str:
    """Text as it is, percent-encoded, or in base64 with or without raw deflate, as PlantUML's and drawio's apps do."""
    packed = "".join(value.split())
    try:
        data = base64.b64decode(packed.replace("-", "+").replace("_", "/") + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    candidates = [*(text for text in (_inflated(data), _decoded(data)) if text), value]
    return next((text for text in map(_readable, candidates) if _is_source(text, language)), "")


def _readable(text: str) -> str:
    text = unquote(text) if "%" in text else text
    return _from_json(text) or text


def _inflated(data: bytes) -> str:
    for window in (-15, 15):
        try:
            return _decoded(zlib.decompressobj(window).decompress(data, MAX_SOURCE_CHARS)) if data else ""
        except zlib.error:
            continue
    return ""


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def _is_source(text: str, language: str) -> bool:
    """Whether it reads as a diagram's text and not as a name or packed data once more."""
    if not text.strip() or sum(not (letter.isprintable() or letter in "\t\r\n") for letter in text[:2_000]):
        return False
    return "@start" in text if language == "plantuml" and "\n" not in text else len(text.split()) > 1


def _from_json(text: str) -> str:
    if text.lstrip()[:1] not in ("{", "["):
        return ""
    try:
        return _source_in(read_json(text), 0)
    except ValueError:
        return ""


def _source_in(value: Any, depth: int) -> str:
    if isinstance(value, list):
        return next(filter(None, (_source_in(item, depth + 1) for item in value[:20] if depth < 4)), "")
    if not isinstance(value, dict):
        return ""
    deeper = (_source_in(item, depth + 1) for item in list(value.values())[:20] if depth < 4)
    return next((text for text in _under_source_keys(value) if text.strip()), "") or next(filter(None, deeper), "")
