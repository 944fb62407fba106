"""
python -m dev.attacks.starving PORT KEY PATH: what others feel while one key asks for one thing on 70 connections.

PATH is what it asks for, such as '/v1/jira/search?q=login'. Bounded: 70 clients of this machine, 10 seconds.
"""

import argparse
import http.client
import time
from collections import Counter

from dev.attacks.others import wait_of_another, waits_beside

CLIENTS = 70
SECONDS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="of a memory-core on this machine")
    parser.add_argument("key", help="an API key")
    parser.add_argument("path", help="what it asks for, with its query")
    given = parser.parse_args()
    print(f"alone: {wait_of_another(given.port):.0f} ms")
    statuses: Counter[int] = Counter()

    def ask(ends: float) -> None:
        while time.monotonic() < ends:
            connection = http.client.HTTPConnection("127.0.0.1", given.port, timeout=60)
            connection.request("GET", given.path, headers={"Authorization": f"Bearer {given.key}"})
            answer = connection.getresponse()
            answer.read()
            connection.close()
            statuses[answer.status] += 1

    waits = waits_beside(given.port, CLIENTS, ask, SECONDS)
    print(f"the key was answered {dict(statuses)}")
    print(f"others meanwhile: {waits}")


if __name__ == "__main__":
    main()
