from atlassian.rendering.adf.nodes import account_ids, to_markdown, unnamed

__all__ = ["account_ids", "to_markdown", "unnamed"]
