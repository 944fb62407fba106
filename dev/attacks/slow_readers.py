"""
python -m dev.attacks.slow_readers PORT: what others feel while clients without a key read a large answer byte by byte.

Bounded: 300 connections to this machine, 10 seconds. A client that was dismissed comes back.
"""

import argparse
import socket
import time
from functools import partial

from dev.attacks.others import wait_of_another, waits_beside

CONNECTIONS = 300
SECONDS = 10
REQUEST = (
    b"GET /static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="of a memory-core on this machine")
    port = parser.parse_args().port
    print(f"alone: {wait_of_another(port):.0f} ms")
    waits = waits_beside(port, CONNECTIONS, partial(_read, port), SECONDS)
    print(f"beside {CONNECTIONS} slow readers: {waits}")


def _read(port: int, ends: float) -> None:
    while time.monotonic() < ends:
        try:
            with slow_reader(port) as client:
                client.sendall(REQUEST)
                while time.monotonic() < ends and client.recv(512):
                    time.sleep(1)
        except OSError:
            time.sleep(0.05)


def slow_reader(port: int) -> socket.socket:
    """A connection with as little room for an answer as a far network gives."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    client.settimeout(20)
    client.connect(("127.0.0.1", port))
    return client


if __name__ == "__main__":
    main()
