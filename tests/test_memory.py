"""What a process holds longer than it must: nothing of an answer, and no library that no call needs."""

import gc
import json
import os
import platform
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from config.wsgi import application
from dev.demo.servers import own_port
from tests.atlassian.mcp.calls import request
from tests.atlassian.rest_helpers import FOUR, connect
from tests.factories import make_api_key
from workspaces.models import Role

ROOT = Path(__file__).parents[1]

# Installed, and wanted by few calls or by other settings than these. What is loaded at start, each process holds.
NOT_AT_START = {
    "PIL", "charset_normalizer", "drf_spectacular", "jsonschema", "opentelemetry", "prometheus_client", "psycopg",
    "pygments", "pypdf", "redis", "unittest", "yaml",
}  # fmt: skip

# Prints from how many pools the C library served eight threads of a server that is about to start.
POOLS = """
import ctypes, threading
from config.gunicorn import on_starting

def take_memory():
    bytearray(10_000)
    all_have.wait()

on_starting(None)
all_have = threading.Barrier(8)
threads = [threading.Thread(target=take_memory) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
c = ctypes.CDLL(None)
c.malloc_info(0, ctypes.c_void_p.in_dll(c, "stdout"))
c.fflush(None)
"""


@contextmanager
def no_garbage_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def answered(environ: dict[str, Any]) -> "weakref.ref[Any]":
    """To the answer of a call that gunicorn is done with. The test client's own answer would refer to itself."""
    response = application(environ, lambda status, headers: None)
    assert response.status_code == 200, response.content
    response.close()
    return weakref.ref(response)


@pytest.mark.django_db(transaction=True)
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


def run(code: str, **variables: str) -> str:
    """What it prints in a process of its own, on SQLite and with the cache in memory."""
    variables |= {"DATABASE_URL": "sqlite:///:memory:", "CACHE_URL": "locmemcache://tests"}
    environment = os.environ | variables
    command = [sys.executable, "-W", "error", "-c", code]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_server_starts_without_the_libraries_that_few_calls_need():
    loaded = set(run("import sys, config.wsgi; print(*sys.modules)").split())

    assert loaded & NOT_AT_START == set()


def test_a_library_that_was_not_loaded_at_start_is_there_for_who_needs_it():
    assert run("import config.wsgi, charset_normalizer, psycopg, yaml, django.contrib.postgres.fields") == ""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the others have no pools of threads")
def test_the_threads_of_a_server_share_what_memory_is_free():
    said = run(POOLS, MEMORY_CORE_PORT=str(own_port()))

    assert said.count("<heap ") == 1
