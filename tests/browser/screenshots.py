"""The pictures in docs/images, taken of the real page: make screenshots."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from audit.vocabulary import Action
from dev.sample_site import READER, SampleSite
from integrations.models import Provider
from tests.audit.factories import make_record
from tests.factories import make_integration, make_member
from workspaces.models import ApiKey, Membership, Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ANN = "ann@acme.example.com"
SIZE = {"width": 1100, "height": 860}
MAX_HEIGHT = 1100
PORT = 8090  # in the picture, hence always the same
CALLS_A_DAY = {Action.JIRA_READ: 24, Action.JIRA_SEARCH: 14, Action.CONFLUENCE_READ: 11, Action.CONFLUENCE_SEARCH: 6}
WHO = [
    ("ann@acme.example.com", "Claude Code"),
    ("ben@acme.example.com", "Cursor"),
    ("ci@acme.example.com", "release notes"),
]
ENDS = [("success", "")] * 24 + [("denied", "role_required"), ("failed", "not_found")]
ABOUT = {
    Action.JIRA_READ: {"issue_key": "GATE-7"},
    Action.JIRA_SEARCH: {"q": "check-in times out"},
    Action.CONFLUENCE_READ: {"page_id": "420000002"},
    Action.CONFLUENCE_SEARCH: {"q": "opening hours runbook"},
}


def make_a_month_of_calls() -> None:
    dice, now = random.Random(7), timezone.now()
    for back in range(30):
        day = now - timedelta(days=back)
        share = 0.2 if day.weekday() > 4 else 1
        for action, most in CALLS_A_DAY.items():
            for _ in range(round(dice.uniform(0.3, 1) * most * share)):
                (actor, label), (outcome, code) = dice.choice(WHO), dice.choice(ENDS)
                make_record(
                    day - timedelta(minutes=dice.randint(1, 300)),
                    action=action,
                    actor=actor,
                    key_label=label,
                    target=ABOUT[action],
                    outcome=outcome,
                    error_code=code,
                    duration_ms=dice.randint(60, 700),
                )


def test_take_the_pictures(visit, settings):
    with SampleSite(port=PORT) as site:
        settings.ATLASSIAN_ORIGINS = frozenset({site.url})
        settings.ATLASSIAN_GATEWAY_URL = site.gateway_url
        make_a_month_of_calls()
        make_member(Role.OWNER, email=ANN)
        for email, _ in WHO[1:]:
            make_member(email=email)
            make_api_key_for(email)
        for provider in Provider.values:
            make_integration(provider, base_url=site.url, email=READER.email, api_token=READER.tokens[0].value)
        page = visit(viewport=SIZE).sign_in(ANN)
        for provider in Provider.values:
            page.locator(f"#{provider}").get_by_role("button", name="Test", exact=True).click()
            expect(page.locator(f"#{provider} .steps")).to_be_visible()

        IMAGES.mkdir(parents=True, exist_ok=True)
        picture(page, "connections")
        for name in ("members", "keys", "activity"):
            page.goto(f"/integrations/acme/{name}/")
            picture(page, name)
        page.goto("/integrations/acme/try/")
        page.get_by_label("Words to search for").fill("museum")
        page.get_by_role("button", name="Search Jira").click()
        expect(page.locator("#try-result .hits")).to_be_visible()
        picture(page, "try-it")


def picture(page: Page, name: str) -> None:
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    height = min(page.evaluate("document.documentElement.scrollHeight"), MAX_HEIGHT)
    clip = {"x": 0, "y": 0, "width": SIZE["width"], "height": height}
    page.screenshot(path=IMAGES / f"{name}.png", full_page=True, clip=clip)


def make_api_key_for(email: str) -> None:
    label = next(label for each, label in WHO if each == email)
    ApiKey.issue(Membership.objects.get(user__email=email), label, timezone.now() + timedelta(days=60))
