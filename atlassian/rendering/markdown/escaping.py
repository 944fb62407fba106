"""Backslashes, only where the text would otherwise change its meaning as CommonMark with GFM tables."""

import re
from html.entities import html5

_SUSPECT = re.compile(r"[\\*_`<&\]~]")
_SPECIAL = r"""
      (?:\\(?=[!-/:-@\[-`{-~]|[ \t]*$))+  # would escape what follows
    | \*+ | _+ | ~~+ | \A~ | ~\Z | `+  # emphasis, strikethrough, code
    | <(?=[A-Za-z/!?]|\Z)              # a tag or an autolink
    | &(?=\#?[0-9A-Za-z]{1,31};|\Z)    # an entity
    | \](?=\(|\Z)                      # a link
"""
_IN_TEXT = re.compile(_SPECIAL, re.VERBOSE | re.MULTILINE)
_IN_LINK = re.compile(_SPECIAL + r"| [\[\]]", re.VERBOSE | re.MULTILINE)
_LINE_START = re.compile(
    r"""
      (?:\#{1,6}|[-+*])(?=\s|$)    # heading, list
    | >
    | ~{3,}
    | (?:=+|-+)\s*$                # underline of a heading
    | ([-_*])[ \t]*(?:\1[ \t]*){2,}$ # rule
    | (?=[|:\- ]*\|)(?=[|:\- ]*-)[|:\- ]*$   # the line below a table's head
    """,
    re.VERBOSE,
)
_OPENS_BLOCKS = frozenset("#-+*>~=_|:[0123456789")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
# Of a link, by reference; more words after the first would have to be its quoted title.
_DEFINITION = re.compile(r"""(\[(?:[^\[\]\\]|\\.)+\]):(?=\s*(?:\S+\s*(?:["'(\\].*)?)?$)""")
# Without what could not stand in a link of Markdown's, and without what rather ends the sentence.
_ADDRESS = re.compile(r"""\bhttps?://[^\s<>"'`\\|]+""", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?*_~)]}"
_CHECKBOX = re.compile(r"\[[ xX]\](?=\s|$)")


def escape(text: str, before: str, after: str, brackets: bool = False, linked: bool = False) -> str:
    """
    Text between the characters `before` and `after`; `brackets` too where those of a link don't pair.

    A bare address that would need a backslash becomes a link of its own, unless the text is `linked` already.
    """
    if after == "[" and text.endswith("!"):
        return escape(text[:-1], before, "!", brackets, linked) + "\\!"
    if brackets:
        return _IN_LINK.sub(lambda special: _escaped(special, before, "["), text)
    if not _SUSPECT.search(text):
        return text
    if "://" in text and not linked:
        return _with_addresses(text, before, after)
    return _IN_TEXT.sub(lambda special: _escaped(special, before, after), text)


def _with_addresses(text: str, before: str, after: str) -> str:
    parts: list[str] = []
    reached = 0
    for found in _ADDRESS.finditer(text):
        address = _without_end(found[0])
        end = found.start() + len(address)
        if escape(address, "/", "/", linked=True) == address:
            continue
        lead = text[reached : found.start()]
        parts += [escape(lead, before, "<", linked=True) if lead else "", f"<{address}>"]
        before, reached = ">", end
    rest = text[reached:]
    return "".join(parts) + (escape(rest, before, after, linked=True) if rest else "")


def _without_end(address: str) -> str:
    """A bracket that closes one of the address itself belongs to it."""
    bare = address.rstrip(_AFTER_ADDRESS)
    following = address[len(bare) : len(bare) + 1]
    opening = {")": "(", "]": "["}.get(following, "")
    return bare + following if opening and bare.count(opening) > bare.count(following) else bare


def _escaped(special: re.Match[str], before: str, after: str) -> str:
    found, text = special[0], special.string
    right = text[special.end()] if special.end() < len(text) else after
    if found == "&" and special.end() < len(text) and not _is_entity(text, special.end()):
        return found
    if found[0] not in "*_~":
        joins = special.end() < len(text) or _joins(found[-1], after)
        return _slashed(found) if joins else found
    left = text[special.start() - 1] if special.start() else before
    if left in " \t" and right in " \t":
        return found
    if found == "~" and (before if special.start() == 0 else after).isspace():
        return found
    if found[0] == "_" and left.isalnum() and right.isalnum():
        return found
    return _slashed(found)


def _slashed(signs: str) -> str:
    return "\\" + "\\".join(signs)


def _is_entity(text: str, start: int) -> bool:
    name = text[start : text.index(";", start) + 1]
    return name[0] == "#" or name in html5


def _joins(last: str, after: str) -> bool:
    """Whether the last character of a run takes on a meaning with the first of the next."""
    if last in "<&":
        return after.isalnum() or after in "/!?#"
    return after in "([" if last == "]" else True


def escape_line_start(line: str) -> str:
    """A line of a paragraph that would open a block of another kind."""
    if line[0] not in _OPENS_BLOCKS:
        return line
    if _LINE_START.match(line):
        return "\\" + line
    line = _NUMBER.sub(r"\1\\\2", line, count=1) if _NUMBER.match(line) else line
    definition = _DEFINITION.match(line)
    return f"{definition[1]}\\{line[definition.end(1) :]}" if definition else line


def escape_checkbox(line: str) -> str:
    """Escapes a literal [x] so it is not read as a task checkbox."""
    return "\\" + line if _CHECKBOX.match(line) else line


def code_span(text: str) -> str:
    """Text between backticks longer than any inside."""
    if not text or text.isspace():
        return text
    ticks = "`"
    runs = set(re.findall("`+", text)) if "`" in text else ()
    while ticks in runs:
        ticks += "`"
    edged = text[0] == "`" or text[-1] == "`" or (text[0] == " " and text[-1] == " ")
    return f"{ticks} {text} {ticks}" if edged else f"{ticks}{text}{ticks}"
