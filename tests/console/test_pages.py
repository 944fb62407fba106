"""The Connections page at its door: no script, plain forms, down to the record."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditLog
from integrations.models import Integration, Provider
from tests.audit.factories import make_record
from tests.console.pages import text_of
from tests.factories import SITE, TOKEN, make_api_key, make_integration, make_member, make_workspace
from workspaces.models import ApiKey, Role, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_site_answers")]

PAGE = "/integrations/acme/"
OTHERS = ("members", "keys", "activity", "try")
KEYS = "/integrations/acme/keys/"
ADMIN = "admin@acme.example.com"
SAVE = "/integrations/acme/jira/save/"


def signed_in(role: str = Role.ADMIN, workspace: str = "acme") -> Client:
    client = Client()
    client.force_login(make_member(role, workspace).user)
    return client


def filled_in(**changed: str) -> dict[str, str]:
    fields = {"base_url": SITE, "email": "bot@acme.example.com", "api_token": "", "keys": ""} | changed
    return {f"jira-{name}": value for name, value in fields.items()}


def messages_of(client: Client, answer) -> list[str]:
    return [str(message) for message in client.get(answer["Location"]).context["messages"]]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_admins_and_owners_see_the_page_though_they_are_not_staff(role):
    answer = signed_in(role).get(PAGE)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not AuditLog.objects.exists()


def test_a_superuser_sees_the_page_of_every_workspace():
    make_workspace("acme")
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "a-long-password-1"))

    assert client.get(PAGE).status_code == 200


def test_a_member_is_refused_in_words_and_the_refusal_recorded():
    answer = signed_in(Role.MEMBER).get(PAGE)

    assert answer.status_code == 403
    assert "Your role in this workspace does not permit this." in text_of(answer)
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.channel) == ("integration.list", "denied", "page")
    assert (record.actor, record.workspace, record.error_code) == ("member@acme.example.com", "acme", "role_required")


@pytest.mark.parametrize(
    "path", ["jira/save/", "jira/disable/", "jira/forget-token/", "jira/copy/", "members/invite/", "members/remove/"]
)
def test_a_member_can_press_no_button_of_an_admins(path):
    make_integration()

    answer = signed_in(Role.MEMBER).post(PAGE + path, filled_in(base_url="https://evil.atlassian.net"))

    assert answer.status_code == 403
    assert AuditLog.objects.get().outcome == "denied"
    assert Integration.objects.get().base_url == SITE
    assert not ApiKey.objects.exists()


def test_a_workspace_of_others_and_one_that_does_not_exist_are_refused_in_the_same_words():
    make_workspace("globex")
    client = signed_in(Role.OWNER)

    of_others, unknown = client.get("/integrations/globex/"), client.get("/integrations/nowhere/")

    assert (of_others.status_code, unknown.status_code) == (403, 403)
    assert text_of(of_others) == text_of(unknown)
    records = AuditLog.objects.values_list("action", "outcome", "error_code", "workspace", "actor")
    assert list(records) == [
        ("integration.list", "denied", "workspace_access_denied", "", "owner@acme.example.com")
    ] * 2  # fmt: skip


def test_who_is_not_signed_in_comes_back_to_the_page_after_the_login():
    make_member(Role.ADMIN)
    client = Client()

    to_login = client.get(PAGE)
    back = client.post(to_login["Location"], {"username": "Admin@Acme.example.com", "password": "a-long-password-1"})

    assert to_login["Location"] == f"/login/?next={PAGE}"
    assert back["Location"] == PAGE


def test_what_was_typed_outlives_the_session_but_no_secret_is_written_into_a_page():
    make_member(Role.ADMIN)
    client = Client()

    ended = client.post(SAVE, filled_in(keys="OPS", api_token="a-secret-token"))
    wrong = client.post(SAVE, filled_in(keys="OPS") | {"resumed-username": ADMIN, "resumed-password": "a-guess"})
    kept = {"resumed-username": ADMIN, "resumed-password": "a-long-password-1"}
    resumed = client.post(SAVE, filled_in(keys="OPS") | kept)

    assert (ended.status_code, wrong.status_code) == (401, 401)
    for answer in (ended, wrong):
        assert ("jira-keys", "OPS") in answer.context["kept"]
    assert "a-secret-token" not in ended.content.decode()
    assert 'value="OPS"' in resumed.content.decode()
    assert "enter it again" in text_of(resumed)
    assert not Integration.objects.exists()
    assert list(AuditLog.objects.order_by("pk").values_list("action", "outcome")) == [
        ("user.sign_in", "failed"), ("user.sign_in", "success")
    ]  # fmt: skip


def test_a_button_without_a_secret_is_pressed_as_soon_as_somebody_is_logged_in_again():
    make_integration()
    make_member(Role.ADMIN)
    kept = {"resumed-username": ADMIN, "resumed-password": "a-long-password-1"}

    Client().post("/integrations/acme/jira/disable/", {"jira-reason": "audit"} | kept)

    assert not Integration.objects.get().enabled
    records = list(AuditLog.objects.order_by("pk").values_list("action", "outcome"))
    assert records == [("user.sign_in", "success"), ("integration.update", "success")]


def test_a_script_is_told_that_the_session_ended_with_the_way_back():
    answer = Client().post(SAVE, filled_in(), headers={"X-Partial": "1"})

    assert answer.status_code == 401
    assert f"/login/?next={PAGE}" in answer.content.decode()


def test_a_form_without_its_csrf_token_is_refused_in_words():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(Role.ADMIN).user)

    answer = client.post(SAVE, filled_in())

    assert answer.status_code == 403
    assert "reload the page" in text_of(answer)
    assert not Integration.objects.exists()


def test_saving_stores_the_account_and_records_names_but_no_token():
    client = signed_in()

    answer = client.post(SAVE, filled_in(api_token=TOKEN, keys="abc, ops", reason="first connection"))

    assert answer["Location"] == f"{PAGE}#jira"
    row = Integration.objects.get()
    assert (row.base_url, row.email, row.api_token, row.allowed_keys) == (
        SITE, "bot@acme.example.com", TOKEN, ["ABC", "OPS"]
    )  # fmt: skip
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.channel) == ("integration.update", "success", "page")
    assert record.target["reason"] == "first connection"
    assert record.target["changes"]["api_token"] == "replaced"
    assert TOKEN not in str(record.target)


def test_the_token_is_on_no_page():
    client = signed_in()
    make_integration()

    page = client.get(PAGE).content.decode()
    refused = client.post(SAVE, filled_in(base_url="nonsense", api_token="another-secret-token"))

    assert TOKEN not in page
    assert "saved – leave blank to keep it" in page
    assert refused.status_code == 400
    assert "another-secret-token" not in refused.content.decode()


def test_a_blank_token_keeps_the_stored_one():
    client = signed_in()
    make_integration()

    client.post(SAVE, filled_in(keys="ABC"))

    row = Integration.objects.get()
    assert (row.api_token, row.allowed_keys) == (TOKEN, ["ABC"])


@pytest.mark.parametrize("moved", [{"base_url": "https://globex.atlassian.net"}, {"email": "else@acme.example.com"}])
def test_another_site_or_email_forgets_the_token_and_the_page_says_so(moved):
    client = signed_in()
    make_integration()

    answer = client.post(SAVE, filled_in(**moved))

    assert Integration.objects.get().api_token is None
    assert ["forgotten" in message for message in messages_of(client, answer)] == [True]
    assert AuditLog.objects.get().target["changes"]["api_token"] == "forgotten"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"base_url": "https://acme.example.com"}, "base_url"),
        ({"email": "nobody"}, "email"),
        ({"api_token": "two words"}, "api_token"),
        ({"keys": "ABC, <script>"}, "keys"),
        ({"token_expires_on": "soon"}, "token_expires_on"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
def test_what_cannot_be_saved_is_said_beside_its_field_and_recorded_by_name(changed, field):
    answer = signed_in().post(SAVE, filled_in(**changed))

    assert answer.status_code == 400
    form = answer.context["cards"][0]["form"]
    assert list(form.errors) == [field]
    assert f'id="id_jira-{field}_error"' in answer.content.decode()
    assert not Integration.objects.exists()
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.error_code) == ("integration.update", "failed", "validation_error")
    assert record.target == {"provider": "jira", "refused": [field]}


def test_a_refused_form_keeps_what_was_typed():
    answer = signed_in().post(SAVE, filled_in(base_url="https://acme.example.com", keys="OPS"))

    page = answer.content.decode()
    assert 'value="https://acme.example.com"' in page
    assert 'value="OPS"' in page


@pytest.mark.parametrize(("path", "enabled"), [("disable", False), ("enable", True)])
def test_an_integration_is_disabled_and_enabled_with_a_reason(path, enabled):
    client = signed_in()
    make_integration(enabled=not enabled)

    client.post(f"{PAGE}jira/{path}/", {"jira-reason": "audit"})

    assert Integration.objects.get().enabled is enabled
    record = AuditLog.objects.get()
    assert record.target == {"provider": "jira", "reason": "audit", "changes": {"enabled": [not enabled, enabled]}}


def test_a_token_can_be_forgotten():
    client = signed_in()
    make_integration(token_expires_on=date(2030, 1, 1))

    client.post(f"{PAGE}jira/forget-token/")

    row = Integration.objects.get()
    assert (row.api_token, row.token_expires_on, row.base_url) == (None, None, SITE)
    assert AuditLog.objects.get().target["changes"]["api_token"] == "deleted"


def test_a_provider_that_there_is_not_is_a_404():
    assert signed_in().post("/integrations/acme/trello/save/", {}).status_code == 404


def test_what_is_locked_says_why_and_cannot_be_edited(settings):
    settings.LOCKED_PROVIDERS = frozenset({"jira"})
    settings.ENVIRONMENT_CREDENTIALS = {"jira": (SITE, "ops@acme.example.com", "operators-token")}
    client = signed_in()

    page = client.get(PAGE)
    answer = client.post(SAVE, filled_in(base_url="https://globex.atlassian.net"))

    assert "MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS names jira" in text_of(page)
    assert "MEMORY_CORE_JIRA_BASE_URL" in text_of(page)
    assert all(field.field.disabled for field in page.context["cards"][0]["form"])
    assert "operators-token" not in page.content.decode()
    assert messages_of(client, answer) == [
        "Jira is locked by the operator (MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS): its credentials come from the "
        "environment and cannot be saved here."
    ]
    record = AuditLog.objects.get()
    assert (record.outcome, record.error_code) == ("denied", "integration_locked")


def test_the_operators_account_is_shown_but_never_filled_in(settings):
    settings.ENVIRONMENT_CREDENTIALS = {"jira": (SITE, "ops@acme.example.com", "operators-token")}
    client = signed_in()

    page = client.get(PAGE)
    client.post(SAVE, filled_in(base_url="", email="", keys="ABC"))

    assert "that the operator set in the environment" in text_of(page)
    assert page.context["cards"][0]["form"]["email"].value() == ""
    row = Integration.objects.get()
    assert (row.is_blank, row.allowed_keys) == (True, ["ABC"])


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"enabled": False}, "Disabled"),
        ({"api_token": None}, "Incomplete"),
        ({"tested_at": None}, "Not tested"),
        ({"tested_at": timezone.now(), "account_name": "Lantern Bot"}, "Connected as Lantern Bot"),
        ({"tested_at": timezone.now(), "test_problem": "The token has expired."}, "Not working"),
    ],
)
def test_the_state_is_seen_at_a_glance(fields, word):
    client = signed_in()
    make_integration(**fields)

    badges = [card["badge"].label for card in client.get(PAGE).context["cards"]]

    assert badges == [word, "Not connected"]


def test_a_token_about_to_expire_is_warned_of():
    client = signed_in()
    make_integration(token_expires_on=timezone.localdate() + timedelta(days=7))

    assert "expires in 7 days" in text_of(client.get(PAGE))


def test_a_key_is_shown_once_filled_into_the_configurations_and_works(client_for):
    client = signed_in()
    make_integration()

    issued = client.post(KEYS, {"label": "my laptop", "email": ADMIN, "expires_in_days": "30"})
    assert issued["Location"] == f"{KEYS}#secret"
    answer = client.get(KEYS)

    secret = answer.context["secret"]
    page = answer.content.decode()
    assert f"Authorization: Bearer {secret}" in page.replace("&quot;", '"')
    assert "http://testserver/mcp" in page
    assert "no-store" in answer["Cache-Control"]
    assert secret not in client.get(KEYS).content.decode()
    assert ApiKey.objects.count() == 1
    listed = client_for(secret).get("/v1/integrations", {"workspace_key": "acme"})
    assert listed.status_code == 200
    record = AuditLog.objects.get()
    assert (record.action, record.target["label"], record.channel) == ("api_key.issue", "my laptop", "page")
    assert secret not in str(record.target)


def test_an_admin_issues_keys_for_members_but_not_for_an_owner():
    client = signed_in()
    make_member(Role.MEMBER), make_member(Role.OWNER)

    offered = [email for email, _ in client.get(KEYS).context["key_form"].fields["email"].choices]
    answer = client.post(KEYS, {"label": "x", "email": "owner@acme.example.com"})

    assert offered == ["admin@acme.example.com", "member@acme.example.com"]
    assert answer.status_code == 400
    assert not ApiKey.objects.exists()


def test_the_public_url_of_the_settings_goes_into_the_configurations(settings):
    settings.PUBLIC_URL = "https://memory.acme.com/"

    assert "https://memory.acme.com/mcp" in signed_in().get(KEYS).content.decode()


def test_a_key_is_revoked_and_that_recorded():
    client = signed_in()
    make_api_key(Role.MEMBER)

    client.post(f"{PAGE}keys/{ApiKey.objects.get().pk}/revoke/")

    assert ApiKey.objects.get().revoked_at is not None
    record = AuditLog.objects.get()
    assert (record.action, record.outcome, record.channel) == ("api_key.revoke", "success", "page")


def test_a_key_of_another_workspace_is_not_found():
    client = signed_in()
    make_api_key(Role.MEMBER, "globex")

    answer = client.post(f"{PAGE}keys/{ApiKey.objects.get().pk}/revoke/")

    assert messages_of(client, answer) == ["No such API key in this workspace."]
    assert ApiKey.objects.get().revoked_at is None
    assert AuditLog.objects.get().error_code == "api_key_not_found"


def test_the_pages_of_one_workspace_show_nothing_of_a_neighbour():
    make_integration(workspace="globex", base_url="https://globex.atlassian.net")
    make_api_key(Role.MEMBER, "globex", label="globex laptop")
    client = signed_in()

    paths = (PAGE, *(f"{PAGE}{name}/" for name in OTHERS))
    page = "".join(client.get(path).content.decode() for path in paths)

    assert "globex" not in page


def test_the_start_page_leads_to_the_only_workspace_or_offers_all_one_belongs_to():
    client = signed_in()
    assert client.get("/integrations/")["Location"] == PAGE
    assert client.get("/")["Location"] == "/integrations/"

    user = User.objects.get()
    make_member(Role.OWNER, "globex", user.email), make_member(Role.MEMBER, "initech", user.email)

    offered = client.get("/integrations/").context["workspaces"]
    assert [workspace.key for workspace in offered] == ["acme", "globex", "initech"]


def test_records_are_shown_filtered_and_paged():
    client = signed_in()
    for key in "abc":
        client.post(SAVE, filled_in(keys=key))
    client.post(SAVE, filled_in(email="nobody"))

    given = {"kind": "administered", "outcome": "success", "limit": 2}
    page = client.get(f"{PAGE}records/", given | {"action_key": "integration.update"}, follow=True)
    older = client.get(f"{PAGE}activity/", given | {"cursor": page.context["next_cursor"]})

    assert [len(page.context["records"]), len(older.context["records"])] == [2, 1]
    assert older.context["next_cursor"] is None
    assert "audit/export" in page.content.decode()


def test_a_mistyped_filter_is_named():
    answer = signed_in().get(f"{PAGE}activity/", {"outcom": "denied"})

    assert answer.status_code == 400
    assert "outcom: Unknown parameter." in text_of(answer)


def test_no_page_holds_script_or_style_of_its_own():
    client = signed_in()
    make_integration(Provider.CONFLUENCE)
    client.post(SAVE, filled_in(email="nobody"))

    for path in (PAGE, *(f"{PAGE}{name}/" for name in OTHERS), "/integrations/", "/password/"):
        page = client.get(path, follow=True).content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)|javascript:", page), path
        assert not re.search(r'(?:src|<link [^>]*href|action)="(?:https?:)?//', page), path


@pytest.mark.parametrize("path", ["jira/save/", "jira/disable/"])
def test_the_address_of_a_button_opened_by_hand_is_the_page(path):
    assert signed_in().get(PAGE + path)["Location"] == PAGE


@pytest.mark.parametrize(
    ("error_code", "minutes_since_test", "word"),
    [
        ("upstream_auth_failed", 5, "Last call failed"),
        ("upstream_auth_failed", -5, "Connected as Lantern Bot"),
        ("upstream_rejected_query", 5, "Connected as Lantern Bot"),
        ("not_found", 5, "Connected as Lantern Bot"),
    ],
)
def test_a_call_that_failed_since_the_last_test_is_seen_at_a_glance(error_code, minutes_since_test, word):
    tested_at = timezone.now() - timedelta(hours=1)
    make_integration(tested_at=tested_at, account_name="Lantern Bot")
    make_record(tested_at + timedelta(minutes=minutes_since_test), outcome="failed", error_code=error_code)

    badges = [card["badge"].label for card in signed_in().get(PAGE).context["cards"]]

    assert badges == [word, "Not connected"]


def test_a_call_that_went_well_since_is_no_trouble():
    now = timezone.now()
    make_integration(tested_at=now - timedelta(hours=1), account_name="Lantern Bot")
    make_record(now - timedelta(minutes=9), outcome="failed", error_code="upstream_error", action="jira.search")
    make_record(now - timedelta(minutes=5))

    assert signed_in().get(PAGE).context["cards"][0]["badge"].level == "good"


def test_keys_that_no_longer_work_are_folded_away_with_the_reason():
    client = signed_in()
    make_api_key(Role.MEMBER, label="works")
    make_api_key(Role.MEMBER, label="gone", revoked_at=timezone.now())
    make_api_key(Role.MEMBER, label="over", expires_at=timezone.now() - timedelta(days=1))

    context = client.get(KEYS).context

    assert [key.label for key in context["api_keys"]] == ["works"]
    assert [(key.label, why) for key, why in context["old_keys"]] == [("over", "expired"), ("gone", "revoked")]
