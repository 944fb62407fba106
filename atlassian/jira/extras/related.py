"""What hangs on an issue without being in it: its children, and links to elsewhere."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from atlassian.jira.issues import IssueSummary
from atlassian.jira.references import project_of
from atlassian.jira.text import Section, one_line
from atlassian.rendering.links import safe_url
from atlassian.upstream.responses import dig, is_id, line, text

MAX_CHILDREN = 100
_CONFLUENCE = "com.atlassian.confluence"
_SPACE = re.compile(r"/wiki/spaces/([^/?#]+)/")


def children_section(children: Sequence[tuple[IssueSummary, bool]], more: bool) -> Section:
    """Each child, and whether it is done."""
    done = sum(is_done for _, is_done in children)
    if not children:
        return Section("Children (0)", ["There are none that can be seen here."])
    head = [f"Only the first {len(children)} are here.", ""] if more else []
    return Section(f"Children ({done} of {len(children)} done)", head + [_child(issue) for issue, _ in children])


def is_done(issue: Any) -> bool:
    return text(issue, "fields", "status", "statusCategory", "key") == "done"


def links_section(
    links: Sequence[dict[str, Any]], site_url: str, within: Callable[[str], bool], spaces: Sequence[str] | None
) -> Section:
    """`spaces` are those of which page titles may be shown, `within` says of which projects; None: of all spaces."""
    lines = [said for link in links if (said := _link(link, site_url, within, spaces))]
    return Section(f"Web links ({len(lines)})", lines or ["There are none."])


def _child(issue: IssueSummary) -> str:
    assignee = f" ({issue.assignee})" if issue.assignee else ""
    return "- " + one_line(f"{issue.key} [{issue.status}] {issue.summary}{assignee}")


def _link(link: dict[str, Any], site_url: str, within: Callable[[str], bool], spaces: Sequence[str] | None) -> str:
    address = safe_url(text(link, "object", "url"), site_url)
    title = line(link, "object", "title")
    summary = line(link, "object", "summary")
    if not _is_issue_within(address, site_url, within):
        title = summary = ""
    if line(link, "application", "type") == _CONFLUENCE or _is_page(address, site_url):
        page, title = _page_id(link, address), title if title.casefold() != "page" else ""
        if not _may_show(address, spaces):
            title = summary = ""
            address = f"{site_url}/wiki/pages/viewpage.action?pageId={page}" if page else ""
        title = title or (f"Confluence page {page}" if page else "Confluence page")
    if not title and not address:
        return ""
    relationship = line(link, "relationship")
    resolved = " (resolved)" if dig(link, "object", "status", "resolved") is True else ""
    named = f"[{one_line(title).replace('[', '(').replace(']', ')')}]({address})" if title and address else address
    said = [f"{one_line(relationship)}:" if relationship else "", named or one_line(title)]
    return "- " + " ".join(filter(None, said)) + (f" – {one_line(summary)}" if summary else "") + resolved


def _is_page(address: str, site_url: str) -> bool:
    return address.lower().startswith(f"{site_url}/wiki/".lower())


def _is_issue_within(address: str, site_url: str, within: Callable[[str], bool]) -> bool:
    """Unless it is the address of an issue of the site whose project is not `within`."""
    start = f"{site_url}/browse/"
    if not address.lower().startswith(start.lower()):
        return True
    key = urlsplit(address[len(start) - 1 :]).path.strip("/")
    return within(project_of(key) or key.upper())  # or of a project


def _page_id(link: dict[str, Any], address: str) -> str:
    """The page id in Confluence's own id of the link, else in its address."""
    queries = [text(link, "globalId"), urlsplit(address).query]
    found = [page for query in queries for page in parse_qs(query).get("pageId", [])]
    return next((page for page in found if is_id(page)), "")


def _may_show(address: str, spaces: Sequence[str] | None) -> bool:
    """A page's title only where its space may be read, which its address has to say."""
    if spaces is None:
        return True
    space = _SPACE.search(address)
    return space is not None and space[1].upper() in spaces and ".." not in address
