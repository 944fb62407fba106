"""A team from its first owner to its auditor, each in a browser of their own, against the sample site."""

from datetime import datetime, timedelta

import pytest
import requests
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit.models import AuditLog, AuditLogTouch
from dev.sample_site import READER
from integrations.models import Integration
from tests.audit.factories import make_record
from tests.factories import make_member
from workspaces.models import Membership, Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OWNER, ADMIN, MEMBER = "owner@acme.example.com", "ada@acme.example.com", "mel@acme.example.com"
PAGE = "/integrations/acme/"
PASSWORD = "a-long-password-7"


def invite(page: Page, email: str, role: str) -> str:
    page.goto(f"{PAGE}members/")
    page.get_by_label("Email", exact=True).fill(email)
    page.get_by_label("Role", exact=True).select_option(role)
    page.get_by_role("button", name="Invite").click()
    return page.locator("#new-link").inner_text()


def accept(page: Page, link: str) -> Page:
    page.goto(link)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Set password and accept").click()
    expect(page.get_by_role("navigation", name="Workspace")).to_be_visible()
    return page


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without one"])
def test_an_owner_invites_an_admin_who_connects_and_a_member_who_reads_with_a_narrow_key(
    visit, site, live_server, javascript
):
    make_member(Role.OWNER)
    options = {"java_script_enabled": javascript}
    owner = visit(**options).sign_in(OWNER, PAGE)
    admin = accept(visit(**options).page, invite(owner, ADMIN, "admin"))

    jira, confluence = admin.locator("#jira"), admin.locator("#confluence")
    jira.get_by_label("Site").fill(site.url)
    jira.get_by_label("Email of the Atlassian account").fill(READER.email)
    jira.get_by_label("API token").fill(READER.tokens[0].value)
    jira.get_by_role("button", name="Save and test").click()
    expect(jira).to_contain_text(f"Connected as {READER.name}")
    for key in ("GATE", "OPS"):
        jira.locator(f'input[name="jira-ticked"][value="{key}"]').check()
    jira.get_by_role("button", name="Save", exact=True).click()
    expect(jira.get_by_label("Projects that agents may see")).to_have_value("GATE, OPS")
    confluence.get_by_role("button", name="Use the same site and account as Jira").click()
    expect(confluence).to_contain_text(f"Connected as {READER.name}")
    assert dict(Integration.objects.values_list("provider", "allowed_keys")) == {
        "jira": ["GATE", "OPS"], "confluence": []
    }  # fmt: skip

    member = accept(visit(**options).page, invite(admin, MEMBER, "member"))
    expect(member.get_by_role("heading", name="My keys")).to_be_visible()
    member.get_by_label("Name of the agent or machine").fill("my agent")
    member.get_by_text("Narrower").click()
    member.get_by_label("Jira projects").fill("OPS")
    member.get_by_role("button", name="Issue key").click()
    secret = member.locator("#secret-text").inner_text()

    def found(words: str) -> set[str]:
        answer = requests.get(
            f"{live_server.url}/v1/jira/search",
            {"q": words},
            headers={"Authorization": f"Bearer {secret}"},
            timeout=10,
        )
        return {issue["project_key"] for issue in answer.json()["issues"]}

    assert found("museum") <= {"OPS"}
    assert dict(Membership.objects.values_list("user__email", "role")) == {
        OWNER: "owner", ADMIN: "admin", MEMBER: "member"
    }  # fmt: skip
    member.reload()
    expect(member.get_by_role("heading", name="Your own last calls")).to_be_visible()
    expect(member.locator("main")).to_contain_text("jira.search")


def read(moment: datetime, key: str) -> None:
    record = make_record(moment, action="jira.read", target={"issue_key": key}, actor=MEMBER)
    AuditLogTouch.objects.create(record=record, touched=key, workspace="acme", created_at=moment)


def test_an_auditor_finds_who_read_an_issue_last_week_opens_a_record_and_exports_the_rest(visit):
    make_member(Role.ADMIN)
    now = timezone.now()
    for days, key in ((1, "GATE-7"), (2, "OPS-1"), (3, "GATE-7"), (20, "GATE-7")):
        read(now - timedelta(days=days), key)
    page = visit().sign_in("admin@acme.example.com", PAGE)

    page.get_by_role("link", name="Activity").click()
    page.get_by_role("link", name="Last 7 days").click()
    page.get_by_label("Issue key or page").fill("gate-7")
    page.get_by_role("button", name="Filter").click()
    records = page.get_by_role("region", name="Records, newest first")
    expect(records.locator("tbody tr")).to_have_count(2)
    assert "touched=gate-7" in page.url

    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    exported = download.value.path().read_text().splitlines()
    assert len(exported) == 3
    assert all("GATE-7" in line for line in exported[1:])

    records.locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("jira.read")
    expect(page.locator("main")).to_contain_text(MEMBER)
    assert AuditLog.objects.filter(action="audit.export").count() == 1


def test_a_refusal_says_what_to_do(visit):
    make_member(Role.OWNER)
    page = visit().sign_in(OWNER, f"{PAGE}members/")

    page.get_by_label(f"Role of {OWNER}", exact=True).select_option("member")
    page.get_by_role("button", name=f"Change the role of {OWNER}").click()

    expect(page.locator(".messagelist")).to_contain_text("make somebody else an owner first")
