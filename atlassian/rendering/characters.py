"""
The one cleaner for every text that comes from Atlassian: what no reader sees reaches no agent.

Invisible characters carry smuggled instructions, hide words from a filter or turn the direction of what stands
beside them. Kept are those without which something visible would change: the joiners within emoji and within words
of Arabic, Indic and like scripts, the selector that makes an emoji of a sign, the tags of the three flags that have
any (https://www.unicode.org/reports/tr51/), the selectors of Mongolian letters.
"""

import re

_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_LINE_ENDS = "\r\x85\u2028\u2029"
_JOINERS = "\u200c\u200d"
_MONGOLIAN_SELECTORS = "\u180b-\u180d\u180f"
_EMOJI_SELECTOR = "\ufe0f"
_TAGS = "\U000e0020-\U000e007f"
_FORMATS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\ufe00-\ufe0e"
)
_NO_CHARACTERS = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)
)
_ALWAYS_INVISIBLE = _CONTROLS + _FORMATS + _NO_CHARACTERS + "\U000e0000-\U000e0fff"

EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# Scripts whose spelling or joining of letters depends on the two joiners, from Arabic to Khmer, and Mongolian.
_JOINING = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ua840-\ua87f\ua8e0-\ua8ff\uaa60-\uaa7f"
_JOINING += "\ufb50-\ufdcf\ufe70-\ufefc\U00010a00-\U00010fff\U00011000-\U000119ff"

_SUSPECT = re.compile(f"[{_ALWAYS_INVISIBLE}{_LINE_ENDS}{_JOINERS}{_MONGOLIAN_SELECTORS}{_EMOJI_SELECTOR}]")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
# What a terminal obeys and never shows: colours, titles, the address of a link. Each ends before the next control.
_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"
)
_FLAGS = "|".join(
    "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
_INVISIBLE = re.compile(
    f"({_FLAGS}"
    f"|[0-9#*{EMOJI}]{_EMOJI_SELECTOR}(?:\u200d(?=[{EMOJI}])|(?=\u20e3)|(?<![0-9#*]{_EMOJI_SELECTOR}))"
    f"|[{EMOJI}]\u200d(?=[{EMOJI}])"
    f"|[{_JOINING}][{_JOINERS}{_MONGOLIAN_SELECTORS}])"
    f"|[{_ALWAYS_INVISIBLE}{_JOINERS}{_MONGOLIAN_SELECTORS}{_EMOJI_SELECTOR}]+"
)


def visible_text(text: str) -> str:
    """The text without invisible characters and terminal sequences, its lines ending in a newline alone."""
    if not _SUSPECT.search(text if len(text) < 1_000 else "".join(set(text))):
        return text
    text = _TERMINAL_SEQUENCE.sub("", _LINE_END.sub("\n", text))
    return _INVISIBLE.sub(lambda found: found[1] or "", text)
