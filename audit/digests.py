"""
The digest of a record, and the records of a range of ids as digests.

Read without model instances: sealing and verifying pass over every record there is.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from json.encoder import encode_basestring_ascii as _quoted
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
_COLUMNS = ", ".join(SEALED_FIELDS)
# created_at as written() has it; SQLite keeps UTC, with microseconds unless they are 0.
_WRITTEN = {
    "postgresql": """to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
    "sqlite": "replace(created_at, ' ', 'T') || substr('.000000', length(created_at) - 18) || '+00:00'",
}
_RANGE = "SELECT {columns}, {written} FROM audit_logs WHERE id > %s AND id <= %s ORDER BY id"
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
_decode = json.JSONDecoder().decode
_FETCHED_AT_ONCE = 2000

# The id of a record, its created_at as written() has it, in whose order moments are, and its digest. As a plain tuple:
# the garbage collector visits one with names again and again.
Digested = tuple[int, str, bytes]


def digest_of(record: Mapping[str, Any]) -> bytes:
    """SHA-256 of the record as JSON: sorted names, no blanks, created_at in UTC with microseconds."""
    content = {name: record[name] for name in SEALED_FIELDS} | {"created_at": written(record["created_at"])}
    return sha256(_encode(content).encode()).digest()


def digested(after: int, until: int, limit: int | None = None) -> Iterator[Digested]:
    """The records with after < id <= until in the order of their ids."""
    query = _RANGE.format(columns=_COLUMNS, written=_WRITTEN[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(query + (f" LIMIT {limit:d}" if limit else ""), [after, until])
        while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
            yield from map(_digested, rows)


def written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _digested(row: tuple[Any, ...]) -> Digested:
    """As digest_of has it, written out: the names stand in their order, and only the target needs an encoder."""
    pk, workspace, actor, key_label, role, action, target, outcome, error_code, channel, request_id, ms, moment = row
    content = (
        f'{{"action":{_quoted(action)},"actor":{_quoted(actor)},"channel":{_quoted(channel)},'
        f'"created_at":"{moment}","duration_ms":{ms:d},"error_code":{_quoted(error_code)},"id":{pk:d},'
        f'"key_label":{_quoted(key_label)},"outcome":{_quoted(outcome)},"request_id":{_quoted(request_id)},'
        f'"role":{_quoted(role)},"target":{_canonical(target)},"workspace":{_quoted(workspace)}}}'
    )
    return pk, moment, sha256(content.encode()).digest()


def _canonical(target: str) -> str:
    """What is no JSON, which only somebody beside the application writes, is a text that no record of ours has."""
    try:
        return _encode(_decode(target))
    except ValueError:
        return _quoted(target)
