from atlassian.rendering.storage.document import Document, account_ids, to_markdown

__all__ = ["Document", "account_ids", "to_markdown"]
