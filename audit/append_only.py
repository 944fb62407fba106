"""
The triggers that make audit_logs append-only whoever asks, and the one way through them.

SQLite rebuilds a table to alter it and silently drops its triggers, so they are installed again after every
migrate and a system check looks for them. INSERT OR REPLACE skips DELETE triggers there: an insert of an
existing id is refused as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "audit_logs is append-only"

_OPEN_ON_SQLITE = "EXISTS (SELECT 1 FROM audit_maintenance)"

SQLITE = {
    "audit_logs_no_update": f"""BEFORE UPDATE ON audit_logs
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    "audit_logs_no_delete": f"""BEFORE DELETE ON audit_logs WHEN NOT {_OPEN_ON_SQLITE}
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    "audit_logs_no_replace": f"""BEFORE INSERT ON audit_logs
        WHEN EXISTS (SELECT 1 FROM audit_logs WHERE id = NEW.id)
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
}

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION audit_logs_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('audit.maintenance', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
END $$
"""

POSTGRESQL = {
    "audit_logs_no_update": "BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION audit_logs_refuse()",
    "audit_logs_no_delete": "BEFORE DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION audit_logs_refuse()",
    "audit_logs_no_truncate": "BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_refuse()",
}


def install_triggers(database: BaseDatabaseWrapper) -> None:
    """Create whatever trigger is missing. Safe to repeat."""
    missing = missing_triggers(database)
    bodies = _triggers(database)
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for name in missing:
            cursor.execute(f"CREATE TRIGGER {name} {bodies[name]}")


def missing_triggers(database: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that should be there and are not, or are switched off."""
    if database.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'audit_logs'::regclass AND tgenabled = 'O'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_logs'"
    with database.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in trigger_names(database) if name not in present]


def trigger_names(database: BaseDatabaseWrapper) -> list[str]:
    return list(_triggers(database))


def _triggers(database: BaseDatabaseWrapper) -> dict[str, str]:
    return POSTGRESQL if database.vendor == "postgresql" else SQLITE


@contextmanager
def deleting_permitted() -> Iterator[None]:
    """A transaction in which records may be deleted (never updated): for retention alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT set_config('audit.maintenance', 'on', true)")
            yield
            cursor.execute("SELECT set_config('audit.maintenance', 'off', true)")
        else:
            cursor.execute("INSERT INTO audit_maintenance DEFAULT VALUES")
            yield
            cursor.execute("DELETE FROM audit_maintenance")


def reinstall_after_migrate(using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate."""
    database = connections[using]
    if "audit_logs" in database.introspection.table_names():
        install_triggers(database)
