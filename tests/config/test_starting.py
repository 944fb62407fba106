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


def test_an_empty_value_counts_as_absent():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = [line.split("=")[0] for line in example.splitlines() if "=" in line and not line.startswith("#")]

    assert start(**dict.fromkeys(set(names) - SOUND.keys(), "")).returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEMORY_CORE_PORT", "abc"),
        ("MEMORY_CORE_PORT", "99999"),
        ("MEMORY_CORE_PORT", "0"),
        ("MEMORY_CORE_THREADS", "0"),
        ("MEMORY_CORE_PROCESSES", "-1"),
        ("MEMORY_CORE_PROCESSES", "2"),  # on SQLite
        ("ALLOWED_HOSTS", "localhost,https://memory.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "memory.example.com"),
        ("MEMORY_CORE_HTTPS", "maybe"),
        ("MEMORY_CORE_PUBLIC_URL", "memory.example.com"),
        ("DEBUG", "perhaps"),
        ("MEMORY_CORE_LOG_LEVEL", "loud"),
        ("DATABASE_URL", "mysql://root@127.0.0.1/name"),
        ("DATABASE_URL", "memory-core.sqlite3"),
        ("DATABASE_URL", "postgres://127.0.0.1:port/name"),
        ("DATABASE_POOL_SIZE", "0"),
        ("CACHE_URL", "127.0.0.1:6379"),
        ("ATLASSIAN_GATEWAY_URL", "http://gateway.example.com"),
        ("MEMORY_CORE_RATE_LIMIT_PER_MINUTE", "-1"),
        ("AUDIT_RETENTION_DAYS", "1.5"),
    ],
)
def test_a_value_that_cannot_be_right_stops_it_by_name(name, value):
    ended = start(**{name: value})

    assert ended.returncode != 0
    assert f"ImproperlyConfigured: {name}" in ended.stderr


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
