"""
The one cleaner for every text that comes from Atlassian: what no reader sees reaches no agent.

Invisible characters carry smuggled instructions, hide words from a filter or turn the direction of what stands
beside them. Kept are those without which something visible would change: the joiners within emoji and within words
of Arabic, Indic and like scripts, the selector that makes an emoji of a sign, the tags of the three flags that have
any (https://www.unicode.org/reports/tr51/), the selectors of Mongolian letters.
"""

import re

# Two sets, since one that reaches beyond 16 bits is searched ten times as slowly.
_LINE_ENDS = "\r\x85\u2028\u2029"
_JOINERS = "\u200c\u200d"
_MONGOLIAN_SELECTORS = "\u180b-\u180d\u180f"
_EMOJI_SELECTOR = "\ufe0f"
_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
)
_FAR_INVISIBLE = "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"

EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
# Scripts whose spelling or joining of letters depends on the two joiners, from Arabic to Khmer, and Mongolian.
_JOINING = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1800-\u18af\ua840-\ua87f\ua8e0-\ua8ff\uaa60-\uaa7f"
_JOINING += "\ufb50-\ufdcf\ufe70-\ufefc\U00010a00-\U00010fff\U00011000-\U000119ff"

# Most of every text: bytes are rid of it in a tenth of the time that a search takes to pass it.
_PLAIN = b"\t\n" + bytes(range(ord(" "), 0x7F))
_SHORT = 100  # characters, which are looked at in less time than bytes are made ready to be taken off
_SUSPECT = re.compile(f"[{_INVISIBLE}{_LINE_ENDS}]")
_FAR_SUSPECT = re.compile(f"[{_FAR_INVISIBLE}]")
_CONTROL = re.compile(f"[\x1b\x80-\x9f{_LINE_ENDS}]")
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
_FAR = re.compile(f"({_FLAGS})|[{_FAR_INVISIBLE}]+")
# What stands before a run of invisible characters, those of it that are needed there, and what they need after it.
_NEEDED = re.compile(
    f"[{EMOJI}](?:{_EMOJI_SELECTOR}\u200d(?=.*[{EMOJI}]\\Z)|{_EMOJI_SELECTOR}|\u200d(?=.*[{EMOJI}]\\Z))"
    f"|[0-9#*]{_EMOJI_SELECTOR}(?=.*\u20e3\\Z)"
    f"|[{_JOINING}][{_JOINERS}{_MONGOLIAN_SELECTORS}]",
    re.DOTALL,
)


def visible_text(text: str) -> str:
    """The text without invisible characters and terminal sequences, its lines ending in a newline alone."""
    if text.isascii() and (text.isprintable() if len(text) < _SHORT else not text.encode().translate(None, _PLAIN)):
        return text
    others = text.encode(errors="surrogatepass").translate(None, _PLAIN).decode(errors="surrogatepass")
    if suspects := "".join(sorted(set(_SUSPECT.findall(others)))):
        if _CONTROL.search(suspects):
            text = _TERMINAL_SEQUENCE.sub("", _LINE_END.sub("\n", text))
        # Those that occur are few, and a search for few passes a text many times as fast as one for all.
        text = re.sub(f"[{re.escape(suspects)}]+", _needed, text)
    if _FAR_SUSPECT.search(others):
        text = _FAR.sub(lambda found: found[1] or "", text)
    return text


def _needed(run: re.Match[str]) -> str:
    """Of a run of invisible characters those that something visible beside it needs."""
    start, end = run.span()
    if start == 0 or run[0].isascii():
        return ""
    found = _NEEDED.match(run.string[start - 1] + run[0][:2] + run.string[end : end + 1])
    return found[0][1:] if found else ""
