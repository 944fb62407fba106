"""
Seals, by which a record that was changed, deleted or slipped in later is found (audit/verifying.py).

A seal covers the records of one day in the order of their ids, at most BATCH_RECORDS of them, and keeps a digest
of each. Its root is the SHA-256 of its own content and the root before it: whoever keeps one root elsewhere
can prove everything up to it, and nobody can mend the log without that root changing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC
from itertools import pairwise, takewhile

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit.digests import Digested, digested, written
from audit.models import AuditLog, AuditSeal
from audit.progress import Progress, no_progress
from audit.refusals import write_counted

BATCH_RECORDS = 4000
NO_ROOT = "0" * 64  # before the first seal
ID_BYTES, DIGEST_BYTES = 8, 32

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
    while made := _seal_next(highest):
        seal_made, gaps = made
        sealing.counts.append(seal_made.records)
        sealing.gaps += gaps
        on_progress(seal_made.records)
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
    size, leaves = ID_BYTES + DIGEST_BYTES, bytes(made.leaves)
    pieces = (leaves[start : start + size] for start in range(0, len(leaves), size))
    return {int.from_bytes(piece[:ID_BYTES]): piece[ID_BYTES:] for piece in pieces}


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


@transaction.atomic
def _seal_next(highest: int) -> tuple[AuditSeal, list[Gap]] | None:
    """Seal the next batch; None where there is none."""
    if connection.vendor == "postgresql":  # one at a time; SQLite's transaction is IMMEDIATE
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_seals IN EXCLUSIVE MODE")
    before = _newest("last_id", "root")
    last_id = 0 if before is None else before.last_id
    batch = _batch(last_id, highest)
    if not batch:
        return None
    made = AuditSeal(
        sealed_at=timezone.now(),
        first_id=batch[0].id,
        last_id=batch[-1].id,
        records=len(batch),
        newest_at=max(record.created_at for record in batch),
        leaves=b"".join(record.id.to_bytes(ID_BYTES) + record.digest for record in batch),
        previous=NO_ROOT if before is None else before.root,
    )
    made.root = root_of(made)
    made.save(force_insert=True)
    ids = [record.id for record in batch]
    return made, list(gaps_in(ids if before is None else [last_id, *ids]))


def _batch(after: int, highest: int) -> list[Digested]:
    """Of one day, because retention deletes whole days: what is left of a batch is then all or nothing."""
    records = list(digested(after, highest, BATCH_RECORDS))
    return list(takewhile(lambda record: _day(record) == _day(records[0]), records))


def _day(record: Digested) -> object:
    return record.created_at.astimezone(UTC).date()
