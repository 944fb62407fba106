from atlassian.rendering.adf.nodes import account_ids, nameless_images, to_markdown

__all__ = ["account_ids", "nameless_images", "to_markdown"]
