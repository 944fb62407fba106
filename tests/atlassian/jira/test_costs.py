"""How many Python calls Jira's own code may take for one answer: a count, which no busy machine changes."""

from pathlib import Path
from typing import Any

import pytest

from atlassian.jira.reader import Jira
from dev.sample_site.accounts import READER
from integrations.credentials import Credentials
from tests.counted_calls import counted_calls

JIRA = str(Path(__file__).parents[3] / "atlassian")
OF_OTHERS = ("/rendering/", "/masking/", "/transport.py", "/deadline.py", "/client.py", "/identity.py")


def calls_of(action: Any) -> int:
    """Those into our own files below atlassian/ but for the renderers, masking and the transport."""
    action()  # what is remembered afterwards is no part of it
    ours = {file: count for file, count in counted_calls(action).items() if file.startswith(JIRA)}
    return sum(count for file, count in ours.items() if not any(part in file for part in OF_OTHERS))


@pytest.fixture
def jira(sample_site, settings) -> Any:
    settings.ATLASSIAN_GATEWAY_URL = sample_site.gateway_url
    account = {"base_url": sample_site.url, "email": READER.email, "api_token": READER.tokens[0].value}
    return lambda: Jira(Credentials(provider="jira", source="workspace", **account))


def test_a_search_takes_few_calls_a_hit(jira):
    assert len(jira().search("turnstile", 10).issues) == 5
    assert calls_of(lambda: jira().search("turnstile", 10)) < 240


def test_a_read_takes_few_calls_a_field_and_comment(jira):
    assert calls_of(lambda: jira().read("GATE-7")) < 765
