"""
Seals, by which a record that was changed, deleted or slipped in later is found (audit/verifying.py).

A seal covers the records of one day in the order of their ids, at most BATCH_RECORDS of them, and keeps a digest
of each. Its root is the SHA-256 of its own content and the root before it: whoever keeps one root elsewhere
can prove everything up to it, and nobody can mend the log without that root changing.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from itertools import takewhile

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from audit.models import AuditLog, AuditSeal

BATCH_RECORDS = 1000
NO_ROOT = "0" * 64  # before the first seal
ID_BYTES, DIGEST_BYTES = 8, 32

# Fixed for ever: a digest over one field more would not match what was sealed before.
SEALED_FIELDS = (
    "id",
    "workspace",
    "actor",
    "key_label",
    "role",
    "action",
    "target",
    "outcome",
    "error_code",
    "channel",
    "request_id",
    "duration_ms",
)


def seal() -> list[int]:
    """
    Seal every record written so far. The counts of records in the seals made; empty where nothing was new.

    Each seal is a transaction of its own: safe to interrupt and to run twice at a time.
    """
    highest = _highest_settled_id()
    counts = []
    while made := _seal_next(highest):
        counts.append(made.records)
    return counts


def newest_root() -> str:
    newest = AuditSeal.objects.order_by("-pk").only("root").first()
    return NO_ROOT if newest is None else newest.root


def digest_of(record: AuditLog) -> bytes:
    """SHA-256 of the record as JSON: sorted names, no blanks, created_at in UTC with microseconds."""
    content = {name: getattr(record, name) for name in SEALED_FIELDS} | {"created_at": _written(record.created_at)}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).digest()


def root_of(made: AuditSeal) -> str:
    """SHA-256 of the seal's fields, one a line, and its leaves."""
    fields = (
        made.previous,
        _written(made.sealed_at),
        str(made.first_id),
        str(made.last_id),
        str(made.records),
        _written(made.newest_at),
    )
    return hashlib.sha256("\n".join((*fields, "")).encode() + bytes(made.leaves)).hexdigest()


def leaves_of(made: AuditSeal) -> dict[int, bytes]:
    """Id → digest of each record, as it was sealed."""
    size, leaves = ID_BYTES + DIGEST_BYTES, bytes(made.leaves)
    pieces = (leaves[start : start + size] for start in range(0, len(leaves), size))
    return {int.from_bytes(piece[:ID_BYTES]): piece[ID_BYTES:] for piece in pieces}


def _highest_settled_id() -> int:
    """
    The highest id below which no insert is still under way.

    PostgreSQL hands out an id before its row is committed: the lock waits for writers, for no longer than they
    can wait for it. SQLite has one writer at a time.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
                cursor.execute("LOCK TABLE audit_logs IN SHARE MODE")
        return AuditLog.objects.aggregate(highest=Max("id"))["highest"] or 0


@transaction.atomic
def _seal_next(highest: int) -> AuditSeal | None:
    """Seal the next batch; None where there is none."""
    if connection.vendor == "postgresql":  # one at a time; SQLite's transaction is IMMEDIATE
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE audit_seals IN EXCLUSIVE MODE")
    before = AuditSeal.objects.order_by("-pk").only("last_id", "root").first()
    batch = _batch(0 if before is None else before.last_id, highest)
    if not batch:
        return None
    made = AuditSeal(
        sealed_at=timezone.now(),
        first_id=batch[0].pk,
        last_id=batch[-1].pk,
        records=len(batch),
        newest_at=max(record.created_at for record in batch),
        leaves=b"".join(record.pk.to_bytes(ID_BYTES) + digest_of(record) for record in batch),
        previous=NO_ROOT if before is None else before.root,
    )
    made.root = root_of(made)
    made.save(force_insert=True)
    return made


def _batch(after: int, highest: int) -> list[AuditLog]:
    """Of one day, because retention deletes whole days: what is left of a batch is then all or nothing."""
    records = list(AuditLog.objects.filter(id__gt=after, id__lte=highest).order_by("id")[:BATCH_RECORDS])
    return list(takewhile(lambda record: _day(record) == _day(records[0]), records))


def _day(record: AuditLog) -> date:
    return record.created_at.astimezone(UTC).date()


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
