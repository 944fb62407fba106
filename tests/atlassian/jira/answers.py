"""Jira's answers, as small as they may be, and our doors in front of them."""

from typing import Any

import responses

from tests.factories import SITE, make_api_key, make_integration

API = SITE + "/rest/api/3"
SEARCH = API + "/search/jql"
PARSE = API + "/jql/parse"
FIELD = API + "/field"
SIGNED = {"X-AAccountId": "712020%3Abot"}
TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"


def issue_url(key: str = "OPS-1") -> str:
    return f"{API}/issue/{key}"


def paragraph(text: str) -> dict[str, Any]:
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def person(name: str, **more: Any) -> dict[str, Any]:
    return {"accountId": f"712020:{name.lower()}", "displayName": name, "accountType": "atlassian"} | more


def make_issue(key: str = "OPS-1", names: Any = None, schema: Any = None, **fields: Any) -> dict[str, Any]:
    values = {
        "summary": f"About {key}",
        "status": {"name": "Open", "statusCategory": {"key": "new"}},
        "project": {"key": key.rpartition("-")[0]},
        "assignee": None,
        "updated": "2026-11-18T15:22:40.000+0000",
        "created": "2026-11-01T08:00:00.000+0000",
    }
    return {"id": "10101", "key": key, "fields": values | fields, "names": names or {}, "schema": schema or {}}


def with_field(value: Any, kind: str = "", name: str = "A field", **fields: Any) -> dict[str, Any]:
    """An issue with one field of an administrator's own."""
    schema = {"customfield_10500": {"type": "any", "custom": kind}} if kind else {}
    return make_issue(names={"customfield_10500": name}, schema=schema, customfield_10500=value, **fields)


def connected(client_for: Any, **integration: Any) -> Any:
    """An agent of a member in a workspace whose Jira is connected."""
    make_integration(**integration)
    return client_for(make_api_key())


def read(agent: Any, **params: Any) -> Any:
    return agent.get("/v1/jira/read", {"issue_key": "OPS-1"} | params).json()


def search(agent: Any, **params: Any) -> Any:
    return agent.get("/v1/jira/search", params).json()


def codes(answer: Any) -> list[str]:
    return [warning["code"] for warning in answer["warnings"]]


def serve(*issues: dict[str, Any]) -> None:
    for issue in issues:
        responses.get(issue_url(issue["key"]), json=issue, headers=SIGNED)


def calls() -> list[str]:
    """What was asked of Atlassian, as METHOD path."""
    return [f"{call.request.method} {call.request.path_url.partition('?')[0]}" for call in responses.calls]
