"""A page as its reader sees it: what it is and where it stands, then its body, then what was said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from atlassian.confluence.comments import CommentList, PageComment
from atlassian.rendering.imitations import MAX_OWN_LEVEL, facts_line, neutralize_imitations
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import Block, Heading, Paragraph, Quote, Run

KINDS = {"page": "Page", "blogpost": "Blog post"}


@dataclass(frozen=True)
class PageFacts:
    """What is known of a page besides its text. `author` is an account id where nobody named it."""

    title: str
    kind: str
    archived: bool = False
    space_key: str = ""
    space_name: str = ""
    version: int | None = None
    edited_at: str = ""
    author: str = ""
    labels: Sequence[str] = ()


def page_text(facts: PageFacts, body: str, comments: str = "") -> str:
    head: list[Block] = [Heading(1, [Run(facts.title or "Untitled")]), Paragraph([Run(_byline(facts))])]
    if facts.labels:
        head.append(Paragraph([Run("Labels: " + ", ".join(facts.labels))]))
    if facts.archived:
        head.append(Paragraph([Run(f"This {KINDS[facts.kind].lower()} is archived: it may be out of date.")]))
    return "\n\n".join(part for part in (write(head), neutralize_imitations(body).strip("\n"), comments) if part)


def comments_text(listed: CommentList, site_url: str, names: Mapping[str, str]) -> str:
    """The section of comments: how many there are, then each, newest first, with the replies to it."""
    head: list[Block] = [Heading(2, [Run(f"Comments ({_count(listed)})")])]
    if not listed.complete:
        head.append(Paragraph([Run("Only the newest comments are shown: Confluence has more.")]))
    if not listed.replies_complete:
        head.append(Paragraph([Run("Replies to the older of these comments are not shown.")]))
    sections = [write(head)]
    for comment in listed.comments:
        sections.append(_comment_text(comment, 3, site_url, names))
        sections += [_comment_text(reply, 4, site_url, names) for reply in comment.replies]
    return "\n\n".join(sections)


def moment(timestamp: str) -> str:
    """To the minute, in UTC; a timestamp in some other form as it is."""
    try:
        at = datetime.fromisoformat(timestamp)
        return (at.astimezone(UTC) if at.tzinfo else at).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError):
        return timestamp


def _byline(facts: PageFacts) -> str:
    where = f"{facts.space_name} ({facts.space_key})" if facts.space_name else facts.space_key
    edited = " ".join(
        part
        for part in (
            f"edited {moment(facts.edited_at)}" if facts.edited_at else "",
            f"by {facts.author}" if facts.author else "",
        )
        if part
    )
    version = f"version {facts.version}" if facts.version is not None else ""
    kind = KINDS[facts.kind]
    return facts_line((f"{kind} in {where}" if where else kind, version, edited))


def _count(listed: CommentList) -> str:
    return f"{listed.count}" if listed.complete and listed.replies_complete else f"at least {listed.count}"


def _comment_text(comment: PageComment, level: int, site_url: str, names: Mapping[str, str]) -> str:
    heading = names.get(comment.author_id, comment.author_id) or "Unknown author"
    if comment.written_at:
        heading += f", {moment(comment.written_at)}"
    remarks = [remark for remark in ("reply" if level > 3 else "", comment.resolution if level == 3 else "") if remark]
    if remarks:
        heading += f" ({', '.join(remarks)})"
    blocks: list[Block] = [Heading(level, [Run(heading)])]
    if comment.selection and level == 3:
        blocks.append(Paragraph([Run("On the words:")]))
        blocks.append(Quote([Paragraph([Run(comment.selection)])]))
    body = neutralize_imitations(comment.body.markdown(site_url, names), MAX_OWN_LEVEL).strip("\n")
    return "\n\n".join(part for part in (write(blocks), body) if part)
