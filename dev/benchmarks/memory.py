"""
python -m dev.benchmarks.memory [CALLS]: what a process holds while it answers CALLS calls (20,000 unless given).

The four reads by turns, of 32 clients at once, at the sample site.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from urllib.parse import urlencode

from dev.benchmarks.processes import memory_mb
from dev.benchmarks.reads import CLIENTS, PATHS, benchmark_site, connect, getter
from dev.demo.servers import free_port, memory_core

CALLS, STEPS = 20_000, 10


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    limitless = {"MEMORY_CORE_RATE_LIMIT_PER_MINUTE": "0"}
    with (
        benchmark_site() as site,
        memory_core(site, free_port(8080), **limitless) as made,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        connect(site, made)
        paths = [f"/v1/{name}?" + urlencode({"workspace_key": "demo"} | query) for name, (query, _) in PATHS.items()]

        def one_client(first: int) -> None:
            get = getter(made["url"], f"Bearer {made['member_key']}")
            for path in islice(cycle(paths), first, first + calls // STEPS // CLIENTS):
                get(path)

        for step in range(STEPS + 1):
            resident, own = memory_mb(made["pid"])
            print(f"{calls // STEPS * step:8,} calls: {resident:6.1f} MB, shared with none {own:6.1f}", flush=True)
            if step < STEPS:
                list(pool.map(one_client, range(CLIENTS)))


if __name__ == "__main__":
    main()
