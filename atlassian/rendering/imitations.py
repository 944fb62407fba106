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
from collections.abc import Iterable

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
_SENTENCE = re.compile(
    r"""
      (?P<words>
        \[truncated
      | \bThere\ (?:is|are)\ more\ ?
      | \bThat\ was\ the\ last\ part
      | \bagain\ with\ (?:offset|cursor|comments_before)
      | \bwith\ the\ same\ arguments\ and\ (?:offset|cursor)
      | \bOnly\ the\ (?:newest|comments)\ [^\n:;.]{0,60}
      | \bTime\ in\ status
      | \bReplies\ to\ [^\n:;.]{0,60}\ not\ shown
      | \bOn\ the\ words
      | \bThis\ (?:page|blog\ post|comment|issue)\ (?:is\ archived|has\ no\ text)
      | \bAtlassian\ sent\ no\ [^\n:;.]{0,60}
      | \bBetween\ the\ marks\ [0-9a-f]{8}\ stands\ what\ others\ wrote
      | \bThis\ is\ an\ old\ version
      | \bThe\ text\ is\ the\ same\ as\ in\ version\ [0-9]{1,9}
      | \bConfluence\ gives\ no\ text\ of\ [^\n:;.]{0,60}
      | (?-i:^Changes\ from\ version\ [0-9]{1,9}\ to\ version\ [0-9]{1,9})
      | (?-i:^(?:Children|Attachments|History)\ ?)
      | (?-i:^Labels)
      )
      (?=[!-/:-@\[-`{-~])
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_FACTS = re.compile(
    r"^(?=.* · )(?:(?:Page|Blog post|Folder|Whiteboard|Database|Smart link|Slide deck)(?= in | · )"
    r"|.* · (?:priority |assigned to |unassigned\b|updated \d|version \d|edited \d)).*$",
    re.MULTILINE,
)


def neutralize_imitations(markdown: str, below: int = 0) -> str:
    """
    What somebody else wrote, so that nothing in it passes for a line of ours.

    `below` is the level of our heading that the text stands under: all of its headings come deeper. Without it, as for
    the body of a page, whose headings keep their levels, only those do that imitate ours.
    """
    outside, parts = 0, []
    for fence in Outline(markdown, len(markdown)).fences:
        parts += [_neutralize(markdown[outside : fence.inside], below), markdown[fence.inside : fence.end]]
        outside = fence.end
    return "".join([*parts, _neutralize(markdown[outside:], below)])


def facts_line(facts: Iterable[str]) -> str:
    """Facts side by side, of which none passes for two."""
    return _SEPARATOR.join(" ".join(fact.split()).replace(_SEPARATOR, " - ") for fact in facts if fact)


def _neutralize(text: str, below: int) -> str:
    text = _HEADING.sub(lambda heading: _shifted(heading, below), text)
    text = _SENTENCE.sub(r"\g<words>\\", text)
    return _FACTS.sub(lambda line: line[0].replace(_SEPARATOR, " &middot; "), text) if _SEPARATOR in text else text


def _shifted(heading: re.Match[str], below: int) -> str:
    level = min(len(heading["level"]) + below, _LOWEST_LEVEL)
    if not below and _OWN_HEADING.match(heading["text"]):
        level = _LOWEST_LEVEL
    return heading["prefix"] + "#" * level + heading["text"]
