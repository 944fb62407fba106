"""Speaking MCP over HTTP by hand, in both eras."""

import json
from typing import Any

from rest_framework.test import APIClient

MODERN = "2026-07-28"
HANDSHAKE = "2025-11-25"


def post(client: APIClient, message: Any, **headers: str) -> Any:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    accept = {"accept": "application/json, text/event-stream"}
    return client.post("/mcp", body, content_type="application/json", headers=accept | headers)


def request(method: str, request_id: Any = 1, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}


def call(client: APIClient, tool: str, **arguments: Any) -> dict[str, Any]:
    """The tool's result, as a client of the handshake era gets it."""
    answer = post(client, request("tools/call", name=tool, arguments=arguments), **{"MCP-Protocol-Version": HANDSHAKE})
    assert answer.status_code == 200, answer.content
    return answer.json()["result"]


def said(result: dict[str, Any]) -> str:
    """The text of a result, which holds nothing but one text."""
    assert [part["type"] for part in result["content"]] == ["text"]
    assert "structuredContent" not in result
    return result["content"][0]["text"]


def stateless(method: str, **params: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """(message, headers) as revision 2026-07-28 wants them."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    headers = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    if "name" in params:
        headers["Mcp-Name"] = params["name"]
    return request(method, **params, _meta=meta), headers
