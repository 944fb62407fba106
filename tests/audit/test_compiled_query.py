from typing import Any, NamedTuple

import pytest
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from audit.compiled_query import CompiledQuery
from tests.factories import make_api_key
from workspaces.models import ApiKey, Role, digest_of

pytestmark = pytest.mark.django_db


class Key(NamedTuple):
    pk: int
    created_at: Any
    actions: list[str]
    email: str
    is_active: bool


PATHS = ("pk", "created_at", "actions", "membership__user__email", "membership__user__is_active")


def by_digest() -> CompiledQuery[Key]:
    return CompiledQuery(lambda digest: ApiKey.objects.filter(digest=digest), 1, PATHS, Key)


def test_a_row_comes_with_the_values_that_the_queryset_itself_would_give(django_assert_num_queries):
    secret = make_api_key(Role.ADMIN)
    ApiKey.objects.update(actions=["jira.*"])
    expected = ApiKey.objects.values_list(*PATHS).get()

    with django_assert_num_queries(1):
        found = by_digest().first(digest_of(secret))

    assert found == expected
    assert isinstance(found, Key)


def test_what_changed_since_is_seen_at_once():
    digest = digest_of(make_api_key(Role.MEMBER))
    query = CompiledQuery(lambda digest: ApiKey.objects.filter(digest=digest), 1, ["revoked_at"], lambda *row: row)
    before = query.first(digest)

    ApiKey.objects.update(revoked_at=timezone.now())

    assert before == (None,)
    assert query.first(digest) != (None,)


def test_nothing_found_is_none():
    assert by_digest().first("no such digest") is None


def test_the_sql_is_compiled_once(monkeypatch):
    compiled = []
    as_sql = SQLCompiler.as_sql
    monkeypatch.setattr(
        SQLCompiler, "as_sql", lambda self, *args, **kwargs: compiled.append(1) or as_sql(self, *args, **kwargs)
    )
    query = by_digest()

    for _ in range(3):
        query.first("no such digest")

    assert len(compiled) == 1
