"""What Confluence answers, made by plain functions."""

from typing import Any

from atlassian.confluence.reader import Confluence
from tests.atlassian.factories import ME, SITE, make_credentials

V2 = f"{SITE}/wiki/api/v2"
SEARCH = f"{SITE}/wiki/rest/api/search"
BULK = f"{V2}/users-bulk"
MINE = f"{SITE}/wiki/rest/api/user/current"


def make_confluence(**fields: Any) -> Confluence:
    return Confluence(make_credentials("confluence", **fields))


def make_row(content_id: str = "123", key: str = "TEAM", **content: Any) -> dict[str, Any]:
    return {
        "content": {
            "id": content_id,
            "type": "page",
            "status": "current",
            "title": "Night deploys",
            "_links": {"webui": f"/spaces/{key}/pages/{content_id}/Night+deploys", "tinyui": "/x/ewA"},
            "space": {"id": 11, "key": key, "name": "Team Space", "type": "global"},
            "version": {"number": 7, "when": "2026-08-14T09:31:22.118Z", "by": {"accountId": ME, "displayName": "Mia"}},
        }
        | content,
        "title": "Night @@@hl@@@deploys@@@endhl@@@",
        "excerpt": "Stage @@@hl@@@deploys@@@endhl@@@\n &amp; synced",
        "url": f"/spaces/{key}/pages/{content_id}/Night+deploys",
        "resultGlobalContainer": {"title": "Team Space", "displayUrl": f"/spaces/{key}"},
        "lastModified": "2026-08-14T09:31:22.000Z",
        "entityType": "content",
    }


def make_hits(*rows: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    links = {"base": f"{SITE}/wiki", "context": "/wiki"}
    if cursor:
        links["next"] = f"/rest/api/search?next=true&cursor={cursor}&limit=25&start=25&cql=forgotten"
    return {"results": list(rows), "size": len(rows), "totalSize": 289, "_links": links}


def make_page(content_id: str = "123", key: str = "TEAM", body: str = "<p>Deploys happen at night.</p>", **fields: Any):
    return {
        "id": content_id,
        "status": "current",
        "title": "Night deploys",
        "spaceId": "11",
        "authorId": ME,
        "createdAt": "2026-01-09T08:00:00.000Z",
        "version": {"number": 7, "authorId": ME, "createdAt": "2026-08-14T09:31:22.118Z"},
        "body": {"storage": {"representation": "storage", "value": body}},
        "labels": {"results": [{"id": "1", "name": "runbook", "prefix": "global"}], "meta": {"hasMore": False}},
        "_links": {"webui": f"/spaces/{key}/pages/{content_id}/Night+deploys", "base": f"{SITE}/wiki"},
    } | fields


def make_comment(comment_id: str, body: str, at: str = "2026-08-15T10:00:00.000Z", by: str = ME, **fields: Any):
    return {
        "id": comment_id,
        "status": "current",
        "version": {"number": 1, "authorId": by, "createdAt": at},
        "body": {"storage": {"representation": "storage", "value": f"<p>{body}</p>"}},
    } | fields


def make_space(space_id: str = "11", key: str = "TEAM", **fields: Any) -> dict[str, Any]:
    return {"id": space_id, "key": key, "name": "Team Space", "homepageId": "77", "currentActiveAlias": key} | fields


def missing(kind: str, content_id: str) -> dict[str, Any]:
    title = f"Cannot find a {kind} with id [{content_id}]"
    return {"errors": [{"status": 404, "code": "NOT_FOUND", "title": title, "detail": None}]}


BARE_404 = {"errors": [{"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": None}]}
