"""
A record and what it touched, written together by the fewest statements.

By hand, because a model instance costs as much again as the INSERT itself.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.models import AuditLog
from audit.touches import touched_by

COLUMNS = tuple(field.attname for field in AuditLog._meta.concrete_fields if not field.primary_key)
_INSERT = f"INSERT INTO audit_logs ({', '.join(COLUMNS)}) VALUES ({', '.join(f'%({name})s' for name in COLUMNS)})"
_TOUCH = "INSERT INTO audit_log_touches (record_id, touched, workspace, created_at)"
_TOUCH_ON_SQLITE = f"{_TOUCH} SELECT %(id)s, value, %(workspace)s, %(created_at)s FROM json_each(%(touched)s)"
# One statement, for each is a journey to the server and back.
_INSERT_ON_POSTGRESQL = f"""
    WITH record AS ({_INSERT} RETURNING id, workspace, created_at)
    {_TOUCH} SELECT id, value, workspace, created_at
    FROM record, jsonb_array_elements_text(%(touched)s::jsonb) AS touched(value)
"""


def insert(record: Mapping[str, Any]) -> None:
    """record has a value for each of COLUMNS, the target as a mapping. Raises what the database raises."""
    database = connections[DEFAULT_DB_ALIAS]
    touched = touched_by(record["target"])
    stored = {
        **record,
        "created_at": database.ops.adapt_datetimefield_value(record["created_at"]),
        "target": json.dumps(record["target"]),
        "touched": json.dumps(touched) if touched else "",
    }
    write = _on_postgresql if database.vendor == "postgresql" else _on_sqlite
    write(database, stored)


def _on_postgresql(database: BaseDatabaseWrapper, stored: Mapping[str, Any]) -> None:
    with transaction.mark_for_rollback_on_error(database.alias), database.cursor() as cursor:
        cursor.execute(_INSERT_ON_POSTGRESQL if stored["touched"] else _INSERT, stored)


def _on_sqlite(database: BaseDatabaseWrapper, stored: Mapping[str, Any]) -> None:
    with transaction.atomic(savepoint=False), database.cursor() as cursor:
        cursor.execute(_INSERT, stored)
        if stored["touched"]:
            cursor.execute(_TOUCH_ON_SQLITE, {**stored, "id": cursor.lastrowid})
