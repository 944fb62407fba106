"""Key or member → Actor."""

import re
from collections.abc import Callable
from functools import partial

from audit.actors import Actor
from audit.vocabulary import Channel
from workspaces.errors import WorkspaceAccessDenied
from workspaces.known_keys import KnownKey
from workspaces.models import WORKSPACE_KEY, Membership, Role, User, Workspace
from workspaces.roles import GRANTS, grants_of_key


def actor_for_key(api_key: KnownKey, channel: Channel, recheck: Callable[[Actor], object]) -> Actor:
    role = api_key.effective_role
    return Actor(
        user=api_key.email,
        workspace=api_key.workspace,
        channel=channel,
        role=role,
        key_label=api_key.label,
        permitted=grants_of_key(role, api_key.actions, is_narrowed=api_key.is_narrowed),
        key_prefix=api_key.prefix,
        narrowed_to=api_key.narrowed_to,
        calls_per_minute=api_key.calls_per_minute,
        recheck=recheck,
    )


def actor_for_user(user: User, workspace_key: str, channel: Channel) -> Actor | None:
    """None where the user has no say in the workspace, or there is none by that key."""
    if not re.fullmatch(WORKSPACE_KEY, workspace_key):  # nor could each database be asked: half a character, NUL
        return None
    membership = Membership.objects.select_related("user").filter(user=user, workspace__key=workspace_key).first()
    if membership is None and not (user.is_superuser and _exists(workspace_key)):
        return None
    role = Role.OWNER if membership is None else membership.effective_role
    recheck = partial(_require_same, user)
    return Actor(user.email, workspace_key, channel, role=role, permitted=GRANTS[role], recheck=recheck)


def _require_same(user: User, actor: Actor) -> None:
    """Raises WorkspaceAccessDenied where the session that user was read for has ended, or is worth less or more."""
    today = User.objects.filter(pk=user.pk, is_active=True).first()
    if today is None or today.get_session_auth_hash() != user.get_session_auth_hash():
        raise WorkspaceAccessDenied()
    if actor_for_user(today, actor.workspace, actor.channel) != actor:
        raise WorkspaceAccessDenied()


def _exists(workspace_key: str) -> bool:
    return Workspace.objects.filter(key=workspace_key).exists()
