"""
python -m dev.attacks.slow_senders PORT: what others feel while clients without a key send a request byte by byte.

Bounded: 300 connections to this machine, 10 seconds. A client that was dismissed comes back.
"""

import argparse
import socket
import time
from functools import partial

from dev.attacks.others import wait_of_another, waits_beside

CONNECTIONS = 300
SECONDS = 10
BODY = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n"
BEGINNINGS = (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", BODY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="of a memory-core on this machine")
    port = parser.parse_args().port
    print(f"alone: {wait_of_another(port):.0f} ms")
    for beginning in BEGINNINGS:
        waits = waits_beside(port, CONNECTIONS, partial(_send, port, beginning), SECONDS)
        print(f"beside {CONNECTIONS} slow in the {'body' if beginning is BODY else 'head'}: {waits}")


def _send(port: int, beginning: bytes, ends: float) -> None:
    while time.monotonic() < ends:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                client.sendall(beginning)
                while time.monotonic() < ends:
                    time.sleep(1)
                    client.sendall(b"a")
        except OSError:
            time.sleep(0.05)


if __name__ == "__main__":
    main()
