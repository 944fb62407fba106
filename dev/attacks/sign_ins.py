"""
python -m dev.attacks.sign_ins PORT: what others feel during a flood of sign-ins, each with a new email.

Bounded: 16 clients of this machine, 10 seconds.
"""

import argparse
import http.client
import re
import time
from collections import Counter
from itertools import count
from urllib.parse import urlencode

from dev.attacks.others import wait_of_another, waits_beside

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
    statuses: Counter[int] = Counter()

    attempts = count()

    def flood(ends: float) -> None:
        while time.monotonic() < ends:
            statuses[sign_in(port, f"nobody{next(attempts)}@example.com")] += 1

    waits = waits_beside(port, CLIENTS, flood, SECONDS)
    print(f"the flood was answered {dict(statuses)}")
    print(f"others meanwhile: {waits}")


if __name__ == "__main__":
    main()
