"""What is read of a page besides its text: each part as it was asked for, as far as it could be had."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from atlassian.confluence.comments import CommentList, fetch_comments
from atlassian.confluence.extras.ancestors import Ancestor, fetch_ancestors
from atlassian.confluence.extras.attachments import SCOPE, AttachmentList, attachments_blocks, fetch_attachments
from atlassian.confluence.extras.children import ChildList, children_blocks, fetch_children
from atlassian.confluence.extras.history import VersionList, fetch_history, history_blocks
from atlassian.confluence.finding import Located
from atlassian.confluence.pages import ATTACHMENTS, CHILDREN, HISTORY, PageRequest
from atlassian.confluence.spaces import Spaces
from atlassian.confluence.unavailable import unavailable
from atlassian.errors import UpstreamFailure
from atlassian.notices import Notice
from atlassian.rendering.markdown.tree import Block
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import text

Part = TypeVar("Part")


@dataclass(slots=True)
class Parts:
    """A part is None if it was not asked for or could not be had; the notices say which."""

    comments: CommentList | None = None
    children: ChildList | None = None
    attachments: AttachmentList | None = None
    history: VersionList | None = None

    def account_ids(self) -> set[str]:
        people = self.comments.account_ids() if self.comments else set()
        return people | (self.history.account_ids() if self.history else set())

    def blocks(self, names: Mapping[str, str]) -> list[Block]:
        """All but the comments, which stand below the text."""
        blocks = children_blocks(self.children) if self.children else []
        blocks += attachments_blocks(self.attachments) if self.attachments else []
        return blocks + (history_blocks(self.history, names) if self.history else [])


@dataclass
class PartFetcher:
    """A part that cannot be had is told of and takes nothing else with it. Each costs one call, comments more."""

    client: AtlassianClient
    found: Located
    request: PageRequest
    notices: list[Notice] = field(default_factory=list)

    def fetch(self) -> Parts:
        kind, content_id = self.found.kind, text(self.found.content, "id")
        parts = Parts(children=self.children() if CHILDREN in self.request.include else None)
        if self.request.comments:
            parts.comments = fetch_comments(self.client, kind, content_id)
            self.notices += parts.comments.notices
        if ATTACHMENTS in self.request.include:
            fetch = partial(fetch_attachments, self.client, kind, content_id)
            parts.attachments = self.attempt("attachments_unavailable", "attachments", fetch, SCOPE)
        if HISTORY in self.request.include:
            fetch_versions = partial(fetch_history, self.client, kind, content_id)
            parts.history = self.attempt("history_unavailable", "versions", fetch_versions)
        return parts

    def children(self) -> ChildList | None:
        content_id, space = text(self.found.content, "id"), self.found.space
        fetch = partial(fetch_children, self.client, content_id, space, self.request.depth)
        return self.attempt("children_unavailable", "children", fetch)

    def ancestors(self, spaces: Spaces) -> tuple[Ancestor, ...]:
        fetch = partial(fetch_ancestors, self.client, spaces, self.found.content, self.found.space)
        return self.attempt("ancestors_unavailable", "pages above this one", fetch) or ()

    def attempt(self, code: str, what: str, fetch: Callable[[], Part], scope: str = "") -> Part | None:
        try:
            return fetch()
        except UpstreamFailure as exc:
            self.notices.append(unavailable(code, what, exc, scope))
            return None
