"""What an actor does with the audit log itself."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from audit import listing
from audit.actors import Actor
from audit.connections import release_pooled_connection
from audit.export import as_csv, as_json_lines
from audit.export_slots import Pieces, export_slot
from audit.listing import Cursor, Filters
from audit.models import AuditLog
from audit.trail import audited
from audit.vocabulary import Action


def list_records(
    actor: Actor, filters: Filters, limit: int, cursor: Cursor | None
) -> tuple[list[AuditLog], Cursor | None]:
    with audited(actor, Action.AUDIT_LIST, _target(filters) | {"limit": limit}):
        return listing.page(actor.workspace, filters, limit, cursor)


def latest_records(actor: Actor, actions: Iterable[Action]) -> list[AuditLog]:
    """The newest record of each action that was ever recorded, newest first."""
    with audited(actor, Action.AUDIT_LIST, {}):
        records = [record for action in actions if (record := listing.newest(actor.workspace, action))]
    return sorted(records, key=lambda record: record.created_at, reverse=True)


def own_records(actor: Actor, limit: int) -> list[AuditLog]:
    """The newest of the actor's own calls, which everybody may see."""
    with audited(actor, Action.ME_READ, {}):
        return list(AuditLog.objects.filter(workspace=actor.workspace, actor=actor.user)[:limit])


def find_record(actor: Actor, pk: int) -> AuditLog | None:
    with audited(actor, Action.AUDIT_LIST, {"record": pk}):
        return AuditLog.objects.filter(workspace=actor.workspace, pk=pk).first()


def export_records(actor: Actor, filters: Filters, file_format: str) -> Iterator[bytes]:
    """Recorded before its first byte leaves; then one chunk of records after another. Raises ExportsBusy."""
    with ExitStack() as held:
        with audited(actor, Action.AUDIT_EXPORT, _target(filters) | {"format": file_format}):
            held.enter_context(export_slot(actor.workspace))
            write = as_csv if file_format == "csv" else as_json_lines
        pieces = write(_without_connection(listing.chunks(actor.workspace, filters)))
        return Pieces(pieces, held.pop_all().close)


def _without_connection(chunks: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """Gives the pooled connection back before each chunk: a slow reader holds none."""
    for chunk in chunks:
        release_pooled_connection()
        yield chunk


def _target(filters: Filters) -> dict[str, Any]:
    return {name: str(value) for name, value in vars(filters).items() if value}
