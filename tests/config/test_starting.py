"""A process started with a wrong environment ends at once, and names the variable."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import __version__
from config.starting import cache_problem
from dev.demo.servers import own_port
from tests.running_server import running_server

ROOT = Path(__file__).parents[2]
SOUND = {"SECRET_KEY": "s" * 50, "FERNET_KEYS": "f" * 50, "DATABASE_URL": "sqlite:///:memory:"}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "SYSTEMROOT")}
    # An empty value stands for an absent one, so that a developer's .env cannot fill it in.
    variables = keep | SOUND | environment
    return subprocess.run([sys.executable, *command], cwd=ROOT, env=variables, capture_output=True, text=True)


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", "check", **environment)


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    """To be ended by what is wrong with its environment."""
    return run("-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi", **environment)


def test_it_starts_with_the_two_secrets_alone():
    assert start().returncode == 0


NEEDED_BY_OTHER_WORK = {
    "tqdm", "compileall", "redis", "pypdf", "PIL", "prometheus_client", "opentelemetry", "drf_spectacular", "gunicorn",
}  # fmt: skip


def test_a_check_loads_nothing_that_only_other_work_needs():
    said = run("-X", "importtime", "manage.py", "check").stderr

    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines()}
    assert "rest_framework" in loaded
    assert loaded & NEEDED_BY_OTHER_WORK == set()


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
        ("MEMORY_CORE_NOTICE_WEBHOOK", "http://hooks.example.com/x"),
        ("MEMORY_CORE_NOTICE_WEBHOOK", "https://hooks.example.com/x"),  # without its secret
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

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"memory-core: {name}")
    assert ended.stderr.count("\n") == 1


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

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"memory-core: {name}")
    assert "the-token" not in ended.stderr


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"MEMORY_CORE_PORT": "none"}, "MEMORY_CORE_PORT"),
        ({"MEMORY_CORE_HOST": "192.0.2.1"}, "MEMORY_CORE_HOST"),
        ({"DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3"}, "DATABASE_URL: /nowhere/at/all.sqlite3"),
        (
            {"DATABASE_URL": "postgres://u:the-word@127.0.0.1:1/x"},
            "DATABASE_URL: PostgreSQL at 127.0.0.1:1, database x",
        ),
    ],
)
def test_a_server_that_cannot_serve_says_so_in_one_sentence(environment, name):
    ended = serve(**{"MEMORY_CORE_PORT": str(own_port())} | environment)

    assert ended.returncode == 1
    assert last_line(ended).startswith(f"memory-core: {name}")
    assert "Traceback" not in ended.stderr
    assert "the-word" not in ended.stderr


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = serve(MEMORY_CORE_PORT=port)

    assert ended.returncode == 1
    assert last_line(ended).startswith(f"memory-core: MEMORY_CORE_PORT={port}: another program listens there.")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgres://u:the-word@127.0.0.1:1/x", "memory-core: DATABASE_URL: PostgreSQL at 127.0.0.1:1, database x"),
        ("sqlite:////nowhere/at/all.sqlite3", "memory-core: DATABASE_URL: /nowhere/at/all.sqlite3"),
        ("sqlite:///:memory:", "memory-core: the database has no tables yet"),
    ],
)
def test_a_command_without_its_database_says_so_in_one_sentence(url, sentence):
    ended = run("manage.py", "list_api_keys", "personal", DATABASE_URL=url)

    assert ended.returncode == 1
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1
    assert "the-word" not in ended.stderr


def test_what_may_be_a_mistake_is_named_and_does_not_stop_it():
    ended = start(MEMORY_CORE_TREADS="8", MEMORY_CORE_JIRA_EMAIL="ann@acme.example", MEMORY_CORE_URL="the bridge's")

    assert ended.returncode == 0
    assert (
        "MEMORY_CORE_TREADS is not a setting, and counts for nothing. Did you mean MEMORY_CORE_THREADS?" in ended.stderr
    )
    assert (
        "MEMORY_CORE_JIRA_EMAIL is set without MEMORY_CORE_JIRA_BASE_URL and MEMORY_CORE_JIRA_API_TOKEN" in ended.stderr
    )
    assert "MEMORY_CORE_URL" not in ended.stderr


def test_a_redis_that_does_not_answer_is_named():
    assert cache_problem("redis://127.0.0.1:1/0").startswith("CACHE_URL: Redis does not answer")


def test_secrets_may_lie_in_files(tmp_path):
    (tmp_path / "secret").write_text("s" * 50 + "\n")
    (tmp_path / "keys").write_text("f" * 50 + ",\n" + "g" * 50)

    sound = start(
        SECRET_KEY="",
        SECRET_KEY_FILE=str(tmp_path / "secret"),
        FERNET_KEYS="",
        FERNET_KEYS_FILE=str(tmp_path / "keys"),
    )
    absent = start(SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "nothing"))
    both = start(SECRET_KEY_FILE=str(tmp_path / "secret"))

    assert sound.returncode == 0, sound.stderr
    assert absent.stderr.startswith("memory-core: SECRET_KEY_FILE=")
    assert both.stderr.startswith("memory-core: SECRET_KEY_FILE: SECRET_KEY is set as well.")


def test_the_version_is_ours():
    assert run("manage.py", "--version").stdout.startswith(f"memory-core {__version__} (Django ")


def last_line(ended: subprocess.CompletedProcess[str]) -> str:
    return ended.stderr.strip().splitlines()[-1]


def test_a_first_run_ends_with_where_the_page_is_and_what_comes_next(tmp_path):
    with running_server(tmp_path, "config.first_run", MEMORY_CORE_PUBLIC_URL="https://memory.acme.example"):
        said = (tmp_path / "server.log").read_text(encoding="utf-8")

    assert f"memory-core {__version__} is running." in said
    assert "https://memory.acme.example/\n" in said
    assert "changepassword" in said
