"""Test and Try it at their door, against the sample site."""

import pytest
from django.test import Client

from audit.models import AuditLog
from dev.sample_site import CONTRACTOR, READER, SampleSite
from tests.console.pages import connected
from tests.factories import make_member
from workspaces.models import Role

pytestmark = pytest.mark.django_db

PAGE = "/integrations/acme/"
TEST, TRY, SAVE_AND_TEST = f"{PAGE}jira/test/", f"{PAGE}try/", f"{PAGE}jira/save-and-test/"
PARTIAL = {"X-Partial": "1"}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_member(Role.ADMIN).user)
    return client


def recorded() -> list[tuple[str, str, str]]:
    return list(AuditLog.objects.order_by("pk").values_list("action", "outcome", "channel"))


def test_a_test_in_place_answers_with_the_card_as_it_now_stands(admin, site):
    connected(site)

    answer = admin.post(TEST, headers=PARTIAL)

    piece = answer.content.decode()
    assert f"Connected as {READER.name}" in piece
    assert "Jira accepts the email and the API token." in piece
    assert "<html" not in piece
    assert recorded() == [("integration.test", "success", "page")]


def test_a_test_without_a_script_shows_its_steps_once_on_the_page(admin, site):
    connected(site)

    answer = admin.post(TEST)

    assert answer["Location"] == f"{PAGE}#jira"
    assert "Jira accepts the email and the API token." in admin.get(PAGE).content.decode()
    assert "Jira accepts the email and the API token." not in admin.get(PAGE).content.decode()


def test_a_test_that_fails_says_who_has_to_do_what(admin, site):
    connected(site, api_token="no-such-token")

    piece = admin.post(TEST, headers=PARTIAL).content.decode()

    assert "Not working" in piece
    assert 'class="failed"' in piece
    assert "no-such-token" not in piece


def test_a_test_of_what_is_not_connected_is_refused_in_words(admin):
    answer = admin.post(TEST, headers=PARTIAL)

    assert answer.status_code == 409
    assert "Jira is not connected in this workspace." in answer.content.decode()
    assert recorded() == [("integration.test", "failed", "page")]


def filled_in(site: SampleSite, **changed: str) -> dict[str, str]:
    values = {"base_url": site.url, "email": READER.email, "api_token": READER.tokens[0].value} | changed
    return {f"jira-{name}": value for name, value in values.items()}


def test_saving_and_testing_leads_to_the_page_with_the_steps(admin, site):
    page = admin.post(SAVE_AND_TEST, filled_in(site), follow=True).content.decode()

    assert f"Connected as {READER.name}" in page
    assert "The account sees at least one project." in page
    assert recorded() == [("integration.update", "success", "page"), ("integration.test", "success", "page")]


def test_what_is_saved_but_incomplete_is_not_tested(admin, site):
    page = admin.post(SAVE_AND_TEST, filled_in(site, api_token=""), follow=True).content.decode()

    assert "Still missing: API token." in page
    assert recorded() == [("integration.update", "success", "page")]


def test_what_cannot_be_saved_is_not_tested(admin, site):
    answer = admin.post(SAVE_AND_TEST, filled_in(site, email="nobody"))

    assert answer.status_code == 400
    assert recorded() == [("integration.update", "failed", "page")]
    assert site.requests == []


@pytest.mark.parametrize(("provider", "action"), [("jira", "jira.search"), ("confluence", "confluence.search")])
@pytest.mark.parametrize("headers", [{}, PARTIAL], ids=["page", "in place"])
def test_a_search_shows_what_an_agent_would_get_and_how_long_it_took(admin, site, provider, action, headers):
    connected(site, provider)

    answer = admin.post(TRY, {"q": "museum", "provider": provider}, headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert ("<html" in page) is (headers == {})
    assert answer.context["hits"]
    assert answer.context["hits"][0].url.startswith(site.url)
    price = answer.context["price"]
    assert f"in {price.milliseconds} ms; the agent pays {price.bytes} bytes" in page
    assert price.bytes == len(answer.context["answer"].encode())
    assert recorded() == [(action, "success", "page")]


def test_a_search_goes_through_the_workspaces_own_limits(admin, site):
    connected(site, allowed_keys=["OPS"])

    hits = admin.post(TRY, {"q": "museum", "provider": "jira"}, headers=PARTIAL).context["hits"]

    assert hits
    assert all(hit.title.startswith("OPS-") for hit in hits)


def test_a_search_that_finds_nothing_says_what_that_may_mean(admin, site):
    connected(site, email=CONTRACTOR.email, api_token=CONTRACTOR.tokens[0].value)

    page = admin.post(TRY, {"q": "zyzzyva", "provider": "jira"}, headers=PARTIAL).content.decode()

    assert "Nothing was found." in page


def test_what_atlassian_does_wrong_is_said_in_words_and_recorded(admin, site):
    connected(site)
    site.faults.add("broken_json")

    answer = admin.post(TRY, {"q": "museum", "provider": "jira"}, headers=PARTIAL)

    assert answer.status_code == 502
    assert "Atlassian" in answer.content.decode()
    assert recorded() == [("jira.search", "failed", "page")]


def test_without_a_script_a_search_that_failed_stands_beside_what_became_of_it(admin, site):
    connected(site)
    site.faults.add("broken_json")

    answer = admin.post(TRY, {"q": "museum", "provider": "jira"})

    assert answer.status_code == 502
    assert 'value="museum"' in answer.content.decode()
    assert "Atlassian" in answer.content.decode()
    assert recorded() == [("jira.search", "failed", "page")]


def test_what_cannot_be_read_stands_in_its_field_to_be_mended(admin, site):
    connected(site)

    answer = admin.get(TRY, {"read": "GATE-999", "provider": "jira"})

    assert answer.status_code == 404
    assert 'value="GATE-999"' in answer.content.decode()
    assert recorded() == [("jira.read", "failed", "page")]


def test_a_blank_search_is_refused_by_name_and_asks_nobody(admin, site):
    connected(site)

    answer = admin.post(TRY, {"q": " ", "provider": "jira"}, headers=PARTIAL)

    assert answer.status_code == 400
    assert "q: " in answer.content.decode()
    assert site.requests == []
    assert recorded() == [("jira.search", "failed", "page")]


@pytest.mark.parametrize("path", [TEST, SAVE_AND_TEST])
def test_connecting_is_not_for_members(site, path):
    connected(site)
    client = Client()
    client.force_login(make_member(Role.MEMBER).user)

    answer = client.post(path, {"q": "museum", "provider": "jira"} | filled_in(site))

    assert answer.status_code == 403
    assert [outcome for _, outcome, _ in recorded()] == ["denied"]
    assert site.requests == []


def test_what_a_site_wrote_is_never_markup_on_the_page(admin, site):
    connected(site)
    site.add_issue("GATE-90", "<script>alert(1)</script> museum", description=None, status="Done", labels=[])

    page = admin.post(TRY, {"q": "alert", "provider": "jira"}, headers=PARTIAL).content.decode()

    assert "GATE-90" in page
    assert "<script>" not in page
