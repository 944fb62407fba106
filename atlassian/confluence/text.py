"""A page as its reader sees it: what it is and where it stands, then what was asked for besides, its body, comments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from atlassian.confluence.bodies import Body
from atlassian.confluence.comments import CommentList, PageComment
from atlassian.confluence.extras.ancestors import Ancestor
from atlassian.confluence.extras.differences import Difference
from atlassian.confluence.kinds import kind_name
from atlassian.moments import minute
from atlassian.rendering.imitations import MAX_OWN_LEVEL, facts_line, neutralize_imitations
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import Block, Code, Heading, Paragraph, Quote, Run

MAX_SECTIONS_NAMED = 20
_INTO = " › "
READ_WITH_THEIR_PAGE = {"comment": "its comments", "attachment": "this file as attachment"}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of a page besides its text. `author` is an account id where nobody named it."""

    title: str
    kind: str
    archived: bool = False
    space_key: str = ""
    space_name: str = ""
    ancestors: Sequence[Ancestor] = ()
    version: int | None = None
    newest_version: int | None = None
    edited_at: str = ""
    author: str = ""
    labels: Sequence[str] = ()


def page_text(facts: PageFacts, besides: Sequence[Block], body: str, comments: str = "") -> str:
    head: list[Block] = [Heading(1, [Run(facts.title or "Untitled")]), Paragraph([Run(_byline(facts))])]
    if facts.labels:
        head.append(Paragraph([Run("Labels: " + ", ".join(facts.labels))]))
    if facts.archived:
        head.append(_sentence(f"This {kind_name(facts.kind)} is archived: it may be out of date."))
    if facts.version != facts.newest_version:
        head.append(_sentence(f"This is an old version: the newest is version {facts.newest_version}."))
    return "\n\n".join(part for part in (write([*head, *besides]), body, comments) if part)


def body_text(body: Body, kind: str, site_url: str, names: Mapping[str, str], space_key: str) -> str:
    if body.is_missing:
        return f"Atlassian sent no text of this {kind_name(kind)}, which need not mean that it has none."
    written = neutralize_imitations(body.markdown(site_url, names, space_key)).strip("\n")
    return written or f"This {kind_name(kind)} has no text."


def without_text(kind: str, url: str) -> str:
    if kind in READ_WITH_THEIR_PAGE:
        return f"Read the page that it is of, with {READ_WITH_THEIR_PAGE[kind]}. People see it at <{url}>."
    return f"Confluence gives no text of a {kind_name(kind)}. People see it at <{url}>."


def difference_text(found: Difference, since: int, version: int | None) -> str:
    """What changed in the body, which is shown instead of it."""
    if not found.diff:
        return f"The text is the same as in version {since}."
    named = ", ".join(found.sections[:MAX_SECTIONS_NAMED])
    named += f" and {len(found.sections) - MAX_SECTIONS_NAMED} more" if len(found.sections) > MAX_SECTIONS_NAMED else ""
    head = f"Changes from version {since} to version {version}" + (f", in: {named}" if named else "")
    return f"{head}\n\n{write([Code(found.diff, 'diff')])}"


def comments_text(listed: CommentList, site_url: str, names: Mapping[str, str], space_key: str) -> str:
    """The section of comments: how many there are, then each, newest first, with the replies to it."""
    head: list[Block] = [Heading(2, [Run(f"Comments ({_count(listed)})")])]
    if not listed.complete and not listed.notices:
        head.append(_sentence("Only the newest comments are shown: Confluence has more."))
    if not listed.replies_complete:
        head.append(_sentence("Replies to the older of these comments, or to their replies, are not shown."))
    sections = [write(head)]
    for comment in listed.comments:
        sections += _thread(comment, site_url, names, space_key)
    return "\n\n".join(sections)


def _thread(root: PageComment, site_url: str, names: Mapping[str, str], space_key: str) -> Iterable[str]:
    """The comment and what was said to it; whose words a deeper reply answers is told, for all stand at one level."""
    yield _comment_head(root, 3, _remarks(root), names) + _comment_body(root.body, site_url, names, space_key)
    answered = {id(reply): root for reply in root.replies}
    for reply in root.each():
        answered |= {id(each): reply for each in reply.replies}
        if reply is not root:
            to = answered[id(reply)]
            remark = "reply" if to is root else f"reply to {_author(to, names)}"
            yield _comment_head(reply, 4, [remark], names) + _comment_body(reply.body, site_url, names, space_key)


def _remarks(comment: PageComment) -> list[str]:
    return [comment.resolution] if comment.resolution else []


def _comment_head(comment: PageComment, level: int, remarks: list[str], names: Mapping[str, str]) -> str:
    heading = _author(comment, names)
    if comment.written_at:
        heading += f", {minute(comment.written_at)}"
    remarks = [*remarks, "edited"] if comment.edited else remarks
    if remarks:
        heading += f" ({', '.join(remarks)})"
    blocks: list[Block] = [Heading(level, [Run(heading)])]
    if comment.selection and level == 3:
        blocks.append(_sentence("On the words:"))
        blocks.append(Quote([Paragraph([Run(comment.selection)])]))
    return write(blocks) + "\n\n"


def _comment_body(body: Body, site_url: str, names: Mapping[str, str], space_key: str) -> str:
    if body.is_missing:
        return "Atlassian sent no text of this comment."
    written = neutralize_imitations(body.markdown(site_url, names, space_key), MAX_OWN_LEVEL).strip("\n")
    return written or "This comment has no text."


def _author(comment: PageComment, names: Mapping[str, str]) -> str:
    return names.get(comment.author_id, comment.author_id) or "Unknown author"


def _count(listed: CommentList) -> str:
    return f"{listed.count}" if listed.complete and listed.replies_complete else f"at least {listed.count}"


def _byline(facts: PageFacts) -> str:
    space = f"{facts.space_name} ({facts.space_key})" if facts.space_name and facts.space_key else ""
    titles = (each.title or "Untitled" for each in facts.ancestors)
    where = [space or facts.space_name or facts.space_key, *titles]
    place = _INTO.join(each.replace(_INTO, " > ") for each in where if each)
    kind = kind_name(facts.kind).capitalize()
    return facts_line((f"{kind} in {place}" if place else kind, _version(facts), _edited(facts)))


def _version(facts: PageFacts) -> str:
    if facts.version is None:
        return ""
    return f"version {facts.version}" + (f" of {facts.newest_version}" if facts.version != facts.newest_version else "")


def _edited(facts: PageFacts) -> str:
    moment = f"edited {minute(facts.edited_at)}" if facts.edited_at else ""
    return " ".join(part for part in (moment, f"by {facts.author}" if facts.author else "") if part)


def _sentence(words: str) -> Paragraph:
    return Paragraph([Run(words)])
