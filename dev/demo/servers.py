"""The two servers of the demo, each a process of its own: the sample site, and memory-core on a database made anew."""

import atexit
import contextlib
import http.client
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "demo-data"
SECONDS_TO_START = 30
PORTS_TO_TRY = 100


@contextmanager
def sample_site(port: int = 8090, module: str = "dev.sample_site") -> Iterator[str]:
    """Its URL. The port is this one, or the next above it that is free."""
    command = [sys.executable, "-m", module, "--port", str(free_port(port))]
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        if not url:
            raise RuntimeError("the sample site did not start")
        yield url


@contextmanager
def memory_core(site: str, port: int, **settings: str) -> Iterator[dict[str, Any]]:
    """What bootstrap made: workspace_key, email, password, api_key; with member_key and url added."""
    data = data_of(port)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700, parents=True)
    environment = environment_of(site, port) | settings

    def manage(*arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        if ended.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{ended.stderr}")
        return ended.stdout

    manage("migrate", "--verbosity", "0")
    made = json.loads(manage("bootstrap", "--workspace", "demo", "--json"))
    manage("add_member", "demo", "agent@example.com", "--role", "member")
    made["member_key"] = manage("issue_api_key", "demo", "agent@example.com", "--label", "demo agent").strip()
    made["url"] = f"http://127.0.0.1:{port}"
    with serving(environment, "config.wsgi", port, data / "server.log") as process:
        yield made | {"pid": process.pid, "environment": environment, "data": data}


@contextmanager
def serving(environment: dict[str, str], application: str, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn with this application, once it answers."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", application]
    with log.open("wb") as lines, _process(command, env=environment, stdout=lines, stderr=lines) as process:
        _wait_until_it_answers(port, process, log)
        yield process


def free_port(wanted: int) -> int:
    """
    wanted, or the next above it on which nothing listens, and which no process got from here that still runs.

    Near it, because its digits stand in the links of what is shown, and count among its characters.
    """
    for port in range(wanted, wanted + PORTS_TO_TRY):
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            _hold(port)
            return port
    raise RuntimeError(f"no port from {wanted} to {wanted + PORTS_TO_TRY - 1} is free on 127.0.0.1")


def own_port() -> int:
    """
    A free one below those that the kernel hands out, and elsewhere for each run: another one beside would take it while
    what listens there is away.
    """
    return free_port(random.randrange(20_000, 30_000))


def _hold(port: int) -> None:
    """Till this process ends, over UDP: whoever shall listen there can. Raises OSError where another holds it."""
    holder = socket.socket(type=socket.SOCK_DGRAM)
    atexit.register(holder.close)
    holder.bind(("127.0.0.1", port))


def data_of(port: int) -> Path:
    """Database and log of the demo on that port: a second demo leaves those of the first alone."""
    return DATA / str(port)


def environment_of(site: str, port: int) -> dict[str, str]:
    """Nothing of the developer's own settings or .env: the demo touches neither their database nor their Atlassian."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    defaults = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {
        **os.environ,
        **defaults,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FERNET_KEYS": secrets.token_urlsafe(48),
        "DATABASE_URL": f"sqlite:///{data_of(port) / 'demo.sqlite3'}",
        "MEMORY_CORE_PORT": str(port),
        "MEMORY_CORE_ATLASSIAN_HOSTS": site,
        "ATLASSIAN_GATEWAY_URL": site,
        "ATLASSIAN_MEDIA_URL": site.replace("127.0.0.1", "localhost"),
    }


@contextmanager
def _process(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < ends and process.poll() is None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/readyz")
                if connection.getresponse().status in (200, 404):  # 404: an application that has no such page
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing answers on port {port}; see {log}")
