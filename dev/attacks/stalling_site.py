"""
python -m dev.attacks.stalling_site: what others feel while one workspace's calls wait for a site that never answers.

Starts a sample site and a memory-core of its own on this machine. Bounded: 150 clients for ten seconds.
"""

import http.client
import json
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import quote, urlsplit

from dev.demo.servers import free_port, memory_core, sample_site
from dev.sample_site.accounts import READER

CLIENTS = 150
SECONDS = 10.0
STALL = 60


def main() -> None:
    with sample_site() as site, memory_core(site, free_port(8095)) as server:
        config = {"base_url": site, "email": READER.email, "api_token": READER.tokens[0].value}
        body = {"workspace_key": "demo", "provider": "jira", "config": config}
        _ask(server["url"], "PUT", "/v1/integrations", server["api_key"], body)
        print(f"alone: {_felt(server):.0f} ms for /v1/me and /healthz together")
        _ask(site, "POST", "/_faults", "", {"kind": "stall", "path": "/rest/api/3/search", "seconds": STALL})
        ended: Counter[str] = Counter()
        done = threading.Event()
        clients = [threading.Thread(target=_flood, args=(server, done, ended), daemon=True) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        waits = _felt_by_others(server)
        done.set()
        middle, worst = waits[len(waits) // 2], waits[-1]
        print(f"beside {CLIENTS} clients of a site that stalls: median {middle:.0f} ms, worst {worst:.0f} ms")
        print("what the flood was answered by then:", dict(ended) or "nothing")


def _felt_by_others(server: dict[str, Any]) -> list[float]:
    ends, waits = time.monotonic() + SECONDS, []
    while time.monotonic() < ends:
        waits.append(_felt(server))
        time.sleep(0.1)
    return sorted(waits)


def _felt(server: dict[str, Any]) -> float:
    began = time.monotonic()
    assert _ask(server["url"], "GET", "/v1/me", server["member_key"])[0] == 200
    assert _ask(server["url"], "GET", "/healthz", "")[0] == 200
    return (time.monotonic() - began) * 1000


def _flood(server: dict[str, Any], done: threading.Event, ended: "Counter[str]") -> None:
    path = f"/v1/jira/search?workspace_key=demo&q={quote('turnstile')}"
    while not done.is_set():
        status, code = _ask(server["url"], "GET", path, server["api_key"])
        ended[f"{status} {code}"] += 1
        done.wait(2 if status == 503 else 0)  # as the answer says


def _ask(server: str, method: str, path: str, key: str, body: Any = None) -> tuple[int, str]:
    """The status, and the code of an error."""
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=120)
    try:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    try:
        return response.status, str(json.loads(content).get("error", {}).get("code", ""))
    except ValueError:
        return response.status, ""


if __name__ == "__main__":
    main()
