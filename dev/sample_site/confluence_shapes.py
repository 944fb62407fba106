"""Pages, comments and spaces in the shape of Confluence's JSON, and the links between them."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote

from dev.sample_site.dataset import Page, PageComment, PageVersion, Space
from dev.sample_site.routing import Call


def tiny_code(content_id: str) -> str:
    """The id as 64 bits, little end first, in base64; the url alphabet is RFC 4648's the other way round."""
    code = base64.b64encode(int(content_id).to_bytes(8, "little")).decode().rstrip("=")
    return code.replace("/", "-").replace("+", "_").rstrip("A")


def _slug(title: str) -> str:
    return quote("+".join(re.findall(r"[^\W_]+", title)), safe="+")


def webui(call: Call, page: Page, comment: PageComment | None = None) -> str:
    space = call.site.dataset.space(page.space)
    if space and space.homepage_id == page.id:
        link = f"/spaces/{page.space}/overview"
    elif page.type == "blogpost":
        day = page.created[:10].replace("-", "/")
        link = f"/spaces/{page.space}/blog/{day}/{page.id}/{_slug(page.title)}"
    elif page.type == "page":
        link = f"/spaces/{page.space}/pages/{page.id}/{_slug(page.title)}"
    else:
        link = f"/spaces/{page.space}/{page.type}/{page.id}"
    return f"{link}?focusedCommentId={comment.id}" if comment else link


def account_shape(call: Call, account_id: str | None) -> dict[str, Any]:
    name = call.site.dataset.people.get(account_id or "", "")
    return {
        "type": "known",
        "accountId": account_id,
        "accountType": "atlassian",
        "publicName": name,
        "displayName": name,
    }


def page_shape(call: Call, page: Page) -> dict[str, Any]:
    """As in a list: without a body, without labels."""
    space = call.site.dataset.space(page.space)
    parent = call.site.dataset.pages.get(page.parent or "")
    in_trash = page.status == "trashed"
    version = page.as_of(page.version)
    assert version is not None
    shown: dict[str, Any] = {
        "id": page.id,
        "status": page.status,
        "title": page.title,
        "spaceId": space.id if space else None,
        "authorId": page.author,
        "createdAt": page.created,
        "version": version_shape(version),
        "_links": _links(call, page),
    }
    if page.type == "page":
        shown |= {
            "parentId": None if in_trash else page.parent,
            "parentType": parent.type if parent and not in_trash else None,
            "position": page.position or 1000 + int(page.id) % 1000,
            "ownerId": page.author,
            "lastOwnerId": None,
        }
    if page.subtype:
        shown["subtype"] = page.subtype
    return shown


def version_shape(version: PageVersion) -> dict[str, Any]:
    """A row of the list of versions has no id of its own."""
    return {
        "number": version.number,
        "message": version.message,
        "minorEdit": version.minor,
        "authorId": version.author,
        "createdAt": version.created,
    }


def _links(call: Call, page: Page) -> dict[str, str]:
    links = {
        "editui": f"/pages/resumedraft.action?draftId={page.id}",
        "webui": webui(call, page),
        "tinyui": f"/x/{tiny_code(page.id)}",
        "base": f"{call.site.url}/wiki",
    }
    if page.type == "page":
        links["edituiv2"] = f"/spaces/{page.space}/pages/edit-v2/{page.id}"
    return links


def other_shape(call: Call, page: Page) -> dict[str, Any]:
    """A folder, whiteboard, database or embed."""
    shown = page_shape(call, page)
    kept = ("id", "status", "title", "spaceId", "authorId", "createdAt", "version")
    parent = call.site.dataset.pages.get(page.parent or "")
    links = {"webui": webui(call, page), "base": f"{call.site.url}/wiki"}
    more = {"type": page.type, "parentId": page.parent, "parentType": parent.type if parent else None}
    return {name: shown[name] for name in kept} | more | {"ownerId": page.author, "position": 3, "_links": links}


def body_shape(call: Call, page: Page, representation: str) -> dict[str, Any]:
    if representation == "atlas_doc_format":
        pages = call.site.dataset.pages.values()
        addresses = {each.title: f"{call.site.url}/wiki{webui(call, each)}" for each in pages}
        document = page.as_adf(call.site.dataset.people, addresses)
        value = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    else:
        value = page.as_storage()
    return {representation: {"representation": representation, "value": value}}


def comment_body(call: Call, comment: PageComment, representation: str) -> dict[str, Any]:
    return body_shape(call, Page(comment.id, "", "", storage=comment.body), representation)


def comment_shape(call: Call, page: Page, comment: PageComment, representation: str) -> dict[str, Any]:
    owner = "pageId" if page.type == "page" else "blogPostId"
    number = 2 if comment.edited else 1
    version = {"number": number, "message": "", "minorEdit": False, "authorId": comment.author}
    shown: dict[str, Any] = {
        "id": comment.id,
        "status": "current",
        "title": f"Re: {page.title}",
        owner: page.id,
        "version": version | {"createdAt": comment.created},
        "_links": {"webui": webui(call, page, comment)},
    }
    if comment.parent:
        shown["parentCommentId"] = comment.parent
        del shown[owner]
    if representation:
        shown["body"] = comment_body(call, comment, representation)
    if not comment.parent:
        shown["resolutionStatus"] = comment.resolution  # on all of them, though only inline ones can be resolved
    if comment.inline and not comment.parent:
        selection = {"inlineMarkerRef": f"ref-{comment.id}", "inlineOriginalSelection": comment.selection}
        selection |= {"inline-marker-ref": f"ref-{comment.id}", "inline-original-selection": comment.selection}
        shown["properties"] = selection
    return shown


def label_shape(name: str) -> dict[str, str]:
    return {"id": str(90000 + sum(map(ord, name))), "name": name, "prefix": "global"}


def space_shape(call: Call, space: Space) -> dict[str, Any]:
    return {
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "type": space.type,
        "status": space.status,
        "authorId": None,
        "createdAt": "2024-01-08T08:00:00.000Z",
        "homepageId": space.homepage_id,
        "description": None,
        "icon": None,
        "currentActiveAlias": space.key,
        "_links": {"webui": f"/spaces/{space.key}"},
    }
