"""Look-ups that every call makes: compiling their SQL would cost several times what running it does."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet

_SIGN = re.compile("(?<!%)%s")


class _Placeholder(str):
    """The name of a text, where the text itself will stand in the SQL."""

    __slots__ = ()


class _Compiled(NamedTuple):
    """Its parameters have names: for signs without any Django would search the SQL at each run."""

    sql: str
    constants: dict[str, Any]
    converters: list[tuple[int, list[Callable[..., Any]], Any]]  # of the columns that have any, by their position


Row = TypeVar("Row", bound=tuple[Any, ...])


class CompiledQuery(Generic[Row]):
    """
    The columns of a queryset that is looked up by texts, which build(*texts) makes, as a named tuple: a call needs a
    few of them, and making instances of their models would cost more than the look-up.

    Its SQL is Django's own, compiled when it is first run and kept for the life of the process.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any]], texts: int, columns: Sequence[str], row: Callable[..., Row]
    ) -> None:
        self._build = build
        self._texts = [f"text{number}" for number in range(texts)]
        self._columns = columns
        self._row = row
        self._by_vendor: dict[str, _Compiled] = {}

    def first(self, *texts: str) -> Row | None:
        database = connections[DEFAULT_DB_ALIAS]
        compiled = self._by_vendor.get(database.vendor) or self._compile()
        with database.cursor() as cursor:
            cursor.execute(compiled.sql, compiled.constants | dict(zip(self._texts, texts, strict=True)))
            found = cursor.fetchone()
        return None if found is None else self._row(*_converted(compiled, list(found), database))

    def _compile(self) -> _Compiled:
        queryset = self._build(*map(_Placeholder, self._texts)).values_list(*self._columns)[:1]
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names = [str(each) if isinstance(each, _Placeholder) else f"constant{at}" for at, each in enumerate(params)]
        in_order = iter(names)
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiled = self._by_vendor[connection.vendor] = _Compiled(
            _SIGN.sub(lambda _: f"%({next(in_order)})s", sql),
            {name: each for name, each in zip(names, params, strict=True) if not isinstance(each, _Placeholder)},
            [(position, *each) for position, each in converters.items()],
        )
        return compiled


def _converted(compiled: _Compiled, row: list[Any], database: BaseDatabaseWrapper) -> list[Any]:
    """As django.db.models.sql.compiler.SQLCompiler.apply_converters does it."""
    for position, converters, column in compiled.converters:
        for convert in converters:
            row[position] = convert(row[position], column, database)
    return row
