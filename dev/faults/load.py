"""Clients that go on calling whatever happens, and remember what they were answered."""

import http.client
import json
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

PATH = "/v1/jira/read?issue_key=GATE-7"
CLIENT_TIMEOUT = 40


@dataclass
class Ledger:
    """By the id that the client chose: what came back."""

    content: set[str] = field(default_factory=set)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)  # the connection broke: there was no answer to record
    longest: float = 0.0  # seconds until an answer


class Load:
    """A context: clients call while its block runs."""

    def __init__(self, port: int, key: str, clients: int) -> None:
        self.ledger = Ledger()
        self._port, self._key = port, key
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._call_on) for _ in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def seconds_until_served(self, most: float) -> float | None:
        """From now on; None where it took longer than most."""
        began = time.monotonic()
        while time.monotonic() - began < most:
            before = len(self.ledger.content)
            time.sleep(0.05)
            if len(self.ledger.content) > before:
                return time.monotonic() - began
        return None

    def _call_on(self) -> None:
        while not self._stopping.is_set():
            call(self._port, self._key, self.ledger)


def call(port: int, key: str, ledger: Ledger) -> None:
    chosen = uuid.uuid4().hex
    head = {"Authorization": f"Bearer {key}", "X-Request-ID": chosen}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_TIMEOUT)
    began = time.monotonic()
    try:
        connection.request("GET", PATH, headers=head)
        answer = connection.getresponse()
        body = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError):
        ledger.unanswered.add(chosen)
        time.sleep(0.05)
    else:
        ledger.longest = max(ledger.longest, time.monotonic() - began)
        if answer.status == 200:
            ledger.content.add(chosen)
        else:
            ledger.refused[chosen] = (answer.status, body["error"]["code"])
    finally:
        connection.close()


class Readiness:
    """A context: /readyz is asked while its block runs, and what it says is kept."""

    def __init__(self, port: int) -> None:
        self.said: set[str] = set()
        self.longest = 0.0  # seconds until an answer
        self._port = port
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._ask_on)

    def __enter__(self) -> "Readiness":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _ask_on(self) -> None:
        while not self._stopping.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=CLIENT_TIMEOUT)
            began = time.monotonic()
            with suppress(OSError, http.client.HTTPException, ValueError):
                connection.request("GET", "/readyz")
                self.said.add(json.loads(connection.getresponse().read()).get("problem", ""))
                self.longest = max(self.longest, time.monotonic() - began)
            connection.close()
            self._stopping.wait(0.2)
