"""
python -m dev.attacks.slow_senders PORT: what others feel while clients without a key send a request byte by byte.

Bounded: 300 connections to this machine, 10 seconds. A client that was dismissed comes back.
"""

import argparse
import socket
import threading
import time

from dev.attacks.lingering import wait_of_another

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
        ends = time.monotonic() + SECONDS
        senders = [threading.Thread(target=_send, args=(port, beginning, ends)) for _ in range(CONNECTIONS)]
        for sender in senders:
            sender.start()
        time.sleep(1)
        waits = []
        while time.monotonic() < ends:
            waits.append(wait_of_another(port))
            time.sleep(0.1)
        for sender in senders:
            sender.join()
        waits.sort()
        where = f"beside {CONNECTIONS} slow in the {'body' if beginning is BODY else 'head'}"
        print(f"{where}: median {waits[len(waits) // 2]:.0f} ms, worst {waits[-1]:.0f} ms")


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
