"""What a process holds longer than it must: nothing of an answer, and no library that no call needs."""

import gc
import json
import os
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from config.wsgi import Handler
from tests.atlassian.mcp.calls import request
from tests.atlassian.rest_helpers import FOUR, connect
from tests.factories import make_api_key
from workspaces.models import Role

ROOT = Path(__file__).parents[1]
HANDLER = Handler()

# Installed, and wanted by few calls or by other settings than these. What is loaded at start, each process holds.
NOT_AT_START = {
    "PIL", "charset_normalizer", "drf_spectacular", "jsonschema", "opentelemetry", "prometheus_client", "psycopg",
    "pygments", "pypdf", "redis", "unittest", "yaml",
}  # fmt: skip


@contextmanager
def no_garbage_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def answered(environ: dict[str, Any]) -> "weakref.ref[Any]":
    """To the answer of a call that gunicorn is done with. The test client's own answer would refer to itself."""
    response = HANDLER(environ, lambda status, headers: None)
    assert response.status_code == 200, response.content
    response.close()
    return weakref.ref(response)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "arguments"), [(path, arguments) for path, arguments, _ in FOUR])
def test_an_answer_is_gone_with_its_call(sample_site, path, arguments):
    connect(sample_site)
    bearer = {"authorization": f"Bearer {make_api_key(Role.MEMBER)}"}
    tool = path.removeprefix("/v1/").replace("/", "_")
    body = json.dumps(request("tools/call", name=tool, arguments=arguments))
    calls = [
        RequestFactory().get(path, {"workspace_key": "acme"} | arguments, headers=bearer),
        RequestFactory().post("/mcp", body, content_type="application/json", headers=bearer),
    ]

    with no_garbage_collector():
        kept = [answered(call.environ)() for call in calls]

    assert kept == [None, None]


def run(code: str) -> str:
    """What it prints in a process of its own, on SQLite and with the cache in memory."""
    environment = os.environ | {"DATABASE_URL": "sqlite:///:memory:", "CACHE_URL": "locmemcache://tests"}
    command = [sys.executable, "-W", "error", "-c", code]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_server_starts_without_the_libraries_that_few_calls_need():
    loaded = set(run("import sys, config.wsgi; print(*sys.modules)").split())

    assert loaded & NOT_AT_START == set()


def test_a_library_that_was_not_loaded_at_start_is_there_for_who_needs_it():
    assert run("import config.wsgi, charset_normalizer, psycopg, yaml, django.contrib.postgres.fields") == ""
