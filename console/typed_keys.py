"""Keys of projects or spaces as a person types them."""

import re


def keys_in(text: str) -> list[str]:
    """Separated by blanks, commas or semicolons."""
    return [key for key in re.split(r"[\s,;]+", text) if key]
