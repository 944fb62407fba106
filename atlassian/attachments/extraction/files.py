"""Which reader a file goes to: its bytes say, whatever its name and its sender say."""

import re
import zlib
from typing import BinaryIO

from atlassian.attachments.extraction.outcome import Extracted, Reason, Unreadable
from atlassian.attachments.extraction.package import Package

BEGINNING = 4_096
MAX_UNZIPPED_BYTES = 20 * 1024 * 1024

PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
OTHER_PICTURES = (b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"8BPS")
ARCHIVES = (b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x28\xb5\x2f\xfd", b"\x1f\x9d", b"MSCF")
_HTML = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*)?<(?:!doctype html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(rb"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:[^\n]*\n(?:[ \t][^\n]*\n)*){2}")
_MAIL_HEADER = re.compile(rb"^(?:From|Date|Received|Message-ID|MIME-Version):", re.IGNORECASE | re.MULTILINE)


def extract(file: BinaryIO, name: str, charset: str, *, pictures: bool) -> Extracted:
    """
    Raises Unreadable, or whatever else a reader falls over in a broken file.

    `charset` is what the answer that brought the file says, if it does.
    """
    beginning = file.read(BEGINNING)
    file.seek(0)
    if not beginning.strip(b"\0 \t\r\n"):
        raise Unreadable(Reason.EMPTY)
    if beginning.startswith(PICTURES) or (beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP"):
        return _picture(file, pictures)
    if b"%PDF-" in beginning[:1_024]:
        from atlassian.attachments.extraction.formats.pdf import pdf

        return pdf(file)
    if beginning.startswith((b"PK\3\4", b"PK\5\6")):
        return _package(Package(file))
    if beginning.startswith(b"\x1f\x8b"):
        return _text(_unzipped(file), name.lower().removesuffix(".gz"), charset, Extracted("a compressed text"))
    if reason := _unsupported(beginning, file):
        raise Unreadable(reason)
    return _text(file.read(), name, charset, Extracted("text"))


def _picture(file: BinaryIO, wanted: bool) -> Extracted:
    if not wanted:
        raise Unreadable(Reason.PICTURES_OFF)
    from atlassian.attachments.extraction.formats.pictures import picture

    return picture(file)


def _unsupported(beginning: bytes, file: BinaryIO) -> Reason | None:
    if beginning.startswith(b"\xd0\xcf\x11\xe0"):
        encrypted = "EncryptedPackage".encode("utf-16-le") in file.read()
        return Reason.ENCRYPTED if encrypted else Reason.OLD_OFFICE
    if beginning.startswith(b"{\\rtf"):
        return Reason.OLD_OFFICE
    if (beginning.startswith(OTHER_PICTURES) and b"\0" in beginning) or beginning[4:12] in (b"ftypheic", b"ftypavif"):
        return Reason.PICTURE_FORMAT
    if beginning.startswith(ARCHIVES) or beginning[257:262] == b"ustar":
        return Reason.ARCHIVE
    return None


def _package(package: Package) -> Extracted:
    """An office file, else the list of what is in a ZIP archive, of which nothing is unpacked."""
    kind = package.beginning("mimetype").removeprefix(b"application/vnd.oasis.opendocument.").split(b"-")[0]
    if "word/document.xml" in package:
        from atlassian.attachments.extraction.formats.docx import docx

        return docx(package)
    if "xl/workbook.xml" in package:
        from atlassian.attachments.extraction.formats.xlsx import xlsx

        return xlsx(package)
    if "ppt/presentation.xml" in package:
        from atlassian.attachments.extraction.formats.pptx import pptx

        return pptx(package)
    from atlassian.attachments.extraction.formats import odf

    return odf.odf(package, odf.KINDS[kind]) if kind in odf.KINDS else _listing(package)


def _listing(package: Package) -> Extracted:
    from atlassian.attachments.extraction.tables import table_lines

    extracted = Extracted("a ZIP archive")
    files = [entry for entry in package.entries if not entry.is_dir()]
    rows = [{1: entry.filename, 2: str(entry.file_size)} for entry in files]
    extracted.text = "\n".join(table_lines([{1: "file", 2: "bytes"}, *rows]))
    extracted.note("not_unpacked")
    return extracted


def _unzipped(file: BinaryIO) -> bytes:
    decompressor = zlib.decompressobj(wbits=31)
    data = decompressor.decompress(file.read(), MAX_UNZIPPED_BYTES)
    if decompressor.unconsumed_tail:
        raise Unreadable(Reason.BOMB)
    return data


def _text(data: bytes, name: str, charset: str, extracted: Extracted) -> Extracted:
    from atlassian.attachments.extraction.charsets import decoded

    suffix = name.lower().rpartition(".")[2] if "." in name else ""
    if suffix in ("eml", "mht", "mhtml") or (_MAIL.match(data[:BEGINNING]) and _MAIL_HEADER.search(data[:BEGINNING])):
        from atlassian.attachments.extraction.formats.mail import mail

        mail(data, extracted)
    elif suffix in ("html", "htm", "xhtml") or _HTML.match(data[:BEGINNING]):
        from atlassian.attachments.extraction.formats.web import declared_charset, web

        web(decoded(data, charset or declared_charset(data), extracted), extracted)
    else:
        from atlassian.attachments.extraction.formats.plain import plain

        plain(decoded(data, charset or _declared_in_xml(data), extracted), suffix, extracted)
    return extracted


def _declared_in_xml(data: bytes) -> str:
    found = re.match(rb"""\s*<\?xml[^>]{0,100}encoding=["']([\w-]{1,40})""", data[:300])
    return found[1].decode("ascii", "replace") if found else ""
