"""What a stranger or a careless client may send: refused by name, recorded once, and never a fault of ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test import Client
from rest_framework.test import APIClient

from audit import trail, writing
from audit.models import AuditLog
from config.logs import JsonFormatter
from config.wsgi import application
from tests.audit.factories import make_record
from tests.databases import away
from tests.factories import make_api_key, make_member
from workspaces.models import Invitation, Role, User

pytestmark = pytest.mark.django_db

LOGS = "/v1/audit-logs"
SAVE = "/v1/integrations"
EVENTS = "/v1/git-events"
ACME = {"workspace_key": "acme"}
NO_ENCODINGS = ["rot13", "hex", "zlib", "bz2", "punycode", "undefined", "utf-16", "cp037"]


def refused(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def only_record() -> tuple[str, str, str, str]:
    record = AuditLog.objects.get()
    return record.action, record.outcome, record.error_code, record.actor


def served(method: str, path: str, content_type: str, body: bytes = b"", secret: str = "") -> Any:
    """As by gunicorn: Django's test client makes its requests itself."""
    environ: dict[str, Any] = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    environ |= {"REQUEST_METHOD": method, "wsgi.input": BytesIO(body), "HTTP_AUTHORIZATION": f"Bearer {secret}"}
    environ["PATH_INFO"], _, environ["QUERY_STRING"] = path.partition("?")
    setup_testing_defaults(environ)
    return application.get_response(application.request_class(environ))


@pytest.mark.parametrize("charset", NO_ENCODINGS)
@pytest.mark.parametrize("path", [f"{LOGS}?workspace_key=acme", "/login/?next=/", "/healthz?x=1"])
def test_whatever_charset_a_request_claims_it_is_read_as_utf_8(path, charset):
    secret = make_api_key(Role.ADMIN)

    assert served("GET", path, f"text/plain; charset={charset}", secret=secret).status_code == 200


@pytest.mark.parametrize("charset", NO_ENCODINGS)
def test_so_is_a_body(charset):
    body = json.dumps(ACME | {"provider": "jira", "reason": "서울"}, ensure_ascii=False).encode()

    answer = served("PUT", SAVE, f"application/json; charset={charset}", body, make_api_key(Role.ADMIN))

    assert answer.status_code == 200
    assert AuditLog.objects.get().target["reason"] == "서울"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", "{"),
        ("application/json", "[" * 100_000),
        ("text/plain", "x"),
        ("application/json", "x" * 3_000_000),
    ],
)
def test_a_stranger_is_told_so_whatever_body_comes_with_it(content_type, body):
    client = APIClient(raise_request_exception=False)

    refused(client.post(EVENTS, body, content_type=content_type), 401, "missing_bearer_token")

    assert only_record() == ("git.commit", "denied", "missing_bearer_token", "")


@pytest.mark.parametrize(
    "body",
    [
        r'{"workspace_key": "acme", "provider": "jira", "\ud800": 1}',
        r'{"workspace_key": "acme", "provider": "\ud800"}',
        r'{"workspace_key": "acme", "provider": "jira", "config": {"\udfff": 1}}',
    ],
)
def test_half_a_character_comes_back_in_a_refusal_that_can_be_sent(admin, body):
    refused(admin.put(SAVE, body, content_type="application/json"), 400, "validation_error")

    assert only_record() == ("integration.update", "failed", "validation_error", "admin@acme.example.com")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", LOGS + "?workspace_key=acme" + "".join(f"&p{n}=" for n in range(1_000)), ""),
        ("PUT", SAVE, '{"workspace_key": "' + "x" * 3_000_000 + '"}'),
    ],
)
def test_what_django_itself_refuses_to_read_is_recorded_as_its_senders(admin, method, path, body):
    answer = admin.generic(method, path, body, content_type="application/json")

    refused(answer, 400, "validation_error")
    assert only_record()[1:] == ("failed", "validation_error", "admin@acme.example.com")


@pytest.mark.parametrize("path", [LOGS, "/v1/audit/export", SAVE])
def test_a_head_is_a_get_to_the_gate(client_for, admin, path):
    assert admin.head(path, ACME).status_code == 200

    assert client_for(make_api_key(Role.MEMBER)).head(path, ACME).status_code == 403
    assert AuditLog.objects.get(outcome="denied").actor == "member@acme.example.com"


@pytest.mark.parametrize(
    "cursor",
    [
        "MDAwMS0wMS0wMVQwMDowMDowMCsyMzo1OS8x",  # 0001-01-01T00:00:00+23:59/1
        "OTk5OS0xMi0zMVQyMzo1OTo1OS0yMzo1OS8x",  # 9999-12-31T23:59:59-23:59/1
        "MjAyNi0wMS0wMVQwMDowMDowMC8x",  # 2026-01-01T00:00:00/1
        "MjAyNi0wMS0wMVQwMDowMDowMCswMDowMC85OTk5OTk5OTk5OTk5OTk5OTk5OQ==",  # an id beyond 64 bits
    ],
)
def test_a_cursor_that_no_answer_gave_is_refused(admin, cursor):
    refused(admin.get(LOGS, ACME | {"cursor": cursor}), 400, "validation_error")


@pytest.mark.parametrize("path", [LOGS, "/v1/audit/export"])
@pytest.mark.parametrize("prefix", ["\U0010ffff", "\ud7ff", "é"])
def test_a_prefix_after_which_no_other_string_comes_is_refused(admin, path, prefix):
    refused(admin.get(path, ACME | {"action_prefix": prefix}), 400, "validation_error")


def test_a_database_that_fails_while_signing_in_is_no_second_failure(admin, monkeypatch):
    def fails(*args, **kwargs):
        raise DatabaseError("locked")

    monkeypatch.setattr("workspaces.known_keys.KnownKey.record_use", fails)

    refused(admin.get(LOGS, ACME), 500, "internal_error")

    assert only_record() == ("audit.list", "failed", "internal_error", "")


def test_a_record_that_cannot_be_written_is_not_tried_again_by_everyone_on_the_way_out(admin, monkeypatch):
    tries = []

    def fails(record):
        tries.append(record["action"])
        raise DatabaseError("locked")

    monkeypatch.setattr(trail, "insert", fails)

    refused(admin.get("/v1/audit/export", ACME), 503, "audit_unavailable")

    assert tries == ["audit.export"]


def test_a_database_that_fails_while_signing_in_is_said_to_be_away(admin):
    with away("workspaces_apikey"):
        refused(admin.get(LOGS, ACME), 503, "database_unavailable")

    assert AuditLog.objects.get().error_code == "database_unavailable"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others have many writers at a time")
@pytest.mark.django_db(transaction=True)
def test_nobody_queues_for_ever_behind_one_who_waits_for_a_locked_database(client_for, monkeypatch):
    member = client_for(make_api_key(Role.MEMBER))
    monkeypatch.setattr(writing, "MAX_QUEUE_SECONDS", 0)

    with writing._sqlite_writer:
        refused(member.get(LOGS, ACME), 503, "audit_unavailable")

    refused(member.get(LOGS, ACME), 403, "role_required")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the others begin a transaction with its first statement")
@pytest.mark.django_db(transaction=True)
def test_a_change_that_finds_the_database_locked_waits_for_it_once(client_for):
    owner = client_for(make_api_key(Role.OWNER))
    tries = []

    def locked(execute, sql, *rest):
        if not sql.startswith("BEGIN"):
            return execute(sql, *rest)
        tries.append(sql)
        raise OperationalError("database is locked")

    with connection.execute_wrapper(locked):
        answer = owner.post("/v1/invitations", {"email": "ben@acme.example.com", "role": "member"}, format="json")

    refused(answer, 503, "audit_unavailable")
    assert len(tries) == 1


NO_KEYS = ["\x00", "acme\x00", "\ud800", "ACME", "x" * 5_000]


@pytest.fixture
def signed_in() -> APIClient:
    browser = APIClient(raise_request_exception=False)
    browser.force_login(make_member(Role.ADMIN).user)
    return browser


@pytest.mark.parametrize("key", NO_KEYS)
def test_a_session_that_names_what_no_workspace_is_called_is_refused_as_by_any_other_name(signed_in, key):
    answer = signed_in.put(SAVE, json.dumps({"workspace_key": key}), content_type="application/json")

    refused(answer, 403, "workspace_access_denied")
    assert only_record() == ("integration.update", "denied", "workspace_access_denied", "admin@acme.example.com")


@pytest.mark.parametrize("part", ["", "records/"])
@pytest.mark.parametrize("key", ["%00", "acme%00", "%ff", "ACME"])
def test_so_is_a_page_of_it(signed_in, key, part):
    assert signed_in.get(f"/integrations/{key}/{part}").status_code == 403


def test_the_form_that_issues_a_key_finds_members_in_an_order():
    make_member(Role.OWNER)
    browser = APIClient()
    browser.force_login(User.objects.create_superuser("root@example.com", "a-long-password-1"))
    of_form = {"app_label": "workspaces", "model_name": "apikey", "field_name": "membership", "term": "owner"}

    found = browser.get("/admin/autocomplete/", of_form).json()["results"]

    assert [each["text"] for each in found] == ["owner@acme.example.com in acme"]


@pytest.mark.parametrize("key", ["k" * 80, "a\x00b", "\udcff"])
def test_the_record_of_a_workspace_whose_key_has_no_room_is_cut_to_its_columns(key):
    with pytest.raises(CommandError):
        call_command("create_workspace", key)

    AuditLog.objects.get(error_code="validation_error").full_clean()


def test_a_key_is_not_issued_with_a_label_that_has_no_room():
    make_member(Role.MEMBER)

    with pytest.raises(CommandError, match="100"):
        call_command("issue_api_key", "acme", "member@acme.example.com", "--label", "x" * 101)

    assert only_record()[:3] == ("api_key.issue", "failed", "validation_error")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only its connections are pooled")
@pytest.mark.django_db(transaction=True)
def test_who_takes_an_export_slowly_holds_no_connection_meanwhile(admin):
    admin.get("/v1/audit/export", ACME).getvalue()

    pieces = iter(admin.get("/v1/audit/export", ACME).streaming_content)

    assert b"audit.export" in next(pieces)
    assert connection.connection is None


@pytest.mark.django_db
@pytest.mark.parametrize("workspace_key", [0, 1.5, True, ["acme"], {}])
def test_a_workspace_key_that_is_no_text_is_refused_and_not_taken_for_none(admin, workspace_key):
    answer = admin.post("/v1/integrations/test", {"workspace_key": workspace_key, "provider": "jira"}, format="json")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["issues"][0]["path"] == "workspace_key"


SECRETS = [
    "mc_" + "aB3" * 14 + "x",
    "ATATT3xFfGF0" + "q7W" * 40,
    "hunter2hunter2",
    "p w",
    "\u00e9t\u00e9",
    "x" * 10_000,
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_sent_as_the_name_of_a_parameter_is_neither_repeated_nor_stored(admin, secret):
    by_query = admin.get(LOGS, ACME | {secret: "1"})
    by_body = admin.put(SAVE, ACME | {"provider": "jira", "config": {secret: "1"}}, format="json")

    refused(by_query, 400, "validation_error")
    refused(by_body, 400, "validation_error")
    assert secret not in by_query.content.decode() + by_body.content.decode()
    assert secret not in str([record.target for record in AuditLog.objects.all()])


def test_a_mistyped_name_is_repeated(admin):
    assert "limitt" in admin.get(LOGS, ACME | {"limitt": "1"}).content.decode()


@pytest.mark.parametrize("path", [LOGS, "/v1/audit/export", SAVE, "/v1/jira/search?q=x", "/login/", "/nowhere"])
def test_no_cache_keeps_what_was_answered(admin, path):
    browser = Client()
    browser.force_login(User.objects.get())
    for client in (admin, browser):
        assert "no-store" in client.get(path, ACME)["Cache-Control"]


def test_the_line_of_a_crash_holds_no_query(admin, monkeypatch, caplog):
    def crash(*args, **kwargs):
        raise RuntimeError("crash")

    monkeypatch.setattr("audit.services.list_records", crash)
    monkeypatch.setattr("console.account.sign_in.SignIn.get", crash, raising=False)

    admin.get(LOGS, ACME | {"actor": "sought-after"})
    Client(raise_request_exception=False).get("/login/?q=sought-after")

    written = [JsonFormatter().format(record) for record in caplog.records]
    assert any("crash" in line for line in written)
    assert not [line for line in written if "sought-after" in line]


def test_a_database_without_our_tables_is_said_to_be_none_of_ours(admin):
    def no_table(execute, sql, *rest):
        if "workspaces_apikey" not in sql:
            return execute(sql, *rest)
        with transaction.atomic():  # what fails here must not break the test's own transaction
            return execute(sql.replace("workspaces_apikey", "no_such_table_here"), *rest)

    with connection.execute_wrapper(no_table):
        answer = admin.get(LOGS, ACME)

    refused(answer, 503, "database_not_migrated")
    assert "manage.py migrate" in answer.json()["error"]["message"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL fails over to a standby")
def test_a_database_that_can_only_be_read_is_said_to_be_so(admin):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        ready, saved = Client().get("/readyz"), admin.get(LOGS, ACME)

        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert "can only be read" in ready.json()["problem"]
        refused(saved, 503, "audit_unavailable")
        transaction.set_rollback(True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a pragma of SQLite")
def test_a_file_that_can_only_be_read_refuses_what_it_cannot_record(admin):
    with transaction.atomic():
        connection.connection.execute("PRAGMA query_only = 1")
        answer = admin.get(LOGS, ACME)
        connection.connection.execute("PRAGMA query_only = 0")
        transaction.set_rollback(True)

    refused(answer, 503, "audit_unavailable")
    assert admin.get(LOGS, ACME).status_code == 200


@contextmanager
def full_disk() -> Iterator[None]:
    """SQLITE_FULL, as where no block is left: the database grows no further, and what was free in it is taken."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        (most,) = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count = 1")  # taken as many as there are
        with suppress(OperationalError):
            while True:
                make_record(target={"filling": "x" * 100})
        yield
        cursor.execute(f"PRAGMA max_page_count = {most}")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a pragma of SQLite")
@pytest.mark.django_db(transaction=True)
def test_on_a_full_disk_nothing_is_answered_or_changed_that_has_no_record_and_all_is_well_afterwards(
    client_for, caplog
):
    owner = client_for(make_api_key(Role.OWNER))
    invitation = {"email": "ben@acme.example.com", "role": "member"}

    with full_disk():
        refused(owner.get("/v1/audit/export", ACME), 503, "audit_unavailable")
        refused(owner.post("/v1/invitations", invitation, format="json"), 503, "audit_unavailable")
        assert not Invitation.objects.exists()
    assert "no audit record could be written: database or disk is full" in caplog.text

    assert owner.get("/v1/audit/export", ACME).status_code == 200
    assert owner.post("/v1/invitations", invitation, format="json").status_code == 201
    recorded = AuditLog.objects.filter(actor="owner@acme.example.com").values_list("action", "outcome")
    assert sorted(recorded) == [("audit.export", "success"), ("invitation.create", "success")]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of SQLite")
def test_so_is_a_file_that_we_may_not_write(monkeypatch, tmp_path):
    file = tmp_path / "memory.sqlite3-wal"  # the journal alone is enough
    file.touch()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "memory.sqlite3"))
    assert Client().get("/readyz").status_code == 200

    monkeypatch.setattr("os.access", lambda path, mode: path != str(file))  # who runs the suite may be root
    ready = Client().get("/readyz")

    assert ready.status_code == 503
    assert "may not write" in ready.json()["problem"]
