"""Lower case, in which labels are looked for."""

_ASCII = bytes(range(128))


def lower_case(text: str) -> str:
    """Character by character: İ alone would become two."""
    return text.replace("İ", "i").lower()


def foreign_letters(text: str) -> str:
    """Those beyond ASCII alone, whatever their case."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass").casefold()
