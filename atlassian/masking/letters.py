"""Lower case, in which labels are looked for."""

_ASCII = bytes(range(128))


def lower_case(text: str) -> str:
    """Character by character: İ alone would become two. A sigma is one letter wherever it stands in a word."""
    return text.replace("İ", "i").lower().replace("ς", "σ")


def foreign_letters(text: str) -> str:
    """Those beyond ASCII alone, whatever their case."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass").casefold()
