"""A file of an issue or a page as an answer: its text, cut like any other, or its picture."""

from dataclasses import dataclass, field

from atlassian.attachments.files import AttachedFile
from atlassian.notices import Notice


@dataclass(frozen=True)
class Picture:
    media_type: str
    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class FileRead:
    """`content` is a piece of the file's text; of a picture it is empty, and `image` holds the picture."""

    attachment: AttachedFile
    kind: str  # what the file is by its own bytes: "a PDF"
    image: Picture | None
    content: str
    content_chars: int
    truncated: bool
    next_offset: int | None
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class IssueFile(FileRead):
    key: str = ""
    summary: str = ""
    url: str = ""


@dataclass(frozen=True)
class PageFile(FileRead):
    id: str = ""
    title: str = ""
    url: str = ""
