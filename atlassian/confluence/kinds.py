"""The kinds of things that Confluence holds: those with a text, those without, and what people call them."""

WITH_TEXT = ("page", "blogpost")
WITHOUT_TEXT = ("folder", "whiteboard", "database", "embed", "slide")
KINDS = WITH_TEXT + WITHOUT_TEXT  # all that is searched for
READABLE = ("current", "archived", "")

_NAMES = {
    "blogpost": "blog post",
    "embed": "smart link",
    "slide": "slide deck",
    "comment": "comment",
    "attachment": "attachment",
}


def is_readable(status: str) -> bool:
    """Of the states that a page can be in: what is in the bin is not there."""
    return status.lower() in READABLE


def kind_name(kind: str) -> str:
    """Like "blog post". Apps have kinds of their own, whose names are identifiers."""
    if kind in _NAMES or kind in KINDS:
        return _NAMES.get(kind, kind)
    return "app content" if ":" in kind else kind or "content"
