"""Reads content/: lists in JSON, and one file for each body. `{{site}}` in them is the site's address."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dev.sample_site.site_builder import SiteBuilder

CONTENT = Path(__file__).with_name("content")


def load(site: "SiteBuilder", url: str) -> None:
    people = _listed("people.json", url)
    site.dataset.people |= {each["id"]: each["name"] for each in people}
    who = {each["short"]: each["id"] for each in people}
    for project in _listed("projects.json", url):
        site.add_project(**project)
    site.files |= {path.stem: path.read_bytes() for path in (CONTENT / "files").iterdir()}
    for issue in _listed("issues.json", url):
        _issue(site, issue, who, url)
    for loaded in site.dataset.issues.values():
        _link(site, loaded.fields)
    for space in _listed("spaces.json", url):
        site.add_space(**space)
    for page in _listed("pages.json", url):
        _page(site, page, who, url)


def _listed(name: str, url: str) -> Any:
    return json.loads(_text(name, url))


def _text(name: str, url: str) -> str:
    return (CONTENT / name).read_text(encoding="utf-8").replace("{{site}}", url)


def _issue(site: "SiteBuilder", entry: dict[str, Any], who: dict[str, str], url: str) -> None:
    comments, readings = entry.pop("comments", []), entry.pop("readings", None)
    changes, work, links = entry.pop("changes", []), entry.pop("worklog", []), entry.pop("remote_links", [])
    for role in ("reporter", "assignee"):
        if role in entry:
            entry[role] = who[entry[role]]
    for file in entry.get("attachment", []):
        file["author"] = site.person(who[file["author"]])
        file["self"] = f"{url}/rest/api/3/attachment/{file['id']}"
        file["content"] = f"{url}/rest/api/3/attachment/content/{file['id']}"
    entry["description"] = _description(entry["key"], url)
    for name in ("environment", "customfield_10034"):
        if name in entry:
            entry[name] = site.as_adf(entry[name])
    issue = site.add_issue(**entry)
    issue.remote_links, key = links, issue.key
    for change in changes:
        site.add_change(key, author=who[change.pop("author")], **change)
    for entry_of_work in work:
        site.add_work(key, author=who[entry_of_work.pop("author")], **entry_of_work)
    for comment in comments:
        site.add_comment(key, author=who[comment.pop("author")], **comment)
    if readings:
        _add_readings(site, key, who, **readings)


def _link(site: "SiteBuilder", fields: dict[str, Any]) -> None:
    """The files name parents, subtasks and linked issues by key; Jira sends a short form of each."""
    if fields["parent"]:
        fields["parent"] = _short(site, fields["parent"])
    fields["subtasks"] = [_short(site, key) for key in fields["subtasks"]]
    for link in fields["issuelinks"]:
        link["self"] = f"{site.url}/rest/api/3/issueLink/{link['id']}"
        for end in ("inwardIssue", "outwardIssue"):
            if end in link:
                link[end] = _short(site, link[end])


def _short(site: "SiteBuilder", key: str) -> dict[str, Any]:
    issue = site.dataset.issues[key]
    fields = {name: issue.fields[name] for name in ("summary", "status", "priority", "issuetype")}
    return {"id": issue.id, "key": key, "self": f"{site.url}/rest/api/3/issue/{issue.id}", "fields": fields}


def _description(key: str, url: str) -> Any:
    """The document of KEY.json, or KEY.xml made into one; an issue without a file has no description."""
    if (CONTENT / f"issues/{key}.json").exists():
        return _listed(f"issues/{key}.json", url)
    return _text(f"issues/{key}.xml", url) if (CONTENT / f"issues/{key}.xml").exists() else None


def _add_readings(site: "SiteBuilder", key: str, who: dict[str, str], author: str, count: int, text: str) -> None:
    """A long thread: one measurement a minute, as a watcher posts them."""
    for number in range(1, count + 1):
        value = 180 + (number * 37) % 90
        site.add_comment(key, text.format(number=number, value=value), author=who[author])


def _page(site: "SiteBuilder", entry: dict[str, Any], who: dict[str, str], url: str) -> None:
    comments, history, body = entry.pop("comments", []), entry.pop("history", []), entry.pop("body", None)
    if entry.get("author"):
        entry["author"] = who[entry["author"]]
    if body:
        entry["storage"] = _text(f"pages/{body}.xml", url)
        if (CONTENT / f"pages/{body}.json").exists():
            entry["adf"] = _listed(f"pages/{body}.json", url)
    page = site.add_page(**entry)
    for comment in comments:
        site.add_page_comment(page.id, author=who[comment.pop("author")], **comment)
    for version in history:
        body = _text(f"pages/{version.pop('body')}.xml", url)
        site.add_page_version(page.id, storage=body, author=who[version.pop("author")], **version)
