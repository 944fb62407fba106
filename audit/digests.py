"""
The digest of a record, and the records of a range of ids as digests.

Read without model instances: sealing and verifying pass over every record there is.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

# Fixed for ever, with created_at: a digest over one field more would not match what was sealed before.
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
_COLUMNS = (*SEALED_FIELDS, "created_at")
_RANGE = f"SELECT {', '.join(_COLUMNS)} FROM audit_logs WHERE id > %s AND id <= %s ORDER BY id"  # noqa: S608  constants
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
_FETCHED_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Digested:
    id: int
    created_at: datetime
    digest: bytes


def digest_of(record: Mapping[str, Any]) -> bytes:
    """SHA-256 of the record as JSON: sorted names, no blanks, created_at in UTC with microseconds."""
    content = {name: record[name] for name in SEALED_FIELDS} | {"created_at": written(record["created_at"])}
    return hashlib.sha256(_encode(content).encode()).digest()


def digested(after: int, until: int, limit: int | None = None) -> Iterator[Digested]:
    """The records with after < id <= until in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(_RANGE + (f" LIMIT {limit:d}" if limit else ""), [after, until])
        while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
            yield from map(_digested, rows)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _digested(row: tuple[Any, ...]) -> Digested:
    content = dict(zip(_COLUMNS, row, strict=True))
    moment, target = content["created_at"], content["target"]
    if not isinstance(moment, datetime):
        moment = datetime.fromisoformat(moment)
    if moment.tzinfo is None:  # SQLite keeps UTC, and does not say so
        moment = moment.replace(tzinfo=UTC)
    content["created_at"] = written(moment)
    content["target"] = json.loads(target) if isinstance(target, str) else target
    return Digested(content["id"], moment, hashlib.sha256(_encode(content).encode()).digest())
