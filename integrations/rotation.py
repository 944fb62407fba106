"""Encrypting every stored token with the newest key, so that an older one can be taken out of FERNET_KEYS."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.db import connection
from django.db.models import BinaryField, ExpressionWrapper, F

from audit.actors import Actor
from audit.progress import Progress, no_progress
from audit.trail import audited
from audit.vocabulary import Action
from integrations.errors import TokensUnreadable
from integrations.models import Integration


@dataclass
class Rotation:
    """What became of the stored tokens."""

    rotated: int = 0
    already_newest: int = 0
    superseded: int = 0  # saved anew meanwhile, hence with the newest key
    unreadable: list[str] = field(default_factory=list)  # 'acme/jira'


def stored_tokens() -> int:
    return Integration.objects.filter(api_token__isnull=False).count()


def rotate_tokens(actor: Actor, *, dry_run: bool = False, on_progress: Progress = no_progress) -> Rotation:
    """
    Re-encrypt what the newest key does not decrypt. Safe to repeat and to interrupt: each token is one statement.

    Raises TokensUnreadable, after all others are rotated. A dry run changes and records nothing.
    """
    rotation = Rotation()
    if dry_run:
        _rotate_all(rotation, on_progress, dry_run=True)
        return rotation
    target: dict[str, Any] = {}
    with audited(actor, Action.ENCRYPTION_ROTATE, target):
        try:
            _rotate_all(rotation, on_progress, dry_run=False)
        finally:
            target.update(vars(rotation))
        if rotation.unreadable:
            raise TokensUnreadable(rotation.unreadable)
    return rotation


def _rotate_all(rotation: Rotation, on_progress: Progress, *, dry_run: bool) -> None:
    fernets = [Fernet(key) for key in Integration._meta.get_field("api_token").fernet_keys]
    for row_id, name, old in _stored_tokens():
        on_progress(1)
        if _decrypts(fernets[0], old):
            rotation.already_newest += 1
            continue
        try:
            new = MultiFernet(fernets).rotate(old)
        except InvalidToken:
            rotation.unreadable.append(name)
            continue
        if dry_run or _replace(row_id, old, new):
            rotation.rotated += 1
        else:
            rotation.superseded += 1


def _stored_tokens() -> Iterator[tuple[int, str, bytes]]:
    """(id, 'workspace/provider', the token as it lies encrypted)."""
    raw = ExpressionWrapper(F("api_token"), output_field=BinaryField())
    rows = Integration.objects.filter(api_token__isnull=False).order_by("workspace__key", "provider").annotate(raw=raw)
    for row_id, workspace, provider, token in list(rows.values_list("pk", "workspace__key", "provider", "raw")):
        yield row_id, f"{workspace}/{provider}", bytes(token)


def _decrypts(fernet: Fernet, token: bytes) -> bool:
    try:
        fernet.decrypt(token)
    except InvalidToken:
        return False
    return True


def _replace(row_id: int, old: bytes, new: bytes) -> bool:
    """False where another token was saved meanwhile: that one wins. The field itself would encrypt once more."""
    binary = connection.Database.Binary  # type: ignore[attr-defined]  # of the DB-API, on every backend
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_integration SET api_token = %s WHERE id = %s AND api_token = %s",
            [binary(new), row_id, binary(old)],
        )
        return bool(cursor.rowcount == 1)
