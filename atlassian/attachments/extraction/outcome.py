"""What became of a file: its text, its picture, or why it cannot be read. Codes, which our side puts into words."""

from dataclasses import dataclass, field
from enum import StrEnum

MAX_CHARS = 2_000_000  # of text out of one file
MAX_WRITTEN_CHARS = 3_000_000  # of what it becomes, with the marks of tables and lists


class Reason(StrEnum):
    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    BOMB = "bomb"
    LIMITS = "limits"
    NO_TEXT = "no_text"  # scanned pages, pictures of text
    OLD_OFFICE = "old_office"
    ARCHIVE = "archive"
    BINARY = "binary"
    PICTURE_FORMAT = "picture_format"
    PICTURE_SIZE = "picture_size"
    PICTURES_OFF = "pictures_off"


class Unreadable(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Extracted:
    """`kind` is what the file is by its own bytes, whatever its name says; `notes` are codes, some with a value."""

    kind: str
    text: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    picture: bytes = b""
    media_type: str = ""
    width: int = 0
    height: int = 0

    def note(self, code: str, value: object = "") -> None:
        if (code, str(value)) not in self.notes:
            self.notes.append((code, str(value)))


class Budget:
    """Counts the characters gathered; once it is spent a reader stops, and says so."""

    def __init__(self, chars: int = MAX_CHARS) -> None:
        self.left = chars

    def spend(self, text: str, besides: int = 0) -> None:
        self.left -= len(text) + besides

    @property
    def is_spent(self) -> bool:
        return self.left <= 0
