import pytest
from django.db.models.sql.compiler import SQLCompiler

from audit.compiled_query import CompiledQuery
from tests.factories import make_api_key
from workspaces.models import ApiKey, Role, digest_of

pytestmark = pytest.mark.django_db


def by_digest() -> CompiledQuery[ApiKey]:
    related = ("membership__user", "membership__workspace")
    return CompiledQuery(lambda digest: ApiKey.objects.select_related(*related).filter(digest=digest), 1)


def test_a_row_comes_with_all_that_the_queryset_itself_would_give(django_assert_num_queries):
    secret = make_api_key(Role.ADMIN)
    expected = ApiKey.objects.select_related("membership__user", "membership__workspace").get()

    with django_assert_num_queries(1):
        found = by_digest().first(digest_of(secret))
        assert found is not None
        membership = found.membership
        assert (membership.user.email, membership.workspace.key) == (
            expected.membership.user.email,
            expected.membership.workspace.key,
        )

    for made, fetched in (
        (found, expected),
        (membership, expected.membership),
        (membership.user, expected.membership.user),
    ):
        fields = [field.attname for field in made._meta.concrete_fields]
        assert [getattr(made, name) for name in fields] == [getattr(fetched, name) for name in fields]


def test_what_changed_since_is_seen_at_once():
    digest = digest_of(make_api_key(Role.MEMBER))
    query = by_digest()
    before = query.first(digest)

    ApiKey.objects.get().revoke()

    assert before is not None
    assert before.rejection_reason() == ""
    after = query.first(digest)
    assert after is not None
    assert after.rejection_reason() == "revoked"


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
