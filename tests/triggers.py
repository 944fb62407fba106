from django.db.backends.base.base import BaseDatabaseWrapper

from audit.append_only import triggers


def drop_triggers(database: BaseDatabaseWrapper, *names: str) -> None:
    """As somebody with all rights on the database could; no name: all that guard the audit log."""
    with database.cursor() as cursor:
        for trigger in triggers(database):
            if not names or trigger.name in names:
                suffix = f" ON {trigger.table}" if database.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{suffix}")
