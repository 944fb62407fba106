"""What a process holds longer than it must: nothing of an answer, and no library that no call needs."""

import gc
import json
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import RequestFactory

from config.wsgi import Handler
from tests.atlassian.mcp.calls import request
from tests.atlassian.rest_helpers import FOUR, connect
from tests.factories import make_api_key
from workspaces.models import Role

HANDLER = Handler()


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
