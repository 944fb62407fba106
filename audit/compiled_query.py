"""Look-ups that every call makes: compiling their SQL would cost several times what running it does."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators


class _Placeholder(str):
    """Stands for a text in the SQL, and says which."""

    def __new__(cls, position: int) -> "_Placeholder":
        self = super().__new__(cls, position)
        self.position = position
        return self

    position: int


class _Compiled(NamedTuple):
    sql: str
    params: tuple[Any, ...]
    converters: Mapping[int, tuple[list[Callable[..., Any]], Any]]
    model: type[Model]
    own: slice
    names: list[str]
    related: list[Any]


M = TypeVar("M", bound=Model)


class CompiledQuery(Generic[M]):
    """
    A queryset that is looked up by texts: build(*texts) makes it, select_related included.

    Its SQL is Django's own, compiled when it is first run and kept for the life of the process.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], texts: int) -> None:
        self._build = build
        self._texts = texts
        self._by_vendor: dict[str, _Compiled] = {}

    def first(self, *texts: str) -> M | None:
        compiled = self._by_vendor.get(connection.vendor) or self._compile()
        params = [texts[each.position] if isinstance(each, _Placeholder) else each for each in compiled.params]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, params)
            row = cursor.fetchone()
        return None if row is None else _instance(compiled, list(row))

    def _compile(self) -> _Compiled:
        queryset = self._build(*map(_Placeholder, range(self._texts)))[:1]
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        select, classes = compiler.select, compiler.klass_info
        own = slice(classes["select_fields"][0], classes["select_fields"][-1] + 1)
        compiled = self._by_vendor[connection.vendor] = _Compiled(
            sql,
            tuple(params),
            compiler.get_converters([column for column, *_ in select]),
            queryset.model,
            own,
            [column.target.attname for column, *_ in select[own]],
            get_related_populators(classes, select, connection.alias),  # type: ignore[call-arg]  # typed as in Django 6
        )
        return compiled


def _instance(compiled: _Compiled, row: list[Any]) -> Any:
    """As django.db.models.query.ModelIterable makes it of a row."""
    _convert(compiled, row, connection)
    made = compiled.model.from_db(connection.alias, compiled.names, row[compiled.own])
    for each in compiled.related:
        each.populate(row, made)
    return made


def _convert(compiled: _Compiled, row: list[Any], database: BaseDatabaseWrapper) -> None:
    for position, (converters, column) in compiled.converters.items():
        for convert in converters:
            row[position] = convert(row[position], column, database)
