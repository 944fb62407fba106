from atlassian.rendering.storage.elements import account_ids, blocks_in, to_markdown

__all__ = ["account_ids", "blocks_in", "to_markdown"]
