"""python -m dev.benchmarks.mcp: MCP calls beside their REST twins, the start of the bridge, bytes of each answer."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from dev.benchmarks.reads import connect
from dev.demo.servers import ROOT, free_port, memory_core, sample_site

CALLS, STARTS = 200, 15
TWINS: list[tuple[str, str, dict[str, Any]]] = [
    ("jira_search", "/v1/jira/search", {"q": "the", "limit": 10}),
    ("jira_read", "/v1/jira/read", {"issue_key": "GATE-7"}),
    ("confluence_search", "/v1/confluence/search", {"cql": "type = page", "limit": 10}),
    ("confluence_read", "/v1/confluence/read", {"page_id": "420000002"}),
]
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}

Exchange = Callable[[], tuple[float, bytes]]


def main() -> None:
    with sample_site() as site, memory_core(site, free_port(8080)) as made:
        connect(site, made)
        rest = http.client.HTTPConnection(urlsplit(made["url"]).netloc, timeout=60)
        mcp = http.client.HTTPConnection(urlsplit(made["url"]).netloc, timeout=60)
        print(f"{'':18} {'REST ms':>8} {'MCP ms':>8} {'REST bytes':>11} {'MCP bytes':>10} {'hits':>5}")
        for tool, path, arguments in TWINS:
            compare(by_rest(rest, made, path, arguments), by_mcp(mcp, made, called(tool, arguments)), tool)
        _, listed = by_mcp(mcp, made, LIST)()
        print(f"{'tools/list':18} {len(listed):38} bytes")
        print_starts(made)


def compare(rest: Exchange, mcp: Exchange, tool: str) -> None:
    """Calls by turns, so that whatever else the machine does slows both alike."""
    rest(), mcp()
    pairs = [(rest(), mcp()) for _ in range(CALLS)]
    (_, rest_body), (_, mcp_body) = pairs[-1]
    times = [statistics.median(pair[side][0] for pair in pairs) for side in (0, 1)]
    text = json.loads(mcp_body)["result"]["content"][0]["text"]
    found = next((len(rows) for rows in json.loads(rest_body).values() if isinstance(rows, list) and rows), 0)
    hits = found if "search" in tool else 1
    print(f"{tool:18} {times[0]:8.1f} {times[1]:8.1f} {len(rest_body):11} {len(text.encode()):10} {hits:5}")


def print_starts(made: dict[str, Any]) -> None:
    """From starting the program to the answer to its first tools/list, as an IDE waits for it."""
    environ = {"PATH": os.environ["PATH"], "MEMORY_CORE_URL": made["url"], "MEMORY_CORE_API_KEY": made["member_key"]}
    line = json.dumps(LIST).encode() + b"\n"
    times = []
    for _ in range(STARTS):
        started = time.perf_counter()
        command = [sys.executable, "-I", str(Path(ROOT) / "atlassian" / "mcp" / "bridge.py")]
        with subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bridge:
            assert bridge.stdin is not None
            assert bridge.stdout is not None
            bridge.stdin.write(line)
            bridge.stdin.flush()
            answer = json.loads(bridge.stdout.readline())
            times.append((time.perf_counter() - started) * 1000)
            bridge.stdin.close()
        assert len(answer["result"]["tools"]) == 4
    print(f"{'stdio bridge':18} {statistics.median(times):6.0f} ms from its start to the first tools/list, {peak()}")


def peak() -> str:
    """Memory of a bridge alone: what it imports is nearly all that it needs."""
    script = "import resource, atlassian.mcp.bridge; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return f"{ended.stdout.strip()} MB"


def by_rest(connection: http.client.HTTPConnection, made: dict[str, Any], path: str, query: dict[str, Any]) -> Exchange:
    target = f"{path}?" + urlencode({"workspace_key": "demo"} | query)
    return lambda: exchange(connection, made, "GET", target, None)


def by_mcp(connection: http.client.HTTPConnection, made: dict[str, Any], message: dict[str, Any]) -> Exchange:
    return lambda: exchange(connection, made, "POST", "/mcp", json.dumps(message))


def called(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}


def exchange(
    connection: http.client.HTTPConnection, made: dict[str, Any], method: str, target: str, body: str | None
) -> tuple[float, bytes]:
    started = time.perf_counter()
    headers = {"Authorization": f"Bearer {made['member_key']}", "Content-Type": "application/json"}
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200 or b'"isError":true' in said:
        raise RuntimeError(f"{target} answered {answer.status}: {said[:200]!r}")
    return (time.perf_counter() - started) * 1000, said


if __name__ == "__main__":
    main()
