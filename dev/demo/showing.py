"""Sends the calls of the tour and shows their answers: on the screen, or as README has them."""

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any

from dev.demo.tour import ADMIN, AGENT, Call, calls

ACCOUNT = ("reader@lantern.example", "sample-reader")
LONGEST_ANSWER = 3000
WIDTH = 120
# What differs from run to run: ids, moments, and the cursor that is made of them.
VARYING = re.compile(
    r'("(?:id|created_at|request_id|duration_ms)": )(?:"[0-9a-f]{32}"|"20[^"]*\+00:00"|\d+)'
    r'|("next_cursor": )"MjAy[^"]*"'
)


def on_screen(site: str, made: dict[str, Any]) -> bool:
    """Whether every call was answered as it should be."""
    print(f"Sample site on {site}, memory-core on {made['url']}\n")
    as_it_should = True
    for call, status, text in answered_calls(site, made):
        good = _is_good(call, status, text)
        as_it_should &= good
        print(f"# {call.says}\n$ {call.as_curl(made['url'])}")
        print(f"{status}{'' if good else f'  EXPECTED {call.expects}'}\n{_readable(text)}\n", flush=True)
    return as_it_should


def for_readme(site: str, made: dict[str, Any]) -> bool:
    """The block between README's marks, without what differs from run to run."""
    for call, status, text in answered_calls(site, made):
        if not _is_good(call, status, text):
            return False
        if call.in_readme:
            shown = f"{call.says}:\n\n```console\n$ {call.as_curl(made['url'])}\n{_readable(text)}\n```\n"
            shown = shown.replace(made["url"], "http://127.0.0.1:8080").replace(site, "http://127.0.0.1:8090")
            print(VARYING.sub(r"\1\2…", shown))
    return True


def as_examples(site: str, made: dict[str, Any]) -> bool:
    """For the description of /v1: each call's arguments and its answer."""
    examples: dict[str, Any] = {}
    for call, status, text in answered_calls(site, made):
        if not _is_good(call, status, text):
            return False
        if call.path.startswith("/v1/") and status == 200:
            text = text.replace(site, "https://acme.atlassian.net")
            arguments = (call.body or dict(call.query)) | {"workspace_key": "acme"}
            arguments = json.loads(json.dumps(arguments).replace(site, "https://acme.atlassian.net"))
            # The first of several is the plainest.
            examples.setdefault(f"{call.method} {call.path}", {"arguments": arguments, "answer": json.loads(text)})
    print(json.dumps(examples, ensure_ascii=False, indent=1, sort_keys=True))
    return True


def answered_calls(site: str, made: dict[str, Any]) -> Iterator[tuple[Call, int, str]]:
    keys = keys_of(made)
    for call in calls(made["workspace_key"], site, *ACCOUNT):
        yield call, *_send(call, made["url"], keys[call.key])


def keys_of(made: dict[str, Any]) -> dict[str, str]:
    return {AGENT: made["member_key"], ADMIN: made["api_key"]}


def _send(call: Call, url: str, key: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1]), timeout=60)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request(call.method, call.target, None if call.body is None else json.dumps(call.body), headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _is_good(call: Call, status: int, text: str) -> bool:
    return status == call.expects and '"isError":true' not in text.replace(" ", "")


def _readable(text: str) -> str:
    """JSON with one member a line where it is long, the Markdown in it as lines."""
    try:
        text = _indented(json.loads(text))
    except ValueError:
        return text
    text = text.replace("\\n", "\n    ").replace('\\"', '"')
    return text if len(text) <= LONGEST_ANSWER else text[:LONGEST_ANSWER] + "\n… (cut here for the demo)"


def _indented(value: Any, margin: str = "") -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or len(margin + line) <= WIDTH:
        return line
    inner = margin + " "
    if isinstance(value, dict):
        members = [f"{json.dumps(name)}: {_indented(member, inner)}" for name, member in value.items()]
    else:
        members = [_indented(member, inner) for member in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(members) + f"\n{margin}{closing}"
