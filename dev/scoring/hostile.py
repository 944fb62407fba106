"""What nobody wrote in good faith: each must be rendered without raising and in bounded time."""

import copy
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from dev.scoring.generated import adf_document

LEVELS = 5_000
MEGABYTES = 5_000_000
_WRONG: tuple[Any, ...] = (None, 0, -1, 1.5, True, "", "x", [], {}, [None], ["x"], [[]], {"type": None}, 10**30)
_WRONG += ("\ud800", "javascript:alert(1)", float("nan"), float("inf"))
_NESTED: tuple[str, ...] = (
    "bulletList",
    "orderedList",
    "listItem",
    "blockquote",
    "panel",
    "expand",
    "table",
    "tableRow",
    "tableCell",
)
_NESTED += ("layoutSection", "taskList", "mediaSingle", "bodiedExtension", "codeBlock", "paragraph", "tomorrow")
_REPEATED = ("`", "*", "_", "[", "](", "<", "&", "\\", "\n", "~~", "|", "# ", "- ", "<!--", "a\n", "word ")


def hostile_adf() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Named makers, since a document of 5,000 levels is better not held beside others."""
    for kind in _NESTED:
        yield f"{LEVELS} levels of {kind}", partial(_deep, kind)
    for text in _REPEATED:
        yield f"5 MB of {text!r}", partial(_repeated, text)
    yield "spans of a thousand million", lambda: _spanned(10**9)
    yield "a wide row above a long table", _ragged
    yield "control characters", lambda: _paragraph("a\x00b\x08c\ud800d\ufffee")
    for place, value in enumerate(_WRONG):
        yield f"not a document: {place}", partial(_given, value)
    for seed in range(200):
        yield f"damaged fields {seed}", partial(_damaged, seed)


def hostile_storage() -> Iterator[tuple[str, Callable[[], str]]]:
    bomb = "".join(f'<!ENTITY b{i + 1} "{f"&b{i};" * 10}">' for i in range(9))
    pages = {
        "an entity bomb": f'<!DOCTYPE p [<!ENTITY b0 "lol">{bomb}]><p>&b9;seen</p>',
        "an external entity": '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;seen</p>',
        "an external DTD": '<!DOCTYPE p SYSTEM "http://127.0.0.1:9/x.dtd"><p>seen</p>',
        "illegal character references": "<p>&#0;&#x1f;&#xD800;&#99999999;&#x110000;seen</p>",
        "control characters": "<p>\x00\x08\ud800seen</p>",
        "huge spans": '<table><tr><td colspan="1000000000" rowspan="99999999999">seen</td><td>b</td></tr></table>',
        "crossed tags": "<p><b><i>seen</b></i> after</p>",
        "unquoted attributes": "<table><tr><td colspan=2>seen<td>y</table>",
        "bare signs": "<p>a < b && c > d seen</p>",
        "half a page": "<p>seen <strong>and",
    }
    for name, page in pages.items():
        yield name, partial(_given, page)
    for tag in ("div", "blockquote", "ul><li", "b", "table><tr><td"):
        closing = "".join(f"</{part}>" for part in reversed(tag.split("><")))
        yield f"{LEVELS} levels of {tag}", partial(_around, f"<{tag}>", "seen", closing)
        yield f"{LEVELS} of {tag} left open", partial(_around, f"<{tag}>x", "seen", "")
    for text in ("<", "&", "<!--", "<![CDATA[", "<?x ", "<!DOCTYPE [", "</p>", "<p a='", "&nbsp;", "word ", "`"):
        yield f"1 MB of {text!r}", partial(_after_seen, text)


def _given(value: Any) -> Any:
    return value


def _around(opening: str, text: str, closing: str) -> str:
    return opening * LEVELS + text + closing * LEVELS


def _after_seen(text: str) -> str:
    return "<p>seen</p>" + text * (1_000_000 // len(text))


def _repeated(text: str) -> Any:
    return _paragraph(text * (MEGABYTES // len(text)))


def _deep(kind: str) -> Any:
    node: Any = {"type": "paragraph", "content": [{"type": "text", "text": "seen"}]}
    for _ in range(LEVELS):
        node = {"type": kind, "content": [node]}
    return {"type": "doc", "content": [node]}


def _paragraph(text: str) -> Any:
    return {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]}


def _spanned(span: int) -> Any:
    cell = {"type": "tableCell", "attrs": {"colspan": span, "rowspan": span}, "content": [_paragraph("seen")]}
    return {
        "type": "doc",
        "content": [{"type": "table", "content": [{"type": "tableRow", "content": [cell] * 9}] * 99}],
    }


def _ragged() -> Any:
    cell = {"type": "tableCell", "content": []}
    wide, narrow = ({"type": "tableRow", "content": [cell] * width} for width in (20_000, 1))
    return {"type": "doc", "content": [{"type": "table", "content": [wide, *[narrow] * 20_000]}]}


def _damaged(seed: int) -> Any:
    """A document in which a few fields are missing or hold what they should not."""
    chance = random.Random(seed)
    document = copy.deepcopy(adf_document(seed))
    for _ in range(chance.randint(1, 8)):
        places = list(_places(document))
        if not places:
            break
        holder, key = chance.choice(places)
        if isinstance(holder, dict) and chance.random() < 0.2:
            del holder[key]
        else:
            holder[key] = chance.choice(_WRONG)
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inside:
        yield value, key
        yield from _places(child)
