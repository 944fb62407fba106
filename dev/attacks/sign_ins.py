"""
python -m dev.attacks.sign_ins PORT: what others feel during a flood of sign-ins, each with a new email.

Bounded: 16 clients of this machine, 10 seconds.
"""

import argparse
import http.client
import re
import threading
import time
from collections import Counter
from itertools import count
from urllib.parse import urlencode

from dev.attacks.lingering import wait_of_another

CLIENTS = 16
SECONDS = 10


def sign_in(port: int, email: str) -> int:
    """The status of one attempt, made as a browser makes it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/login/")
        page = connection.getresponse()
        cookie = (page.getheader("Set-Cookie") or "").partition(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.read().decode())
        form = {"username": email, "password": "a-guess", "csrfmiddlewaretoken": token[1] if token else ""}
        head = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST", "/login/", urlencode(form), head)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="of a memory-core on this machine")
    port = parser.parse_args().port
    print(f"alone: {wait_of_another(port):.0f} ms")
    ends = time.monotonic() + SECONDS
    statuses: Counter[int] = Counter()

    def flood(client: int) -> None:
        for attempt in count():
            if time.monotonic() >= ends:
                return
            statuses[sign_in(port, f"nobody{client}-{attempt}@example.com")] += 1

    threads = [threading.Thread(target=flood, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    waits = []
    while time.monotonic() < ends:
        waits.append(wait_of_another(port))
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    waits.sort()
    print(f"the flood was answered {dict(statuses)}")
    print(f"others meanwhile: median {waits[len(waits) // 2]:.0f} ms, worst {waits[-1]:.0f} ms")


if __name__ == "__main__":
    main()
