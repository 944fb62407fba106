"""Lists of the storage format: HTML's, and Confluence's tasks."""

from atlassian.rendering.markdown.tree import Flow, List, ListItem, blocks_of
from atlassian.rendering.storage.reader import Reader
from atlassian.rendering.storage.source import Element
from atlassian.rendering.visibility import declarations

MAX_DIGITS = 9
_LISTS = {"ul", "ol", "{ac}task-list"}
_ROMAN: tuple[tuple[int, str], ...] = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
)
_ROMAN += ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_STYLES = {"lower-alpha": "a", "lower-latin": "a", "upper-alpha": "A", "upper-latin": "A"}
_STYLES |= {"lower-roman": "i", "upper-roman": "I"}


def html_list(reader: Reader, element: Element) -> Flow:
    items = _points(reader, element)
    if element.tag != "ol":
        return [List(items)]
    start = _number(element, "start")
    if element.get("reversed") is not None:
        _count_down(items, len(items) if start is None else start)
    lists = _numbered(items, 1 if start is None else start)
    kind = _kind(element)
    if not kind:
        return [*lists]
    for part in lists:
        for number, item in enumerate(part.items, part.start or 0):
            item.label = f"{_letters(number, kind)}. {item.label}"
    return [List(items)]


def _count_down(items: list[ListItem], start: int) -> None:
    """Gives each point the number that people see, down to 0, below which Markdown has none."""
    for item in items:
        item.number = start if item.number is None else item.number
        start = max(item.number - 1, 0)


def _numbered(items: list[ListItem], start: int) -> list[List]:
    """One list, or several where points have numbers of their own, for in Markdown a list counts from its first."""
    lists = [List([], start)]
    for item in items:
        following = (lists[-1].start or 0) + len(lists[-1].items)
        if item.number not in (None, following):
            lists.append(List([], item.number))
        lists[-1].items.append(item)
    return [each for each in lists if each.items] or lists[:1]


def _number(element: Element, name: str) -> int | None:
    written = (element.get(name) or "").strip()
    return int(written) if written.isdecimal() and len(written) <= MAX_DIGITS else None


def task_list(reader: Reader, element: Element) -> Flow:
    return [List(_points(reader, element))]


def _kind(element: Element) -> str:
    """`a`, `A`, `i` or `I` where points have letters, which Markdown's numbers would replace."""
    kind = (element.get("type") or "").strip()
    style = element.get("style")
    if style and not kind:
        found = declarations(style)
        named = f"{found.get('list-style-type', '')} {found.get('list-style', '')}".split()
        kind = next((_STYLES[name] for name in named if name in _STYLES), "")
    return kind if kind in ("a", "A", "i", "I") else ""


def _letters(number: int, kind: str) -> str:
    if not 0 < number < 4_000:
        return str(number)
    letters = _roman(number) if kind in "iI" else _alphabetic(number)
    return letters.upper() if kind.isupper() else letters


def _alphabetic(number: int) -> str:
    """a to z, aa, ab, as the columns of a sheet."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) + letters
    return letters


def _roman(number: int) -> str:
    letters = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        letters += sign * times
    return letters


def _points(reader: Reader, element: Element) -> list[ListItem]:
    """The points of a list; a list that stands among points belongs to the one before it."""
    items: list[ListItem] = []
    for child in element:
        name = child.tag
        if name in _POINTS:
            items.append(_POINTS[name](reader, child))
        elif body := blocks_of(reader.read(child)):
            if name in _LISTS and items:
                items[-1].body += body
            else:
                items.append(ListItem(body))
    return items + [ListItem([block]) for block in reader.stray_text(element)]


def _point(reader: Reader, element: Element) -> ListItem:
    return ListItem(reader.in_own_style(Reader.blocks, element), number=_number(element, "value"))


def _task(reader: Reader, element: Element) -> ListItem:
    parts = {child.tag: child for child in element}
    status = parts.get("{ac}task-status")
    body = parts.get("{ac}task-body")
    done = status is not None and (status.text or "").strip() == "complete"
    found = reader.in_own_style(Reader.blocks, body) if body is not None else []
    return ListItem(found, "[x] " if done else "[ ] ")


_POINTS = {"li": _point, "{ac}task": _task}
