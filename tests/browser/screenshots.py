"""The pictures in docs/images, taken of the real page: make screenshots."""

import random
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from audit.vocabulary import Action
from dev.sample_site import READER, SampleSite
from integrations.models import Provider
from tests.audit.factories import make_record
from tests.factories import make_integration, make_member
from workspaces.models import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IMAGES = Path(__file__).parents[2] / "docs" / "images"
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
        make_member(Role.OWNER, email="ann@acme.example.com")
        for provider in Provider.values:
            make_integration(provider, base_url=site.url, email=READER.email, api_token=READER.tokens[0].value)
        page = visit(viewport={"width": 1100, "height": 860}).sign_in("ann@acme.example.com")
        for provider in Provider.values:
            page.locator(f"#{provider}").get_by_role("button", name="Test", exact=True).click()
            expect(page.locator(f"#{provider} .steps")).to_be_visible()
        page.get_by_label("Words to search for").fill("autumn")
        page.get_by_role("button", name="Search Jira").click()
        expect(page.locator("#try-result .hits")).to_be_visible()

        IMAGES.mkdir(parents=True, exist_ok=True)
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        top = {"x": 0, "y": 0, "width": 1100, "height": 1100}
        page.screenshot(path=IMAGES / "integrations.png", full_page=True, clip=top)
        page.locator("#read").screenshot(path=IMAGES / "what-was-read.png")
