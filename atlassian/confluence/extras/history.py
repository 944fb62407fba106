"""The versions of a page: who saved which, when, and what they said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atlassian.confluence.bodies import FORMAT
from atlassian.confluence.search.results import has_more
from atlassian.errors import NothingThere
from atlassian.moments import minute
from atlassian.rendering.imitations import facts_line
from atlassian.rendering.markdown.tree import Block, List, ListItem, Paragraph, Run
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import dig, line, number, required_items, text
from atlassian.upstream.transport import Params

MAX_VERSIONS = 50
NO_SUCH_VERSION = "Confluence keeps no version {} of this page. include=history lists those that it keeps."


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    created_at: str
    author_id: str
    message: str
    minor: bool


@dataclass(frozen=True, slots=True)
class VersionList:
    """Newest first."""

    versions: tuple[Version, ...]
    complete: bool

    def account_ids(self) -> set[str]:
        return {each.author_id for each in self.versions}


def fetch_history(client: AtlassianClient, kind: str, content_id: str) -> VersionList:
    """
    kind: page or blogpost. In a call of its own, without bodies: within the page's answer each version brings its own.
    https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-version/
    """
    params: Params = {"limit": MAX_VERSIONS, "sort": "-modified-date"}
    answer = client.get(f"/wiki/api/v2/{kind}s/{{id}}/versions", params, id=content_id)
    rows = required_items(answer, "results")
    found = [_version(row) for row in rows if number(row, "number") > 0]
    found.sort(key=lambda version: version.number, reverse=True)
    return VersionList(tuple(found), complete=len(found) == len(rows) and not has_more(answer))


def fetch_version(client: AtlassianClient, kind: str, content_id: str, version: int) -> dict[str, Any]:
    """The page as of that version. Raises NothingThere for one that Confluence does not keep."""
    params: Params = {"version": version, "body-format": FORMAT}
    try:
        content = client.get(f"/wiki/api/v2/{kind}s/{{id}}", params, id=content_id)
    except NothingThere as exc:
        raise NothingThere(NO_SUCH_VERSION.format(version)) from exc
    if text(content, "id") != content_id or number(content, "version", "number") != version:
        raise NothingThere(NO_SUCH_VERSION.format(version))
    return dict(content)


def _version(row: dict[str, Any]) -> Version:
    return Version(
        number=number(row, "number"),
        created_at=text(row, "createdAt"),
        author_id=text(row, "authorId"),
        message=line(row, "message"),
        minor=dig(row, "minorEdit") is True,
    )


def history_blocks(listed: VersionList, names: Mapping[str, str]) -> list[Block]:
    count = f"{len(listed.versions)}" if listed.complete else f"the newest {len(listed.versions)}"
    items = [ListItem([Paragraph([Run(_facts(each, names))])]) for each in listed.versions]
    return [Paragraph([Run(f"History ({count}):")]), List(items)] if items else [Paragraph([Run("History: none.")])]


def _facts(each: Version, names: Mapping[str, str]) -> str:
    author = names.get(each.author_id, each.author_id)
    moment = minute(each.created_at) if each.created_at else ""
    return facts_line((f"version {each.number}", moment, author, each.message, "minor edit" if each.minor else ""))
