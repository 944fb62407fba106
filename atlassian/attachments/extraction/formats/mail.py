"""E-mail: who wrote what to whom, the text, and the names of what was attached to it."""

import email
import email.policy
from email.message import EmailMessage

from atlassian.attachments.extraction.charsets import decoded
from atlassian.attachments.extraction.formats.web import web
from atlassian.attachments.extraction.outcome import Extracted, Unreadable
from atlassian.rendering.characters import visible_text
from atlassian.rendering.markdown.blocks import write
from atlassian.rendering.markdown.tree import STRONG, Block, Heading, List, ListItem, Paragraph, Run

HEADERS = ("From", "To", "Cc", "Date")
MAX_DEPTH, MAX_PARTS = 3, 200


def mail(data: bytes, extracted: Extracted) -> None:
    extracted.kind = "an e-mail"
    message = email.message_from_bytes(data, policy=email.policy.default)
    extracted.text = _message(message, extracted, 0)


def _message(message: EmailMessage, extracted: Extracted, depth: int) -> str:
    head: list[Block] = [Heading(1, [Run(_header(message, "Subject") or "No subject")])]
    facts = [(name, _header(message, name)) for name in HEADERS]
    head += [Paragraph([Run(f"{name}:", frozenset({STRONG})), Run(f" {value}")]) for name, value in facts if value]
    plain, rich, attached, inner = _parts(message, extracted)
    texts = [_text(part, extracted) for part in plain] if plain else [_rich(part, extracted) for part in rich]
    parts = [write(head), *texts]
    if attached:
        names = [ListItem([Paragraph([Run(name)])]) for name in attached]
        parts.append(write([Heading(2, [Run("Files of this e-mail")]), List(names)]))
    if depth < MAX_DEPTH:
        parts += [_message(one, extracted, depth + 1) for one in inner]
    elif inner:
        extracted.note("cut")
    return "\n\n".join(part for part in parts if part.strip())


def _parts(
    message: EmailMessage, extracted: Extracted
) -> tuple[list[EmailMessage], list[EmailMessage], list[str], list[EmailMessage]]:
    """Plain texts, texts in HTML, names of attached files, messages within; those within a message are its own."""
    plain, rich, attached, inner = [], [], [], []
    waiting, seen = [message], 0
    while waiting and seen < MAX_PARTS:
        part, seen = waiting.pop(0), seen + 1
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner += [one for one in part.get_payload() if isinstance(one, EmailMessage)]
        elif part.is_multipart():
            waiting = [*part.get_payload(), *waiting]
        elif part.get_filename() or part.get_content_disposition() == "attachment":
            attached.append(visible_text(str(part.get_filename() or kind)))
        elif kind == "text/plain":
            plain.append(part)
        elif kind == "text/html":
            rich.append(part)
    if waiting:
        extracted.note("cut")
    return plain, rich, attached, inner


def _content(part: EmailMessage, extracted: Extracted) -> str:
    payload = part.get_payload(decode=True)
    try:
        return decoded(payload, part.get_content_charset() or "", extracted) if isinstance(payload, bytes) else ""
    except Unreadable:
        return ""


def _text(part: EmailMessage, extracted: Extracted) -> str:
    paragraphs = visible_text(_content(part, extracted)).split("\n\n")
    return write([Paragraph([Run(text)]) for text in paragraphs])


def _rich(part: EmailMessage, extracted: Extracted) -> str:
    inner = Extracted("", notes=extracted.notes)
    web(_content(part, extracted), inner)
    return inner.text


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(visible_text(str(message.get(name, ""))).split())[:1_000]
    except (ValueError, LookupError, AttributeError, IndexError):  # the library falls over some broken addresses
        return ""
