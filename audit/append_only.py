"""
The triggers that make the tables of the audit log append-only whoever asks, and the one way through them.

SQLite rebuilds a table to alter it and silently drops its triggers, so they are installed again after every
migrate and a system check looks for them. INSERT OR REPLACE skips DELETE triggers there: an insert of an
existing id is refused as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("audit_logs", "audit_log_touches", "audit_seals")

# Retention deletes records and what they touched; a seal is never deleted.
_IN_MAINTENANCE = "EXISTS (SELECT 1 FROM audit_maintenance)"
_OPEN_ON_SQLITE = {"audit_logs": _IN_MAINTENANCE, "audit_log_touches": _IN_MAINTENANCE, "audit_seals": "0"}
_IDENTITY = {"audit_log_touches": "record_id = NEW.record_id AND touched = NEW.touched"}

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'audit_seals' AND current_setting('audit.maintenance', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


@dataclass(frozen=True)
class Trigger:
    name: str
    table: str
    body: str


def _on_sqlite(table: str) -> list[Trigger]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    same_id = f"EXISTS (SELECT 1 FROM {table} WHERE {_IDENTITY.get(table, 'id = NEW.id')})"
    return [
        Trigger(f"{table}_no_update", table, f"BEFORE UPDATE ON {table} {refuse}"),
        Trigger(f"{table}_no_delete", table, f"BEFORE DELETE ON {table} WHEN NOT {_OPEN_ON_SQLITE[table]} {refuse}"),
        Trigger(f"{table}_no_replace", table, f"BEFORE INSERT ON {table} WHEN {same_id} {refuse}"),
    ]


def _on_postgresql(table: str) -> list[Trigger]:
    refuse = "EXECUTE FUNCTION audit_refuse()"
    return [
        Trigger(f"{table}_no_update", table, f"BEFORE UPDATE ON {table} FOR EACH ROW {refuse}"),
        Trigger(f"{table}_no_delete", table, f"BEFORE DELETE ON {table} FOR EACH ROW {refuse}"),
        Trigger(f"{table}_no_truncate", table, f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"),
    ]


def triggers(database: BaseDatabaseWrapper) -> list[Trigger]:
    """The triggers that should be there, for the tables that exist."""
    on_table = _on_postgresql if database.vendor == "postgresql" else _on_sqlite
    present = database.introspection.table_names()
    return [trigger for table in TABLES if table in present for trigger in on_table(table)]


def missing_triggers(database: BaseDatabaseWrapper) -> list[Trigger]:
    """Triggers that should be there and are not, or are switched off."""
    if database.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A') AND tgrelid = to_regclass(%s)"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
    present: set[str] = set()
    with database.cursor() as cursor:
        for table in TABLES:
            cursor.execute(query, [table])
            present.update(name for (name,) in cursor.fetchall())
    return [trigger for trigger in triggers(database) if trigger.name not in present]


def install_triggers(database: BaseDatabaseWrapper) -> None:
    """Create whatever trigger is missing, or is switched off. Safe to repeat."""
    missing = missing_triggers(database)
    of_table = " ON {}" if database.vendor == "postgresql" else ""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for trigger in missing:
            cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{of_table.format(trigger.table)}")
            cursor.execute(f"CREATE TRIGGER {trigger.name} {trigger.body}")


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
    install_triggers(connections[using])
