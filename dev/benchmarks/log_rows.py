"""A log as a large team leaves it: busy people and quiet ones, rare actions, more of it each month."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db import connection

from audit.insertion import COLUMNS
from audit.models import AuditLog, AuditLogTouch
from audit.touches import touched_by

BATCH_ROWS = 10_000
SPAN = timedelta(days=365)
PEOPLE, KEYS, ISSUES, PAGES = 2_000, 500, 200_000, 50_000
PROJECTS = ("OPS", "GATE", "PEOPLE", "WEB", "APP", "DATA", "SEC", "LAB")
SPACES = ("RUN", "HANDBOOK", "ENG", "LEGAL")

# Of 10,000 records.
WORKSPACES = {"acme": 9_000, "globex": 900, "initech": 90, "": 10}
ACTIONS = {
    "jira.read": 3_500,
    "jira.search": 2_400,
    "confluence.read": 2_100,
    "confluence.search": 1_500,
    "git.commit": 300,
    "jira.attachment": 100,
    "user.sign_in": 80,
    "audit.export": 10,
    "api_key.issue": 5,
    "member.update": 3,
    "integration.test": 1,
    "integration.update": 1,
}
OUTCOMES = {"success": 9_780, "failed": 180, "denied": 40}
CHANNELS = {"mcp": 7_000, "rest": 2_800, "page": 190, "admin": 9, "command": 1}
ERROR_CODES = {"success": "", "failed": "upstream_timeout", "denied": "role_required"}

_TOUCH_COLUMNS = ("record_id", "touched", "workspace", "created_at")


def fill(count: int) -> None:
    """Append count records with what they touch. The indexes are built afterwards, which is several times faster."""
    with connection.cursor() as cursor, connection.schema_editor() as schema:
        models = (AuditLog, AuditLogTouch)
        for model in models:
            for index in model._meta.indexes:
                schema.remove_index(model, index)
        last = AuditLog.objects.order_by("-id").values_list("id", flat=True).first() or 0
        for start in range(0, count, BATCH_ROWS):
            numbers = range(start, min(start + BATCH_ROWS, count))
            _write(cursor, last + 1 + start, [number / count for number in numbers])
        for model in models:
            for index in model._meta.indexes:
                schema.add_index(model, index)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('audit_logs', 'id'), (SELECT max(id) FROM audit_logs))"
            )
        cursor.execute("ANALYZE audit_logs")
        cursor.execute("ANALYZE audit_log_touches")


def _write(cursor: Any, first_id: int, ages: list[float]) -> None:
    records = [(first_id + n, *row) for n, row in enumerate(_rows(ages))]
    touches = [
        (pk, touched, workspace, created_at)
        for pk, created_at, workspace, *_, target, _, _, _, _, _ in records
        for touched in touched_by(json.loads(target))
    ]
    _append(cursor, "audit_logs", ("id", *COLUMNS), records)
    _append(cursor, "audit_log_touches", _TOUCH_COLUMNS, touches)


def _append(cursor: Any, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["%s"] * len(columns))
    cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def _rows(ages: list[float]) -> Iterator[tuple[Any, ...]]:
    """In the order of COLUMNS; an age is 0 for the oldest record of all, and nears 1 for the newest."""
    chance = random.Random(int(ages[0] * 1e9))  # the same log at each run
    picked = [_pick(chance, of, len(ages)) for of in (WORKSPACES, ACTIONS, OUTCOMES, CHANNELS)]
    people = chance.choices(range(PEOPLE), cum_weights=_PEOPLE_WEIGHTS, k=len(ages))
    newest = datetime.now(UTC)
    for age, workspace, action, outcome, channel, person in zip(ages, *picked, people, strict=True):
        before = SPAN * (0.3 * (1 - age) + 0.7 * (1 - age) ** 2)
        yield (
            connection.ops.adapt_datetimefield_value(newest - before),
            workspace,
            f"person{person}@{workspace or 'nowhere'}.example.com",
            f"laptop {person % KEYS}" if channel in ("mcp", "rest") else "",
            "member",
            action,
            json.dumps(_target(chance, action)),
            outcome,
            ERROR_CODES[outcome],
            channel,
            f"{chance.getrandbits(128):032x}",
            chance.randrange(20, 900),
        )


def _target(chance: random.Random, action: str) -> dict[str, Any]:
    account = {"account": "reader@acme.example.com"}
    if action in ("jira.read", "jira.attachment"):
        return {"issue_key": _issue(chance), "max_chars": 20_000, **account}
    if action == "jira.search":
        return {"q": "turnstile", "limit": 10, **account, "issue_keys": [_issue(chance) for _ in range(4)]}
    if action == "confluence.read":
        return {"page_id": _page(chance), "space_key": chance.choice(SPACES), **account}
    if action == "confluence.search":
        return {"q": "runbook", "limit": 10, **account, "page_ids": [_page(chance) for _ in range(4)]}
    if action == "git.commit":
        return {"repository": "acme/web", "branch": "main", "issue_keys": [_issue(chance)]}
    return {"email": f"person{chance.randrange(PEOPLE)}@acme.example.com"}


def _issue(chance: random.Random) -> str:
    """Few are read often."""
    number = int(ISSUES * chance.random() ** 4)
    return f"{PROJECTS[number % len(PROJECTS)]}-{number + 1}"


def _page(chance: random.Random) -> str:
    return str(420_000_000 + int(PAGES * chance.random() ** 4))


def _pick(chance: random.Random, of: dict[str, int], count: int) -> list[str]:
    return chance.choices(list(of), list(of.values()), k=count)


_PEOPLE_WEIGHTS = list(accumulate(1 / (rank + 1) for rank in range(PEOPLE)))
