"""Characters that no reader sees are dropped before anything else looks at the text."""

import re

# Controls other than tab and newline, halves of surrogate pairs, noncharacters.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufeff]")

# Tag characters are invisible copies of ASCII and carry smuggled instructions; only a flag needs them.
_TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f)|[\U000e0000-\U000e007f]")

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")


def clean(text: str) -> str:
    """The text without unseen characters, its lines ending in a newline alone."""
    if text.isascii() and text.isprintable():
        return text
    text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return _TAGS.sub(r"\1", text)
