"""
make bench: CPU of a call and calls a second for the four reads, each beside its floor; starts, memory, the log.

COMPARE=1 installs mcp-atlassian in an environment of its own and measures it before the same site. PROCESSES=1
measures two processes beside one, on the PostgreSQL and the Redis that DATABASE_URL and CACHE_URL name.
"""

import argparse
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dev.benchmarks import scaling
from dev.benchmarks.peer import peer_targets
from dev.benchmarks.processes import cpu_seconds, memory_mb
from dev.benchmarks.reads import (
    CALLS_AT_ONCE,
    CLIENTS,
    DELAY,
    PATHS,
    at_once,
    benchmark_site,
    connect,
    delay,
    getter,
)
from dev.demo.servers import ROOT, environment_of, free_port, memory_core, sample_site, serving
from dev.demo.showing import ACCOUNT

CALLS = 25  # of one turn
TURNS = 8
WARM_UP = 10


@dataclass(frozen=True)
class Target:
    """One of the four reads at one server."""

    url: str
    pid: int
    authorization: str
    path: str

    def warm_up(self) -> None:
        get = getter(self.url, self.authorization)
        for _ in range(WARM_UP):
            get(self.path)

    def cpu_ms(self) -> float:
        """Of the server, a call, everything included."""
        get = getter(self.url, self.authorization)
        before = cpu_seconds(self.pid)
        for _ in range(CALLS):
            get(self.path)
        return (cpu_seconds(self.pid) - before) * 1000 / CALLS

    def rate(self) -> float:
        return at_once(self.url, self.authorization, self.path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="dev.benchmarks", description=__doc__)
    parser.add_argument("--compare", action="store_true", help="with mcp-atlassian beside it")
    parser.add_argument("--processes", action="store_true", help="two processes beside one, and nothing else")
    given = parser.parse_args()
    if given.processes:
        scaling.main()
        return
    print(f"{'first answer of a fresh server':36}{first_answer():8.2f} s    (to reach: 2)")
    print(f"{'manage.py check':36}{check_seconds():8.2f} s    (to reach: 1)\n")
    with benchmark_site() as site, memory_core(site, free_port(8080)) as made, floor(site, made) as floor_server:
        connect(site, made)
        ours = {name: our_target(made, name) for name in PATHS}
        floors = {name: floor_target(floor_server, made, name) for name in PATHS}
        print_table(f"CPU of the server, ms a call, the least of {TURNS} turns", ours, floors, least_cpu_ms, "{:8.2f}")
        if given.compare:
            print_peer(site)
        delay(site, DELAY)
        print_table(
            f"calls a second, {CLIENTS} clients, Atlassian {DELAY * 1000:.0f} ms (at most {CLIENTS / DELAY:.0f})",
            ours, floors, rates, "{:8.0f}",
        )  # fmt: skip
        resident, own = memory_mb(made["pid"])
        print(f"{'memory of a process':36}{resident:8.0f} MB   (to reach: 110), shared with none {own:.0f}\n")
    subprocess.run([sys.executable, "-m", "dev.benchmarks.audit"], cwd=ROOT, check=True)


def print_peer(site: str) -> None:
    with peer_targets(site) as peers:
        for name, cpu_ms in peers.items():
            print(f"{'mcp-atlassian ' + name:64}{cpu_ms():8.2f}", flush=True)
    print()


Measure = Callable[[Target, Target], tuple[float, float]]


def least_cpu_ms(target: Target, floor: Target) -> tuple[float, float]:
    """By turns, so that whatever else the machine does slows both alike; the least, since it only ever slows."""
    target.warm_up()
    floor.warm_up()
    turns = [(target.cpu_ms(), floor.cpu_ms()) for _ in range(TURNS)]
    return min(mine for mine, _ in turns), min(least for _, least in turns)


def rates(target: Target, floor: Target) -> tuple[float, float]:
    return target.rate(), floor.rate()


def print_table(title: str, ours: dict[str, Target], floors: dict[str, Target], measure: Measure, shape: str) -> None:
    print(f"{title:64}{'ours':>8}{'floor':>8}{'ratio':>8}")
    for name, target in ours.items():
        mine, least = measure(target, floors[name])
        print(f"{name:64}{shape.format(mine)}{shape.format(least)}{mine / least:8.2f}", flush=True)
    print()


def our_target(made: dict[str, Any], name: str) -> Target:
    query, _ = PATHS[name]
    return Target(made["url"], made["pid"], f"Bearer {made['member_key']}", f"/v1/{name}?" + urlencode(query))


def floor_target(server: tuple[str, int], made: dict[str, Any], name: str) -> Target:
    _, upstream = PATHS[name]
    return Target(*server, f"Bearer {made['member_key']}", "/floor?" + urlencode({"path": upstream}))


@contextmanager
def floor(site: str, made: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Its URL and process, on the same database."""
    port = free_port(8180)
    authorization = "Basic " + b64encode(":".join(ACCOUNT).encode()).decode()
    environment = made["environment"] | {
        "MEMORY_CORE_PORT": str(port),
        "FLOOR_SITE": site,
        "FLOOR_AUTHORIZATION": authorization,
    }
    with serving(environment, "dev.benchmarks.floor", port, made["data"] / "floor.log") as process:
        yield f"http://127.0.0.1:{port}", process.pid


def first_answer() -> float:
    """From starting gunicorn to the answer of its sign-in page."""
    with sample_site() as site, memory_core(site, free_port(8080)) as made:
        port = free_port(8280)
        started = time.monotonic()
        with serving(
            made["environment"] | {"MEMORY_CORE_PORT": str(port)}, "config.wsgi", port, made["data"] / "2.log"
        ):
            getter(f"http://127.0.0.1:{port}", "")("/login/")
            return time.monotonic() - started


def check_seconds() -> float:
    started = time.monotonic()
    environment = environment_of("http://127.0.0.1:1", free_port(8380))
    subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, check=True, capture_output=True)
    return time.monotonic() - started


if __name__ == "__main__":
    assert os.path.exists("/proc/self/smaps_rollup"), "what a process uses is read as Linux counts it"
    assert CALLS_AT_ONCE % CLIENTS == 0
    main()
