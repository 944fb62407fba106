"""What the demo shows: each call as README writes it, to be sent for real."""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

FILE = {"issue_key": "GATE-7", "attachment": "turnstile-trace.txt", "max_chars": "500"}
AGENT, ADMIN = "AGENT_KEY", "ADMIN_KEY"  # the shell variables that hold the two keys


@dataclass(frozen=True)
class Call:
    says: str
    key: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: dict[str, Any] | None = None
    expects: int = 200
    in_readme: bool = False

    @property
    def target(self) -> str:
        return self.path + ("?" + urlencode(self.query) if self.query else "")

    def as_curl(self, server: str) -> str:
        """The line of README: what is sent, and nothing else."""
        words = ["curl", "-s"]
        if self.method == "GET" and self.query:
            words += ["-G"]
        if self.method != "GET" and self.method != "POST":
            words += ["-X", self.method]
        line = " ".join(words) + f' {server}{self.path} -H "Authorization: Bearer ${self.key}"'
        if self.body is not None:
            line += f" -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(self.body))}"
        for name, value in self.query.items():
            line += f" --data-urlencode {shlex.quote(f'{name}={value}')}"
        return line


def calls(workspace: str, site: str, email: str, token: str) -> list[Call]:
    here = {"workspace_key": workspace}
    config = {"base_url": site, "email": email, "api_token": token}
    tool = {"name": "jira_search", "arguments": {"q": "turnstile", "limit": 3}}
    return [
        Call(
            "An admin connects Jira",
            ADMIN,
            "/v1/integrations",
            method="PUT",
            body=here | {"provider": "jira", "config": config},
        ),
        Call(
            "… and Confluence",
            ADMIN,
            "/v1/integrations",
            method="PUT",
            body=here | {"provider": "confluence", "config": config},
        ),
        _read("An agent searches Jira", "/v1/jira/search", here | {"q": "turnstile", "limit": "1"}),
        _read("It reads the issue", "/v1/jira/read", here | {"issue_key": "GATE-7", "max_chars": "700"}),
        Call("… what happened to it", AGENT, "/v1/jira/read", here | {"issue_key": "GATE-7", "include": "history"}),
        Call("… its epic's children", AGENT, "/v1/jira/read", here | {"issue_key": "GATE-2", "include": "children"}),
        Call("… a file attached to it", AGENT, "/v1/jira/read", here | FILE),
        _read("It searches Confluence", "/v1/confluence/search", here | {"q": "runbook doors", "limit": "1"}),
        _read("It reads the page", "/v1/confluence/read", here | {"page_id": "420000002", "max_chars": "600"}),
        _page("… what lies below one", {"page_id": "410000001", "include": "children", "max_chars": "500"}, here),
        _page("… what its macros show", {"page_id": "410000001", "include": "macros"}, here),
        _page("… what changed since a version", {"page_id": "410000003", "since": "2"}, here),
        _page("… a folder, by what it holds", {"page_id": "410000002"}, here),
        Call(
            "The same search over MCP",
            AGENT,
            "/mcp",
            method="POST",
            body={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool},
        ),
        Call(
            "What the agent's role does not permit is refused",
            AGENT,
            "/v1/audit-logs",
            here,
            expects=403,
            in_readme=True,
        ),
        Call(
            "Every call left its record, the refusal too",
            ADMIN,
            "/v1/audit-logs",
            here | {"actor": "agent@example.com", "limit": "2"},
            in_readme=True,
        ),
    ]


def _read(says: str, path: str, query: dict[str, str]) -> Call:
    return Call(says, AGENT, path, query, in_readme=True)


def _page(says: str, wanted: dict[str, str], here: dict[str, str]) -> Call:
    return Call(says, AGENT, "/v1/confluence/read", here | wanted)
