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
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping

from atlassian.rendering.bounds import CUT_SHORT
from atlassian.rendering.letters import lower_case_in_ascii
from atlassian.rendering.pagination.outline import CONTAINERS, fences_in
from atlassian.rendering.words import found_by, looks_for

MAX_OWN_LEVEL = 4
_LOWEST_LEVEL = 6
_SEPARATOR = " · "

_HEADING = re.compile(rf"^(?P<prefix>{CONTAINERS})(?P<level>#{{1,6}})(?P<text> .*)$", re.MULTILINE)
# A section of ours, or who wrote a comment and when.
_OWN_HEADING = re.compile(
    r" *(?:Comments|Attachments)\b(?: \\?\(.*\))?$"
    r"|.*(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d|\((?:reply|internal|restricted to)\b)"
)
# What one holds. Each begins with what `re` looks for many times as fast as for a choice.
_SIGNS_OF_OWN_HEADINGS = (
    re.compile("Comments"),
    re.compile("Attachments"),
    re.compile(r":\d\d(?<=\d{4}-\d\d-\d\d[ T]\d\d:\d\d)"),
    re.compile(r"\((?:reply|internal|restricted to)\b"),
)
_SIGNS_OF_HEADINGS = (re.compile("# "),)
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
_WORDS = looks_for((words, "", None) for words in (*_BEGINNINGS, *(f"\n{words.lower()}" for words in _LINE_BEGINNINGS)))
_FACTS = re.compile(
    r"^(?=.* · )(?:(?:Page|Blog post|Folder|Whiteboard|Database|Smart link|Slide deck)(?= in | · )"
    r"|.* · (?:priority |assigned to |unassigned\b|updated \d|version \d|edited \d)"
    r"|[^:·\n]{1,80}: [^·\n]* · [^:·\n]{1,80}: ).*$",
    re.MULTILINE,
)
_SIGNS_OF_FACTS = (re.compile(_SEPARATOR),)


def neutralize_imitations(markdown: str, below: int = 0) -> str:
    """
    What somebody else wrote, so that nothing in it passes for a line of ours.

    `below` is the level of our heading that the text stands under: all of its headings come deeper. Without it, as for
    the body of a page, whose headings keep their levels, only those do that imitate ours.
    """
    headings = _places(_SIGNS_OF_HEADINGS if below else _SIGNS_OF_OWN_HEADINGS, markdown)
    markdown = _in_lines(markdown, headings, lambda line: _HEADING.sub(lambda found: _shifted(found, below), line))
    markdown = _in_lines(markdown, _places_of_sentences(markdown), lambda line: _SENTENCE.sub(r"\g<words>\\", line))
    return _in_lines(markdown, _places(_SIGNS_OF_FACTS, markdown), lambda line: _FACTS.sub(_apart, line))


def end_of_reading(markdown: str, is_cut_short: bool) -> str:
    """A document as it was read, whose own words never say in our way that the rest of it is missing."""
    places = _places((_CUT_SHORT,), markdown)
    markdown = _in_lines(markdown, places, lambda line: _CUT_SHORT.sub(r"\g<0>\\", line))
    return "\n\n".join(filter(None, (markdown, CUT_SHORT))) if is_cut_short else markdown


def _places(signs: Iterable[re.Pattern[str]], text: str) -> Iterator[int]:
    return (found.start() for sign in signs for found in sign.finditer(text))


def _places_of_sentences(text: str) -> Iterator[int]:
    """Each within a line that holds the words of one; some of them count at its start alone, hence the break."""
    return (place for place, _ in found_by(_WORDS, lower_case_in_ascii("\n" + text)))


def _in_lines(markdown: str, places: Iterable[int], changed: Callable[[str], str]) -> str:
    """With the lines changed that any of the places is in, unless they are code."""
    changes, end = [], -1
    for place in sorted(places):
        if place > end:
            start, end = markdown.rfind("\n", 0, place) + 1, markdown.find("\n", place)
            end = end if end >= 0 else len(markdown)
            line = changed(markdown[start:end])
            if line != markdown[start:end]:
                changes.append((start, end, line))
    return _with_changes(markdown, changes) if changes else markdown


def _with_changes(markdown: str, changes: Iterable[tuple[int, int, str]]) -> str:
    fences = fences_in(markdown)
    insides = [fence.inside for fence in fences]
    parts, done = [], 0
    for start, end, line in changes:
        fence = bisect_right(insides, start) - 1
        if fence < 0 or start >= fences[fence].end:
            parts += [markdown[done:start], line]
            done = end
    return "".join([*parts, markdown[done:]])


def facts_line(facts: Iterable[str]) -> str:
    """Facts side by side, of which none passes for two."""
    return _SEPARATOR.join(" ".join(fact.split()).replace(_SEPARATOR, " - ") for fact in facts if fact)


def _shifted(heading: re.Match[str], below: int) -> str:
    level = min(len(heading["level"]) + below, _LOWEST_LEVEL)
    if not below and _OWN_HEADING.match(heading["text"]):
        level = _LOWEST_LEVEL
    return heading["prefix"] + "#" * level + heading["text"]


def _apart(facts: re.Match[str]) -> str:
    return facts[0].replace(_SEPARATOR, " &middot; ")
