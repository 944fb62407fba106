"""
What macros show that stands elsewhere: included pages and excerpts, children, page properties, issues of Jira.

Each kind costs one call, whatever the number of its macros; what was included is shown once and includes nothing
further. Nothing of it comes from outside the workspace's spaces, whatever the page that includes it says.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rest_framework.exceptions import APIException

from atlassian.confluence.addresses import ContentTitle
from atlassian.confluence.bodies import body_of
from atlassian.confluence.extras.children import Child, fetch_children
from atlassian.confluence.kinds import WITH_TEXT
from atlassian.confluence.search import cql
from atlassian.confluence.search.lookups import SEARCH
from atlassian.confluence.search.results import has_more, is_page, space_key_of
from atlassian.confluence.spaces import Space
from atlassian.notices import Notice
from atlassian.rendering.storage import Document
from atlassian.rendering.storage.document import PlacedMacro, listing, table
from atlassian.rendering.storage.source import Element
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import line, required_items, text
from atlassian.words import quoted

MAX_INCLUDED = 20
MAX_INCLUDED_CHARS = 500_000  # of storage format, in all
MAX_ROWS = 25
MAX_COLUMNS = 20
MAX_ISSUES = 20
_CURRENT_SPACE = re.compile(r"\bcurrentSpace\s*\(\s*\)", re.IGNORECASE)

FindIssues = Callable[[str, int], Sequence[Mapping[str, str]]]
Key = tuple[str, str]


class Expansion:
    """Shows in a page what its macros stand for, and notes what it could not show."""

    def __init__(
        self, client: AtlassianClient, allowlist: frozenset[str], space: Space, content_id: str, issues: FindIssues
    ) -> None:
        self._client, self._allowlist, self._space, self._id = client, allowlist, space, content_id
        self._issues = issues
        self.notices: list[Notice] = []
        self.page_ids: list[str] = []  # of other pages that something of is shown

    def expand(self, page: Document) -> None:
        for what, part in (
            ("included pages", self._includes),
            ("children", self._children),
            ("page properties", self._reports),
            ("issues", self._tables_of_issues),
        ):
            try:
                part(page)
            except APIException as exc:
                message = f"The {what} that macros show could not be had. {exc.detail}"
                self.notices.append(Notice("macros_unavailable", message))

    def _includes(self, page: Document) -> None:
        placed = [each for each in page.macros("include", "excerpt-include") if each.title]
        wanted = {self._key(macro): macro.title for macro in placed[:MAX_INCLUDED]}
        if not wanted:
            return
        sources, room, shown = self._sources(wanted), MAX_INCLUDED_CHARS, set[tuple[str, Key]]()
        missing = 0
        for macro in placed:
            source = sources.get(self._key(macro), "")
            once = (macro.name, self._key(macro))
            contents = (
                _contents(macro, source, self._key(macro)[0]) if len(source) <= room and once not in shown else []
            )
            if once not in shown:
                missing += not contents
            if contents:
                room -= len(source)
                shown.add(once)
                page.replace(macro, _label(macro), contents)
        if missing:
            self._miss(f"{missing} of the included texts could not be shown.")

    def _key(self, macro: PlacedMacro) -> Key:
        return (macro.space_key or self._space.key).upper(), macro.title.casefold()

    def _sources(self, wanted: Mapping[Key, str]) -> dict[Key, str]:
        allowed = [key for key in wanted if not self._allowlist or key[0] in self._allowlist]
        if not allowed:
            return {}
        named = [ContentTitle(key[0], wanted[key]) for key in allowed]
        question = cql.from_references(named, "", [cql.of_kinds(WITH_TEXT)])
        found = {}
        for row in self._rows(question):
            source = body_of(row["content"]).source
            if isinstance(source, str):
                self.page_ids.append(text(row, "content", "id"))
                found[space_key_of(row).upper(), line(row, "content", "title").casefold()] = source
        return found

    def _rows(self, question: str) -> list[dict[str, Any]]:
        params: dict[str, str | int] = {"cql": question, "limit": MAX_ROWS, "excerpt": "none"}
        params["expand"] = "content.space,content.body.storage"
        answer = self._client.get(SEARCH, params)
        if has_more(answer):
            self._miss("Confluence has more pages for a macro than are shown.")
        return [row for row in required_items(answer, "results") if is_page(row) and self._is_allowed(row)]

    def _miss(self, what: str) -> None:
        self.notices.append(Notice("macros_incomplete", what))

    def _is_allowed(self, row: dict[str, Any]) -> bool:
        return not self._allowlist or space_key_of(row).upper() in self._allowlist

    def _children(self, page: Document) -> None:
        """Lists the children of this page. A macro that lists those of another page is shown by its name."""
        placed = [each for each in page.macros("children", "pagetree") if not _of_another_page(each)]
        for macro in placed[:1]:
            depth = macro.parameters.get("depth", "")
            levels = 3 if macro.parameters.get("all") == "true" else int(depth) if depth in ("1", "2", "3") else 1
            listed = fetch_children(self._client, self._id, self._space, levels)
            if not listed.complete:
                self._miss("Confluence has more children than are shown.")
            page.replace(macro, "" if listed.children else "[no children]", [_wrapped(_tree(listed.children))])

    def _reports(self, page: Document) -> None:
        for macro in page.macros("detailssummary")[:1]:
            rows = self._rows(self._question_of_report(macro))
            properties = [(row, _properties(row, macro.parameters.get("id", ""))) for row in rows]
            properties = [(row, found) for row, found in properties if found]
            self.page_ids += [text(row, "content", "id") for row, _ in properties]
            chosen = [name.strip() for name in macro.parameters.get("headings", "").split(",") if name.strip()]
            names = chosen or list(dict.fromkeys(name for _, found in properties for name in found))
            if len(names) > MAX_COLUMNS:
                self._miss(f"{len(names) - MAX_COLUMNS} columns of page properties are left out.")
                names = names[:MAX_COLUMNS]
            lines = [[line(row, "content", "title"), *map(found.get, names)] for row, found in properties]
            shown = table([macro.parameters.get("firstcolumn") or "Title", *names], lines)
            page.replace(macro, "" if lines else "[no page properties found]", [_wrapped(shown)] if lines else [])

    def _question_of_report(self, macro: PlacedMacro) -> str:
        """The author's, within the workspace's spaces as far as one question holds them; rows are held to all."""
        narrowing = [cql.of_kinds(WITH_TEXT)]
        narrowing += [clause for clause in cql.in_spaces(sorted(self._allowlist))[:1] if clause]
        raw = macro.parameters.get("cql", "")
        if raw:
            return cql.from_raw(_CURRENT_SPACE.sub(quoted(self._space.key), raw), narrowing)
        labels = [word for word in re.split(r"[,\s]+", macro.parameters.get("label", "")) if word]
        return " AND ".join(
            [f"label in ({', '.join(map(quoted, labels))})", f"space = {quoted(self._space.key)}", *narrowing]
        )

    def _tables_of_issues(self, page: Document) -> None:
        placed = [each for each in page.macros("jira", "jiraissues") if each.parameters.get("jqlQuery")]
        for macro in placed[:1]:
            issues = self._issues(macro.parameters["jqlQuery"], MAX_ISSUES)
            if len(issues) == MAX_ISSUES:
                self._miss(f"Of a table of issues the first {MAX_ISSUES} are shown.")
            head = list(issues[0]) if issues else []
            label = f"[Jira: {macro.parameters['jqlQuery']}]" + ("" if issues else " finds nothing.")
            rows = [list(issue.values()) for issue in issues]
            page.replace(macro, label, [_wrapped(table(head, rows))] if issues else [])


def _contents(macro: PlacedMacro, source: str, space_key: str) -> list[Element]:
    if not source:
        return []
    included = Document(source)
    included.name_space_of_links(space_key)
    return included.excerpts(macro.parameters.get("name", "")) if macro.name == "excerpt-include" else included.body()


def _label(macro: PlacedMacro) -> str:
    return f"[{'excerpt of page' if macro.name == 'excerpt-include' else 'included page'}: {macro.title}]"


def _of_another_page(macro: PlacedMacro) -> bool:
    return bool(macro.title) or macro.parameters.get("root", "@self") not in ("@self", "")


def _tree(children: list[Child]) -> Element:
    return listing([(f"{child.title} (id {child.id})", _below(child)) for child in children])


def _below(child: Child) -> list[Element]:
    return [_tree(child.children)] if child.children else []


def _properties(row: dict[str, Any], macro_id: str) -> dict[str, Element]:
    source = body_of(row["content"]).source
    return Document(source).properties(macro_id) if isinstance(source, str) and text(row, "content", "id") else {}


def _wrapped(element: Element) -> Element:
    """`replace` puts what an element holds into the page."""
    holder = element.makeelement("page")
    holder.append(element)
    return holder
