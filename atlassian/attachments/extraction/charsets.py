"""Bytes whose charset nobody says for sure, as text."""

import codecs

from atlassian.attachments.extraction.outcome import Extracted, Reason, Unreadable

# Guesses of these have been found to be right; a guess between the single-byte ones of Europe is none.
GUESSED = ("cp949", "cp932", "shift_jis", "euc_jp", "euc_kr", "gb18030", "gbk", "big5", "koi8_r", "cp1251")
CYRILLIC = ("koi8_r", "cp1251")
MIN_CYRILLIC = 0.3  # of the bytes of a text in Cyrillic letters are not ASCII; of a text in French few are
GUESSED_FROM_BYTES = 65_536
MAX_CONTROLS = 0.05
_CONTROLS = bytes(set(range(32)) - {9, 10, 12, 13, 27})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(data: bytes, declared: str, extracted: Extracted) -> str:
    """Raises Unreadable for what is no text."""
    for bom, charset in _BOMS:
        if data.startswith(bom):
            return data.decode(charset, "replace")
    if wide := _utf16_without_bom(data):
        return data.decode(wide, "replace")
    if is_binary(data):
        raise Unreadable(Reason.BINARY)
    for charset in ("utf-8", declared):
        try:
            return data.decode(charset or "utf-8")
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    charset = _guess(data)
    extracted.note("charset", charset)
    return data.decode(charset, "replace")


def is_binary(data: bytes) -> bool:
    sample = data[:GUESSED_FROM_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return b"\0" in sample or controls > MAX_CONTROLS * len(sample)


def _utf16_without_bom(data: bytes) -> str:
    """Every second byte of Latin text in UTF-16 is zero."""
    sample = data[:1_000]
    even, odd = sample[::2], sample[1::2]
    if len(sample) < 8:
        return ""
    if odd.count(0) > 0.7 * len(odd) and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > 0.7 * len(even) and not odd.count(0) else ""


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes  # 30 ms that nearly all files do without

    sample = data[:GUESSED_FROM_BYTES]
    best = from_bytes(sample, cp_isolation=list(GUESSED)).best()
    foreign = sum(byte > 127 for byte in sample) / len(sample)
    if best is None or (best.encoding in CYRILLIC and foreign < MIN_CYRILLIC):
        return "cp1252"
    return best.encoding
