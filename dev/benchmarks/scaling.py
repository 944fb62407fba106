"""
python -m dev.benchmarks.scaling: two processes beside one, on an empty PostgreSQL database and a Redis of their own,
named by DATABASE_URL and CACHE_URL.

Calls a second only tell on a machine with cores to spare. What processes share and could hold each other up by shows
anywhere: the CPU of a call of theirs, and how often a connection to the database waits for another.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import psycopg

from dev.benchmarks.processes import cpu_seconds
from dev.benchmarks.reads import CALLS_AT_ONCE, CLIENTS, PATHS, at_once, benchmark_site, connect
from dev.demo.servers import free_port, memory_core, serving

SECONDS_BETWEEN_LOOKS = 0.02
WAITING = """
    SELECT coalesce(wait_event_type, 'CPU') FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()
"""


def main() -> None:
    database, cache = os.environ["DATABASE_URL"], os.environ["CACHE_URL"]
    shared = {"DATABASE_URL": database, "CACHE_URL": cache, "MEMORY_CORE_RATE_LIMIT_PER_MINUTE": "0"}
    with benchmark_site() as site, memory_core(site, free_port(8080), **shared) as made:
        connect(site, made)
        print(
            f"{f'{CLIENTS} clients at once':28}{'CPU ms a call':>16}{'calls/s':>10}   statements under way: waiting for"
        )
        for name in PATHS:
            print_read(made, name, database)


def print_read(made: dict[str, Any], name: str, database: str) -> None:
    used = []
    for processes in (1, 2):
        with process_of(made, processes) as (url, pid), looking(database) as seen:
            path = f"/v1/{name}?" + urlencode(PATHS[name][0])
            at_once(url, f"Bearer {made['member_key']}", path)  # connections, proofs and names are there afterwards
            seen.clear()
            before = cpu_seconds(pid)
            rate = at_once(url, f"Bearer {made['member_key']}", path)
            used.append((cpu_seconds(pid) - before) * 1000 / CALLS_AT_ONCE)
            waits = ", ".join(f"{what} {count}" for what, count in seen.most_common()) or "none seen"
            print(f"{f'{name}, {processes} of us':28}{used[-1]:16.2f}{rate:10.0f}   {waits}", flush=True)
    print(f"{'':28}two processes carry {2 * used[0] / used[1]:.2f} times what one does, by the CPU of a call\n")


@contextmanager
def process_of(made: dict[str, Any], processes: int) -> Iterator[tuple[str, int]]:
    port = free_port(8280)
    environment = made["environment"] | {"MEMORY_CORE_PROCESSES": str(processes), "MEMORY_CORE_PORT": str(port)}
    with serving(environment, "config.wsgi", port, made["data"] / f"{processes}.log") as process:
        yield f"http://127.0.0.1:{port}", process.pid


@contextmanager
def looking(database: str) -> Iterator[Counter[str]]:
    """What the statements that were under way at each look waited for."""
    seen: Counter[str] = Counter()
    over = threading.Event()

    def look() -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            while not over.wait(SECONDS_BETWEEN_LOOKS):
                seen.update(what for (what,) in connection.execute(WAITING))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


if __name__ == "__main__":
    main()
