"""Ready to paste: how each kind of agent is told where we are and which key to send."""

import json
from dataclasses import dataclass
from typing import Any

PLACEHOLDER = "mc_YOUR_KEY"


@dataclass(frozen=True)
class ClientConfiguration:
    slug: str
    name: str
    location: str  # where the text goes
    text: str


def client_configurations(url: str, workspace_key: str, secret: str = "") -> list[ClientConfiguration]:
    """
    For the server at url, without a slash at its end.

    The key is written into what only its holder reads. A file that a team commits gets a reference instead.
    """
    key, mcp = secret or PLACEHOLDER, f"{url}/mcp"
    return [
        ClientConfiguration("claude-code", "Claude Code", "Run in a terminal", _claude_code(mcp, key)),
        ClientConfiguration(
            "cursor", "Cursor", "~/.cursor/mcp.json", _servers("mcpServers", {"url": mcp, "headers": _bearer(key)})
        ),
        ClientConfiguration("vs-code", "VS Code", "mcp.json of your user; it asks for the key once", _vs_code(mcp)),
        ClientConfiguration(
            "claude-desktop", "Claude Desktop", "claude_desktop_config.json; needs memory-core installed there",
            _servers("mcpServers", {"command": "memory-core-mcp", "env": _environment(url, key)}),
        ),
        ClientConfiguration(
            "team", "A team's repository", ".mcp.json; safe to commit, the key stays in MEMORY_CORE_API_KEY",
            _servers("mcpServers", {"type": "http", "url": mcp, "headers": _bearer("${MEMORY_CORE_API_KEY}")}),
        ),
        ClientConfiguration("rest", "A script", "Run in a terminal", _curl(url, workspace_key, key)),
    ]  # fmt: skip


def _claude_code(mcp: str, key: str) -> str:
    return f'claude mcp add --transport http memory-core {mcp} --header "Authorization: Bearer {key}"'


def _vs_code(mcp: str) -> str:
    asked = {"id": "memory-core-key", "type": "promptString", "password": True, "description": "API key"}
    server = {"type": "http", "url": mcp, "headers": _bearer("${input:memory-core-key}")}
    return _written({"inputs": [asked], "servers": {"memory-core": server}})


def _curl(url: str, workspace_key: str, key: str) -> str:
    return (
        f'curl -H "Authorization: Bearer {key}" \\\n'
        f"  '{url}/v1/jira/search?workspace_key={workspace_key}&q=login'"
    )  # fmt: skip


def _environment(url: str, key: str) -> dict[str, str]:
    return {"MEMORY_CORE_URL": url, "MEMORY_CORE_API_KEY": key}


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _servers(name: str, server: dict[str, Any]) -> str:
    return _written({name: {"memory-core": server}})


def _written(value: Any) -> str:
    return json.dumps(value, indent=2)
