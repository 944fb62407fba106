"""
mcp-atlassian before the sample site, in an environment of its own that is made once (.bench-peer).

Its two searches: it reads an issue and a page by older routes, which the sample site does not have.
It takes a site for a cloud site by its name alone, so it is told a name at atlassian.net, and the sample site as its
proxy: nothing leaves this machine.
"""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from dev.benchmarks.processes import cpu_seconds
from dev.demo.servers import DATA, ROOT, free_port
from dev.demo.showing import ACCOUNT

VERSION = "0.23.1"
HOME = ROOT / ".bench-peer"
SITE = "http://lantern.atlassian.net"
CALLS, WARM_UP, SECONDS_TO_START = 100, 5, 90
TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "jira/search": ("jira_search", {"jql": 'text ~ "turnstile"', "limit": 10}),
    "confluence/search": ("confluence_search", {"query": "doors", "limit": 10}),
}


@contextmanager
def peer_targets(site: str) -> Iterator[dict[str, Callable[[], float]]]:
    """For each read what gives its CPU in ms a call."""
    port = free_port(8480)
    with (DATA / "peer.log").open("wb") as log:
        command = [str(_program()), "--transport", "streamable-http", "--port", str(port), "--host", "127.0.0.1"]
        process = subprocess.Popen(command, env=_environment(site), stdout=log, stderr=log)
    try:
        session = Session(port, process)
        yield {name: lambda tool=tool: session.cpu_ms(*tool) for name, tool in TOOLS.items()}  # type: ignore[misc]
    finally:
        process.terminate()
        process.wait()


class Session:
    """One MCP session over streamable HTTP."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.pid = port, process.pid
        self.headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        begun = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
        ends = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                headers, _ = self.send({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": begun})
                break
            except OSError:
                if time.monotonic() > ends or process.poll() is not None:
                    raise RuntimeError(f"mcp-atlassian did not start; see {DATA / 'peer.log'}") from None
                time.sleep(0.2)
        if session := headers.get("mcp-session-id"):
            self.headers["Mcp-Session-Id"] = session
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def cpu_ms(self, name: str, arguments: dict[str, Any]) -> float:
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        for _ in range(WARM_UP):
            _, said = self.send(message)
            if '"isError":true' in said.replace(" ", ""):
                raise RuntimeError(f"mcp-atlassian, {name}: {said[:500]}")
        before = cpu_seconds(self.pid)
        for _ in range(CALLS):
            self.send(message)
        return (cpu_seconds(self.pid) - before) * 1000 / CALLS

    def send(self, message: dict[str, Any]) -> tuple[Any, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", "/mcp", json.dumps(message), self.headers)
            answer = connection.getresponse()
            said = answer.read().decode()
            if answer.status >= 300:
                raise RuntimeError(f"mcp-atlassian answered {answer.status}: {said[:500]}")
            return answer.headers, said


def _program() -> Any:
    program = HOME / "bin/mcp-atlassian"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        subprocess.run([str(HOME / "bin/pip"), "install", "--quiet", f"mcp-atlassian=={VERSION}"], check=True)
    return program


def _environment(site: str) -> dict[str, str]:
    email, token = ACCOUNT
    proxies = dict.fromkeys(("JIRA_HTTP_PROXY", "CONFLUENCE_HTTP_PROXY", "HTTP_PROXY", "http_proxy"), site)
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(HOME),
        "NO_PROXY": "",
        **proxies,
        "JIRA_URL": SITE,
        "JIRA_USERNAME": email,
        "JIRA_API_TOKEN": token,
        "CONFLUENCE_URL": f"{SITE}/wiki",
        "CONFLUENCE_USERNAME": email,
        "CONFLUENCE_API_TOKEN": token,
        "READ_ONLY_MODE": "true",
        "ALLOW_GLOBAL_CRED_FALLBACK": "true",  # it would otherwise want each caller's own
    }
