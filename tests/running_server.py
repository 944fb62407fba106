"""The product as it is served: gunicorn, in a process of its own, on a free port of the loopback address."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev.demo.servers import own_port

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 60


@contextmanager
def running_server(
    data: Path, config: str = "config.gunicorn", migrate: bool = False, **environment: str
) -> Iterator[int]:
    """Its port. Database and log lie in data."""
    port = own_port()
    database = {"DATABASE_URL": f"sqlite:///{data / 'served.sqlite3'}", "MEMORY_CORE_PORT": str(port)}
    variables = os.environ | database | environment
    if migrate:
        manage(variables, "migrate", "--verbosity", "0")
    command = [sys.executable, "-m", "gunicorn", "--config", f"python:{config}", "config.wsgi"]
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
    try:
        _wait_until_alive(port, process, data / "server.log")
        yield port
    finally:
        process.terminate()
        process.wait()


def manage(variables: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    ended = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def get(port: int, path: str, timeout: float = 10, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _wait_until_alive(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends and process.poll() is None:
        try:
            if get(port, "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")
