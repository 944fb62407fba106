"""
python -m dev.benchmarks.reads: what memory-core adds to a read, beside the same read of the sample site itself.

One client after another call, then 32 clients at once with a site that takes 200 ms, as Atlassian does.
"""

import http.client
import json
import statistics
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from urllib.parse import urlencode, urlsplit

from dev.benchmarks.site import LONG_PAGE
from dev.demo.servers import free_port, memory_core, sample_site
from dev.demo.showing import ACCOUNT

CALLS, CLIENTS, CALLS_AT_ONCE = 200, 32, 640
DELAY = 0.2  # seconds
PATHS = {
    "jira/search": ({"q": "turnstile"}, "/rest/api/3/search/jql?" + urlencode({"jql": 'text ~ "turnstile"'})),
    "jira/read": ({"issue_key": "GATE-7"}, "/rest/api/3/issue/GATE-7"),
    "confluence/search": ({"q": "doors"}, "/wiki/rest/api/search?" + urlencode({"cql": 'text ~ "doors"'})),
    "confluence/read": ({"page_id": LONG_PAGE}, f"/wiki/api/v2/pages/{LONG_PAGE}?body-format=storage"),
}  # fmt: skip


def benchmark_site() -> AbstractContextManager[str]:
    return sample_site(module="dev.benchmarks.site")


def getter(url: str, authorization: str) -> Callable[[str], float]:
    """Milliseconds of one call on a connection kept open."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def get(path: str) -> float:
        started = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": authorization})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return (time.perf_counter() - started) * 1000

    return get


def main() -> None:
    with benchmark_site() as site, memory_core(site, free_port(8080)) as made:
        connect(site, made)
        key, basic = f"Bearer {made['member_key']}", "Basic " + b64encode(":".join(ACCOUNT).encode()).decode()
        ours, direct = getter(made["url"], key), getter(site, basic)
        for name, (query, upstream) in PATHS.items():
            path = f"/v1/{name}?" + urlencode({"workspace_key": "demo"} | query)
            ours(path), direct(upstream)
            through = statistics.median(ours(path) for _ in range(CALLS))
            alone = statistics.median(direct(upstream) for _ in range(CALLS))
            print(f"{name:18} {through:6.1f} ms through, {alone:6.1f} ms direct: {through - alone:5.1f} ms added")
        delay(site, DELAY)
        path = "/v1/jira/search?" + urlencode({"workspace_key": "demo", "q": "turnstile"})
        rates = [at_once(made["url"], key, path), at_once(site, basic, PATHS["jira/search"][1])]
        print(f"{CLIENTS} clients, {DELAY * 1000:.0f} ms upstream: {rates[0]:.0f}/s through, {rates[1]:.0f}/s direct")
        print(f"ratio {rates[0] / rates[1]:.2f}")


def at_once(url: str, authorization: str, path: str) -> float:
    """Calls a second of CLIENTS clients."""

    def one_client(_: int) -> None:
        get = getter(url, authorization)
        for _ in range(CALLS_AT_ONCE // CLIENTS):
            get(path)

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one_client, range(CLIENTS)))
    return CALLS_AT_ONCE / (time.perf_counter() - started)


def connect(site: str, made: dict[str, str]) -> None:
    config = {"base_url": site, "email": ACCOUNT[0], "api_token": ACCOUNT[1]}
    for provider in ("jira", "confluence"):
        send(
            made["url"],
            "PUT",
            "/v1/integrations",
            {"workspace_key": "demo", "provider": provider, "config": config},
            f"Bearer {made['api_key']}",
        )


def delay(site: str, seconds: float) -> None:
    for path in ("/rest", "/wiki"):
        send(site, "POST", "/_faults", {"kind": "delay", "path": path, "seconds": seconds})


def send(url: str, method: str, path: str, body: dict[str, object], authorization: str = "") -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request(
        method, path, json.dumps(body), {"Content-Type": "application/json", "Authorization": authorization}
    )
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{path} answered {answer.status}")


if __name__ == "__main__":
    main()
