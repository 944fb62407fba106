"""A process started with a wrong environment ends at once, and names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOUND = {"SECRET_KEY": "s" * 50, "FERNET_KEYS": "f" * 50, "DATABASE_URL": "sqlite:///:memory:"}


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "SYSTEMROOT")}
    command = [sys.executable, "-c", "from config import settings"]
    # An empty value stands for an absent one, so that a developer's .env cannot fill it in.
    return subprocess.run(command, cwd=ROOT, env=keep | SOUND | environment, capture_output=True, text=True)


def test_it_starts_with_the_two_secrets_alone():
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"FERNET_KEYS": ""}, "FERNET_KEYS"),
        ({"FERNET_KEYS": "short"}, "FERNET_KEYS"),
        ({"MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS": "slack"}, "MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS"),
        ({"MEMORY_CORE_ATLASSIAN_HOSTS": "http://example.com"}, "MEMORY_CORE_ATLASSIAN_HOSTS"),
        (
            {
                "MEMORY_CORE_JIRA_BASE_URL": "http://10.0.0.1",
                "MEMORY_CORE_JIRA_EMAIL": "a@example.com",
                "MEMORY_CORE_JIRA_API_TOKEN": "the-token",
            },
            "MEMORY_CORE_JIRA_BASE_URL",
        ),
    ],
)
def test_a_wrong_environment_stops_it_and_is_named(environment, name):
    ended = start(**environment)

    assert ended.returncode != 0
    assert name in ended.stderr
    assert "the-token" not in ended.stderr
