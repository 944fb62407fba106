import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection

from audit.models import AuditLog
from audit.vocabulary import Action
from tests.audit.factories import NOON, make_record, make_records
from tests.factories import make_api_key
from workspaces.models import Role

pytestmark = pytest.mark.django_db


def listed(client, **params):
    answer = client.get("/v1/audit-logs", {"workspace_key": "acme"} | params)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_records_are_listed_newest_first_page_by_page_with_none_lost_or_twice(admin):
    records = make_records(7)
    seen, cursor = [], None

    while True:
        page = listed(admin, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [record["id"] for record in page["logs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert seen == [record.pk for record in reversed(records)]


def test_records_of_one_moment_are_paged_without_loss(admin):
    make_records(1), make_records(1), make_records(1)

    first = listed(admin, limit=2)
    second = listed(admin, limit=2, cursor=first["next_cursor"])

    assert len({record["id"] for record in first["logs"] + second["logs"]}) == 3
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"action_key": "jira.read"}, 2),
        ({"action_prefix": "jira."}, 2),
        ({"action_prefix": "integration"}, 1),
        ({"actor": "bob@acme.example.com"}, 1),
        ({"outcome": "denied"}, 1),
        ({"from": "2026-08-22T12:01:00Z"}, 1),
        ({"to": "2026-08-22T12:01:00Z"}, 3),
        ({"from": "2026-08-23T00:00:00Z"}, 0),
    ],
)
def test_records_can_be_filtered(admin, params, count):
    make_records(2)
    make_records(1, action=Action.INTEGRATION_UPDATE, actor="bob@acme.example.com")
    make_records(1, action=Action.GIT_COMMIT, outcome="denied")

    logs = listed(admin, **params)["logs"]

    assert len([record for record in logs if record["created_at"].startswith("2026-08-22")]) == count


def test_records_of_several_actions_with_one_prefix_are_paged_in_their_order(admin):
    records = [
        make_record(NOON + timedelta(minutes=n), action=action)
        for n, action in enumerate(["jira.read", "jira.search", "git.merge", "jira.search", "jira.read", "jira.read"])
    ]
    expected = [record.pk for record in reversed(records) if record.action.startswith("jira.")]

    first = listed(admin, action_prefix="jira.", limit=2)
    second = listed(admin, action_prefix="jira.", limit=3, cursor=first["next_cursor"])

    assert [record["id"] for record in first["logs"] + second["logs"]] == expected
    assert second["next_cursor"] is None
    assert listed(admin, action_prefix="confluence.")["logs"] == []


def test_an_actor_who_is_named_in_full_is_looked_up_without_reading_who_else_there_is(admin):
    make_records(2), make_records(1, actor="bob@acme.example.com")
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        logs = listed(admin, actor="bob@acme.example.com")["logs"]

    assert [record["actor"] for record in logs] == ["bob@acme.example.com"]
    assert not any("RECURSIVE" in sql for sql in asked)


def test_another_workspace_sees_nothing_of_them(admin, client_for):
    make_records(2, workspace="globex")

    assert listed(admin)["logs"] == []


@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": "abc"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "MjAyNi0wOC0yMlQxMjowMDowMC8x"}, "cursor"),
        ({"outcome": "maybe"}, "outcome"),
        ({"from": "yesterday"}, "from"),
        ({"form": "2026-01-01"}, "form"),
    ],
)
def test_a_bad_parameter_is_named_and_the_attempt_recorded(admin, params, path):
    answer = admin.get("/v1/audit-logs", {"workspace_key": "acme"} | params)

    assert answer.status_code == 400
    assert [issue["path"] for issue in answer.json()["error"]["details"]["issues"]] == [path]
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.target) == ("audit.list", "failed", {"refused": [path]})


def test_a_member_is_refused_and_the_refusal_recorded(client_for):
    answer = client_for(make_api_key(Role.MEMBER)).get("/v1/audit-logs", {"workspace_key": "acme"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "role_required")
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.error_code) == ("audit.list", "denied", "role_required")


def test_a_page_costs_two_statements_and_no_count(admin, django_assert_num_queries):
    make_records(5)
    listed(admin)  # the key's first use is noted

    with django_assert_num_queries(2):  # the key, the page
        listed(admin)


def test_an_export_as_json_lines_holds_every_record_and_is_itself_recorded_first(admin):
    make_records(5)

    answer = admin.get("/v1/audit/export", {"workspace_key": "acme", "format": "jsonl", "action_prefix": "jira."})

    record = AuditLog.objects.get(action="audit.export")
    assert record.target == {"action_prefix": "jira.", "format": "jsonl"}
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert len(lines) == 5
    assert lines[0]["actor"] == "ann@acme.example.com"


@pytest.mark.parametrize("hidden_by", ["", " ", "\u00a0", "\u200b", "\ufeff ", "\t", "\u3000\u2060"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe62"])
def test_an_export_as_csv_has_a_head_and_no_cell_that_a_spreadsheet_would_run(admin, hidden_by, sign):
    formula = f"{hidden_by}{sign}HYPERLINK(1)"
    make_records(1, actor=formula, action=Action.JIRA_READ)

    answer = admin.get("/v1/audit/export", {"workspace_key": "acme", "format": "csv", "action_key": "jira.read"})

    head, row = csv.reader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert head[:5] == ["id", "created_at", "workspace", "actor", "key_label"]
    assert row[3] == "'" + formula


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
@pytest.mark.parametrize("line_break", ["\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"])
def test_each_record_is_one_line_of_an_export_to_every_reader(admin, file_format, line_break):
    make_records(2, action=Action.JIRA_READ, actor=f"a{line_break}b", target={"q": f"one{line_break}two"})

    query = {"workspace_key": "acme", "format": file_format, "action_key": "jira.read"}
    text = admin.get("/v1/audit/export", query).getvalue().decode()

    assert len(text.splitlines()) == (3 if file_format == "csv" else 2)
    if file_format == "jsonl":
        assert json.loads(text.splitlines()[0])["target"] == {"q": f"one{line_break}two"}


def test_an_export_holds_one_chunk_at_a_time(admin, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("audit.listing.CHUNK_ROWS", 2)
    monkeypatch.setattr("audit.listing.MIN_PAGE_ROWS", 2)
    make_records(5)

    answer = admin.get("/v1/audit/export", {"workspace_key": "acme", "action_prefix": "jira."})

    with django_assert_num_queries(4):  # which actions there are; then 2 + 2 + 1
        pieces = list(answer.streaming_content)
    assert [piece.count(b"\n") for piece in pieces] == [2, 2, 1]


@pytest.mark.django_db(transaction=True)  # an answer that is closed ends its connection
def test_a_workspace_has_two_exports_at_a_time_and_leaves_the_others_theirs(admin, client_for):
    another = client_for(make_api_key(Role.ADMIN, "globex"))
    slow = [admin.get("/v1/audit/export") for _ in range(2)]

    refused, others = admin.get("/v1/audit/export"), another.get("/v1/audit/export")
    slow.pop().getvalue()
    again = admin.get("/v1/audit/export")

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "exports_busy")
    assert refused["Retry-After"]
    assert (others.status_code, again.status_code) == (200, 200)
    outcomes = AuditLog.objects.filter(workspace="acme").order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == ["success", "success", "failed", "success"]
    for answer in (*slow, others, again):  # read to their end, their slots are free for the next test
        answer.getvalue()


@pytest.mark.django_db(transaction=True)
def test_exports_in_all_leave_threads_to_those_who_read(client_for, settings):
    settings.THREADS = 32
    many = [client_for(make_api_key(Role.ADMIN, f"w{number}")) for number in range(5)]

    slow = [client.get("/v1/audit/export") for client in many]

    assert [answer.status_code for answer in slow] == [200] * 4 + [503]
    for answer in slow:
        answer.getvalue()


def test_an_export_of_several_actions_reads_each_record_once_and_in_the_order_of_the_log(
    admin, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("audit.listing.CHUNK_ROWS", 4)
    monkeypatch.setattr("audit.listing.MIN_PAGE_ROWS", 2)
    actions = [Action.JIRA_READ] * 3 + [Action.JIRA_SEARCH] * 5 + [Action.JIRA_READ] * 4 + [Action.GIT_COMMIT]
    made = [make_record(NOON, action=action) for action in actions]

    answer = admin.get("/v1/audit/export", {"workspace_key": "acme", "action_prefix": "jira."})
    with django_assert_num_queries(1 + 4 + 3):  # which actions there are; two at a time 7 reads and 5 searches
        lines = b"".join(answer.streaming_content).splitlines()

    assert [json.loads(line)["id"] for line in lines] == [record.pk for record in reversed(made[:-1])]


def test_a_word_that_is_no_choice_is_answered_with_the_choices_and_not_repeated(client_for):
    answer = client_for(make_api_key(Role.ADMIN)).get(
        "/v1/audit-logs", {"workspace_key": "acme", "outcome": "x" * 10_000}
    )

    (issue,) = answer.json()["error"]["details"]["issues"]
    assert issue["message"] == "Give one of these: success, denied, failed."
