"""The product and what it stands on, each of our own, on free ports, in a directory that goes away with them."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from dev.demo.servers import ROOT, environment_of, own_port
from dev.sample_site.accounts import READER

SECONDS_TO_START = 60
MAX_CONNECTIONS = 20  # of PostgreSQL: few enough to be taken by one other client


class PostgreSQL:
    """A cluster of its own. initdb refuses to run as root: then as the user postgres."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, own_port()
        directory.mkdir()
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(directory, "postgres")
        self._run("initdb", "-D", f"{directory}/data", "-U", "postgres", "-A", "trust", "--no-sync")
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        return int((self.directory / "data" / "postmaster.pid").read_text().split()[0])

    @property
    def pids(self) -> list[int]:
        return [self.pid, *children_of(self.pid)]

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.directory}"
        options += f" -c max_connections={MAX_CONNECTIONS}"
        log = f"{self.directory}/log"
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-l", log, "-o", options, "-w", "start")

    def stop(self) -> None:
        """As a crash would: without a goodbye to anybody."""
        self._run("pg_ctl", "-D", f"{self.directory}/data", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run([*self._as, _postgresql_program(program), *arguments], check=True, stdout=subprocess.DEVNULL)


class Redis:
    def __init__(self) -> None:
        self.port = own_port()
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    @property
    def pids(self) -> list[int]:
        return [self._process.pid]

    def allow(self, memory: str) -> None:
        """In bytes; 0 for all there is. What is over it is not thrown out: each write is refused."""
        command = ["redis-cli", "-p", str(self.port), "config", "set", "maxmemory", memory]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


class Server:
    """gunicorn with the product, reading the sample site with the operator's account."""

    def __init__(self, directory: Path, site: str, database_url: str, cache_url: str) -> None:
        self.site, self.port, self._log = site, own_port(), directory / "server.log"
        account = {"BASE_URL": site, "EMAIL": READER.email, "API_TOKEN": READER.tokens[0].value}
        self.environment = environment_of(site, self.port) | {
            "DATABASE_URL": database_url,
            "CACHE_URL": cache_url,
            "MEMORY_CORE_RATE_LIMIT_PER_MINUTE": "0",
            **{f"MEMORY_CORE_JIRA_{name}": value for name, value in account.items()},
        }
        self.manage("migrate", "--verbosity", "0")
        self.key = json.loads(self.manage("bootstrap", "--workspace", "faults", "--json"))["api_key"]
        self.start()

    def start(self) -> None:
        command = [*_bound(), sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self._wait()

    def end(self, number: signal.Signals) -> None:
        """The whole of it at once where it is killed: a worker is not told by a parent that is gone."""
        if number is signal.SIGKILL:
            for pid in children_of(self._process.pid):
                os.kill(pid, number)
        self._process.send_signal(number)
        self._process.wait()

    def limit_files(self, size: int) -> None:
        """No process of it writes beyond so many bytes of a file: as with a quota, for its log as well."""
        for pid in [self._process.pid, *children_of(self._process.pid)]:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        ended = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True)
        if ended.returncode:
            raise RuntimeError(f"manage.py {arguments[0]} failed:\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def _wait(self) -> None:
        ends = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < ends and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"nothing answers on port {self.port}; see {self._log}")


class SmallDisk:
    """A file system of its own in memory, which takes the right to mount one."""

    SIZE = "384m"

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "tmpfs", str(directory)]
        self.is_mounted = subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0

    def fill(self) -> None:
        with suppress(OSError), (self.directory / "filling").open("wb") as filling:
            while True:
                filling.write(bytes(65_536))
                filling.flush()

    def empty(self) -> None:
        (self.directory / "filling").unlink()

    def unmount(self) -> None:
        if self.is_mounted:
            subprocess.run(["umount", str(self.directory)], check=True)


def _bound() -> list[str]:
    """root writes to files that cannot be written. The server must not, as it would not elsewhere."""
    capability = "-dac_override"
    return ["setpriv", "--inh-caps", capability, "--bounding-set", capability] if os.geteuid() == 0 else []


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _postgresql_program(name: str) -> str:
    """On PATH, or where Debian has it."""
    found = shutil.which(name) or max(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), default="")
    if not found:
        raise RuntimeError(f"{name} of PostgreSQL is not here")
    return found
