"""Texts in lower case, character by character, so that a place in one is the same place in the other."""

_ASCII = bytes(range(128))


def lower_case(text: str) -> str:
    """İ alone would become two."""
    return text.replace("İ", "i").lower()


def lower_case_in_ascii(text: str) -> str:
    """With a ? for each character that is not of ASCII then: what is as narrow is searched twice as fast."""
    if not text.isascii():
        text = text.replace("İ", "i").replace("\u212a", "k").encode("ascii", "replace").decode("ascii")
    return text.lower()


def foreign_letters(text: str) -> str:
    """Those beyond ASCII alone, whatever their case."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass").casefold()
