"""
Marks that are ours alone, and what only looks like them in a text that somebody else wrote.

An answer is put together from our own lines (sections, the heads of comments, the line of facts, what says that there
is more) and from what authors wrote. Who writes a comment could write such lines too, and so speak for another
person or for us. Headings of authors are shifted below ours; other imitations get a backslash, which leaves them
readable and is nothing that we would write.

Ours: headings of level 1 to MAX_OWN_LEVEL, the line of facts, and the sentences of `_SENTENCE`. Whoever adds a mark to
an answer adds it here.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from atlassian.rendering.bounds import CUT_SHORT
from atlassian.rendering.pagination.outline import CONTAINERS, Outline

MAX_OWN_LEVEL = 4
_LOWEST_LEVEL = 6
_SEPARATOR = " · "

_HEADING = re.compile(rf"^(?P<prefix>{CONTAINERS})(?P<level>#{{1,6}})(?P<text> .*)$", re.MULTILINE)
# A section of ours, or who wrote a comment and when.
_OWN_HEADING = re.compile(
    r" *(?:Comments|Attachments)\b(?: \\?\(.*\))?$"
    r"|.*(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\((?:reply|internal|restricted to)\b)"
)
_SOME = r"[^\n:;.]{0,60}"
# How our sentences begin, in lower case, and how they go on up to a sign, which then gets the backslash.
_BEGINNINGS = {
    "[truncated": "",
    "there is more": r"\ ?",
    "there are more": r"\ ?",
    "that was the last part": "",
    "again with offset": "",
    "again with cursor": "",
    "again with comments_before": "",
    "with the same arguments and offset": "",
    "with the same arguments and cursor": "",
    "only the newest ": _SOME,
    "only the comments ": _SOME,
    "of them are here": "",
    "none of those is here": "",
    "time in status": "",
    "replies to ": rf"{_SOME}\ not\ shown",
    "on the words": "",
    **{f"this {kind} is archived": "" for kind in ("page", "blog post", "comment", "issue")},
    **{f"this {kind} has no text": "" for kind in ("page", "blog post", "comment", "issue")},
    "atlassian sent no ": _SOME,
    "between the marks ": r"[0-9a-f]{8}\ stands\ what\ others\ wrote",
    "this is an old version": "",
    "the text is the same as in version ": "[0-9]{1,9}",
    "confluence gives no text of ": _SOME,
}
# Those that are so short, or so common, that they count at the start of a line alone, and in our own spelling.
_LINE_BEGINNINGS = {
    "Changes from version ": r"[0-9]{1,9}\ to\ version\ [0-9]{1,9}",
    **dict.fromkeys(("Children", "Attachments", "History"), r"\ ?"),
    "Labels": "",
}


def _any_of(beginnings: Mapping[str, str]) -> str:
    return "|".join(re.escape(words) + rest for words, rest in beginnings.items())


_SENTENCE = re.compile(
    rf"(?P<words>(?i:(?:\b|(?=\[))(?:{_any_of(_BEGINNINGS)}))|^(?:{_any_of(_LINE_BEGINNINGS)}))(?=[!-/:-@\[-`{{-~])"
)
_CUT_SHORT = re.compile(r"\[cut short(?=[!-/:-@\[-`{-~])", re.IGNORECASE)
_WORDS = (*_BEGINNINGS, *map(str.lower, _LINE_BEGINNINGS))
_FACTS = re.compile(
    r"^(?=.* · )(?:(?:Page|Blog post|Folder|Whiteboard|Database|Smart link|Slide deck)(?= in | · )"
    r"|.* · (?:priority |assigned to |unassigned\b|updated \d|version \d|edited \d)"
    r"|[^:·\n]{1,80}: [^·\n]* · [^:·\n]{1,80}: ).*$",
    re.MULTILINE,
)


def neutralize_imitations(markdown: str, below: int = 0) -> str:
    """
    What somebody else wrote, so that nothing in it passes for a line of ours.

    `below` is the level of our heading that the text stands under: all of its headings come deeper. Without it, as for
    the body of a page, whose headings keep their levels, only those do that imitate ours.
    """
    return _outside_fences(markdown, lambda text: _neutralize(text, below))


def end_of_reading(markdown: str, is_cut_short: bool) -> str:
    """A document as it was read, whose own words never say in our way that the rest of it is missing."""
    if "cut short" in _folded(markdown):
        markdown = _outside_fences(markdown, lambda text: _CUT_SHORT.sub(r"\g<0>\\", text))
    return "\n\n".join(filter(None, (markdown, CUT_SHORT))) if is_cut_short else markdown


def _outside_fences(markdown: str, changed: Callable[[str], str]) -> str:
    outside, parts = 0, []
    for fence in Outline(markdown, len(markdown)).fences:
        parts += [changed(markdown[outside : fence.inside]), markdown[fence.inside : fence.end]]
        outside = fence.end
    return "".join([*parts, changed(markdown[outside:])])


def facts_line(facts: Iterable[str]) -> str:
    """Facts side by side, of which none passes for two."""
    return _SEPARATOR.join(" ".join(fact.split()).replace(_SEPARATOR, " - ") for fact in facts if fact)


def _neutralize(text: str, below: int) -> str:
    text = _HEADING.sub(lambda heading: _shifted(heading, below), text)
    text = _with_sentences_escaped(text)
    return _FACTS.sub(lambda line: line[0].replace(_SEPARATOR, " &middot; "), text) if _SEPARATOR in text else text


def _with_sentences_escaped(text: str) -> str:
    """Most texts hold none of the words, and of the others few lines: the rest is not searched."""
    whole = _folded(text)
    found = [words for words in _WORDS if words in whole]
    if not found:
        return text
    lines = text.split("\n")
    for place, line in enumerate(whole.split("\n")):
        if any(words in line for words in found):
            lines[place] = _SENTENCE.sub(r"\g<words>\\", lines[place])
    return "\n".join(lines)


def _folded(text: str) -> str:
    """In lower case, as `re` takes letters for each other where case is ignored."""
    return text.replace("\u0130", "i").replace("\u0131", "i").replace("\u017f", "s").replace("\u212a", "k").lower()


def _shifted(heading: re.Match[str], below: int) -> str:
    level = min(len(heading["level"]) + below, _LOWEST_LEVEL)
    if not below and _OWN_HEADING.match(heading["text"]):
        level = _LOWEST_LEVEL
    return heading["prefix"] + "#" * level + heading["text"]
