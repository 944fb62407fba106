"""
Seals, by which a record that was changed, deleted or slipped in later is found (audit/verifying.py).

A seal covers the records of one day in the order of their ids, at most BATCH_RECORDS of them, and keeps a digest
of each. Its root is the SHA-256 of its own content and the root before it: whoever keeps one root elsewhere
can prove everything up to it, and nobody can mend the log without that root changing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, pairwise
from struct import Struct

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit.digests import Digested, digested, written
from audit.models import AuditLog, AuditSeal
from audit.progress import Progress, no_progress
from audit.refusals import write_counted

BATCH_RECORDS = 4000
NO_ROOT = "0" * 64  # before the first seal
_LEAF = Struct(">Q32s")  # id and digest

# Ids that no record has, first and last.
Gap = tuple[int, int]


@dataclass
class Sealing:
    """What one run sealed."""

    counts: list[int] = field(default_factory=list)  # of the records in each seal that was made
    gaps: list[Gap] = field(default_factory=list)


def seal(on_progress: Progress = no_progress) -> Sealing:
    """
    Seal every record written so far.

    Each seal is a transaction of its own: safe to interrupt and to run twice at a time.
    """
    write_counted()
    highest = highest_settled_id()
    sealing = Sealing()
    while batches := _unsealed_by_day(highest):
        for batch in batches:
            gaps = _seal(batch)
            if gaps is None:  # by another run, meanwhile: go on behind it
                break
            sealing.counts.append(len(batch))
            sealing.gaps += gaps
            on_progress(len(batch))
    return sealing


def unsealed() -> int:
    newest = _newest("last_id")
    return AuditLog.objects.filter(id__gt=0 if newest is None else newest.last_id).count()


def newest_root() -> str:
    newest = _newest("root")
    return NO_ROOT if newest is None else newest.root


def root_of(made: AuditSeal) -> str:
    """SHA-256 of the seal's fields, one a line, and its leaves."""
    fields = (
        made.previous,
        written(made.sealed_at),
        str(made.first_id),
        str(made.last_id),
        str(made.records),
        written(made.newest_at),
    )
    return hashlib.sha256("\n".join((*fields, "")).encode() + bytes(made.leaves)).hexdigest()


def leaves_of(made: AuditSeal) -> dict[int, bytes]:
    """Id → digest of each record, as it was sealed."""
    leaves = bytes(made.leaves)
    return dict(_LEAF.iter_unpack(leaves[: len(leaves) // _LEAF.size * _LEAF.size]))


def gaps_in(ids: Iterable[int]) -> Iterator[Gap]:
    """
    Ids of an ascending row that are missing.

    On SQLite each was deleted before it could be sealed; PostgreSQL also uses one up for an insert that it undid.
    """
    return ((before + 1, after - 1) for before, after in pairwise(ids) if after > before + 1)


def _newest(*fields: str) -> AuditSeal | None:
    return AuditSeal.objects.order_by("-pk").only(*fields).first()


def highest_settled_id(wait_ms: int = 5000) -> int:
    """
    The highest id below which no insert is still under way.

    PostgreSQL hands out an id before its row is committed: the lock waits for writers, for no longer than they
    can wait for it; raises OperationalError then. SQLite has one writer at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {wait_ms:d}")
                cursor.execute("LOCK TABLE audit_logs IN SHARE MODE")
        return AuditLog.objects.aggregate(highest=Max("id"))["highest"] or 0


def _unsealed_by_day(highest: int) -> list[list[Digested]]:
    """
    The next BATCH_RECORDS, by day: retention deletes whole days, and what is left of a seal is all or nothing.

    Of several days not the last, which may go on behind them.
    """
    newest = _newest("last_id")
    records = list(digested(0 if newest is None else newest.last_id, highest, BATCH_RECORDS))
    days = [list(day) for _, day in groupby(records, key=_day)]
    return days[:-1] if len(records) == BATCH_RECORDS and len(days) > 1 else days


@transaction.atomic
def _seal(batch: list[Digested]) -> list[Gap] | None:
    """The gaps up to and within the batch; None where it is sealed already."""
    if connection.vendor == "postgresql":  # one at a time; SQLite's transaction is IMMEDIATE
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_seals IN EXCLUSIVE MODE")
    before = _newest("last_id", "root")
    ids = [pk for pk, _, _ in batch]
    if before is not None and before.last_id >= ids[0]:
        return None
    made = AuditSeal(
        sealed_at=timezone.now(),
        first_id=ids[0],
        last_id=ids[-1],
        records=len(batch),
        newest_at=datetime.fromisoformat(max(created_at for _, created_at, _ in batch)),
        leaves=b"".join(_LEAF.pack(pk, digest) for pk, _, digest in batch),
        previous=NO_ROOT if before is None else before.root,
    )
    made.root = root_of(made)
    made.save(force_insert=True)
    return list(gaps_in(ids if before is None else [before.last_id, *ids]))


def _day(record: Digested) -> str:
    return record[1][:10]
