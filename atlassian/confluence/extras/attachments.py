"""The files of a page: name, type, size and date, under names that tell them apart."""

from dataclasses import dataclass
from typing import Any

from atlassian.attachments.files import AttachedFile, readable_size, told_apart
from atlassian.confluence.search.results import has_more
from atlassian.moments import day, in_utc
from atlassian.rendering.imitations import facts_line
from atlassian.rendering.markdown.tree import Block, List, ListItem, Paragraph, Run
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import line, number, required_items, text

MAX_FILES = 250
SCOPE = "read:attachment:confluence"


@dataclass(frozen=True, slots=True)
class AttachmentList:
    attachments: tuple[AttachedFile, ...]
    complete: bool


def fetch_attachments(client: AtlassianClient, kind: str, content_id: str, *, filename: str = "") -> AttachmentList:
    """
    kind: page or blogpost; with `filename` only those called so. Raises UpstreamFailure.
    https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-attachment/
    """
    params: dict[str, str | int] = {"limit": MAX_FILES} | ({"filename": filename} if filename else {})
    answer = client.get(f"/wiki/api/v2/{kind}s/{{id}}/attachments", params, id=content_id)
    rows = [row for row in required_items(answer, "results") if text(row, "status") in ("", "current")]
    found = [_attachment(row) for row in rows if text(row, "id")]
    return AttachmentList(tuple(found), not has_more(answer))


def _attachment(row: dict[str, Any]) -> AttachedFile:
    return AttachedFile(
        id=line(row, "id"),
        name=line(row, "title") or "unnamed",
        media_type=line(row, "mediaType"),
        size=number(row, "fileSize"),
        created=in_utc(text(row, "version", "createdAt") or text(row, "createdAt")),
    )


def attachments_blocks(listed: AttachmentList) -> list[Block]:
    if not listed.attachments and listed.complete:
        return [Paragraph([Run("Attachments: none.")])]
    count = f"{len(listed.attachments)}" if listed.complete else f"at least {len(listed.attachments)}"
    items = [ListItem([Paragraph([Run(_facts(each))])]) for each in told_apart(listed.attachments)]
    return [Paragraph([Run(f"Attachments ({count}):")]), List(items)]


def _facts(each: AttachedFile) -> str:
    return facts_line((each.name, each.media_type, readable_size(each.size), day(each.created)))
