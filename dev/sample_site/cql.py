"""CQL over the pages, comments and spaces of the sample site."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dev.sample_site import words
from dev.sample_site.dataset import Page, PageComment, Space
from dev.sample_site.exchange import Refusal, json_answer
from dev.sample_site.queries import Clause, Group, Node, Query, clauses_of, holds
from dev.sample_site.query_parser import parse
from dev.sample_site.query_tokens import QueryError
from dev.sample_site.routing import Call
from dev.sample_site.storage import text_of

SERVICE = "com.atlassian.confluence.api.service.exceptions.api."
TYPES = [
    "space",
    "user",
    "page",
    "blogpost",
    "comment",
    "attachment",
    "database",
    "whiteboard",
    "slide",
    "embed",
    "folder",
]
# Those that the product and its tests ask about; the real site has more.
FIELDS = ("space", "siteSearch", "type", "title", "text", "label", "ancestor", "parent", "id", "creator")
KNOWN = {name.lower(): name for name in FIELDS}


def refusal(message: str, kind: str = "BadRequestException", status: int = 400) -> Refusal:
    data = {"authorized": True, "valid": True, "errors": [], "successful": True}
    return Refusal(json_answer({"statusCode": status, "data": data, "message": f"{SERVICE}{kind}: {message}"}, status))


@dataclass
class Hit:
    """Something that a search can find: a page, blog post, folder, comment, or a space."""

    type: str
    title: str
    body: str
    space: Space
    page: Page | None = None
    comment: PageComment | None = None

    @property
    def id(self) -> str:
        return self.comment.id if self.comment else self.page.id if self.page else self.space.id

    @property
    def changed(self) -> str:
        return self.comment.created if self.comment else self.page.updated if self.page else "2024-01-08T08:00:00.000Z"


def candidates(call: Call, archived_spaces: bool) -> list[Hit]:
    """What the index holds for this caller: nothing archived, trashed, unpublished or hidden."""
    hits = []
    for space in call.site.dataset.spaces.values():
        if not call.caller.sees_space(space.key) or (space.status != "current" and not archived_spaces):
            continue
        hits.append(Hit("space", space.name, "", space))
        for page in call.site.dataset.pages.values():
            if page.space == space.key and page.status == "current":
                hits.append(Hit(page.type, page.title, page.text(), space, page))
                hits += [
                    Hit("comment", f"Re: {page.title}", text_of(comment.body), space, page, comment)
                    for comment in page.comments
                ]
    return hits


def find(call: Call, cql: str, archived_spaces: bool = False) -> list[Hit]:
    query = parsed(cql)
    tests = {clause: _test(call, clause) for clause in clauses_of(query.where)}
    where = without_dropped_clause(query.where)
    found = [hit for hit in candidates(call, archived_spaces) if holds(where, tests, hit)]
    wanted = searched(query)
    # Only the user interface's own field ranks: a word in the title counts for more.
    if any(clause.field.lower() == "sitesearch" for clause in clauses_of(query.where)):
        found.sort(key=lambda hit: -_rank(hit, wanted))
    for name, direction in reversed(query.order):
        found.sort(key=_sort_key(name.lower()), reverse=direction == "desc")
    return found


def parsed(cql: str) -> Query:
    try:
        return parse(cql, strict=False)
    except QueryError:
        raise refusal(f"Could not parse cql : {cql}") from None


def searched(query: Query) -> list[str]:
    """The stems to mark in title and excerpt."""
    return [
        stem
        for clause in clauses_of(query.where)
        if clause.operator == "~"
        for stem in words.terms(str(clause.values[0]))
    ]


def without_dropped_clause(where: Node | None) -> Node | None:
    """siteSearch in the middle of three is lost on the real site; so it is here."""
    if isinstance(where, Group) and where.operator == "and" and len(where.clauses) == 3:
        first, middle, last = where.clauses
        if isinstance(middle, Clause) and middle.field.lower() == "sitesearch":
            return Group("and", (first, last))
    return where


def _rank(hit: Hit, wanted: list[str]) -> int:
    title, body = words.Words.of(hit.title), words.Words.of(hit.body)
    return sum(3 * title.has([each]) + body.has([each]) for each in wanted)


def _sort_key(name: str) -> Callable[[Hit], Any]:
    if name == "created":
        return lambda hit: hit.page.created if hit.page else hit.changed
    return lambda hit: hit.title.lower() if name == "title" else hit.id


def _test(call: Call, clause: Clause) -> Callable[[Hit], bool]:
    name = clause.field.lower()
    if name not in KNOWN:
        raise refusal(
            f"No field exists with the name: '{clause.field}'\n"
            "Did you mean one of : space, siteSearch, type, title, text"
        )
    values = [call.value_of(value) for value in clause.values]
    negated = clause.operator in ("!=", "!~", "not in")
    if clause.operator in ("~", "!~") and name in ("text", "title", "sitesearch"):
        return _text_test(clause, name, values[0], negated)
    if name == "title" and not values[0]:
        raise refusal("Title cannot be empty")
    if name == "type" and (unknown := [value for value in values if value.lower() not in TYPES]):
        raise refusal(f"Unknown type '{unknown[0]}'. Did you mean one of : {', '.join(TYPES)}")
    if name in ("text", "sitesearch") or clause.operator not in ("=", "!=", "in", "not in"):
        raise refusal(f"Operator {clause.operator} is not supported for field {KNOWN[name]}")
    wanted = {value.lower() for value in values}
    return lambda hit: bool(wanted & {value.lower() for value in _facts(call, hit, name)}) != negated


def _facts(call: Call, hit: Hit, name: str) -> list[str]:
    """What a hit is, for the fields that are compared as they stand."""
    page = hit.page
    if page is None:
        return {"space": [hit.space.key], "type": [hit.type], "title": [hit.title]}.get(name, [])
    if name == "ancestor":
        return [] if hit.comment else ancestors(call, page)
    author = (hit.comment.author if hit.comment else page.author) or ""
    return {
        "space": [hit.space.key],
        "type": [hit.type],
        "title": [hit.title],
        "label": [] if hit.comment else page.labels,
        "parent": [] if hit.comment else [page.parent or ""],
        "creator": [author],
        "id": [hit.id],
    }.get(name, [])


def ancestors(call: Call, page: Page) -> list[str]:
    """Ids from the top down."""
    found: list[str] = []
    parent = call.site.dataset.pages.get(page.parent or "")
    while parent is not None and parent.id not in found:
        found.insert(0, parent.id)
        parent = call.site.dataset.pages.get(parent.parent or "")
    return found


def _text_test(clause: Clause, name: str, wanted: str, negated: bool) -> Callable[[Hit], bool]:
    if not wanted.strip():
        if name == "sitesearch":
            raise Refusal(json_answer({"statusCode": 500, "message": "java.lang.NullPointerException"}, 500))
        raise refusal(f'Could not parse cql : {clause.field} ~ ""')
    try:
        match = words.matcher(wanted)
    except words.UnparsableText:
        raise refusal(f"Could not parse cql : {clause.field} ~ {wanted}") from None
    return lambda hit: match(words.Words.of(hit.title if name == "title" else f"{hit.title}\n{hit.body}")) != negated
