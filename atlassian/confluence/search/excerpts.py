"""Excerpts and titles of Confluence's search index, which cuts and escapes them without regard to what they hold."""

import html
import re

from atlassian.rendering.characters import visible_text

_HIGHLIGHT = re.compile(r"@@@(?:end)?hl@@@")
# An emoji is two UTF-16 units. The index spells both out, or one, or replaces each by U+FFFD.
_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)
_PART_OF_EMOJI = re.compile(r"(?<=[\U00010000-\U0010ffff])\\u(fe0f|200d)", re.IGNORECASE)
_HALF = re.compile(r"\\u(?:d[89a-f][0-9a-f]{2}|d[89a-f]?[0-9a-f]?$)", re.IGNORECASE)
_BROKEN = re.compile(r"(?<![\ufffd\ufe0f\u200d])[\ufffd\ufe0f\u200d]*\ufffd[\ufffd\ufe0f\u200d]*")


def plain(marked: str) -> str:
    """Highlight markers first: what entities turn into is text, even where it looks like one."""
    text = html.unescape(_HIGHLIGHT.sub("", marked))
    if "\\u" in text:
        text = _HALF.sub("", _PAIR.sub(_joined, text))
        text = _PART_OF_EMOJI.sub(lambda part: chr(int(part[1], 16)), text)
    if "\ufffd" in text:
        text = _BROKEN.sub(" ", text)
    return visible_text(" ".join(text.split()))


def _joined(pair: re.Match[str]) -> str:
    high, low = int(pair[1], 16), int(pair[2], 16)
    return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
