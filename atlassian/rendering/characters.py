"""Characters that no reader sees are dropped before anything else looks at the text."""

import re

# Controls other than tab and newline, halves of surrogate pairs, noncharacters.
_INVISIBLE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff"
_LINE_ENDS = "\r\x85\u2028\u2029"
_TAGS = "\U000e0000-\U000e007f"

_SUSPECT = re.compile(f"[{_INVISIBLE}{_LINE_ENDS}{_TAGS}]")
_INVISIBLE_CHARACTER = re.compile(f"[{_INVISIBLE}]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
# Tag characters are invisible copies of ASCII and carry smuggled instructions; only a flag needs them.
_TAG = re.compile(f"(\U0001f3f4[\U000e0020-\U000e007e]{{1,6}}\U000e007f)|[{_TAGS}]")


def clean(text: str) -> str:
    """The text without unseen characters, its lines ending in a newline alone."""
    if not _SUSPECT.search(text):
        return text
    text = _INVISIBLE_CHARACTER.sub("", _LINE_END.sub("\n", text))
    return _TAG.sub(r"\1", text)
