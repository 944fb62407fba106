"""Archives of records: gzip JSON lines, on the disk and read back before anything is deleted."""

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from audit.errors import ArchiveUnreadable
from audit.export import as_json_lines


@dataclass(frozen=True)
class Archive:
    path: Path
    records: int
    sha256: str  # of the file, as sha256sum says it


def archived_records(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the records as they were, with created_at as a datetime."""
    with gzip.open(path, "rb") as lines:
        for line in lines:
            record = json.loads(line)
            yield record | {"created_at": datetime.fromisoformat(record["created_at"])}


def write_archive(path: Path, chunks: Iterator[list[Any]]) -> Archive:
    """
    A new file for its owner alone. It has its name only once it is whole, on the disk, and read back.

    Raises FileExistsError, any other OSError, and ArchiveUnreadable; then there is no file by that name.
    """
    if path.exists():
        raise FileExistsError(f"{path} exists, and is not overwritten.")
    unfinished = path.with_name(path.name + ".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        written = _write(descriptor, chunks)
        if _read_back(unfinished) != written:
            raise ArchiveUnreadable(path)
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)
    with path.open("rb") as file:
        return Archive(path, written[0], hashlib.file_digest(file, "sha256").hexdigest())


def _write(descriptor: int, chunks: Iterator[list[Any]]) -> tuple[int, str]:
    """(records, digest of the content)"""
    records, digest = 0, hashlib.sha256()
    with os.fdopen(descriptor, "wb") as file:
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as lines:
            for piece in as_json_lines(chunks):
                records += piece.count(b"\n")
                digest.update(piece)
                lines.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return records, digest.hexdigest()


def _read_back(path: Path) -> tuple[int, str]:
    records, digest = 0, hashlib.sha256()
    try:
        with gzip.open(path, "rb") as lines:
            for line in lines:
                records += 1
                digest.update(line)
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise ArchiveUnreadable(path) from exc
    return records, digest.hexdigest()


def _sync_directory(directory: Path) -> None:
    """Syncs the directory too: otherwise a crash could lose the name of a file that was synced."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
