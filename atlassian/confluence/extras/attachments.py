"""The files of a page: name, type, size and date, under names that tell them apart."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from atlassian.moments import day
from atlassian.rendering.imitations import facts_line
from atlassian.rendering.markdown.tree import Block, List, ListItem, Paragraph, Run
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.responses import line, number, required_items, text

MAX_FILES = 250
SCOPE = "read:attachment:confluence"
_UNITS = ("bytes", "KB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name` is the file's, with its id behind it where others of the page are called the same."""

    id: str
    name: str
    media_type: str
    size: int
    created_at: str


@dataclass(frozen=True, slots=True)
class AttachmentList:
    attachments: tuple[Attachment, ...]
    complete: bool


def fetch_attachments(client: AtlassianClient, kind: str, content_id: str) -> AttachmentList:
    """
    kind: page or blogpost. Raises UpstreamFailure.
    https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-attachment/
    """
    answer = client.get(f"/wiki/api/v2/{kind}s/{{id}}/attachments", {"limit": MAX_FILES}, id=content_id)
    rows = [row for row in required_items(answer, "results") if text(row, "status") in ("", "current")]
    found = [_attachment(row) for row in rows if text(row, "id")]
    return AttachmentList(_told_apart(found), not text(answer, "_links", "next"))


def _attachment(row: dict[str, Any]) -> Attachment:
    return Attachment(
        id=line(row, "id"),
        name=line(row, "title") or "unnamed",
        media_type=line(row, "mediaType"),
        size=number(row, "fileSize"),
        created_at=text(row, "version", "createdAt") or text(row, "createdAt"),
    )


def _told_apart(found: list[Attachment]) -> tuple[Attachment, ...]:
    named = Counter(each.name.casefold() for each in found)
    return tuple(
        replace(each, name=f"{each.name} ({each.id})") if named[each.name.casefold()] > 1 else each for each in found
    )


def attachments_blocks(listed: AttachmentList) -> list[Block]:
    if not listed.attachments and listed.complete:
        return [Paragraph([Run("Attachments: none.")])]
    count = f"{len(listed.attachments)}" if listed.complete else f"at least {len(listed.attachments)}"
    items = [ListItem([Paragraph([Run(_facts(each))])]) for each in listed.attachments]
    return [Paragraph([Run(f"Attachments ({count}):")]), List(items)]


def _facts(each: Attachment) -> str:
    return facts_line((each.name, each.media_type, readable_size(each.size), day(each.created_at)))


def readable_size(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f}".removesuffix(".0") + f" {_UNITS[unit]}"
