"""Each configuration of docs/developer.md as it stands, with a server and a key put in: official clients stand in."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from audit.models import AuditLog
from tests.atlassian.mcp.calls import call, said
from tests.atlassian.mcp.test_clients import over_http, text_of, used
from tests.atlassian.rest_helpers import connect
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[3]
WORDS = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("docs/developer.md", "docs/mcp.md"))
FOUR = ["jira_search", "jira_read", "confluence_search", "confluence_read"]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", WORDS, re.MULTILINE | re.DOTALL)
JSON_BLOCKS = [block for language, block in BLOCKS if language == "json"]
PLACEHOLDERS = ("${MEMORY_CORE_API_KEY}", "${env:MEMORY_CORE_API_KEY}", "${input:key}", "mc_…")


def block_with(language: str, text: str) -> str:
    return next(block for kind, block in BLOCKS if kind == language and text in block)


def filled(block: str, url: str, key: str) -> str:
    for placeholder in PLACEHOLDERS:
        block = block.replace(placeholder, key)
    return block.replace("https://HOST", url)


def laptop(url: str, home: Path) -> dict[str, str]:
    """An environment with the bridge, got as the documentation says, and without the project."""
    commands = block_with("sh", "chmod +x")
    path = home / ".local" / "bin" / "memory-core-mcp"
    assert str(path.relative_to(home)) in commands
    path.parent.mkdir(parents=True)
    source = re.search(r"https://HOST\S+", commands)[0].replace("https://HOST", url)
    with urllib.request.urlopen(source) as answer:
        path.write_bytes(answer.read())
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"HOME": str(home), "PATH": f"{path.parent}:{Path(sys.executable).parent}:/usr/bin:/bin"}


def server_of(entry: dict[str, Any], environ: dict[str, str]) -> Any:
    """What a client makes of an entry: a program to start, or a URL with headers."""
    if "command" in entry:
        return StdioServerParameters(command=entry["command"], env=environ | entry["env"])
    assert entry.get("type", "http") == "http"
    scheme, key = entry["headers"].pop("Authorization").split(" ")
    assert (scheme, entry["headers"]) == ("Bearer", {})
    return over_http(entry["url"].removesuffix("/mcp"), key)


def lists_and_reads(server: Any) -> None:
    async def steps(client: Client) -> Any:
        tools = await client.list_tools()
        issue = await client.call_tool("jira_read", {"issue_key": "GATE-7"})
        page = await client.call_tool("confluence_read", {"page_id": "420000002"})
        return [tool.name for tool in tools.tools], text_of(issue), text_of(page)

    names, issue, page = used(server, "legacy", steps)

    assert names == FOUR
    assert "E_HOURS_TIMEOUT" in issue
    assert "Runbook: doors stay shut" in page
    assert list(AuditLog.objects.order_by("id").values_list("action", flat=True)) == ["jira.read", "confluence.read"]


@pytest.mark.parametrize("block", JSON_BLOCKS, ids=["claude code", "cursor", "vs code", "claude desktop"])
def test_a_configuration_lists_the_four_tools_and_reads_an_issue_and_a_page(
    live_server, sample_site, tmp_path, monkeypatch, block
):
    connect(sample_site)
    environ = laptop(live_server.url, tmp_path)
    monkeypatch.setenv("PATH", environ["PATH"])
    configuration = json.loads(filled(block, live_server.url, make_api_key()))

    entries = configuration.get("mcpServers") or configuration["servers"]

    lists_and_reads(server_of(entries["memory-core"], environ))


def test_the_command_for_claude_code_names_the_url_and_the_header(live_server, sample_site):
    connect(sample_site)
    command = shlex.split(
        filled(block_with("sh", "claude mcp add"), live_server.url, "").replace("$MEMORY_CORE_API_KEY", make_api_key())
    )

    assert command[:6] == ["claude", "mcp", "add", "--transport", "http", "memory-core"]
    url, option, header = command[6:]
    assert option == "--header"
    name, value = header.split(": ")

    lists_and_reads(server_of({"url": url, "headers": {name: value}}, {}))


@pytest.mark.parametrize(
    ("language", "text", "program"), [("python", "mcp import", [sys.executable, "-"]), ("sh", "-d '{", ["sh"])]
)
def test_a_script_runs_as_it_stands(live_server, sample_site, language, text, program):
    connect(sample_site)
    source = block_with(language, text).replace("https://HOST", live_server.url)
    environ = {"PATH": os.environ["PATH"], "MEMORY_CORE_API_KEY": make_api_key()}

    ended = subprocess.run(program, input=source, env=environ, capture_output=True, text=True, timeout=60)

    assert ended.returncode == 0, ended.stderr
    assert "E_HOURS_TIMEOUT" in ended.stdout
    assert AuditLog.objects.filter(outcome="success").exists()


def test_the_answer_that_is_shown_is_one_that_is_given(client_for, sample_site):
    connect(sample_site)
    shown = block_with("text", "<jira ")
    query = json.loads(re.search(r'q=("[^"]*")', shown)[1])

    answer = said(call(client_for(make_api_key()), "jira_search", q=query, project=["GATE"]))

    def alike(text: str) -> str:
        return re.sub(r"\b[0-9a-f]{8}\b", "MARK", text.replace("https://acme.atlassian.net", sample_site.url)).strip()

    assert alike(answer) == alike(shown)
