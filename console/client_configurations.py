"""Ready to paste: how each kind of agent is told where we are and which key to send."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

PLACEHOLDER = "mc_YOUR_KEY"
_ASKED = {"id": "memory-core-key", "type": "promptString", "password": True, "description": "API key"}


@dataclass(frozen=True)
class ClientConfiguration:
    slug: str
    name: str
    location: str  # where the text goes
    text: str
    link: str = ""  # adds the address in one click; never a key, which history and referrers would keep


def client_configurations(url: str, secret: str = "") -> list[ClientConfiguration]:
    """
    Configurations for the server at url, which has no slash at its end.

    The key is written into what only its holder reads. A file that a team commits gets a reference instead.
    """
    key, mcp = secret or PLACEHOLDER, f"{url}/mcp"
    return [
        ClientConfiguration("claude-code", "Claude Code", "Run in a terminal", _claude_code(mcp, key)),
        ClientConfiguration(
            "cursor", "Cursor", "~/.cursor/mcp.json", _servers("mcpServers", {"url": mcp, "headers": _bearer(key)}),
            _cursor_link(mcp),
        ),
        ClientConfiguration(
            "vs-code", "VS Code", "mcp.json of your user; it asks for the key once", _vs_code(mcp), _vs_code_link(mcp)
        ),
        ClientConfiguration("bridge", "Claude Desktop: the bridge", "Run in a terminal, once", _bridge(url)),
        ClientConfiguration(
            "claude-desktop", "Claude Desktop", "claude_desktop_config.json, once the bridge is there",
            _servers("mcpServers", {"command": "memory-core-mcp", "env": _environment(url, key)}),
        ),
        ClientConfiguration(
            "codex", "Codex", "~/.codex/config.toml; the key stays in MEMORY_CORE_API_KEY", _codex(mcp)
        ),
        ClientConfiguration(
            "gemini", "Gemini CLI", "~/.gemini/settings.json",
            _servers("mcpServers", {"httpUrl": mcp, "headers": _bearer(key)}),
        ),
        ClientConfiguration(
            "team", "A team's repository", ".mcp.json; safe to commit, the key stays in MEMORY_CORE_API_KEY",
            _servers("mcpServers", {"type": "http", "url": mcp, "headers": _bearer("${MEMORY_CORE_API_KEY}")}),
        ),
        ClientConfiguration("rest", "A script", "Run in a terminal", _curl(url, key)),
    ]  # fmt: skip


def _claude_code(mcp: str, key: str) -> str:
    return f'claude mcp add --transport http memory-core {mcp} --header "Authorization: Bearer {key}"'


def _vs_code(mcp: str) -> str:
    server = {"type": "http", "url": mcp, "headers": _bearer("${input:memory-core-key}")}
    return _written({"inputs": [_ASKED], "servers": {"memory-core": server}})


def _curl(url: str, key: str) -> str:
    return f"curl -H \"Authorization: Bearer {key}\" \\\n  '{url}/v1/jira/search?q=login'"


def _bridge(url: str) -> str:
    path = "~/.local/bin/memory-core-mcp"
    return f"mkdir -p ~/.local/bin\ncurl -fsSo {path} {url}/mcp/memory-core-mcp\nchmod +x {path}"


def _codex(mcp: str) -> str:
    return f'[mcp_servers.memory-core]\nurl = "{mcp}"\nbearer_token_env_var = "MEMORY_CORE_API_KEY"'


def _cursor_link(mcp: str) -> str:
    """The address alone: the key is added to mcp.json afterwards."""
    config = base64.b64encode(json.dumps({"url": mcp}).encode()).decode()
    return "https://cursor.com/en/install-mcp?" + urlencode({"name": "memory-core", "config": config})


def _vs_code_link(mcp: str) -> str:
    """It asks for the key once, and keeps it as a secret."""
    server = {"type": "http", "url": mcp, "headers": _bearer("${input:memory-core-key}")}
    given = {"name": "memory-core", "config": json.dumps(server), "inputs": json.dumps([_ASKED])}
    return "https://vscode.dev/redirect/mcp/install?" + urlencode(given, quote_via=quote)


def _environment(url: str, key: str) -> dict[str, str]:
    return {"MEMORY_CORE_URL": url, "MEMORY_CORE_API_KEY": key}


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _servers(name: str, server: dict[str, Any]) -> str:
    return _written({name: {"memory-core": server}})


def _written(value: Any) -> str:
    return json.dumps(value, indent=2)
