"""What a caller asks of a page, and what the answer holds, as plain values."""

from dataclasses import dataclass, replace

from atlassian.confluence.extras.ancestors import Ancestor
from atlassian.masking import Masking
from atlassian.notices import Notice

CHILDREN, ATTACHMENTS, HISTORY, MACROS = INCLUDES = ("children", "attachments", "history", "macros")
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`include` names parts besides the text; `version` an old one; `since` one to compare with."""

    reference: str
    comments: bool = False
    include: frozenset[str] = frozenset()
    depth: int = 1
    version: int | None = None
    since: int | None = None


@dataclass(frozen=True)
class Page:
    """`space` and `author` are names where they are known without a call, else key and account id."""

    id: str
    title: str
    url: str
    last_edited_time: str
    content: str
    type: str
    status: str
    space: str
    space_key: str
    version: int | None
    author: str
    labels: tuple[str, ...]
    comment_count: int | None
    content_chars: int
    truncated: bool
    next_offset: int | None
    ancestors: tuple[Ancestor, ...] = ()
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class WholePage:
    """All of the text, and the page that it is cut for. `included_ids` are those of other pages shown within it."""

    page: Page
    text: str
    included_ids: tuple[str, ...] = ()

    def piece(self, masking: Masking, offset: int, max_chars: int) -> Page:
        return replace(self.page, **vars(masking.piece(self.text, offset, max_chars)))
