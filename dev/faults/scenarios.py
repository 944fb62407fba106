"""What happens to a server under load. Each begins with all well and ends with all well again."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from dev.faults.machines import PostgreSQL, Redis, Server

Scenario = Callable[[], None]


@dataclass
class Stage:
    server: Server
    seconds: float  # that each outage lasts
    postgresql: PostgreSQL | None = None
    redis: Redis | None = None
    sqlite_file: str = ""


def scenarios_for(stage: Stage) -> dict[str, Scenario]:
    found: dict[str, Scenario] = {
        "the server is killed": lambda: _server_ends(stage, signal.SIGKILL),
        "the server is asked to end": lambda: _server_ends(stage, signal.SIGTERM),
    }
    if stage.sqlite_file:
        found["the database is locked"] = lambda: _sqlite_is_locked(stage)
    if stage.postgresql is not None:
        found["PostgreSQL crashes"] = lambda: _away(stage, stage.postgresql)
        found["PostgreSQL hangs"] = lambda: _postgresql_hangs(stage)
    if stage.redis is not None:
        found["Redis crashes"] = lambda: _away(stage, stage.redis)
    return found


def _server_ends(stage: Stage, number: signal.Signals) -> None:
    stage.server.end(number)
    stage.server.start()


def _away(stage: Stage, machine: PostgreSQL | Redis | None) -> None:
    assert machine is not None
    machine.stop()
    time.sleep(stage.seconds)
    machine.start()


def _postgresql_hangs(stage: Stage) -> None:
    assert stage.postgresql is not None
    pids = [stage.postgresql.pid, *_children(stage.postgresql.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(stage.seconds)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def _sqlite_is_locked(stage: Stage) -> None:
    other = sqlite3.connect(stage.sqlite_file, timeout=20, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    time.sleep(stage.seconds)
    other.execute("ROLLBACK")
    other.close()


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]
