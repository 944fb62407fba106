"""Gaps between words that lie outside links, code spans and emphasis."""

import re
from bisect import bisect_right

# How far beyond the limit that which opened before it may close.
MAX_LOOKAHEAD = 20_000

_TOKEN = re.compile(
    r"""
      \\.
    | (?P<code>`+)
    | (?P<tag></?(?:sub|sup)>)
    | (?P<opening>\[)
    | (?P<closing>\](?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\))?)
    | (?P<emphasis>\*+|~~)
    | (?P<gap>[ ]+)
    """,
    re.VERBOSE | re.DOTALL,
)
# A piece that began so would be read as something else than the rest of a paragraph.
_OPENS_BLOCK = re.compile(r"(?:#{1,6}|[-+*]|\d{1,9}[.)])(?:\s|$)|[>|]|(?:=+|-+)\s*$|```|~~~", re.MULTILINE)

Span = tuple[int, int]


def last_word_break(content: str, start: int, limit: int) -> int:
    """Where the word after the last usable gap begins, at `limit` at the latest; 0 if there is none."""
    end = content.find("\n\n", limit, limit + MAX_LOOKAHEAD)
    text = content[start : end if end >= 0 else limit + MAX_LOOKAHEAD]
    tokens = list(_TOKEN.finditer(text))
    whole = _merged(_code_spans(text, tokens))
    whole = _merged(whole + _paired(tokens, whole))
    for token in reversed(tokens):
        gap = token.end()
        if token["gap"] and gap <= limit - start and not _within(whole, gap) and not _OPENS_BLOCK.match(text, gap):
            return start + gap
    return 0


def _code_spans(text: str, tokens: list[re.Match[str]]) -> list[Span]:
    """From each run of backticks to the next of the same length; a backslash within escapes nothing."""
    places: dict[str, list[int]] = {}
    for ticks in reversed(list(re.finditer("`+", text))):
        places.setdefault(ticks[0], []).append(ticks.start())
    spans: list[Span] = []
    reached = 0
    for token in tokens:
        if token["code"] and token.start() >= reached:
            following = places.get(token["code"], [])
            while following and following[-1] <= token.start():
                following.pop()
            if following:
                reached = following[-1] + len(token["code"])
                spans.append((token.start(), reached))
    return spans


def _paired(tokens: list[re.Match[str]], code: list[Span]) -> list[Span]:
    """Links, emphasis and tags, each from where it opens to where it closes."""
    spans: list[Span] = []
    open_at: dict[str, list[int]] = {}
    for token in tokens:
        if token["gap"] or not token.lastgroup or _within(code, token.start()):
            continue
        kind, opens, closes = _sides(token)
        if closes and open_at.get(kind):
            spans.append((open_at[kind].pop(), token.end()))
        elif opens:
            open_at.setdefault(kind, []).append(token.start())
    return spans


def _sides(token: re.Match[str]) -> tuple[str, bool, bool]:
    """What pairs with what, and on which side of a pair this may stand."""
    if token["emphasis"]:
        text = token.string
        before = text[token.start() - 1] if token.start() else " "
        after = text[token.end()] if token.end() < len(text) else " "
        return token[0][0], not after.isspace(), not before.isspace()
    if token["tag"]:
        return token[0].strip("</>"), token[0][1] != "/", token[0][1] == "/"
    return "link", bool(token["opening"]), bool(token["closing"])


def _within(spans: list[Span], place: int) -> bool:
    """Whether the place lies inside one of the spans, which are in order and apart."""
    index = bisect_right(spans, (place, -1)) - 1
    return index >= 0 and spans[index][0] < place < spans[index][1]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
