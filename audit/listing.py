"""Reading the audit log: filters and keyset pages that stay fast at tens of millions of rows."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any, Self

from django.db import connection
from django.db.models import Q, QuerySet

from audit.distinct import distinct_values
from audit.models import AuditLog
from audit.touches import touch_named
from audit.vocabulary import Kind, kind_of

RECORD_FIELDS = tuple(field.name for field in AuditLog._meta.concrete_fields)  # nothing in a record is a secret
CHUNK_ROWS = 2000
MIN_PAGE_ROWS = 100  # of each of several branches
MAX_BRANCHES = 50
_place = attrgetter("created_at", "id")  # in the log
INDEXED = ("key_label", "channel", "outcome", "request_id", "touched")  # besides action and actor


@dataclass(frozen=True)
class Filters:
    action: str = ""
    action_prefix: str = ""
    kind: str = ""  # read or administered
    actor: str = ""  # an email, or a part of some
    key_label: str = ""
    channel: str = ""
    outcome: str = ""
    request_id: str = ""
    touched: str = ""  # an issue key, or the id of a page
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
    def behind(cls, record: Any) -> Self:
        return cls(record.created_at, record.id)


@dataclass(frozen=True)
class _Order:
    """Newest first: by the log itself, or by the index of what touched something."""

    within: Q
    moment: str = "created_at"
    pk: str = "id"

    def of(self, records: QuerySet[AuditLog], cursor: Cursor | None) -> QuerySet[AuditLog]:
        """In one filter: two that name touches would join them twice, with whatever else a record touched."""
        return records.filter(self.within & self._behind(cursor)).order_by(f"-{self.moment}", f"-{self.pk}")

    def _behind(self, cursor: Cursor | None) -> Q:
        """The first comparison alone bounds the index: a bare OR would make the planner scan."""
        if cursor is None:
            return Q()
        same_moment = Q(**{self.moment: cursor.created_at, f"{self.pk}__lt": cursor.id})
        older = Q(**{f"{self.moment}__lt": cursor.created_at}) | same_moment
        return Q(**{f"{self.moment}__lte": cursor.created_at}) & older


def page(workspace: str, filters: Filters, limit: int, cursor: Cursor | None) -> tuple[list[AuditLog], Cursor | None]:
    """Newest first. One row more than asked tells whether there is a next page, without a count."""
    rows = _newest(_branches(workspace, filters), _order(workspace, filters), cursor, limit + 1)
    return rows[:limit], Cursor.behind(rows[limit - 1]) if len(rows) > limit else None


def newest(workspace: str, action: str) -> AuditLog | None:
    return AuditLog.objects.filter(workspace=workspace, action=action).first()


def chunks(workspace: str, filters: Filters) -> Iterator[list[Any]]:
    """
    All that match, newest first, CHUNK_ROWS at a time; some as many more are in memory.

    As named tuples of RECORD_FIELDS, which cost half as much as instances of the model.
    """
    branches, order = _branches(workspace, filters), _order(workspace, filters)
    page_rows = max(CHUNK_ROWS // max(len(branches), 1), MIN_PAGE_ROWS)
    rows = merge(*(_rows(branch, order, page_rows) for branch in branches), key=_place, reverse=True)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield chunk


def _rows(branch: QuerySet[AuditLog], order: _Order, page_rows: int) -> Iterator[Any]:
    """Page by page: nothing is held in the database while somebody takes them slowly."""
    records = branch.values_list(*RECORD_FIELDS, named=True)
    cursor, is_last = None, False
    while not is_last:
        rows: list[Any] = list(order.of(records, cursor)[:page_rows])
        yield from rows
        is_last = len(rows) < page_rows
        cursor = None if is_last else Cursor.behind(rows[-1])


def _newest(branches: list[QuerySet[AuditLog]], order: _Order, cursor: Cursor | None, count: int) -> list[AuditLog]:
    """Of several branches only the places are read, which an index holds; then the records that come first in all."""
    if not branches:
        return []
    if len(branches) == 1:
        return list(order.of(branches[0], cursor)[:count])
    found = _first_in_all([order.of(branch, cursor).values("created_at", "id")[:count] for branch in branches], count)
    return list(AuditLog.objects.filter(pk__in=found))


def _first_in_all(places: list[Any], count: int) -> list[int]:
    """By one statement; Django itself does not unite queries that have a limit on SQLite."""
    compiled = [each.query.sql_with_params() for each in places]
    united = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS branch" for sql, _ in compiled)  # noqa: S608  Django's own
    with connection.cursor() as cursor:
        cursor.execute(f"{united} ORDER BY 1 DESC, 2 DESC LIMIT {count:d}", [each for _, of in compiled for each in of])
        return [pk for _, pk in cursor.fetchall()]


def _branches(workspace: str, filters: Filters) -> list[QuerySet[AuditLog]]:
    """
    A query for each action or actor that is meant: every one reads its rows in the order of an index.

    As one query the database would sort all that match, or read the whole workspace in search of a rare action.
    Where another filter has an index, that one is read once, not once more for each action, nor for each actor what
    touched something.
    """
    records = _matching(workspace, filters)
    actions, actors = _actions(workspace, filters), _actors(workspace, filters.actor.lower())
    if actions == []:
        return []
    if filters.actor and (filters.touched or len(actors) > MAX_BRANCHES):
        records = records.filter(actor__in=actors)
    elif filters.actor:
        some = records if actions is None else records.filter(action__in=actions)
        return [some.filter(actor=actor) for actor in actors]
    if actions is None:
        return [records]
    if any(getattr(filters, name) for name in INDEXED):
        return [records.filter(action__in=actions)]
    return [records.filter(action=action) for action in actions]


def _actions(workspace: str, filters: Filters) -> list[str] | None:
    """Those that are meant, where it is more than one; None: all, or what _matching asks for."""
    if not (filters.action_prefix or filters.kind):
        return None
    actions = [filters.action] if filters.action else distinct_values(workspace, "action")
    meant = [action for action in actions if action.startswith(filters.action_prefix)]
    meant = [action for action in meant if filters.kind in ("", kind_of(action))]
    if filters.touched:  # only by reading: whoever asks otherwise would read in vain all that ever touched it
        meant = [action for action in meant if kind_of(action) == Kind.READ]
    return None if meant == [filters.action] else meant


def _actors(workspace: str, part: str) -> list[str]:
    """Whoever is called so; else all whose email has that part."""
    if not part:
        return []
    if AuditLog.objects.filter(workspace=workspace, actor=part).order_by().exists():
        return [part]
    return [actor for actor in distinct_values(workspace, "actor") if part in actor.lower()]


def _matching(workspace: str, filters: Filters) -> QuerySet[AuditLog]:
    given: dict[str, Any] = {
        "action": filters.action,
        "key_label": filters.key_label,
        "channel": filters.channel,
        "outcome": filters.outcome,
        "request_id": filters.request_id,
    }
    return AuditLog.objects.filter(workspace=workspace, **{name: value for name, value in given.items() if value})


def _order(workspace: str, filters: Filters) -> _Order:
    moment, pk, within = "created_at", "id", Q()
    if filters.touched:
        moment, pk = "touches__created_at", "touches__record_id"
        within = Q(touches__workspace=workspace, touches__touched=touch_named(filters.touched))
    if filters.since:
        within &= Q(**{f"{moment}__gte": filters.since})
    if filters.until:
        within &= Q(**{f"{moment}__lt": filters.until})
    return _Order(within, moment, pk)
