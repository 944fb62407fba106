"""An emoji as a character, whichever of its names a document gives."""

import re

from atlassian.rendering.characters import EMOJI, visible_text

# Both editors' names of signs that carry the meaning of a table or list.
_SIGNS = {
    **dict.fromkeys(("tick", "check-mark", "white-check-mark", "heavy-check-mark"), "✅"),
    **dict.fromkeys(("cross", "cross-mark", "x"), "❌"),
    **dict.fromkeys(("warning",), "⚠️"),
    **dict.fromkeys(("information", "info", "information-source"), "ℹ️"),
    **dict.fromkeys(("question", "question-mark", "grey-question"), "❓"),
    **dict.fromkeys(("light-on", "light-bulb-on", "bulb"), "💡"),
    **dict.fromkeys(("plus", "heavy-plus-sign"), "➕"),
    **dict.fromkeys(("minus", "heavy-minus-sign"), "➖"),
    **dict.fromkeys(("yellow-star", "star"), "⭐"),
    **dict.fromkeys(("thumbs-up", "thumbsup"), "👍"),
    **dict.fromkeys(("thumbs-down", "thumbsdown"), "👎"),
    "smile": "🙂",
    "sad": "🙁",
    "cheeky": "😛",
    "laugh": "😀",
    "wink": "😉",
    "heart": "❤️",
    "broken-heart": "💔",
}
_SIZE = 40
_BEGINNING = re.compile(f"[0-9#*{EMOJI}]")


def emoji(character: str, code_points: str, short_name: str, name: str = "") -> str:
    """
    The character as given, else as its code points say (`1f44d-1f3fd`), else by its name, else `:name:`.

    What stands where the character should may be a name too, or a question mark where an old database lost it.
    """
    if _is_character(character):
        return character
    names = [given.strip(":") for given in (short_name, character, name) if given.strip(":?\ufffd")]
    found = _decoded(code_points) or next(filter(None, map(_sign, names)), "")
    return found or (f":{names[0]}:" if names else "")


def _is_character(text: str) -> bool:
    return bool(text.strip("?\ufffd")) and not text.isascii() and not text.startswith(":") and len(text) <= _SIZE


def _decoded(code_points: str) -> str:
    try:
        character = "".join(chr(int(code, 16)) for code in code_points.split("-", _SIZE))
    except (ValueError, OverflowError):
        return ""
    is_emoji = _BEGINNING.match(character) and _is_character(character) and visible_text(character) == character
    return character if is_emoji else ""


def _sign(name: str) -> str:
    return _SIGNS.get(name.lower().replace("_", "-").removeprefix("atlassian-"), "")
