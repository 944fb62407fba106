from atlassian.rendering.adf.nodes import account_ids, blocks_in, to_markdown, unnamed

__all__ = ["account_ids", "blocks_in", "to_markdown", "unnamed"]
