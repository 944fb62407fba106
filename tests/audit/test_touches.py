"""Who read this issue? Found at any size of the log, by REST, in the export and for records of before."""

import importlib
import json

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit.actors import Actor
from audit.models import AuditLog, AuditLogTouch
from audit.touches import MAX_TOUCHES
from audit.trail import audited
from audit.vocabulary import Action, Channel
from tests.audit.factories import make_record
from tests.databases import away

pytestmark = pytest.mark.django_db

AGENT = Actor(
    "ann@acme.example.com", "acme", Channel.MCP, role="member", key_label="laptop", permitted=frozenset(Action)
)


def called(action: Action = Action.JIRA_READ, **target) -> AuditLog:
    with audited(AGENT, action, dict(target)):
        pass
    return AuditLog.objects.order_by("-pk")[0]


def found(client, **params) -> list[int]:
    answer = client.get("/v1/audit-logs", {"workspace_key": "acme"} | params)
    assert answer.status_code == 200, answer.json()
    return [record["id"] for record in answer.json()["logs"]]


def touched() -> set[str]:
    return set(AuditLogTouch.objects.values_list("touched", flat=True))


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ({"issue_key": "OPS-1"}, "OPS-1"),
        ({"issue_key": "https://acme.atlassian.net/browse/ops-1?focusedId=2"}, "OPS-1"),
        ({"issue_keys": ["OPS-7", "OPS-1"]}, "OPS-1"),
        ({"q": "what became of OPS-1?"}, "OPS-1"),
        ({"jql": 'key = "OPS-1"'}, "OPS-1"),
        ({"page_id": "98400"}, "98400"),
        ({"page_id": "https://acme.atlassian.net/wiki/spaces/ENG/pages/98400/Release+2026"}, "98400"),
        ({"page_ids": ["1", "98400"]}, "98400"),
        ({"issue_key": "NEW-7", "asked_for": "OPS-1"}, "OPS-1"),
    ],
)
def test_a_record_is_found_by_the_issue_or_page_that_was_read_found_or_asked_for(admin, target, what):
    called(issue_key="OPS-2", page_id="2")
    record = called(**target)

    assert found(admin, touched=what) == [record.pk]
    assert found(admin, touched=what.lower()) == [record.pk]


@pytest.mark.parametrize(
    "written", ["https://acme.atlassian.net/wiki/spaces/ENG/pages/98400/OPS-1", "98400", " 98400 "]
)
def test_a_page_is_found_by_its_address_too(admin, written):
    record = called(page_id="98400")

    assert found(admin, touched=written) == [record.pk]


def test_what_merely_looks_like_a_key_in_a_query_touches_nothing():
    called(Action.JIRA_SEARCH, q="utf-8 in OPS-1-backup and x" + "A" * 500 + "-1")

    assert touched() == set()


def test_another_workspaces_reads_of_an_issue_of_that_name_stay_unseen(admin):
    with audited(
        Actor("eve@other.example.com", "other", Channel.REST, permitted=frozenset(Action)),
        Action.JIRA_READ,
        {"issue_key": "OPS-1"},
    ):
        pass

    assert found(admin, touched="OPS-1") == []


def test_what_touched_an_issue_is_paged_in_the_order_of_the_log_and_filtered_further(admin):
    records = [called(issue_key="OPS-1") for _ in range(5)]
    called(Action.JIRA_SEARCH, issue_keys=["OPS-1"])

    query = {"workspace_key": "acme", "touched": "OPS-1", "action_key": "jira.read", "limit": 2}
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.get("/v1/audit-logs", query | ({"cursor": cursor} if cursor else {})).json()
        seen += [record["id"] for record in page["logs"]]
        cursor = page["next_cursor"]

    assert seen == [record.pk for record in reversed(records)]


def test_the_export_takes_the_same_filter(admin):
    record = called(issue_key="OPS-1")
    called(issue_key="OPS-2")

    lines = admin.get("/v1/audit/export", {"workspace_key": "acme", "touched": "OPS-1"}).getvalue().splitlines()

    assert [json.loads(line)["id"] for line in lines] == [record.pk]


def test_a_record_that_touched_more_is_found_once_whatever_else_is_asked(admin):
    first, second = (called(Action.JIRA_SEARCH, issue_keys=["OPS-1", "OPS-2", "OPS-3"]) for _ in range(2))
    query = {"workspace_key": "acme", "touched": "OPS-1", "limit": 1}

    newest = admin.get("/v1/audit-logs", query).json()

    assert found(admin, **query, cursor=newest["next_cursor"]) == [first.pk]
    assert found(admin, touched="OPS-1", **{"from": first.created_at.isoformat()}) == [second.pk, first.pk]
    assert found(admin, touched="OPS-1", to=second.created_at.isoformat()) == [first.pk]


def test_a_record_and_what_it_touched_are_written_together_or_not_at_all():
    from audit.errors import AuditUnavailable

    with away("audit_log_touches"), pytest.raises(AuditUnavailable), transaction.atomic():
        called(issue_key="OPS-1")

    assert not AuditLog.objects.exists()


def test_one_record_touches_no_more_than_its_bound():
    called(Action.JIRA_SEARCH, issue_keys=[f"OPS-{n}" for n in range(MAX_TOUCHES + 50)])

    assert AuditLogTouch.objects.count() == MAX_TOUCHES


def test_a_touch_is_one_statement_more_whatever_their_number():
    with CaptureQueriesContext(connection) as few:
        called(issue_key="OPS-1")
    with CaptureQueriesContext(connection) as many:
        called(Action.JIRA_SEARCH, issue_keys=[f"OPS-{n}" for n in range(50)])

    assert len(many) == len(few)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_log_touches SET touched = 'OPS-2'", "DELETE FROM audit_log_touches"]
)
def test_a_touch_can_be_neither_changed_nor_deleted_even_by_sql(statement):
    called(issue_key="OPS-1")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert touched() == {"OPS-1"}


def test_the_migration_fills_in_what_records_of_before_touched(admin):
    records = [make_record(target={"issue_key": f"OPS-{n}"}) for n in range(5)]
    called(issue_key="OPS-1")
    fill = importlib.import_module("audit.migrations.0005_fill_audit_log_touches").fill

    fill(apps, None)
    fill(apps, None)

    assert found(admin, touched="OPS-4") == [records[4].pk]
    assert AuditLogTouch.objects.count() == 6


def test_the_command_finds_what_a_process_of_an_older_version_wrote_meanwhile(admin, capsys):
    record = make_record(target={"page_ids": ["7"]})

    call_command("fill_audit_touches")

    assert found(admin, touched="7") == [record.pk]
    assert "1 touch added" in capsys.readouterr().out


def test_retention_takes_the_touches_along(tmp_path):
    from audit.retention import prune
    from tests.audit.factories import NOON

    make_record(target={"issue_key": "OPS-1"})
    call_command("fill_audit_touches")

    list(prune(NOON.replace(year=NOON.year + 1), tmp_path))

    assert "OPS-1" not in touched()


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"actor": "ann@acme.example.com"}, 2),
        ({"actor": "NN@acme"}, 3),
        ({"actor": "example.com"}, 4),
        ({"actor": "nobody"}, 0),
        ({"key": "laptop"}, 1),
        ({"channel": "command"}, 1),
        ({"request_id": "r-2"}, 1),
        ({"actor": "acme", "action_prefix": "jira.", "channel": "rest"}, 3),
    ],
)
def test_records_are_found_by_part_of_an_email_key_channel_and_request(admin, params, count):
    make_record(key_label="laptop")
    make_record(request_id="r-2")
    make_record(actor="joann@acme.example.com")
    make_record(actor="bob@acme.example.com", channel="command", action=Action.API_KEY_ISSUE)

    assert len(found(admin, **params)) == count


def test_many_people_with_one_part_in_common_are_one_query(admin):
    for n in range(60):
        make_record(actor=f"person{n}@acme.example.com")

    assert len(found(admin, actor="person", limit=100)) == 60
    assert len(found(admin, actor="person5", limit=100)) == 11


def test_what_touched_an_issue_is_read_once_however_many_people_match(admin, django_assert_num_queries):
    records = [
        make_record(actor=f"ann{number}@acme.example.com", target={"issue_key": "OPS-1"}) for number in range(12)
    ]
    call_command("fill_audit_touches", verbosity=0)
    found(admin)  # the key's first use is noted

    with django_assert_num_queries(4):  # the key, who is called so, who there is, the page
        pks = found(admin, touched="OPS-1", actor="ann")

    assert pks == [record.pk for record in reversed(records)]
