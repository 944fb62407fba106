"""Activity at its door: filters, records, export."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import AuditLog, AuditLogTouch
from tests.audit.factories import make_record
from tests.console.pages import text_of
from tests.factories import make_integration
from workspaces.models import Role

pytestmark = pytest.mark.django_db

PAGE = "/integrations/acme/activity/"


def read(key: str = "GATE-7", days: float = 0, **fields) -> AuditLog:
    moment = timezone.now() - timedelta(days=days)
    record = make_record(moment, target={"issue_key": key}, **fields)
    AuditLogTouch.objects.create(record=record, touched=key, workspace=record.workspace, created_at=moment)
    return record


def shown(client, **given) -> list[int]:
    return [record.pk for record, _ in client.get(PAGE, given).context["records"]]


def test_what_was_read_and_what_was_administered_are_two_tabs(browser_of):
    admin = browser_of(Role.ADMIN)
    of_reading, of_members = read(), make_record(timezone.now(), action="member.add")

    assert shown(admin) == [of_reading.pk]
    assert shown(admin, kind="administered") == [of_members.pk]


@pytest.mark.parametrize(
    "given",
    [
        {"touched": "ops-1"},
        {"actor": "ben@"},
        {"action_key": "jira.search"},
        {"outcome": "denied"},
        {"channel": "mcp"},
        {"key": "Cursor"},
        {"request_id": "abc123"},
    ],
)
def test_each_filter_finds_the_one_among_others(browser_of, given):
    read(), read()
    wanted = read(
        "OPS-1",
        actor="ben@acme.example.com",
        action="jira.search",
        outcome="denied",
        channel="mcp",
        key_label="Cursor",
        request_id="abc123",
    )

    assert shown(browser_of(Role.ADMIN), **given) == [wanted.pk]


def test_a_range_of_time_is_kept_in_the_address_and_exported_alike(browser_of):
    admin = browser_of(Role.ADMIN)
    recent = read(days=1)
    read(days=9)

    week = dict(admin.get(PAGE, {"touched": "GATE-7"}).context["ranges"])["Last 7 days"]
    page = admin.get(PAGE + week)
    export = re.search(r'href="(/v1/audit/export\?[^"]+format=jsonl[^"]*)"', page.content.decode())[1]
    exported = admin.get(export.replace("&amp;", "&")).getvalue().decode().splitlines()

    assert [record.pk for record, _ in page.context["records"]] == [recent.pk]
    assert "touched=GATE-7" in urlsplit(week).query
    assert len(exported) == 1


def test_a_record_has_a_page_which_leads_to_atlassian(browser_of):
    make_integration()
    record = read(request_id="abc123")

    page = browser_of(Role.ADMIN).get(f"{PAGE}{record.pk}/")

    assert "abc123" in text_of(page)
    assert ("GATE-7", "https://acme.atlassian.net/browse/GATE-7") in page.context["touched"]


def test_a_change_reads_as_from_what_to_what(browser_of):
    changes = {
        "base_url": ["", "https://acme.atlassian.net"],
        "allowed_keys": [["A", "B"], []],
        "api_token": "replaced",
    }
    target = {"provider": "jira", "changes": changes, "masked": {"password": 2}}
    record = make_record(timezone.now(), action="integration.update", target=target)

    facts = dict(browser_of(Role.ADMIN).get(f"{PAGE}{record.pk}/").context["target"])

    assert (facts["provider"], facts["masked"]) == ("jira", "password: 2")
    assert set(facts["changes"].split("; ")) == {
        "base_url: empty → https://acme.atlassian.net",
        "allowed_keys: A, B → empty",
        "api_token: replaced",
    }


def test_issues_and_pages_in_the_list_lead_to_atlassian(browser_of):
    make_integration()
    make_integration("confluence", base_url="https://wiki.atlassian.net")
    read()
    make_record(
        timezone.now(), action="jira.search", target={"q": "gate-7 & GATE-71", "issue_keys": ["GATE-7", "OPS-1"]}
    )
    make_record(timezone.now(), action="confluence.read", target={"page_id": "98310", "max_chars": 20000})

    page = browser_of(Role.ADMIN).get(PAGE).content.decode()

    links = re.findall(r'<a href="(https://[^"]+)" rel="noreferrer">([^<]+)</a>', page)
    assert links == [
        ("https://wiki.atlassian.net/wiki/pages/viewpage.action?pageId=98310", "98310"),
        ("https://acme.atlassian.net/browse/GATE-7", "gate-7"),
        ("https://acme.atlassian.net/browse/GATE-71", "GATE-71"),
        ("https://acme.atlassian.net/browse/OPS-1", "OPS-1"),
        ("https://acme.atlassian.net/browse/GATE-7", "GATE-7"),
    ]


def test_without_a_site_the_list_names_them_as_text(browser_of):
    read()

    page = browser_of(Role.ADMIN).get(PAGE)

    assert "GATE-7" in text_of(page)
    assert 'rel="noreferrer"' not in page.content.decode()


def test_a_record_of_another_workspace_is_not_there(browser_of):
    record = read(workspace="globex")

    answer = browser_of(Role.ADMIN).get(f"{PAGE}{record.pk}/")

    assert answer.status_code == 404
    assert "No such record in this workspace" in text_of(answer)


@pytest.mark.parametrize(
    ("given", "path"),
    [({"from": "yesterday"}, "from"), ({"outcome": "perhaps"}, "outcome"), ({"kind": "x"}, "kind"), ({"q": "x"}, "q")],
)
def test_a_filter_that_cannot_be_is_named_and_the_others_stay(browser_of, given, path):
    answer = browser_of(Role.ADMIN).get(PAGE, given | {"actor": "ben@"})

    assert answer.status_code == 400
    assert list(answer.context["errors"]) == [path]
    assert "No record matches" not in text_of(answer)
    assert 'value="ben@"' in answer.content.decode()


def test_what_was_administered_touches_nothing_and_is_not_searched_for_it(browser_of):
    admin = browser_of(Role.ADMIN)
    read("OPS-1"), make_record(timezone.now(), action="member.add", target={"email": "ben@acme.example.com"})
    page = admin.get(PAGE, {"touched": "OPS-1", "actor": "ann@"})

    administered = dict(page.context["tabs"])["administered"]
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        by_hand = shown(admin, kind="administered", touched="OPS-1")

    assert parse_qs(administered.lstrip("?")) == {"kind": ["administered"], "actor": ["ann@"]}
    assert "Issue key or page" not in text_of(admin.get(PAGE, {"kind": "administered"}))
    assert by_hand == []
    assert not any("audit_log_touches" in sql for sql in asked)


@pytest.mark.parametrize(
    ("written", "shown_as"),
    [
        ("2026-11-26T01:30:00+01:00", "2026-11-26T00:30"),
        ("2026-11-26T01:30:07Z", "2026-11-26T01:30:07"),
        ("2026-11-26T01:30", "2026-11-26T01:30"),
        ("2026-13-45T01:30", "2026-13-45T01:30"),
        ("9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59-14:00"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00"),
        ("last week", "last week"),
    ],
)
def test_a_date_stays_in_its_field_however_the_address_writes_it(browser_of, written, shown_as):
    page = browser_of(Role.ADMIN).get(PAGE, {"from": written, "to": written}).content.decode()

    for name in ("from", "to"):
        field = re.search(rf'<input id="f-{name}"[^>]*>', page)[0]
        assert f'value="{shown_as}"' in field
        assert ('type="text"' in field) is (shown_as == written != "2026-11-26T01:30")  # no moment: as it was typed


def test_members_see_no_activity(browser_of):
    assert browser_of(Role.MEMBER).get(PAGE).status_code == 403


def test_who_reads_most_and_what_is_read_most_are_counted_for_this_workspace_alone(browser_of):
    for _ in range(3):
        read("OPS-1", actor="ben@acme.example.com")
    read("GATE-7", workspace="globex")
    make_record(timezone.now(), action="confluence.read", target={"page_id": "1", "space_key": "ENG"})

    context = browser_of(Role.ADMIN).get(PAGE).context

    assert context["readers"][0] == ("ben@acme.example.com", 3)
    assert context["containers"] == [("Jira", "OPS", 3), ("Confluence", "ENG", 1)]
    assert context["hours"]["highest"] == 4


def test_a_log_that_is_still_being_counted_says_so(browser_of, monkeypatch):
    monkeypatch.setattr("audit.statistics.COUNTING_SECONDS", -1)

    assert "1 of 30 days so far" in text_of(browser_of(Role.ADMIN).get(PAGE))


def test_a_filter_is_one_query_however_many_actions_there_are(browser_of, django_assert_max_num_queries):
    admin = browser_of(Role.ADMIN)
    for action in ("jira.read", "jira.search", "confluence.read", "confluence.search", "git.commit", "git.merge"):
        read(actor="ben@acme.example.com", action=action)
    make_record(timezone.now(), actor="ben@acme.example.com", action="member.add")

    for given in ({"actor": "ben@"}, {"touched": "GATE-7"}, {"channel": "rest"}):
        with django_assert_max_num_queries(11):
            assert len(shown(admin, **given)) == 6


def test_the_page_costs_the_same_queries_with_1000_records_as_with_ten(
    browser_of, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr("audit.statistics.COUNTING_SECONDS", 600)  # all days at the first look, on a busy machine too
    admin = browser_of(Role.ADMIN)
    now = timezone.now()
    AuditLog.objects.bulk_create(
        [
            AuditLog(workspace="acme", action="jira.read", outcome="success", channel="rest", created_at=now)
            for _ in range(1000)
        ]
    )
    admin.get(PAGE)  # days that are over are remembered

    with django_assert_max_num_queries(20):
        page = admin.get(PAGE)

    assert len(page.context["records"]) == 100
    assert page.context["next_cursor"]


def test_the_address_of_before_leads_here_with_its_filters(browser_of):
    answer = browser_of(Role.ADMIN).get("/integrations/acme/records/", {"outcome": "denied"})

    assert answer["Location"] == f"{PAGE}?outcome=denied"
