"""Putting things into the site: from the files of content/, and one by one for a test."""

import mimetypes
from collections.abc import Iterable
from typing import Any

from dev.sample_site import adf, loading
from dev.sample_site.accounts import MINA, READER, Account
from dev.sample_site.dataset import NOW, Dataset, Issue, Page, PageComment, PageVersion, Space

CATEGORIES = {
    "To Do": ("new", 2, "blue-gray"),
    "In Progress": ("indeterminate", 4, "yellow"),
    "Done": ("done", 3, "green"),
}
STATUSES = {
    "Open": "To Do",
    "Backlog": "To Do",
    "In Review": "In Progress",
    "Waiting for support": "In Progress",
}
STATUSES |= {"Resolved": "Done", "Closed": "Done"}
NO_FIELDS = ["priority", "resolution", "parent", "assignee", "duedate", "resolutiondate", "description"]
NO_ITEMS = ["labels", "components", "fixVersions", "attachment", "issuelinks", "subtasks"]


class SiteBuilder:
    """The part of SampleSite that fills it. Ids not given are counted up in the order of the calls."""

    url: str
    empty: bool
    accounts: list[Account]
    dataset: Dataset
    files: dict[str, bytes]  # of what is attached: id → what is in it

    def fill(self) -> None:
        self.files = {}
        self.dataset = Dataset({account.account_id: account.name for account in self.accounts})
        if not self.empty:
            loading.load(self, self.url)

    def add_project(self, key: str, name: str = "", id: str = "", kind: str = "software") -> dict[str, Any]:
        project = {
            "id": id or str(10000 + len(self.dataset.projects)),
            "key": key,
            "name": name or key.title(),
            "projectTypeKey": kind,
            "simplified": False,
            "style": "classic",
        }
        self.dataset.projects[key] = project
        return project

    def add_issue(
        self,
        key: str,
        summary: str = "",
        *,
        description: Any = None,
        status: str = "To Do",
        type: str = "Task",
        priority: str = "Medium",
        created: str = "2026-11-02T09:00:00.000+0000",
        updated: str = "2026-11-12T09:00:00.000+0000",
        reporter: str = MINA.account_id,
        assignee: str | None = None,
        moved_from: Iterable[str] = (),
        id: str = "",
        **fields: Any,
    ) -> Issue:
        """
        Any further field of Jira's as a keyword, in Jira's own JSON.

        A description given as text is read as storage format and kept as ADF; anything else stays as it is.
        """
        project = self.dataset.projects.get(key.rpartition("-")[0]) or self.add_project(key.rpartition("-")[0])
        named: dict[str, Any] = dict.fromkeys(NO_FIELDS) | {name: [] for name in NO_ITEMS}
        named |= {
            "summary": summary or f"Sample issue {key}",
            "status": status_shape(status),
            "issuetype": type_shape(type),
            "priority": {"id": str(len(priority)), "name": priority},
            "project": project,
            "created": created,
            "updated": updated,
            "reporter": self.person(reporter),
            "assignee": self.person(assignee) if assignee else None,
            "description": self.as_adf(description),
        }
        issue = Issue(id or str(20001 + len(self.dataset.issues)), key, named | fields, moved_from=list(moved_from))
        self.dataset.issues[key] = issue
        return issue

    def attach(self, to: str, name: str, data: bytes, media_type: str = "", *, id: str = "", size: int = -1) -> str:
        """
        A file attached to the issue with that key, or to the page with that id; its own id.

        `media_type` and `size` are what the uploader claimed, which need not be so.
        """
        number = id or str(700_000 + len(self.files))
        media_type = media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
        size = len(data) if size < 0 else size
        if to in self.dataset.issues:
            self.dataset.issues[to].fields["attachment"].append(
                {
                    "id": number,
                    "self": f"{self.url}/rest/api/3/attachment/{number}",
                    "filename": name,
                    "mimeType": media_type,
                    "size": size,
                    "created": NOW.replace("Z", "+0000"),
                    "author": self.person(MINA.account_id),
                    "content": f"{self.url}/rest/api/3/attachment/content/{number}",
                }
            )
        else:
            number = number if number.startswith("att") else f"att{number}"
            file = {"id": number, "status": "current", "title": name, "mediaType": media_type, "fileSize": size}
            self.dataset.pages[to].attachments.append(file | {"pageId": to, "createdAt": NOW, "fileId": f"f-{number}"})
        self.files[number] = data
        return number

    def as_adf(self, body: Any) -> Any:
        return adf.document(body, self.dataset.people) if isinstance(body, str) else body

    def person(self, account_id: str) -> dict[str, Any]:
        return {
            "self": f"{self.url}/rest/api/3/user?accountId={account_id}",
            "accountId": account_id,
            "displayName": self.dataset.people.get(account_id, "Former user"),
            "active": account_id in self.dataset.people,
            "accountType": "atlassian",
            "timeZone": "Europe/Amsterdam",
        }

    def add_comment(
        self, key: str, body: Any, *, author: str = MINA.account_id, created: str = "", **more: Any
    ) -> dict[str, Any]:
        """`visibility={"type": "role", "value": …}` restricts it; `jsdPublic=False`: an internal note."""
        issue = self.dataset.issues[key]
        number = len(issue.comments) + 1
        comment = {
            "id": str(int(issue.id) * 1000 + number),
            "author": self.person(author),
            "updateAuthor": self.person(author),
            "body": self.as_adf(body),
            "created": created or f"2026-11-03T{number // 60 % 24:02d}:{number % 60:02d}:00.000+0000",
        }
        comment["updated"] = comment["created"]
        issue.comments.append(comment | more)
        return issue.comments[-1]

    def add_change(
        self, key: str, field: str, before: str, after: str, created: str, author: str = MINA.account_id, **more: Any
    ) -> None:
        issue = self.dataset.issues[key]
        item = {"field": field, "fieldtype": "jira", "fieldId": field, "fromString": before, "toString": after} | more
        number = str(int(issue.id) * 100 + len(issue.changes) + 1)
        issue.changes.append({"id": number, "author": self.person(author), "created": created, "items": [item]})

    def add_work(
        self, key: str, seconds: int, started: str, comment: Any = None, author: str = MINA.account_id, **more: Any
    ) -> None:
        issue = self.dataset.issues[key]
        row: dict[str, Any] = {"id": str(int(issue.id) * 100 + len(issue.worklog) + 1), "author": self.person(author)}
        row |= {"started": started, "timeSpentSeconds": seconds, "comment": self.as_adf(comment)}
        issue.worklog.append(row | more)

    def add_space(self, key: str, name: str = "", id: str = "", **more: Any) -> Space:
        space = Space(id or str(65537 + len(self.dataset.spaces)), key, name or key.title(), **more)
        self.dataset.spaces[key] = space
        return space

    def add_page(
        self,
        title: str,
        *,
        space: str = "ENG",
        storage: str | None = None,
        adf: Any = None,
        id: str = "",
        author: str | None = MINA.account_id,
        **more: Any,
    ) -> Page:
        """
        Any field of Page as a keyword. A body given in one format is converted when the other is asked for.

        `adf` may be a document or the text that is served as one.
        """
        if space not in self.dataset.spaces:
            self.add_space(space)
        page_id = id or str(700000001 + len(self.dataset.pages))
        page = Page(page_id, space, title, storage=storage, adf=adf, author=author, **more)
        self.dataset.pages[page_id] = page
        return page

    def add_page_comment(
        self, page_id: str, body: str, *, author: str = READER.account_id, created: str = NOW, **more: Any
    ) -> PageComment:
        """`selection` makes it an inline comment, `parent` a reply."""
        page = self.dataset.pages[page_id]
        number = more.pop("id", "") or str(int(page_id) * 10 + len(page.comments) + 1)
        page.comments.append(PageComment(number, author, created, body, **more))
        return page.comments[-1]

    def add_page_version(
        self, page_id: str, number: int, storage: str, *, author: str | None = MINA.account_id, **more: Any
    ) -> PageVersion:
        """An older version of a page; its newest is what add_page was given."""
        page = self.dataset.pages[page_id]
        version = PageVersion(number, more.pop("created", page.created), author, storage, **more)
        page.history = sorted([*page.history, version], key=lambda each: each.number)
        return version


def type_shape(name: str) -> dict[str, Any]:
    level = {"Epic": 1, "Sub-task": -1}.get(name, 0)
    return {"id": str(10000 + len(name)), "name": name, "subtask": level < 0, "hierarchyLevel": level}


def status_shape(name: str) -> dict[str, Any]:
    category = name if name in CATEGORIES else STATUSES.get(name, "In Progress")
    key, number, colour = CATEGORIES[category]
    return {
        "id": str(10000 + sum(map(ord, name)) % 1000),
        "name": name,
        "statusCategory": {"id": number, "key": key, "colorName": colour, "name": category},
    }
