"""Reading the audit log: filters and keyset pages that stay fast at tens of millions of rows."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from django.db.models import Min, Q, QuerySet

from audit.models import AuditLog

CHUNK_ROWS = 2000


@dataclass(frozen=True)
class Filters:
    action: str = ""
    action_prefix: str = ""
    actor: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None  # exclusive


@dataclass(frozen=True)
class Cursor:
    """The last record of a page: the next one begins right behind it."""

    created_at: datetime
    id: int

    def encode(self) -> str:
        return base64.urlsafe_b64encode(f"{self.created_at.isoformat()}/{self.id}".encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """Raises ValueError."""
        try:
            moment, _, record_id = base64.b64decode(text, altchars=b"-_", validate=True).decode().partition("/")
            created_at, pk = datetime.fromisoformat(moment), int(record_id)
            if created_at.tzinfo is None or not 0 < pk < 2**63:
                raise ValueError(text)
            return cls(created_at.astimezone(UTC), pk)
        except (binascii.Error, OverflowError) as exc:
            raise ValueError(text) from exc

    @classmethod
    def behind(cls, record: AuditLog) -> Self:
        return cls(record.created_at, record.pk)


def page(workspace: str, filters: Filters, limit: int, cursor: Cursor | None) -> tuple[list[AuditLog], Cursor | None]:
    """Newest first. One row more than asked tells whether there is a next page, without a count."""
    rows = _newest(_branches(workspace, filters), cursor, limit + 1)
    return rows[:limit], Cursor.behind(rows[limit - 1]) if len(rows) > limit else None


def newest(workspace: str, action: str) -> AuditLog | None:
    return _matching(workspace, Filters(action=action)).first()


def chunks(workspace: str, filters: Filters) -> Iterator[list[AuditLog]]:
    """All that match, newest first, never more in memory than CHUNK_ROWS of each action."""
    branches = _branches(workspace, filters)
    cursor: Cursor | None = None
    while rows := _newest(branches, cursor, CHUNK_ROWS):
        yield rows
        cursor = Cursor.behind(rows[-1])


def _newest(branches: list[QuerySet[AuditLog]], cursor: Cursor | None, count: int) -> list[AuditLog]:
    rows = [row for branch in branches for row in _after_cursor(branch, cursor)[:count]]
    if len(branches) > 1:
        rows.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
    return rows[:count]


def _branches(workspace: str, filters: Filters) -> list[QuerySet[AuditLog]]:
    """
    A query for each action that begins with the prefix: every one reads its rows in the order of an index.

    As one query the database would sort all that match, or read the whole workspace in search of a rare action.
    """
    records = _matching(workspace, filters)
    if not filters.action_prefix:
        return [records]
    return [records.filter(action=action) for action in _actions(workspace, filters.action_prefix)]


def _actions(workspace: str, prefix: str) -> Iterator[str]:
    """Those that occur, each found by one step in the index audit_action."""
    records = AuditLog.objects.filter(workspace=workspace, action__lt=_after(prefix))
    rest = records.filter(action__gte=prefix)
    while action := rest.aggregate(first=Min("action"))["first"]:
        yield action
        rest = records.filter(action__gt=action)  # the one lower bound: SQLite would start at the first of two


def _matching(workspace: str, filters: Filters) -> QuerySet[AuditLog]:
    records = AuditLog.objects.filter(workspace=workspace)
    if filters.action:
        records = records.filter(action=filters.action)
    if filters.actor:
        records = records.filter(actor=filters.actor)
    if filters.outcome:
        records = records.filter(outcome=filters.outcome)
    if filters.since:
        records = records.filter(created_at__gte=filters.since)
    if filters.until:
        records = records.filter(created_at__lt=filters.until)
    return records


def _after_cursor(records: QuerySet[AuditLog], cursor: Cursor | None) -> QuerySet[AuditLog]:
    """The first comparison alone bounds the index: a bare OR would make the planner scan."""
    if cursor is None:
        return records
    older = Q(created_at__lt=cursor.created_at) | Q(created_at=cursor.created_at, id__lt=cursor.id)
    return records.filter(created_at__lte=cursor.created_at).filter(older)


def _after(prefix: str) -> str:
    """The first string that no longer begins with prefix: a range uses the index where LIKE does not."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
