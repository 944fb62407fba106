"""What is new on the Connections page: ticks, the same account for both, two admins at once, plain words."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditLog
from dev.sample_site import READER
from integrations.models import Integration
from tests.console.pages import connected, text_of
from tests.databases import away
from tests.factories import make_integration
from workspaces.models import Role

pytestmark = pytest.mark.django_db

PAGE = "/integrations/acme/"
SAVE = f"{PAGE}jira/save/"


def filled_in(client: Client, **changed) -> dict:
    """The form as the page shows it, sent back with something changed."""
    form = client.get(PAGE).context["cards"][0]["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    return {form.add_prefix(name): value for name, value in (values | changed).items()}


def test_a_test_lists_what_the_account_sees_as_ticks_from_which_the_allowlist_is_made(browser_of, site):
    connected(site, allowed_keys=["OPS"])
    admin = browser_of(Role.ADMIN)

    piece = admin.post(f"{PAGE}jira/test/", headers={"X-Partial": "1"})
    ticks = {tick["key"]: tick["ticked"] for tick in piece.context["card"]["ticks"]}
    listed = {"jira-listed": list(ticks), "jira-ticked": ["GATE"]}
    admin.post(SAVE, filled_in(admin, keys="OPS, ELSE") | listed)

    assert ticks["OPS"]
    assert not ticks["GATE"]
    assert "The account sees 3 projects" in text_of(piece)
    assert Integration.objects.get().allowed_keys == ["ELSE", "GATE"]


def test_confluence_takes_the_site_and_account_of_jira(browser_of, site):
    connected(site)
    admin = browser_of(Role.ADMIN)
    assert "Use the same site and account as Jira" in text_of(admin.get(PAGE))

    answer = admin.post(f"{PAGE}confluence/copy/", follow=True)

    row = Integration.objects.get(provider="confluence")
    assert (row.base_url, row.email, row.api_token) == (site.url, READER.email, READER.tokens[0].value)
    assert f"Connected as {READER.name}" in text_of(answer)
    assert READER.tokens[0].value not in answer.content.decode() + str(AuditLog.objects.values())


def test_an_account_that_is_the_operators_is_not_copied_into_a_workspace(browser_of, settings):
    settings.ENVIRONMENT_CREDENTIALS = {"jira": ("https://acme.atlassian.net", "ops@acme.example.com", "operators")}
    admin = browser_of(Role.ADMIN)

    answer = admin.post(f"{PAGE}confluence/copy/", follow=True)

    assert "Use the same site" not in text_of(admin.get(PAGE))
    assert "is not connected in this workspace" in text_of(answer)
    assert not Integration.objects.exists()


def test_of_two_admins_who_save_at_once_the_second_is_told_and_loses_nothing(browser_of, site):
    connected(site)
    first, second = browser_of(Role.ADMIN), browser_of(Role.OWNER)
    stale = filled_in(second, keys="OPS")
    first.post(SAVE, filled_in(first, keys="GATE"))

    answer = second.post(SAVE, stale)

    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in text_of(answer)
    assert 'value="OPS"' in answer.content.decode()
    assert Integration.objects.get().allowed_keys == ["GATE"]


def test_after_seeing_what_was_saved_meanwhile_the_second_admin_may_replace_it(browser_of, site):
    connected(site)
    first, second = browser_of(Role.ADMIN), browser_of(Role.OWNER)
    mine = filled_in(second, keys="OPS", mask_secrets="on")
    first.post(SAVE, filled_in(first, keys="GATE", mask_secrets="", attachments="off"))

    told = second.post(SAVE, mine)
    form = told.context["cards"][0]["form"]
    again = mine | {"jira-seen_at": form["seen_at"].value()}
    first.post(SAVE, filled_in(first, keys="NEW"))
    told_again = second.post(SAVE, again)
    form_again = told_again.context["cards"][0]["form"]
    saved = second.post(SAVE, again | {"jira-seen_at": form_again["seen_at"].value()})

    assert dict(form.saved_meanwhile) == {
        "Projects that agents may see": "GATE",
        "Attachments": "Not read",
        "Mask passwords and tokens that people left in texts": "no",
    }
    assert "Projects that agents may see: GATE" in text_of(told)
    assert (told_again.status_code, saved.status_code) == (409, 302)
    assert dict(form_again.saved_meanwhile)["Projects that agents may see"] == "NEW"
    row = Integration.objects.get()
    assert (row.allowed_keys, row.attachments, row.mask_secrets) == (["OPS"], "text", True)


@pytest.mark.parametrize("api_token", ["", "a-new-token"])
def test_whose_new_token_is_not_in_the_page_any_more_is_asked_for_it_again(browser_of, site, api_token):
    connected(site)
    admin, other = browser_of(Role.ADMIN), browser_of(Role.OWNER)
    stale = filled_in(admin, api_token=api_token)
    other.post(SAVE, filled_in(other, keys="GATE"))

    refused = admin.post(SAVE, filled_in(admin, api_token=api_token, token_expires_on="never"))
    overtaken = admin.post(SAVE, stale)

    assert (refused.status_code, overtaken.status_code) == (400, 409)
    for answer in (refused, overtaken):
        assert ("Enter the API token again" in text_of(answer)) is bool(api_token)
        assert "a-new-token" not in answer.content.decode()


def test_ticks_are_kept_when_the_form_is_refused(browser_of, site):
    connected(site)
    admin = browser_of(Role.ADMIN)
    ticks = {"jira-listed": ["OPS", "GATE"], "jira-ticked": ["GATE"]}

    answer = admin.post(SAVE, filled_in(admin, keys="OPS, ELSE", token_expires_on="never") | ticks)

    assert answer.status_code == 400
    assert answer.context["cards"][0]["form"]["keys"].value() == "GATE, ELSE"


def test_of_two_admins_who_connect_at_once_the_second_is_told_and_loses_nothing(browser_of, site):
    first, second = browser_of(Role.ADMIN), browser_of(Role.OWNER)
    typed = {"base_url": site.url, "email": READER.email}
    theirs = filled_in(second, **typed, keys="OPS")
    first.post(SAVE, filled_in(first, **typed, keys="GATE"))

    answer = second.post(SAVE, theirs)

    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile" in text_of(answer)
    assert 'value="OPS"' in answer.content.decode()
    assert Integration.objects.get().allowed_keys == ["GATE"]


def test_what_agents_may_see_is_saved_with_the_form_and_left_alone_by_a_script_that_does_not_name_it(browser_of, site):
    connected(site)
    admin = browser_of(Role.ADMIN)

    admin.post(SAVE, filled_in(admin, hidden_fields="Salary, Customer", attachments="off", mask_secrets=""))
    row = Integration.objects.get()
    assert (sorted(row.hidden_fields), row.attachments, row.mask_secrets) == (["Customer", "Salary"], "off", False)

    admin.post(SAVE, {"jira-base_url": site.url, "jira-email": READER.email, "jira-keys": "OPS"})
    row.refresh_from_db()
    assert (row.allowed_keys, row.attachments, row.mask_secrets) == (["OPS"], "off", False)


def test_people_read_no_names_of_code(browser_of, site):
    connected(site, allowed_keys=["NOPE"])
    admin = browser_of(Role.ADMIN)

    page = text_of(admin.post(f"{PAGE}jira/test/", follow=True))

    assert "NOPE" in page
    assert not re.search(r"\b(base_url|api_token|project_keys|space_keys)\b", page)


def test_the_three_fields_are_required_unless_a_token_is_stored(browser_of):
    admin = browser_of(Role.ADMIN)
    page = admin.get(PAGE).content.decode()
    assert len(re.findall(r"<input[^>]* required", page)) == 6

    make_integration(), make_integration("confluence")
    assert len(re.findall(r"<input[^>]* required", admin.get(PAGE).content.decode())) == 4


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"test_problem": "The token has expired.", "tested_at": timezone.now()}, "The token has expired."),
        ({"token_expires_on": timezone.localdate() + timedelta(days=5)}, "expires in 5 days"),
    ],
)
def test_what_is_the_matter_with_a_connection_is_said_on_every_page_to_who_can_mend_it(browser_of, fields, said):
    make_integration(**fields)

    assert said in text_of(browser_of(Role.ADMIN).get(f"{PAGE}members/"))
    assert said not in text_of(browser_of(Role.MEMBER).get(f"{PAGE}keys/"))


def test_a_page_is_read_in_pieces_with_what_it_costs(browser_of, site):
    connected(site, "confluence")
    member = browser_of(Role.MEMBER)
    hit = member.post(f"{PAGE}try/", {"q": "museum", "provider": "confluence"}).context["hits"][0]

    page = member.get(f"{PAGE}try/", {"provider": "confluence", "read": hit.reference, "comments": "1"})

    assert page.context["price"].bytes == len(page.context["answer"].encode())
    assert page.context["read"].title in text_of(page)
    actions = list(AuditLog.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["confluence.search", "confluence.read"]


def test_what_cannot_be_read_is_said_in_words(browser_of, site):
    connected(site)

    answer = browser_of(Role.MEMBER).get(f"{PAGE}try/", {"provider": "jira", "read": "GATE-99999"})

    assert answer.status_code == 404
    assert AuditLog.objects.get().error_code == "not_found"


@pytest.mark.parametrize("path", ["/no/such/place", "/integrations/acme/members/nowhere/"])
def test_an_unknown_address_gives_a_browser_a_page_and_a_client_json(client, path):
    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml"})
    answer = client.get(path, headers={"Accept": "application/json"})

    assert (page.status_code, answer.status_code) == (404, 404)
    assert "There is nothing here" in page.content.decode()
    assert answer.json()["error"]["code"] == "route_not_found"


def test_under_v1_a_browser_gets_json_too(client):
    assert client.get("/v1/nowhere", headers={"Accept": "text/html"}).json()["error"]["code"] == "route_not_found"


def test_scopes_that_are_missing_are_listed_once_to_be_copied(browser_of, site):
    connected(site, api_token="sample-reader-jira-no-work")

    piece = browser_of(Role.ADMIN).post(f"{PAGE}jira/test/", headers={"X-Partial": "1"})

    page = piece.content.decode()
    assert piece.context["card"]["scopes"] == ["read:jira-work"]
    assert page.count("read:jira-work") == 1
    assert 'data-copy="jira-scopes"' in page


@pytest.mark.parametrize("table", ["audit_logs", "workspaces_workspace"])
def test_while_the_database_is_away_a_page_says_so_and_nothing_is_done(browser_of, site, table):
    connected(site)
    admin = browser_of(Role.ADMIN)

    with away(table):
        answer = admin.post(f"{PAGE}jira/disable/", {"jira-reason": "audit"})

    assert answer.status_code == 503
    assert "Try again shortly" in text_of(answer)
    assert Integration.objects.get().enabled
