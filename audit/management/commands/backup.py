import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from audit.commands import OperatorCommand, counted
from audit.progress import progress

WATCH_SECONDS = 0.2


class Command(OperatorCommand):
    help = (
        "Copy the SQLite database to a new file while it is in use: one snapshot, checked before it gets its name. "
        "Ends whatever the load. For PostgreSQL use pg_dump."
    )
    examples = ("backup /var/backups/memory-core-2026-11-25.sqlite3",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a new file, for its owner alone")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("This database is PostgreSQL: use pg_dump, which takes one snapshot while it is in use.")
        path: Path = options["file"].resolve()
        if path.exists():
            raise CommandError(f"{path} exists, and is not overwritten.")
        unfinished = path.with_name(path.name + ".part")
        try:
            unfinished.unlink(missing_ok=True)
            os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._copy(unfinished)
            records = _checked(unfinished)
            _synced(unfinished)
            unfinished.rename(path)
        except (OSError, sqlite3.Error) as exc:
            unfinished.unlink(missing_ok=True)
            raise CommandError(f"No backup was made: {exc}") from exc
        self.stdout.write(f"{path}: {path.stat().st_size:,} bytes, {counted(records, 'audit record')}, checked.")

    def _copy(self, unfinished: Path) -> None:
        """VACUUM INTO reads one snapshot, beside which others go on writing."""
        source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True, isolation_level=None)
        pages, page = (source.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        copied = threading.Event()
        with progress(pages * page, "bytes", "copy") as bar:
            watcher = threading.Thread(target=_watch, args=(unfinished, bar, copied))
            watcher.start()
            try:
                source.execute("VACUUM INTO ?", [str(unfinished)])
            finally:
                copied.set()
                watcher.join()
                source.close()


def _watch(file: Path, bar: Any, copied: threading.Event) -> None:
    while not copied.wait(WATCH_SECONDS):
        bar.update(max(0, file.stat().st_size - bar.n))


def _checked(file: Path) -> int:
    """The number of records in a copy that is whole. Raises sqlite3.Error."""
    copy = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy is not whole: {found}")
        return int(copy.execute("SELECT count(*) FROM audit_logs").fetchone()[0])
    finally:
        copy.close()


def _synced(file: Path) -> None:
    for path in (file, file.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
