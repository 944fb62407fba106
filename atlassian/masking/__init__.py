"""Masks secrets that people left in texts. A net, not a guarantee: only what is surely a secret is known here."""

from atlassian.masking.masking import Masking, mask

__all__ = ["Masking", "mask"]
