"""What another client of the same server feels meanwhile."""

import http.client
import threading
import time
from collections.abc import Callable


def wait_of_another(port: int) -> float:
    """Milliseconds; at most two minutes."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", "/nothing")
    connection.getresponse().read()
    connection.close()
    return (time.monotonic() - began) * 1000


def waits_beside(port: int, clients: int, attack: Callable[[float], None], seconds: float) -> str:
    """attack(ends) is called in a thread for each of the clients, and goes on until monotonic() says ends."""
    ends = time.monotonic() + seconds
    threads = [threading.Thread(target=attack, args=(ends,)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    waits = []
    while time.monotonic() < ends:
        waits.append(wait_of_another(port))
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    waits.sort()
    return f"median {waits[len(waits) // 2]:.0f} ms, worst {waits[-1]:.0f} ms"
