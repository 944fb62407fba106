"""Thousands of broken messages: each is answered in the form of the protocol, and none breaks anything."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.atlassian.mcp.calls import HANDSHAKE, post, request, stateless
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key

MESSAGES = 3000
SEED = 20261125  # the same messages in every run

CALLS = [
    ("jira_search", {"q": "turnstile", "limit": 3, "project": ["GATE"]}),
    ("jira_search", {"jql": "project = GATE", "cursor": "abc"}),
    ("jira_read", {"issue_key": "GATE-7", "max_chars": 500, "offset": 100}),
    ("confluence_search", {"cql": "type = page", "space": ["RUN"]}),
    ("confluence_read", {"page_id": "420000002", "comments": True}),
]
ODD: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        2**31,
        2**63,
        2**64,
        10**400,
        1.5,
        -0.0,
        "",
        " ",
        "\0",
        "é" * 300,
        "\U0001f40d",
        "\ud800",
    ),
    *(
        "x" * 5000,
        "../../etc/passwd",
        "' OR 1=1 --",
        "<script>",
        "http://[",
        "https://acme.atlassian.net/browse/",
        "%00",
    ),
    *([], {}, [None], [[]], {"": {}}, [1] * 1000, {"a": "b" * 1000}, "2.0", "tools/call", "jira_read", "٣", "-", "A-0"),
]
HEADERS = [
    "MCP-Protocol-Version",
    "Mcp-Method",
    "Mcp-Name",
    "X-Workspace-Key",
    "Origin",
    "X-Request-ID",
    "Mcp-Session-Id",
]
HEADER_VALUES = ["", "x", "2026-07-28", "2025-11-25", "=?base64?x?=", "=?base64?/w==?=", "http://[", "é", "a" * 9000]


def seeds() -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    for name, arguments in CALLS:
        yield request("tools/call", name=name, arguments=arguments), {"MCP-Protocol-Version": HANDSHAKE}
        yield stateless("tools/call", name=name, arguments=arguments)
    yield stateless("tools/list")
    yield stateless("server/discover")
    yield request("initialize", protocolVersion=HANDSHAKE, capabilities={}, clientInfo={"name": "x"}), {}
    yield {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}, {}


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each (container, key or index) within value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def restructured(message: Any, chance: random.Random) -> bytes:
    message = copy.deepcopy(message)
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        container, key = chance.choice(list(places(message)) or [({}, "")])
        if chance.random() < 0.2 and isinstance(container, dict):
            container.pop(key, None)
        elif chance.random() < 0.2 and isinstance(container, dict):
            container[str(chance.choice(ODD))[:50]] = chance.choice(ODD)
        else:
            container[key] = chance.choice(ODD)
    return json.dumps(message).encode()


def scrambled(body: bytes, chance: random.Random) -> bytes:
    """A run of bytes left out, doubled, or replaced by noise."""
    start = chance.randrange(len(body))
    end = min(len(body), start + chance.choice([1, 1, 2, 8, 60]))
    noise = chance.randbytes(end - start)
    return (
        body[:start]
        + chance.choice([b"", body[start:end] * 2, noise, b'"', b"\\u0000", b"{", b"[" * 3000])
        + body[end:]
    )


def mutated(chance: random.Random) -> Iterator[tuple[bytes, dict[str, str]]]:
    known = list(seeds())
    while True:
        message, headers = chance.choice(known)
        body = restructured(message, chance) if chance.random() < 0.7 else json.dumps(message).encode()
        if chance.random() < 0.4:
            body = scrambled(body, chance)
        if chance.random() < 0.2:
            headers = headers | {chance.choice(HEADERS): chance.choice(HEADER_VALUES)}
        yield body, headers


@pytest.mark.django_db
def test_no_message_however_broken_breaks_the_server(client_for, sample_site):
    connect(sample_site)
    member = client_for(make_api_key())

    for (body, headers), _ in zip(mutated(random.Random(SEED)), range(MESSAGES), strict=False):
        answer = post(member, body, **headers)

        assert answer.status_code < 500, (body, headers)
        if answer.status_code == 202:
            assert answer.content == b""
        else:
            assert answer.headers["Content-Type"] == "application/json", (body, headers)
            assert json.loads(answer.content)["jsonrpc"] == "2.0", (body, headers)
        assert b"internal_error" not in answer.content, (body, headers)
        assert b"unexpectedly" not in answer.content, (body, headers)
