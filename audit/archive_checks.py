"""Holding the archives of what was pruned against the seals that it emptied."""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from audit.archive import archived_records
from audit.differences import Difference, Problem
from audit.digests import digest_of
from audit.models import AuditSeal
from audit.prunings import Pruning
from audit.sealing import leaves_of

LEAVES_IN_MEMORY = 16  # of as many seals: an archive is in the order of the log


def archive_differences(directory: Path, runs: list[Pruning]) -> Iterator[Difference]:
    """Each archive as it was recorded, and in the archives of a run every record of its seals as it was sealed."""
    for run in runs:
        present = []
        for name, sha256 in run.archives.items():
            if _digest(directory / Path(name).name) == sha256:
                present.append(directory / Path(name).name)
            else:
                yield Difference(Problem.ARCHIVE_MISSING, archive=name)
        yield from _differences(run, present)


def _differences(run: Pruning, archives: list[Path]) -> Iterator[Difference]:
    emptied = AuditSeal.objects.filter(newest_at__lt=run.before).order_by("first_id").defer("leaves")
    seals = [seal for seal in emptied if run.covers(seal)]
    firsts = [seal.first_id for seal in seals]
    leaves = lru_cache(LEAVES_IN_MEMORY)(lambda pk: leaves_of(AuditSeal.objects.get(pk=pk)))
    as_sealed: Counter[int] = Counter()
    for archive in archives:
        for record in archived_records(archive):
            position = bisect_right(firsts, record["id"]) - 1
            pk = seals[position].pk if position >= 0 else 0
            as_sealed[pk] += bool(pk) and leaves(pk).get(record["id"]) == digest_of(record)
    lacking = sum(max(0, seal.records - as_sealed[seal.pk]) for seal in seals) - run.missing
    if lacking <= 0:
        return
    for seal in seals:
        if as_sealed[seal.pk] < seal.records:
            yield Difference(Problem.NOT_ARCHIVED, seal.pk)


def _digest(path: Path) -> str:
    """Empty where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
