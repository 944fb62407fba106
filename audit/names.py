"""A name that a caller sent, as it may stand in an answer or a record."""

import re

# What a parameter or key is called, also one mistyped. A secret that was sent in a name's place is not like this.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]{0,31}[0-9]{0,2}|[0-9]{1,4}", re.ASCII)
SHOWN_CHARS = 3


def shown_name(name: object) -> str:
    """The name, or its beginning: it may be a secret, 10 KB long, or no text that UTF-8 can carry."""
    text = str(name)
    if _PLAIN.fullmatch(text) or (text.endswith("…") and len(text) <= SHOWN_CHARS + 1):
        return text
    return text[: min(SHOWN_CHARS, len(text) // 2)].encode(errors="replace").decode() + "…"
