"""The different values of an indexed column in one workspace, each found by one step in the index."""

from typing import Literal

from django.db import connection

MAX_VALUES = 10_000

# Of an index that begins with workspace and column; DISTINCT would read every row of it.
_QUERY = """
    WITH RECURSIVE found(value) AS (
        SELECT (SELECT min({column}) FROM audit_logs WHERE workspace = %s)
        UNION ALL
        SELECT (SELECT min({column}) FROM audit_logs WHERE workspace = %s AND {column} > found.value)
        FROM found WHERE found.value IS NOT NULL
    )
    SELECT value FROM found WHERE value IS NOT NULL LIMIT %s
"""


def distinct_values(workspace: str, column: Literal["action", "actor"]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_QUERY.format(column=column), [workspace, workspace, MAX_VALUES])
        return [value for (value,) in cursor.fetchall()]
