"""Office files are ZIP archives of XML: read part by part, counting, with nothing outside of them ever followed."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers import expat

from atlassian.attachments.extraction.outcome import Reason, Unreadable

MAX_ENTRIES = 5_000
MAX_PART_BYTES = 64 * 1024 * 1024  # of XML, decompressed, in all parts that are read
MAX_RATIO, SMALL_BYTES = 200, 1024 * 1024  # small parts may well be compressed better
MAX_DEPTH = 400
CHUNK = 65_536

Attributes = dict[str, str]
Handler = Callable[..., None]


class Stop(Exception):
    """Raised by a reader that has enough."""


def _nothing(*_: object) -> None:
    """Stands for a handler of events that a reader does not need."""


class Package:
    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file)
        self.entries = self._zip.infolist()
        if len(self.entries) > MAX_ENTRIES:
            raise Unreadable(Reason.BOMB)
        self._by_name = {entry.filename.lstrip("/"): entry for entry in self.entries}
        self._bytes_left = MAX_PART_BYTES

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def beginning(self, name: str, size: int = 200) -> bytes:
        return next(self._chunks(name), b"")[:size] if name in self else b""

    def read_xml(self, name: str, start: Handler, end: Handler = _nothing, data: Handler = _nothing) -> None:
        """
        Calls start(name, attributes), end(name), data(text); names without their namespace.

        A part that is absent has no events. Raises Unreadable for a document type, which could hold entities.
        """
        if name not in self:
            return
        parser = _parser(start, end, data)
        try:
            for chunk in self._chunks(name):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except Stop:
            return

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Id → (kind, name of the part, or address outside), as the part `name` relates to others."""
        folder, base = posixpath.split(name)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship":
                target = attributes.get("Target", "")
                if attributes.get("TargetMode") != "External":
                    target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
                found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], target)

        self.read_xml(posixpath.join(folder, "_rels", base + ".rels"), start)
        return found

    def hyperlinks(self, name: str) -> dict[str, str]:
        """Id → address, of the links of the part `name` that lead outside."""
        return {key: target for key, (kind, target) in self.relations(name).items() if kind == "hyperlink"}

    def _chunks(self, name: str) -> Iterator[bytes]:
        entry = self._by_name[name]
        if entry.flag_bits & 1:
            raise Unreadable(Reason.ENCRYPTED)
        if entry.file_size > SMALL_BYTES and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
            raise Unreadable(Reason.BOMB)
        with self._zip.open(entry) as part:
            while chunk := part.read(CHUNK):
                self._bytes_left -= len(chunk)  # what the headers say may be a lie
                if self._bytes_left < 0:
                    raise Unreadable(Reason.BOMB)
                yield chunk


def _parser(start: Handler, end: Handler, data: Handler) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def started(name: str, attributes: Attributes) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Unreadable(Reason.BOMB)
        start(name.rpartition(" ")[2], {_attribute(key): value for key, value in attributes.items()})

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name.rpartition(" ")[2])

    def doctype(*_: object) -> None:
        raise Unreadable(Reason.BOMB)

    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = doctype
    parser.buffer_text = True
    return parser


def _attribute(name: str) -> str:
    """Drops the namespace; only the id of a relation keeps a mark, since an element has an id of its own too."""
    namespace, _, local = name.rpartition(" ")
    return "r:" + local if namespace.endswith("/relationships") else local
