"""What happens to a server under load. Each begins with all well and ends with all well again."""

import os
import resource
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dev.faults import databases
from dev.faults.machines import PostgreSQL, Redis, Server, SmallDisk
from dev.faults.upstream import spoiled

UNAVAILABLE = frozenset({503})
OF_ATLASSIAN = frozenset({502, 503, 504})
ANSWERED_WITHIN = 15  # seconds
ANSWERED_BY_ATLASSIAN_WITHIN = 35  # of which a call waits for it 30
ANSWERED_BY_A_NEW_SERVER_WITHIN = 35  # which whoever has connected waits for until it has started
SECONDS_UNTIL_MISSED = 8  # at least: our pool waits for a connection for 5, and a server takes some to start
SECONDS_OF_SILENCE = 18  # at least, of a database: longer than anybody may be held
UPSTREAM = ("drop", "broken_json", "down_page", "stall")


@dataclass
class Scenario:
    happen: Callable[[], None]
    refusals: frozenset[int] = UNAVAILABLE  # the statuses that are right meanwhile
    all_recorded: bool = False  # refusals as well: the log can be written all the time
    problem: str = ""  # of what /readyz has to say meanwhile
    answered_within: float = ANSWERED_WITHIN


@dataclass
class Stage:
    server: Server
    seconds: float  # that each outage lasts
    postgresql: PostgreSQL | None = None
    redis: Redis | None = None
    sqlite_file: str = ""
    disk: SmallDisk | None = None  # on which that file lies


def scenarios_for(stage: Stage) -> dict[str, Scenario]:
    found = {
        "the server is killed": _of_server(lambda: _server_ends(stage, signal.SIGKILL)),
        "the server is asked to end": _of_server(lambda: _server_ends(stage, signal.SIGTERM)),
    }
    if stage.sqlite_file:
        found["the database is locked"] = Scenario(lambda: databases.lock(stage.sqlite_file, stage.seconds))
        found["the database can only be read"] = _of_server(
            lambda: _sqlite_is_read_only(stage), problem="can only be read"
        )
        found["files cannot grow"] = Scenario(lambda: _files_cannot_grow(stage))
    if (disk := stage.disk) is not None and disk.is_mounted:
        found["the disk is full"] = Scenario(lambda: _disk_is_full(stage, disk))
    if stage.postgresql is not None:
        found |= _of_postgresql(stage, stage.postgresql)
    if stage.redis is not None:
        found |= _of_redis(stage, stage.redis)
    return found | {f"Atlassian answers with {kind}": _of_atlassian(stage, kind) for kind in UPSTREAM}


def _of_server(happen: Callable[[], None], problem: str = "") -> Scenario:
    return Scenario(happen, problem=problem, answered_within=ANSWERED_BY_A_NEW_SERVER_WITHIN)


def _of_postgresql(stage: Stage, postgresql: PostgreSQL) -> dict[str, Scenario]:
    return {
        "PostgreSQL crashes": Scenario(
            lambda: _away(postgresql, max(stage.seconds, SECONDS_UNTIL_MISSED)), problem="cannot be reached"
        ),
        "PostgreSQL hangs": Scenario(
            lambda: _hangs(postgresql, max(stage.seconds, SECONDS_OF_SILENCE)), problem="does not answer"
        ),
        "PostgreSQL has no connection left": Scenario(
            lambda: databases.take_every_connection(postgresql.url, max(stage.seconds, SECONDS_UNTIL_MISSED)),
            problem="no connection left",
        ),
    }


def _of_redis(stage: Stage, redis: Redis) -> dict[str, Scenario]:
    return {
        "Redis crashes": Scenario(lambda: _away(redis, stage.seconds), all_recorded=True),
        "Redis hangs": Scenario(lambda: _hangs(redis, stage.seconds), all_recorded=True),
        "Redis is full": Scenario(lambda: _redis_is_full(stage, redis), all_recorded=True),
    }


def _of_atlassian(stage: Stage, kind: str) -> Scenario:
    def happen() -> None:
        with spoiled(stage.server.site, kind):
            time.sleep(stage.seconds)

    return Scenario(happen, OF_ATLASSIAN, all_recorded=True, answered_within=ANSWERED_BY_ATLASSIAN_WITHIN)


def _server_ends(stage: Stage, number: signal.Signals) -> None:
    stage.server.end(number)
    stage.server.start()


def _away(machine: PostgreSQL | Redis, seconds: float) -> None:
    machine.stop()
    time.sleep(seconds)
    machine.start()


def _hangs(machine: PostgreSQL | Redis, seconds: float) -> None:
    pids = machine.pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def _redis_is_full(stage: Stage, redis: Redis) -> None:
    redis.allow("1")
    time.sleep(stage.seconds)
    redis.allow("0")


def _sqlite_is_read_only(stage: Stage) -> None:
    """As after a restore under another user. The server opens the file once: it must begin anew to notice."""
    file = Path(stage.sqlite_file)
    stage.server.end(signal.SIGTERM)
    _allow(file, 0o444)
    stage.server.start()
    time.sleep(max(stage.seconds, SECONDS_UNTIL_MISSED))
    stage.server.end(signal.SIGTERM)
    _allow(file, 0o644)
    stage.server.start()


def _allow(file: Path, mode: int) -> None:
    """With the journals beside it, which are made with its mode."""
    for each in file.parent.glob(f"{file.name}*"):
        each.chmod(mode)


def _files_cannot_grow(stage: Stage) -> None:
    stage.server.limit_files(resource.getpagesize())
    time.sleep(stage.seconds)
    stage.server.limit_files(resource.RLIM_INFINITY)


def _disk_is_full(stage: Stage, disk: SmallDisk) -> None:
    disk.fill()
    time.sleep(stage.seconds)
    disk.empty()
