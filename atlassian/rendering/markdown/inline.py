"""Runs of text written as inline Markdown: marks, links, code spans."""

import re
from functools import lru_cache
from itertools import groupby

from atlassian.rendering.links import are_paired, is_live
from atlassian.rendering.markdown.escaping import code_span, escape
from atlassian.rendering.markdown.flanking import flanks, is_plain, is_word, without_punctuation, without_spaces
from atlassian.rendering.markdown.tree import CODE, EM, PLAIN, STRIKE, STRONG, SUB, SUP, Marks, Run, make_run

# Of styles that reach equally far the first goes outermost: the tags, within which any mark can stand.
DELIMITERS = {
    SUB: ("<sub>", "</sub>"),
    SUP: ("<sup>", "</sup>"),
    STRONG: ("**", "**"),
    EM: ("*", "*"),
    STRIKE: ("~~", "~~"),
}
# CommonMark reads these by what stands beside them; the tags and the brackets of a link stand anywhere.
_FLANKED = {STRONG, EM, STRIKE}
_LINK = "link:"
# Stands among the open styles within a link, where no other may begin.
_LINKED = "linked"
_UNDERSCORED = "underscored"
# Stands among the open styles where the brackets of a link's text don't pair.
_BRACKETS = "brackets"
# Stands there where emphasis comes and goes within strong text, or the other way round.
_ADJACENT_DELIMITERS = "crowded"
Within = frozenset[str]
_BLANKS = (" ", "\n")
_JOINING = ("_", "*", "`")  # with what is the same and follows
_MAIL = re.compile(r"[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", re.ASCII)


def write_runs(runs: list[Run]) -> str:
    """Inline Markdown; a line break is a newline, for the block around it to write in its own way."""
    if len(runs) == 1 and not runs[0].marks and not runs[0].href:
        return escape(runs[0].text, "\n", "\n")
    return _write(_merged(runs), frozenset(), "\n", "\n")


def text_lines(runs: list[Run]) -> list[str]:
    """The lines between line breaks, without the spaces at their ends and without empty ones."""
    text = write_runs(runs)
    if "\n" not in text:
        text = text.strip(" \t")
        return [text] if text else []
    stripped = [line.strip(" \t") for line in text.split("\n")]
    return [line for line in stripped if line]


def _merged(runs: list[Run]) -> list[Run]:
    """Neighbours of one style become one run, so that no mark is closed only to be opened again."""
    merged: list[Run] = []
    texts: list[str] = []
    style: tuple[Marks, str] = PLAIN, ""
    for run in runs:
        for text, marks, href in _code_lines(run) if CODE in run.marks else (run,):
            if not text:
                continue
            if texts and (marks != style[0] or href != style[1]):
                merged.append(make_run(("".join(texts), *style)))
                texts = []
            style = marks, href
            texts.append(text)
    if texts:
        merged.append(make_run(("".join(texts), *style)))
    return merged


def _code_lines(run: Run) -> list[Run]:
    """A code span neither begins nor ends with a line break, and spaces alone are none."""
    text = run.text
    if text.isspace():
        return [run._replace(marks=run.marks - {CODE})]
    code = text.strip("\n")
    if len(code) == len(text):
        return [run]
    before, after = text.startswith("\n"), text.endswith("\n")
    return [Run("\n")] * before + [run._replace(text=code)] + [Run("\n")] * after


def _write(runs: list[Run], within: Within, before: str, after: str) -> str:
    """`before` and `after` are the characters beside the runs, `within` the styles already open."""
    if len(runs) == 1 and within.issuperset(_styles(runs[0])):
        return _leaf(runs[0], within, before, after)
    out: list[str] = []
    beside, starts = [before], [0]
    position = 0
    while position < len(runs):
        run = runs[position]
        style, end = _longest_style(runs, position, within) if run.marks or run.href else ("", position + 1)
        left, right = beside[-1], _first_character(runs[end], within) if end < len(runs) else after
        if not style:
            written = _leaf(run, within, left, right)
        else:
            group = runs[position:end]
            if style == EM:
                strong_next = end < len(runs) and _longest_style(runs, end, within)[0] == STRONG
                style = _emphasis(group, within, left, right, bool(out) and out[-1].endswith("*"), strong_next)
            written = _styled(style, group, within, left, right)
        following = written
        last = len(out)
        # What loses its marks may in turn stand too close to what is before it.
        while last and out[last - 1].endswith(_JOINING) and _collide(out[last - 1], following):
            last -= 1
            group = runs[starts[last] : starts[last + 1]]
            following = out[last] = _without_asterisks(group, within, beside[last], following.lstrip("*")[:1])
        out.append(written)
        beside.append(written.rstrip("*")[-1:] or left)
        position = end
        starts.append(end)
    return "".join(out)


def _emphasis(group: list[Run], within: Within, left: str, right: str, follows: bool, precedes: bool) -> str:
    """
    Underscores, which no word may touch, where asterisks would run into those of strong text.

    `follows` and `precedes`: whether strong text stands right beside.
    """
    crowded = _ADJACENT_DELIMITERS in within or (STRONG not in within and _alternates(group, STRONG))
    free = (follows or not is_word(left)) and (precedes or not is_word(right))
    return _UNDERSCORED if free and (follows or precedes or crowded) else EM


def _collide(written: str, following: str) -> bool:
    """What closes and what opens, side by side, would be read as one row of asterisks or backticks."""
    if written.endswith("_") and written[-2:-1] != "\\":
        return is_word(following[0])
    joined = following[:1] in ("*", "`") and written.endswith(following[0]) and written[-2:-1] != "\\"
    return joined and not _are_told_apart(written, following)


def _are_told_apart(written: str, following: str) -> bool:
    """
    Of three asterisks between words CommonMark closes what is open, and opens with the rest. No other mark may stand
    within: then just three more are at the far ends.
    """
    closed, opened = written.rstrip("*"), following.lstrip("*")
    row = len(written) - len(closed) + len(following) - len(opened)
    return row == 3 and written.count("*") + following.count("*") == 6 and is_word(closed[-1]) and is_word(opened[0])


def _without_asterisks(runs: list[Run], within: Within, before: str, after: str) -> str:
    plain = _merged([run._replace(marks=run.marks - {STRONG, EM}) for run in runs])
    written = _write(plain, within, before, after)
    return written + " " if after == "`" and written.endswith("`") else written


def _styles(run: Run) -> tuple[str, ...]:
    styles = _in_order(run.marks) if run.marks else ()
    return (_LINK + run.href, *styles) if run.href else styles


@lru_cache(64)
def _in_order(marks: Marks) -> tuple[str, ...]:
    return tuple(mark for mark in DELIMITERS if mark in marks)


def _longest_style(runs: list[Run], position: int, within: Within) -> tuple[str, int]:
    """Of the styles that start here the one that reaches furthest, which goes outermost; and its end."""
    best, furthest = "", position + 1
    for style in _styles(runs[position]):
        if style in within:
            continue
        end = position + 1
        while end < len(runs) and style in _styles(runs[end]):
            end += 1
        if not best or end > furthest:
            best, furthest = style, end
    return best, furthest


def _first_character(run: Run, within: Within) -> str:
    """What the run will begin with; asterisks are looked through, since they join with those before."""
    for style in _styles(run):
        if style not in within and style not in (STRONG, EM):
            if not style.startswith(_LINK):
                return DELIMITERS[style][0][0]
            if is_live(run.href):
                return "["
    return "`" if CODE in run.marks else run.text[0]


def _styled(style: str, runs: list[Run], within: Within, before: str, after: str) -> str:
    """Spaces go outside the marks; so does punctuation that would keep CommonMark from reading them."""
    lead, runs, trail = without_spaces(runs)
    if style in _FLANKED:
        more_lead, runs, more_trail = without_punctuation(runs, (lead or before)[-1], (trail or after)[0])
        lead, trail = lead + more_lead, more_trail + trail
    if not runs:
        return _text(lead + trail, within, before, after)
    inner = _delimited(style, runs, within, (lead or before)[-1], (trail or after)[0])
    return _text(lead, within, before, inner[0]) + inner + _text(trail, within, inner[-1], after)


def _delimited(style: str, runs: list[Run], within: Within, before: str, after: str) -> str:
    if style == _UNDERSCORED:
        return "_" + _write(runs, within | {EM}, "_", "_") + "_"
    if style.startswith(_LINK):
        return _link(style.removeprefix(_LINK), runs, within | {style, _LINKED})
    within = within | {style}
    opening, closing = DELIMITERS[style]
    if style not in _FLANKED:
        return opening + _write(runs, within, ">", "<") + closing
    crowded = style != STRIKE and _alternates(runs, EM if style == STRONG else STRONG)
    inner = _write(runs, within | {_ADJACENT_DELIMITERS} if crowded else within, before, after)
    if crowded and "*" in (inner[0], inner[-1]):
        plain = [run._replace(marks=run.marks - {STRONG, EM} | {style}) for run in runs]
        inner = _write(_merged(plain), within, before, after)
    beside = inner if style == STRIKE else inner.strip("*")  # asterisks join with those inside of them
    return opening + inner + closing if flanks(before, beside, after) else inner


def _alternates(runs: list[Run], mark: str) -> bool:
    """Whether the mark comes and goes, so that asterisks at the edges would pair with those between words."""
    return len(runs) > 2 and sum(marked for marked, _ in groupby(runs, key=lambda run: mark in run.marks)) > 1


def _link(url: str, runs: list[Run], within: Within) -> str:
    """An address that is not live stands beside the words."""
    plain = "".join(run.text for run in runs)
    if not is_live(url):
        return _write(runs, within, "*", "*") + ("" if plain == url else f" ({code_span(url)})")
    if _says_itself(url, plain) and all(map(is_plain, runs)):
        return f"<{plain}>"
    if not are_paired(plain, "[", "]") or "](" in plain:
        within = within | {_BRACKETS}
    return f"[{_write(runs, within, '[', ']')}]({url})"


def _says_itself(url: str, plain: str) -> bool:
    if url == "mailto:" + plain:
        return _MAIL.fullmatch(plain) is not None
    return url.startswith(("http", "mailto:")) and url in (plain, plain + "/")


def _leaf(run: Run, within: Within, before: str, after: str) -> str:
    if run.marks and CODE in run.marks:
        return "\n".join(map(code_span, run.text.split("\n")))
    return _text(run.text, within, before, after)


def _text(text: str, within: Within, before: str, after: str) -> str:
    if not text:
        return ""
    if not within:
        return escape(text, before, after)
    # a delimiter stands at either end
    before, after = "*" if before in _BLANKS else before, "*" if after in _BLANKS else after
    return escape(text, before, after, _BRACKETS in within, _LINKED in within)
