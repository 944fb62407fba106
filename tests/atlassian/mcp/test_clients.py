"""The official Python client, in both eras, over HTTP and over the stdio bridge."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from django.utils import timezone
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from atlassian.mcp import bridge
from audit.models import AuditLog
from dev.benchmarks import reads
from dev.demo import servers
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db(transaction=True)

ERAS = [("legacy", "2025-11-25"), ("auto", "2026-07-28"), ("2026-07-28", "2026-07-28")]


@asynccontextmanager
async def over_http(url: str, key: str) -> AsyncIterator[Any]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http_client,
        streamable_http_client(f"{url}/mcp", http_client=http_client) as streams,
    ):
        yield streams


def over_stdio(url: str, key: str) -> Any:
    environ = {"MEMORY_CORE_URL": url, "MEMORY_CORE_API_KEY": key, "PATH": os.environ["PATH"]}
    return StdioServerParameters(command=sys.executable, args=["-I", bridge.__file__], env=environ)


def used(server: Any, mode: str, steps: Callable[[Client], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        async with Client(server, mode=mode, read_timeout_seconds=60) as client:
            return await steps(client)

    return anyio.run(main)


def text_of(result: Any) -> str:
    assert result.structured_content is None
    return result.content[0].text


@pytest.mark.parametrize(("mode", "revision"), ERAS)
@pytest.mark.parametrize("over", [over_http, over_stdio])
def test_the_official_client_lists_the_four_tools_and_reads_an_issue_and_a_page(
    live_server, sample_site, over, mode, revision
):
    connect(sample_site)
    key = make_api_key()

    async def steps(client: Client) -> Any:
        tools = await client.list_tools()
        issue = await client.call_tool("jira_read", {"issue_key": "GATE-7"})
        page = await client.call_tool("confluence_read", {"page_id": "420000002"})
        return client.protocol_version, tools.tools, issue, page

    agreed, tools, issue, page = used(over(live_server.url, key), mode, steps)

    assert agreed == revision
    assert [tool.name for tool in tools] == ["jira_search", "jira_read", "confluence_search", "confluence_read"]
    assert "E_HOURS_TIMEOUT" in text_of(issue)
    assert "Runbook: doors stay shut" in text_of(page)
    records = AuditLog.objects.order_by("id")
    assert [(record.action, record.outcome, record.channel) for record in records] == [
        ("jira.read", "success", "mcp"),
        ("confluence.read", "success", "mcp"),
    ]


@pytest.mark.parametrize("over", [over_http, over_stdio])
def test_what_the_tool_refuses_reaches_the_model_as_a_result(live_server, over):
    async def steps(client: Client) -> Any:
        return await client.call_tool("jira_search", {"q": "a", "limit": 0})

    result = used(over(live_server.url, make_api_key()), "auto", steps)

    assert result.is_error
    assert "limit: " in text_of(result)


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
@pytest.mark.parametrize("over", [over_http, over_stdio])
def test_a_revoked_key_is_told_in_words(live_server, over, mode):
    key = make_api_key(revoked_at=timezone.now())

    async def steps(client: Client) -> Any:
        return await client.call_tool("jira_search", {"q": "a"})

    with pytest.raises((MCPError, ExceptionGroup)) as told:
        used(over(live_server.url, key), mode, steps)

    assert "not valid: unknown, expired or revoked" in innermost(told.value)
    assert AuditLog.objects.first().error_code == "invalid_credentials"


def innermost(exc: BaseException) -> str:
    return innermost(exc.exceptions[0]) if isinstance(exc, BaseExceptionGroup) else str(exc)


def test_calls_through_the_bridge_may_overlap():
    queries = ["turnstile", "doors", "museum", "hours", "ticket", "check-in"]

    async def steps(client: Client) -> Any:
        results: dict[str, Any] = {}

        async def search(query: str) -> None:
            results[query] = await client.call_tool("jira_search", {"q": query})

        async with anyio.create_task_group() as group:
            for query in queries:
                group.start_soon(search, query)
        return results

    # A process of its own: all threads of a server within the test would share one connection to the database.
    with servers.sample_site(8790) as site, servers.memory_core(site, servers.free_port(8800)) as made:
        reads.connect(site, made)
        results = used(over_stdio(made["url"], made["member_key"]), "auto", steps)
        headers = {"Authorization": f"Bearer {made['api_key']}"}
        logs = httpx2.get(f"{made['url']}/v1/audit-logs?action_key=jira.search", headers=headers).json()["logs"]

    assert all(f'for q="{query}".' in text_of(results[query]) for query in queries)
    assert [record["outcome"] for record in logs] == ["success"] * len(queries)
