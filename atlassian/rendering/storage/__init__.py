from atlassian.rendering.storage.elements import account_ids, to_markdown

__all__ = ["account_ids", "to_markdown"]
