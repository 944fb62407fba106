"""manage.py backup: a copy of one moment, whole, while others write."""

import os
import sqlite3
import stat
import threading
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from tests.config.test_work import fill
from tests.running_server import manage


@pytest.fixture
def served(tmp_path) -> tuple[dict[str, str], str]:
    """The environment of a database that is in use, and its file."""
    file = str(tmp_path / "served.sqlite3")
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": f"sqlite:///{file}"}
    manage(environment, "migrate", "--verbosity", "0")
    fill(file, 100)
    return environment, file


def test_a_backup_made_while_others_write_is_whole_and_can_be_used(served, tmp_path):
    environment, file = served
    stopping, began = threading.Event(), threading.Event()

    def write() -> None:
        while not stopping.is_set():
            fill(file, 1)
            began.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(30)
    try:
        said = manage(environment, "backup", str(tmp_path / "copy.sqlite3"))
    finally:
        stopping.set()
        writer.join()

    copy = tmp_path / "copy.sqlite3"
    assert "audit records, checked." in said
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as opened:
        assert opened.execute("SELECT count(*) FROM audit_logs").fetchone()[0] > 100
    opened.close()
    restored = environment | {"DATABASE_URL": f"sqlite:///{copy}"}
    assert "0 differences" in manage(restored, "verify_audit")


def test_a_file_that_is_there_is_not_overwritten(tmp_path):
    (tmp_path / "copy").write_text("precious")

    with pytest.raises(CommandError, match=r"exists|PostgreSQL"):
        call_command("backup", tmp_path / "copy")

    assert (tmp_path / "copy").read_text() == "precious"


def test_a_backup_that_cannot_be_written_leaves_nothing_behind(served, tmp_path):
    environment, _ = served

    with pytest.raises(AssertionError, match="No backup was made"):
        manage(environment, "backup", str(tmp_path / "nowhere" / "copy"))

    assert not list(tmp_path.glob("*.part"))


def test_on_postgresql_it_says_what_to_use(tmp_path, monkeypatch):
    monkeypatch.setattr("audit.management.commands.backup.connection", SimpleNamespace(vendor="postgresql"))

    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", tmp_path / "copy")
