"""Databases that break down where a test wants them to."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection


@contextmanager
def away(table: str) -> Iterator[None]:
    """The connection breaks whenever a statement names the table."""

    def execute(next_execute: Any, sql: str, *rest: Any) -> Any:
        if table in sql:
            raise OperationalError("server closed the connection unexpectedly")
        return next_execute(sql, *rest)

    with connection.execute_wrapper(execute):
        yield
