"""The Connections page as a person meets it, in a real browser and against the sample site."""

import re

import pytest
import requests
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit.models import AuditLog
from dev.sample_site import READER
from integrations.models import Integration
from tests.audit.factories import make_record
from tests.factories import make_api_key, make_integration, make_member, make_workspace
from workspaces.models import Invitation, PasswordLink, Role, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADMIN = "admin@acme.example.com"
TOKEN = READER.tokens[0].value
PAGE = "/integrations/acme/"
KEYS, TRY = f"{PAGE}keys/", f"{PAGE}try/"
PAGES = (PAGE, f"{PAGE}members/", KEYS, f"{PAGE}activity/", f"{PAGE}activity/?kind=administered", TRY)


@pytest.fixture
def admin() -> User:
    return make_member(Role.ADMIN).user


def connect(page: Page, url: str, provider: str = "jira") -> None:
    card = page.locator(f"#{provider}")
    card.get_by_label("Site").fill(url)
    card.get_by_label("Email of the Atlassian account").fill(READER.email)
    card.get_by_label("API token").fill(TOKEN)
    card.get_by_role("button", name="Save and test").click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without one"])
def test_a_newcomer_connects_jira_tries_it_and_hands_out_a_key_that_works(visit, site, admin, live_server, javascript):
    page = visit(java_script_enabled=javascript).sign_in(ADMIN)

    connect(page, site.url)
    expect(page.locator("#jira")).to_contain_text(f"Connected as {READER.name}")
    expect(page.locator("#jira").get_by_label("API token")).to_have_value("")

    page.locator("#jira").get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#jira")).to_contain_text(f"Connected as {READER.name}")

    page.get_by_role("link", name="Try it").click()
    page.get_by_label("Words to search for").fill("museum")
    page.get_by_role("button", name="Search Jira").click()
    expect(page.locator("#try-result")).to_contain_text("GATE-7")
    expect(page.locator("#try-result")).to_contain_text(re.compile(r"in \d+ ms; the agent pays \d+ bytes"))
    page.locator("#try-result .hits a").first.click()
    expect(page.locator("#try-result")).to_contain_text("the agent pays")

    page.get_by_role("link", name="Keys", exact=True).click()
    page.get_by_label("Name of the agent or machine").fill("Claude Code")
    page.get_by_role("button", name="Issue key").click()
    secret = page.locator("#secret-text").inner_text()
    expect(page.locator("#configuration-claude-code")).to_contain_text(secret)
    page.reload()
    expect(page.locator("body")).not_to_contain_text(secret)
    expect(page.locator("#keys tbody tr")).to_have_count(1)

    answer = requests.get(
        f"{live_server.url}/v1/jira/search",
        {"workspace_key": "acme", "q": "museum"},
        headers={"Authorization": f"Bearer {secret}"},
        timeout=10,
    )
    assert "GATE-7" in [issue["key"] for issue in answer.json()["issues"]]
    actions = set(AuditLog.objects.filter(outcome="success").values_list("action", "channel"))
    assert actions == {
        ("integration.update", "page"),
        ("integration.test", "page"),
        ("user.sign_in", "page"),
        ("jira.search", "page"),
        ("jira.read", "page"),
        ("api_key.issue", "page"),
        ("jira.search", "rest"),
    }


def test_a_wrong_token_says_what_to_do(visit, site, admin):
    page = visit().sign_in(ADMIN)
    card = page.locator("#jira")

    card.get_by_label("Site").fill(site.url)
    card.get_by_label("Email of the Atlassian account").fill(READER.email)
    card.get_by_label("API token").fill("no-such-token")
    card.get_by_role("button", name="Save and test").click()

    expect(card).to_contain_text("Not working")
    expect(card).to_contain_text(re.compile("token", re.IGNORECASE))


def test_another_site_forgets_the_token_and_says_so(visit, site, admin):
    make_integration(base_url=site.url, email=READER.email, api_token=TOKEN)
    page = visit().sign_in(ADMIN)

    page.locator("#jira").get_by_label("Site").fill("https://globex.atlassian.net")
    page.locator("#jira").get_by_role("button", name="Save", exact=True).click()

    expect(page.locator(".messagelist")).to_contain_text("The stored token was forgotten")
    expect(page.locator("#jira")).to_contain_text("Still missing: API token")
    assert Integration.objects.get().api_token is None


def test_what_cannot_be_saved_is_said_beside_its_field(visit, admin):
    page = visit().sign_in(ADMIN)

    connect(page, "https://acme.example.com")

    field = page.locator("#jira").get_by_label("Site")
    expect(field).to_have_value("https://acme.example.com")
    expect(field).to_have_accessible_description(re.compile(r"Only https on \*\.atlassian\.net is permitted"))


def test_a_locked_provider_cannot_be_edited_and_says_by_which_variable(visit, site, admin, settings):
    settings.LOCKED_PROVIDERS = frozenset({"jira"})
    settings.ENVIRONMENT_CREDENTIALS = {"jira": (site.url, READER.email, TOKEN)}
    page = visit().sign_in(ADMIN)

    card = page.locator("#jira")
    expect(card).to_contain_text("MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS")
    expect(card.get_by_label("Site")).to_be_disabled()
    expect(card.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    card.get_by_role("button", name="Test", exact=True).click()
    expect(card).to_contain_text(READER.name)


def test_a_disabled_integration_is_refused_until_it_is_enabled_again(visit, site, admin):
    make_integration(base_url=site.url, email=READER.email, api_token=TOKEN)
    page = visit().sign_in(ADMIN)

    page.locator("#jira").get_by_role("button", name="Disable").click()
    expect(page.locator("#jira .chip")).to_have_text("Disabled")
    page.goto(TRY)
    page.get_by_label("Words to search for").fill("museum")
    page.get_by_role("button", name="Search Jira").click()
    expect(page.locator("#try-result")).to_contain_text("Jira is disabled in this workspace.")

    page.goto(PAGE)
    page.locator("#jira").get_by_role("button", name="Enable").click()
    expect(page.locator("#jira .chip")).to_have_text("Not tested")


def test_forgetting_the_token_and_revoking_a_key_ask_once_more(visit, site, admin):
    make_integration(base_url=site.url, email=READER.email, api_token=TOKEN)
    make_api_key(Role.MEMBER, label="old laptop")
    page = visit().sign_in(ADMIN)

    expect(page.get_by_role("button", name="Yes, forget it")).to_be_hidden()
    page.locator("#jira").get_by_text("Forget token").click()
    page.get_by_role("button", name="Yes, forget it").click()
    expect(page.locator("#jira")).to_contain_text("Still missing: API token")

    page.goto(KEYS)
    page.get_by_label("Revoke the key old laptop").click()
    page.get_by_role("button", name="Yes, revoke it").click()
    expect(page.locator(".messagelist")).to_contain_text("is revoked")


def test_a_configuration_is_copied_at_one_press(visit, admin):
    visitor = visit()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.sign_in(ADMIN, KEYS)
    copy = page.get_by_label("Copy the configuration for Claude Code", exact=True)

    copy.click()

    expect(copy).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("claude mcp add")


def test_a_member_is_refused_on_a_page_that_says_whom_to_ask(visit):
    make_member(Role.MEMBER)
    page = visit().sign_in("member@acme.example.com")

    expect(page.get_by_role("heading", name="That is not possible")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Ask an owner or admin of the workspace.")
    assert AuditLog.objects.first().outcome == "denied"
    page.get_by_role("link", name="My keys").click()
    expect(page.get_by_role("heading", name="My keys")).to_be_visible()


def test_after_the_session_ended_a_button_in_place_leads_to_the_login_and_back(visit, site, admin):
    visitor = visit()
    page = visitor.sign_in(ADMIN, TRY)
    visitor.context.clear_cookies(name="sessionid")

    page.get_by_label("Words to search for").fill("museum")
    page.get_by_role("button", name="Search Jira").click()
    page.get_by_role("link", name="Log in again").click()
    page.get_by_label("Email").fill(ADMIN)
    page.get_by_label("Password").fill("a-long-password-1")
    page.get_by_role("button", name="Log in").click()

    expect(page).to_have_url(f"{visitor.url}{TRY}")


def test_after_the_session_ended_a_form_keeps_what_was_typed_and_saves_nothing(visit, site, admin):
    visitor = visit()
    page = visitor.sign_in(ADMIN)
    visitor.context.clear_cookies(name="sessionid")

    connect(page, site.url)

    page.get_by_label("Email").fill(ADMIN)
    page.get_by_label("Password").fill("a-long-password-1")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#jira").get_by_label("Site")).to_have_value(site.url)
    assert not Integration.objects.exists()


def test_the_keyboard_alone_is_enough(visit, site, admin):
    visitor = visit()
    page, keys = visitor.page, visitor.page.keyboard
    page.goto(PAGE)

    page.get_by_label("Email").focus()
    keys.type(ADMIN)
    keys.press("Tab")
    keys.type("a-long-password-1")
    keys.press("Enter")
    page.wait_for_url(f"{visitor.url}{PAGE}")
    tab_to(page, "id_jira-base_url")
    for text in (site.url, READER.email, TOKEN):
        keys.type(text)
        keys.press("Tab")
    tab_to(page, "jira-save-and-test")
    keys.press("Enter")

    expect(page.locator("#jira")).to_contain_text(f"Connected as {READER.name}")
    page.goto(TRY)
    tab_to(page, "try-q")
    keys.type("museum")
    keys.press("Enter")
    expect(page.locator("#try-result")).to_contain_text("GATE-7")
    assert page.evaluate("document.activeElement.textContent") == "Search Jira"


def tab_to(page: Page, element_id: str) -> None:
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == element_id:
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{element_id} cannot be reached by Tab")


@pytest.mark.parametrize("path", PAGES)
def test_every_stop_of_the_keyboard_is_seen(visit, site, admin, path):
    make_integration(base_url=site.url, email=READER.email, api_token=TOKEN)
    make_api_key(Role.MEMBER)
    page = visit().sign_in(ADMIN, path)

    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        unseen = """() => {
            const element = document.activeElement, style = getComputedStyle(element);
            const box = element.getBoundingClientRect();
            return style.outlineStyle === "none" || box.width === 0 ? element.outerHTML.slice(0, 200) : "";
        }"""
        assert page.evaluate(unseen) == ""


LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"viewport": {"width": 390, "height": 800}},
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_serious_violation_of_accessibility_or_scrolls_sideways(visit, site, admin, look):
    make_integration(base_url=site.url, email=READER.email, api_token=TOKEN)
    make_api_key(Role.MEMBER)
    make_record(timezone.now(), action="jira.read", target={"issue_key": "GATE-7"})
    visitor = visit(**LOOKS[look])
    found: dict[str, list[str]] = {}
    visitor.page.goto(PAGE)
    found["login"] = visitor.serious_violations()
    page = visitor.sign_in(ADMIN)
    record = f"{PAGE}activity/{AuditLog.objects.first().pk}/"
    for path in (
        *PAGES,
        record,
        "/integrations/",
        "/password/",
        "/password/forgotten/",
        "/integrations/nowhere/",
        "/no/",
    ):
        page.goto(path)
        found[path] = visitor.serious_violations()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    page.goto(PAGE)
    page.locator("#jira").get_by_role("button", name="Test", exact=True).click()
    expect(page.locator("#jira .ticks")).to_be_visible()
    found["tested"] = visitor.serious_violations()
    connect(page, "nonsense")
    expect(page.locator("#jira .error")).to_be_visible()
    found["refused"] = visitor.serious_violations()
    page.goto(TRY)
    page.get_by_label("Words to search for").fill("museum")
    page.get_by_role("button", name="Search Jira").click()
    expect(page.locator("#try-result")).to_contain_text("GATE-7")
    found["answers in place"] = visitor.serious_violations()
    page.goto(KEYS)
    page.get_by_label("Name of the agent or machine").fill("Claude Code")
    page.get_by_role("button", name="Issue key").click()
    found["issued"] = visitor.serious_violations()

    assert found == {name: [] for name in found}


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_links_have_no_serious_violation(visit, admin, look):
    workspace = make_workspace()
    invitation = Invitation(workspace=workspace, email="new@acme.example.com")
    link = PasswordLink(user=admin)
    secrets = {"/invitation/": invitation.renew(ADMIN), "/password/link/": link.renew(ADMIN)}
    invitation.save(), link.save()
    visitor = visit(**LOOKS[look])
    found = {}

    for path, secret in secrets.items():
        visitor.page.goto(f"{path}?link={secret}")
        expect(visitor.page.get_by_label("New password")).to_be_visible()
        found[path] = visitor.serious_violations()
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    assert found == {path: [] for path in secrets}


def test_the_page_follows_the_theme_chosen_in_the_admin(visit, admin):
    page = visit(color_scheme="light").sign_in(ADMIN)
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)

    page.get_by_role("button", name="Toggle theme").first.click()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate(background) != light


def test_no_page_of_the_admin_complains_under_our_policy_or_has_a_serious_violation(visit):
    make_api_key(Role.OWNER)
    make_integration()
    make_record(timezone.now())
    User.objects.create_superuser("root@example.com", "a-long-password-1")
    visitor = visit(viewport={"width": 1280, "height": 900})
    page = visitor.sign_in("root@example.com")
    workspace = make_workspace()
    found = {}

    for path in (
        "/admin/",
        "/admin/audit/auditlog/?workspace=acme",
        f"/admin/audit/auditlog/{AuditLog.objects.first().pk}/change/",
        "/admin/workspaces/workspace/",
        f"/admin/workspaces/workspace/{workspace.pk}/change/",
        "/admin/workspaces/apikey/",
        "/admin/workspaces/apikey/add/",
        "/admin/workspaces/user/",
        "/admin/workspaces/user/add/",
        "/admin/integrations/integration/",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        found[path] = visitor.serious_violations()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    assert found == {path: [] for path in found}
