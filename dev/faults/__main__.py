"""
python -m dev.faults sqlite|postgresql [--short]: the fault matrix, on servers of its own.

Clients read while the server, its database, its cache or Atlassian is killed, stopped, locked, full or wrong. Who is
refused is told the right status, within 15 seconds, and /readyz says what is wrong; afterwards it must serve again by
itself, every content that was answered must have its record, no answer two of them, and the seals must hold.
Exit status 1 where something of that is not so.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from dev.demo.servers import sample_site
from dev.faults.load import Load, Readiness
from dev.faults.machines import PostgreSQL, Redis, Server, SmallDisk
from dev.faults.records import differences, wrong_refusals
from dev.faults.scenarios import ANSWERED_WITHIN, Stage, scenarios_for

MUST_SERVE_WITHIN = 15
CLIENTS = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("--short", action="store_true", help="each fault once, within two minutes")
    parser.add_argument("--only", default="", metavar="TEXT", help="the faults whose name has this in it")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="memory-core-faults-") as directory,
        sample_site() as site,
        ExitStack() as ended,
    ):
        Path(directory).chmod(0o755)  # PostgreSQL runs as another user
        stage = _stage(Path(directory), site, given.database, seconds=2 if given.short else 20, ended=ended)
        ended.callback(stage.server.end, signal.SIGTERM)
        return _run(stage, rounds=1 if given.short else 5, only=given.only)


def _stage(directory: Path, site: str, database: str, seconds: float, ended: ExitStack) -> Stage:
    if database == "sqlite":
        disk = SmallDisk(directory / "disk")
        ended.callback(disk.unmount)
        file = f"{disk.directory}/faults.sqlite3"
        server = Server(disk.directory, site, f"sqlite:///{file}", "locmemcache://faults")
        return Stage(server, seconds, sqlite_file=file, disk=disk)
    postgresql = PostgreSQL(directory / "postgresql")
    ended.callback(postgresql.stop)
    redis = Redis()
    ended.callback(redis.stop)
    return Stage(Server(directory, site, postgresql.url, redis.url), seconds, postgresql, redis)


def _run(stage: Stage, rounds: int, only: str) -> int:
    failures: list[str] = []
    chosen = [(name, scenario) for name, scenario in scenarios_for(stage).items() if only in name]
    for name, scenario in chosen * rounds:
        with Load(stage.server.port, stage.server.key, CLIENTS) as load:
            load.seconds_until_served(MUST_SERVE_WITHIN)
            time.sleep(1)
            with Readiness(stage.server.port) as readiness:
                scenario.happen()
            back = load.seconds_until_served(MUST_SERVE_WITHIN)
        found = differences(stage.server, load.ledger, scenario.all_recorded)
        found += wrong_refusals(load.ledger, scenario.refusals)
        if back is None:
            found.append(f"did not serve again within {MUST_SERVE_WITHIN} s")
        ledger = load.ledger
        if ledger.longest > scenario.answered_within or readiness.longest > ANSWERED_WITHIN:
            found.append(
                f"held a caller for {ledger.longest:.1f} s, and whoever asked /readyz {readiness.longest:.1f} s"
            )
        if scenario.problem and not any(scenario.problem in said for said in readiness.said):
            found.append(f"/readyz did not say {scenario.problem!r} but {readiness.said}")
        codes = dict(Counter(f"{status} {code}" for status, code in ledger.refused.values()))
        served = "never" if back is None else f"{back:.1f} s"
        print(
            f"{name}: {len(ledger.content)} read, {len(ledger.unanswered)} cut off, refused {codes}, "
            f"longest {ledger.longest:.1f} s, back in {served}"
        )
        failures += [f"{name}: {each}" for each in found]
    report = stage.server.manage("verify_audit")
    print(report.strip().splitlines()[0])
    print("\n".join(["FAILED", *failures]) if failures else "Nothing unrecorded, nothing lost, back by itself.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
