"""What records of before there was a table of touches speak of, put into it."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max

from audit.touches import touched_by

CHUNK_RECORDS = 2000


def fill_touches(log: Any, touches: Any) -> Iterator[int]:
    """
    Write what is missing, a chunk of records in a transaction, and yield each chunk's count of records.

    log and touches are the models, or what they were at a migration. Safe to interrupt and to repeat.
    """
    after, highest = 0, log.objects.aggregate(highest=Max("pk"))["highest"] or 0
    while after < highest:
        records = log.objects.filter(pk__gt=after, pk__lte=highest).order_by("pk")
        chunk = list(records.values_list("pk", "workspace", "created_at", "target")[:CHUNK_RECORDS])
        if not chunk:
            return
        after = chunk[-1][0]
        _fill(touches, chunk)
        yield len(chunk)


def _fill(touches: Any, chunk: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        there = touches.objects.filter(record_id__gte=chunk[0][0], record_id__lte=chunk[-1][0])
        known = set(there.values_list("record_id", "touched"))
        missing = [
            touches(record_id=pk, touched=touched, workspace=workspace, created_at=created_at)
            for pk, workspace, created_at, target in chunk
            for touched in (touched_by(target) if isinstance(target, dict) else ())
            if (pk, touched) not in known
        ]
        touches.objects.bulk_create(missing, batch_size=1000)
