"""
python -m dev.benchmarks.audit [RECORDS]: what a record costs; what pages, filters, seals and exports cost once the log
has grown to RECORDS (200,000 unless given).

On a SQLite file that is deleted afterwards; with DATABASE_URL on PostgreSQL, in a database of its own, test_….
"""

import os
import resource
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

WRITERS, RECORDS_OF_EACH = 32, 100
FEW, MANY = 2_000, 200_000
LOOKS = 30
TARGET = {"query": "turnstile", "limit": 10, "issue_keys": ["GATE-7", "GATE-12"]}


def main() -> None:
    with scratch_database():
        inserts()
        pages(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)
        passes()


@contextmanager
def scratch_database() -> Iterator[None]:
    """Migrated and empty. Nothing that is there already is touched."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings", SECRET_KEY=secrets.token_hex(32), FERNET_KEYS=secrets.token_hex(32)
    )
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(directory) / 'audit.sqlite3'}")
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        if connection.vendor == "sqlite":
            if Path(connection.settings_dict["NAME"]).parent != Path(directory):
                sys.exit("Leave DATABASE_URL out for SQLite: a file of its own is used.")
            call_command("migrate", verbosity=0)
            yield
            connection.close()
            return
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def inserts() -> None:
    from audit.sealing import seal

    bare = at_once(bare_insert())
    recorded = at_once(record)
    with repeating(seal, seconds=1):
        sealed = at_once(record)
    print(f"{WRITERS} writers, bare INSERT:       {bare:7.0f} rows/s")
    print(f"{WRITERS} writers, audit record:      {recorded:7.0f} rows/s, ratio {recorded / bare:.2f}")
    print(f"{WRITERS} writers, sealed each second:{sealed:7.0f} rows/s, ratio {sealed / bare:.2f}")


def record() -> None:
    from audit.actors import Actor
    from audit.trail import append
    from audit.vocabulary import Action, Channel, Outcome

    actor = Actor("ann@acme.example.com", "acme", Channel.REST, role="member", key_label="laptop")
    append(actor, Action.JIRA_SEARCH, TARGET, Outcome.SUCCESS)


def bare_insert() -> Callable[[], None]:
    """The same row into a table without index, trigger or Django."""
    from django.db import connection

    record()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare AS SELECT * FROM audit_logs")
        cursor.execute("SELECT * FROM audit_logs")
        row = cursor.fetchone()
        places = ", ".join("%s" for _ in cursor.description)

    def insert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO bare VALUES ({places})", row)

    return insert


def at_once(write: Callable[[], None]) -> float:
    """Rows a second, each a transaction of its own."""
    from django.db import connections

    def writer(_: int) -> None:
        for _ in range(RECORDS_OF_EACH):
            write()
        connections.close_all()

    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(writer, range(WRITERS)))
    return WRITERS * RECORDS_OF_EACH / (time.perf_counter() - started)


@contextmanager
def repeating(action: Callable[[], Any], seconds: float) -> Iterator[None]:
    from django.db import connections

    over = threading.Event()

    def repeat() -> None:
        while not over.wait(seconds):
            action()
        action()
        connections.close_all()

    thread = threading.Thread(target=repeat)
    thread.start()
    yield
    over.set()
    thread.join()


def pages(count: int) -> None:
    fill(FEW)
    few = {name: milliseconds(look) for name, look in looks().items()}
    fill(count - FEW)
    many = {name: milliseconds(look) for name, look in looks().items()}
    for name, before in few.items():
        ratio = many[name] / before
        print(f"{name:22} {before:6.2f} ms at {FEW:,} rows, {many[name]:6.2f} ms at {count:,}: ratio {ratio:.2f}")


def fill(count: int) -> None:
    """As a busy workspace would: reads by 20 people, a change and a refusal now and then."""
    from django.db import connection

    from audit.models import AuditLog, AuditLogTouch
    from audit.touch_filling import fill_touches

    def row(n: int) -> AuditLog:
        touched = {"issue_key": f"OPS-{n % 5000}"} if n % 2 else {"page_ids": [str(n % 3000), str(n % 7000)]}
        return AuditLog(
            workspace="acme",
            actor=f"person{n % 20}@acme.example.com",
            action="integration.update" if n % 1000 == 0 else "jira.read" if n % 2 else "confluence.search",
            target=TARGET | touched,
            key_label="rare" if n % 1000 == 3 else "laptop",
            request_id=f"{n:032x}",
            outcome="denied" if n % 500 == 1 else "success",
            channel="command" if n % 1000 == 4 else "mcp",
        )

    for start in range(0, count, 10_000):
        AuditLog.objects.bulk_create([row(n) for n in range(start, min(start + 10_000, count))], batch_size=2000)
    for _ in fill_touches(AuditLog, AuditLogTouch):
        pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_logs")
        cursor.execute("ANALYZE audit_log_touches")


def passes() -> None:
    """Over every record: rows a second, and the most memory that Python held meanwhile."""
    from audit.export import as_csv, as_json_lines
    from audit.listing import Filters, chunks
    from audit.models import AuditLog
    from audit.sealing import seal
    from audit.verifying import verify

    count = AuditLog.objects.count()
    passes: dict[str, Callable[[], Any]] = {
        "seal": seal,
        "verify": verify,
        "export, JSON lines": lambda: sum(map(len, as_json_lines(chunks("acme", Filters())))),
        "export, CSV": lambda: sum(map(len, as_csv(chunks("acme", Filters())))),
    }
    for name, run in passes.items():
        began, cpu = time.perf_counter(), time.process_time()
        run()
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{name:22} {count / seconds:9,.0f} rows/s, by CPU {count / cpu_seconds:9,.0f}; peak {peak} MB so far")


def looks() -> dict[str, Callable[[], Any]]:
    from audit.listing import Cursor, Filters, page
    from audit.models import AuditLog

    middle = Cursor.behind(AuditLog.objects.order_by("-id")[AuditLog.objects.count() // 2])
    return {
        "newest page": lambda: page("acme", Filters(), 50, None),
        "page in the middle": lambda: page("acme", Filters(), 50, middle),
        "of one person": lambda: page("acme", Filters(actor="person7@acme.example.com"), 50, None),
        "action_prefix=jira.": lambda: page("acme", Filters(action_prefix="jira."), 50, None),
        "refused": lambda: page("acme", Filters(outcome="denied"), 50, None),
        "part of an email": lambda: page("acme", Filters(actor="person7"), 50, None),
        "key, rare": lambda: page("acme", Filters(key_label="rare"), 50, None),
        "channel, rare": lambda: page("acme", Filters(channel="command"), 50, None),
        "request id": lambda: page("acme", Filters(request_id=f"{77:032x}"), 50, None),
        "touched": lambda: page("acme", Filters(touched="OPS-77"), 50, None),
        "touched, one person": lambda: page("acme", Filters(touched="OPS-77", actor="person17"), 50, None),
        "action_key, rare": lambda: page("acme", Filters(action="integration.update"), 50, None),
    }


def milliseconds(look: Callable[[], Any]) -> float:
    def timed() -> float:
        started = time.perf_counter()
        look()
        return (time.perf_counter() - started) * 1000

    return statistics.median(timed() for _ in range(LOOKS))


if __name__ == "__main__":
    main()
