"""
python -m dev.attacks.slow_readers PORT: what others feel while clients without a key read a large answer byte by byte.

Bounded: 300 connections to this machine, 10 seconds. A client that was dismissed comes back.
"""

import argparse
import socket
import threading
import time

from dev.attacks.lingering import wait_of_another

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
    ends = time.monotonic() + SECONDS
    readers = [threading.Thread(target=_read, args=(port, ends)) for _ in range(CONNECTIONS)]
    for reader in readers:
        reader.start()
    time.sleep(1)
    waits = []
    while time.monotonic() < ends:
        waits.append(wait_of_another(port))
        time.sleep(0.1)
    for reader in readers:
        reader.join()
    waits.sort()
    print(f"beside {CONNECTIONS} slow readers: median {waits[len(waits) // 2]:.0f} ms, worst {waits[-1]:.0f} ms")


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
