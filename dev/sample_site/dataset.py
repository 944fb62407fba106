"""What the sample site holds. Issues keep Jira's own JSON, so that a test can put anything into a field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dev.sample_site import adf, storage

NOW = "2026-11-20T09:00:00.000Z"


@dataclass
class Issue:
    id: str
    key: str
    fields: dict[str, Any]
    comments: list[dict[str, Any]] = field(default_factory=list)
    moved_from: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    worklog: list[dict[str, Any]] = field(default_factory=list)
    remote_links: list[dict[str, Any]] = field(default_factory=list)

    @property
    def project(self) -> str:
        return str(self.fields["project"]["key"])

    def text(self) -> str:
        own = (str(self.fields.get("summary") or ""), adf.text_in(self.fields.get("description")))
        return "\n".join([*own, *(adf.text_in(comment.get("body")) for comment in self.comments)])


@dataclass
class Space:
    id: str
    key: str
    name: str
    homepage_id: str | None = None
    type: str = "global"
    status: str = "current"


@dataclass
class PageComment:
    """A comment on a page; `selection` is the marked text of an inline one."""

    id: str
    author: str
    created: str
    body: str
    selection: str | None = None
    resolution: str = "open"
    parent: str | None = None
    edited: bool = False

    @property
    def inline(self) -> bool:
        return self.selection is not None


@dataclass
class PageVersion:
    """What a page was before it became what it is; `storage` is its body then."""

    number: int
    created: str
    author: str | None
    storage: str = ""
    title: str = ""
    message: str = ""
    minor: bool = False


@dataclass
class Page:
    """A page or blog post; also a folder, whiteboard, database or embed, which have no body."""

    id: str
    space: str
    title: str
    type: str = "page"
    status: str = "current"
    storage: str | None = None
    adf: Any = None
    labels: list[str] = field(default_factory=list)
    parent: str | None = None
    author: str | None = None
    version: int = 1
    created: str = NOW
    updated: str = NOW
    comments: list[PageComment] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    history: list[PageVersion] = field(default_factory=list)  # oldest first, without the present one
    message: str = ""
    position: int = 0
    subtype: str = ""

    def as_of(self, number: int) -> PageVersion | None:
        now = PageVersion(self.version, self.updated, self.author, self.as_storage(), self.title, self.message)
        return next((each for each in [*self.history, now] if each.number == number), None)

    def as_storage(self) -> str:
        """The storage body; a page given as ADF only shows its text as paragraphs."""
        if self.storage is not None:
            return self.storage
        lines = [line for line in adf.text_in(self.adf).splitlines() if line.strip()]
        return "".join(f"<p>{_escaped(line)}</p>" for line in lines)

    def as_adf(self, names: Mapping[str, str], addresses: Mapping[str, str] | None = None) -> Any:
        return self.adf if self.adf is not None else adf.document(self.storage or "", names, addresses)

    def text(self) -> str:
        return storage.text_of(self.storage) if self.storage is not None else adf.text_in(self.adf)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


@dataclass
class Dataset:
    """The whole content; `people` gives the display name of every account id."""

    people: dict[str, str] = field(default_factory=dict)
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)

    def issue(self, key_or_id: str) -> Issue | None:
        """By id, then by key in any case, then by a key that the issue had before it was moved."""
        wanted = key_or_id.upper()
        if wanted in self.issues:
            return self.issues[wanted]
        return next((each for each in self.issues.values() if each.id == key_or_id or wanted in each.moved_from), None)

    def project(self, key_id_or_name: str) -> dict[str, Any] | None:
        wanted = key_id_or_name.lower()
        return next(
            (
                each
                for each in self.projects.values()
                if wanted in (each["key"].lower(), each["id"], each["name"].lower())
            ),
            None,
        )

    def space(self, key: str) -> Space | None:
        return next((each for each in self.spaces.values() if each.key.lower() == key.lower()), None)

    def space_by_id(self, space_id: str) -> Space | None:
        return next((each for each in self.spaces.values() if each.id == space_id), None)

    def comment(self, comment_id: str) -> tuple[Page, PageComment] | None:
        found = ((page, each) for page in self.pages.values() for each in page.comments if each.id == comment_id)
        return next(found, None)
