from atlassian.rendering.storage.document import Document
from atlassian.rendering.storage.elements import account_ids, blocks_in, to_markdown

__all__ = ["Document", "account_ids", "blocks_in", "to_markdown"]
