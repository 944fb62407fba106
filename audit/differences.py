"""What can be wrong with a log, in words."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted after sealing"
    SEAL_CHANGED = "the seal itself was changed"
    SEAL_MISSING = "the seal before it is missing"
    ROOT_UNKNOWN = "no seal has the root that was given: seals were deleted or replaced"
    ARCHIVE_MISSING = "is not among the archives, or not as it was recorded"
    NOT_ARCHIVED = "not every record is in an archive as it was sealed"


@dataclass(frozen=True)
class Difference:
    problem: Problem
    seal: int | None = None
    record: int | None = None
    archive: str | None = None

    def __str__(self) -> str:
        seal = "" if self.seal is None else f"seal {self.seal}: "
        record = "" if self.record is None else f"record {self.record} "
        archive = "" if self.archive is None else f"archive {self.archive} "
        return f"{seal}{record}{archive}{self.problem}"
