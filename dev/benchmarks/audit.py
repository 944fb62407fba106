"""
python -m dev.benchmarks.audit [RECORDS]: what a record costs; what pages, filters alone and by two, charts, seals and
exports cost once the log has grown to RECORDS (200,000 unless given; 10,000,000 take some ten minutes and 12 GB).

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
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import django

WRITERS, RECORDS_OF_EACH = 32, 100
FEW, MANY = 2_000, 200_000
LOOKS = 30
PAGE_ROWS = 100
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
    from dev.benchmarks.log_rows import fill

    fill(FEW)
    few = {name: milliseconds(look, LOOKS) for name, look in looks().items()}
    fill(count - FEW)
    many = {name: milliseconds(look, LOOKS) for name, look in looks().items()}
    for name, before in few.items():
        ratio = many[name] / before
        print(f"{name:30} {before:6.2f} ms at {FEW:,} rows, {many[name]:6.2f} ms at {count:,}: ratio {ratio:.2f}")
    slowest = sorted(((milliseconds(look, 3), name) for name, look in pairs().items()), reverse=True)
    print(f"{len(slowest)} pairs of filters at {count:,}, the slowest:")
    for took, name in slowest[:5]:
        print(f"  {name:40} {took:6.2f} ms")


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

    middle = Cursor.behind(AuditLog.objects.order_by("-created_at")[AuditLog.objects.count() // 2])
    first_pages = {f"{name}={value}": page_of({name: value}) for name, value in filters()}
    return {
        "newest page": page_of({}),
        "page in the middle": lambda: page("acme", Filters(), PAGE_ROWS, middle),
        "what was read, in the middle": lambda: page("acme", Filters(kind="read"), PAGE_ROWS, middle),
        **first_pages,
        "charts": charts,
    }


def filters() -> list[tuple[str, Any]]:
    """Each filter, by what is frequent and by what is rare or unknown."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        ("kind", "read"),
        ("kind", "administered"),
        ("action", "jira.read"),
        ("action", "integration.update"),
        ("action_prefix", "jira."),
        ("actor", "person0@acme.example.com"),
        ("actor", "person1999@acme.example.com"),
        ("actor", "person7"),
        ("actor", "person99"),
        ("key_label", "laptop 0"),
        ("key_label", "laptop 499"),
        ("channel", "mcp"),
        ("channel", "command"),
        ("outcome", "success"),
        ("outcome", "denied"),
        ("request_id", f"{77:032x}"),
        ("touched", "OPS-1"),
        ("touched", "OPS-199985"),
        ("since", today - timedelta(days=30)),
        ("until", today - timedelta(days=180)),
    ]


def pairs() -> dict[str, Callable[[], Any]]:
    return {
        f"{one}={this}, {other}={that}": page_of({one: this, other: that})
        for (one, this), (other, that) in combinations(filters(), 2)
        if one != other
    }


def page_of(given: dict[str, Any]) -> Callable[[], Any]:
    from audit.listing import Filters, page

    return lambda: page("acme", Filters(**given), PAGE_ROWS, None)


def charts() -> None:
    """As the page of activity shows them; the first look at a large log counts for about a second."""
    from audit.actors import Actor
    from audit.statistics import activity_per_day, calls_per_hour, containers_read, readers
    from audit.vocabulary import Action, Channel

    now = datetime.now(UTC)
    admin = Actor("ann@acme.example.com", "acme", Channel.PAGE, role="admin", permitted=frozenset({Action.AUDIT_LIST}))
    days = activity_per_day(admin, now.date()).values()
    readers(days), containers_read(days), calls_per_hour(admin, now)


def milliseconds(look: Callable[[], Any], times: int) -> float:
    def timed() -> float:
        started = time.perf_counter()
        look()
        return (time.perf_counter() - started) * 1000

    return statistics.median(timed() for _ in range(times))


if __name__ == "__main__":
    main()
