"""
python -m dev.attacks.lingering PORT: what others feel while clients ask to close and leave their side open.

Bounded: 45 connections to this machine, for as long as eleven requests of another client take.
"""

import argparse
import socket
from contextlib import ExitStack

from dev.attacks.others import wait_of_another

CONNECTIONS = 45
REQUEST = b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int, help="of a memory-core on this machine")
    port = parser.parse_args().port
    print(f"alone: {wait_of_another(port):.0f} ms")
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(REQUEST)
        waits = [wait_of_another(port) for _ in range(10)]
    print(f"beside {CONNECTIONS} lingering connections: first {waits[0]:.0f} ms, worst {max(waits):.0f} ms")


if __name__ == "__main__":
    main()
