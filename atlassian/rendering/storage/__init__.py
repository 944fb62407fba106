from atlassian.rendering.storage.document import Document, to_markdown

__all__ = ["Document", "to_markdown"]
