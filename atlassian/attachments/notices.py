"""What the reader of a file has to know about its text, in words."""

import re

from atlassian.attachments.extraction.outcome import Extracted
from atlassian.notices import Notice

SENTENCES = {
    "cut": "The file holds more text than can be read here: it ends early{0}.",
    "charset": "Nothing says in which charset the file is written; it was read as {0}.",
    "pages_lost": "{0} pages of the file are damaged and left out.",
    "not_unpacked": "The archive was not unpacked; these are the files in it.",
    "shrunk": "The picture was made smaller; it has {0} pixels.",
    "first_frame": "The picture moves; this is how it begins.",
}
_VALUE = re.compile(r"[\w ×.-]{0,40}")


def notices_of(extracted: Extracted) -> tuple[Notice, ...]:
    """Codes that we know, with values that say no more than numbers and names: the rest is a file's own invention."""
    return tuple(
        Notice(f"attachment_{code}", SENTENCES[code].format(_shown(code, value)))
        for code, value in extracted.notes[:10]
        if code in SENTENCES and _VALUE.fullmatch(value)
    )


def _shown(code: str, value: str) -> str:
    return f", after {value}" if code == "cut" and value else value
