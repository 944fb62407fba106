"""
python -m tests.conformance: the official suite for both revisions, then the Inspector's command line.

Needs what `npm ci` in this folder installs, Node.js included; `make test-conformance` sees to both.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.server import Running, running

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MODULES = HERE / "node_modules"
NODE = MODULES / "node" / "bin" / "node"
INSPECTOR = MODULES / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js"
# The suite that was current when a revision was, and what of it the revision asks for.
SUITES = {
    "2025-11-25": ["--suite", "active", "--spec-version", "2025-11-25"],
    "2026-07-28": ["--requirements", "2026-07-28"],
}
# Where only a part of a scenario can pass, the part that has to.
PARTS = {"2025-11-25": [], "2026-07-28": ["server-stateless: 21 passed, 4 failed", "caching: 4 passed, 3 failed"]}
TOOLS = ["jira_search", "jira_read", "confluence_search", "confluence_read"]
READS = [("jira_read", "issue_key=GATE-7", "E_HOURS_TIMEOUT"), ("confluence_read", "page_id=420000002", "# Runbook")]


def main() -> int:
    with running() as server:
        wrong = [*failing_suites(server), *failing_inspections(server)]
    print("\n".join(["", *(f"FAILED: {name}" for name in wrong)] if wrong else ["", "Conformance: all as expected."]))
    return 1 if wrong else 0


def failing_suites(server: Running) -> Iterator[str]:
    for revision, scenarios in SUITES.items():
        print(f"\n=== official suite, {revision}", flush=True)
        suite = MODULES / f"conformance-{revision}" / "dist" / "index.js"
        expected = HERE / f"expected-failures-{revision}.yml"
        command = [NODE, suite, "server", "--url", f"{server.url}/mcp", *scenarios, "--expected-failures", expected]
        ended = subprocess.run(command, capture_output=True, text=True)
        print(ended.stdout[ended.stdout.find("=== SUMMARY") :], ended.stderr, flush=True)
        if ended.returncode or any(part not in ended.stdout for part in PARTS[revision]):
            yield f"official suite, {revision}"


def failing_inspections(server: Running) -> Iterator[str]:
    for name, target in connections(server):
        print(f"\n=== Inspector, {name}", flush=True)
        listed = inspected(target, "--method", "tools/list", "--strict")
        names = [tool["name"] for tool in json.loads(listed.stdout or "{}").get("tools", [])]
        texts = [
            (inspected(target, "--method", "tools/call", "--tool-name", tool, "--tool-arg", argument).stdout, text)
            for tool, argument, text in READS
        ]
        read = [text in said for said, text in texts]
        print(
            f"tools {names}, schemas {'portable' if listed.returncode == 0 else listed.stderr}, read {read}", flush=True
        )
        if names != TOOLS or listed.returncode or not all(read):
            yield f"Inspector, {name}"


def connections(server: Running) -> Iterator[tuple[str, dict[str, object]]]:
    yield "HTTP", {"type": "http", "url": f"{server.url}/mcp", "headers": {"Authorization": f"Bearer {server.key}"}}
    environ = {"MEMORY_CORE_URL": server.url, "MEMORY_CORE_API_KEY": server.key}
    bridge = str(ROOT / "atlassian" / "mcp" / "bridge.py")
    yield "stdio", {"type": "stdio", "command": sys.executable, "args": ["-I", bridge], "env": environ}


def inspected(target: dict[str, object], *arguments: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as directory:
        configuration = Path(directory) / "mcp.json"
        configuration.write_text(json.dumps({"mcpServers": {"memory-core": target}}))
        environ = os.environ | {"PATH": f"{NODE.parent}:{os.environ['PATH']}", "HOME": directory}
        command = [NODE, INSPECTOR, "--cli", "--config", configuration, "--server", "memory-core", *arguments]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
