"""API key, or session of a browser → Actor in one workspace."""

import re
import time
from dataclasses import replace
from functools import partial
from typing import Any

from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request

from audit.actors import Actor
from audit.compiled_query import CompiledQuery
from audit.errors import UNREADABLE, NotPermitted, as_api_exception
from audit.vocabulary import Channel
from workspaces.actors import actor_for_key, actor_for_user
from workspaces.errors import InvalidCredentials, MissingBearerToken, WorkspaceAccessDenied
from workspaces.known_keys import KnownKey
from workspaces.models import KEY_PREFIX, ApiKey, User, digest_of

_BEARER = re.compile(rf"Bearer +({KEY_PREFIX}[A-Za-z0-9_-]{{43}})", re.ASCII | re.IGNORECASE)
_KEY_BY_DIGEST = CompiledQuery(lambda digest: ApiKey.objects.filter(digest=digest), 1, KnownKey.COLUMNS, KnownKey)
REQUIRED = "This parameter is required."


class WorkspaceAuthentication(BaseAuthentication):
    """
    Sets request.auth to the Actor. A key names its own workspace, and whatever the request names must agree;
    a session needs workspace_key in the request.
    """

    def authenticate(self, request: Request) -> tuple[User | None, Actor]:
        channel = getattr((request.parser_context or {}).get("view"), "channel", Channel.REST)
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is not None:
            return _by_key(request, header, channel)
        user = getattr(request._request, "user", None)
        if user is None or not user.is_active:
            raise MissingBearerToken()
        _enforce_csrf(request)
        return _by_session(request, user, channel)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _by_key(request: Request, header: str, channel: Channel) -> tuple[None, Actor]:
    """Without a User, whom no view asks for: the actor says who it is."""
    api_key, actor = _key_and_actor(header, channel)
    try:
        requested = _requested_workspace(request, channel)
        if requested is not None and requested != actor.workspace:
            raise WorkspaceAccessDenied()
    except APIException as exc:
        _attach_audit_context(actor, exc)
        raise
    api_key.record_use()
    return None, actor


def _key_and_actor(header: str, channel: Channel) -> tuple[KnownKey, Actor]:
    header = header.strip()
    match = _BEARER.fullmatch(header)
    if match is None:
        raise InvalidCredentials() if header.lower().startswith("bearer ") else MissingBearerToken()
    api_key = _KEY_BY_DIGEST.first(digest_of(match[1]))
    if api_key is None:
        raise InvalidCredentials()
    actor = actor_for_key(api_key, channel, partial(_require_same, header))
    if reason := api_key.rejection_reason():
        raise _attach_audit_context(actor, InvalidCredentials(), reason=reason)
    return api_key, actor


def _require_same(header: str, actor: Actor) -> None:
    """Raises InvalidCredentials, or NotPermitted where the key may do something else by now."""
    _, today = _key_and_actor(header, actor.channel)
    if today != actor:
        raise NotPermitted()


def _by_session(request: Request, user: User, channel: Channel) -> tuple[User, Actor]:
    let_in_at = time.monotonic()
    requested = _requested_workspace(request, channel)
    if requested is None:
        raise ValidationError({"workspace_key": [REQUIRED]}, code="required")
    actor = actor_for_user(user, requested, channel)
    if actor is None:
        raise _attach_audit_context(Actor(user=user.email, workspace="", channel=channel), WorkspaceAccessDenied())
    return user, replace(actor, made_at=let_in_at)


def _requested_workspace(request: Request, channel: Channel) -> str | None:
    try:
        return _workspace_key_in(request, channel)
    except UNREADABLE as exc:
        raise as_api_exception(exc) from exc


def _workspace_key_in(request: Request, channel: Channel) -> str | None:
    """What the request names: by REST in its query or JSON body, by MCP in the header X-Workspace-Key."""
    named: Any = None
    if channel is Channel.MCP:
        named = request.META.get("HTTP_X_WORKSPACE_KEY")
    elif request.method in ("GET", "HEAD", "OPTIONS"):
        named = request.query_params.get("workspace_key")
    elif isinstance(request.data, dict):
        named = request.data.get("workspace_key")
    return named if isinstance(named, str) else None


def _attach_audit_context(actor: Actor, exc: APIException, **target: str) -> APIException:
    """exc, with whose call it ended and why, for the audit log alone."""
    exc.actor = actor  # type: ignore[attr-defined]
    exc.target = target  # type: ignore[attr-defined]
    return exc


def _enforce_csrf(request: Request) -> None:
    def no_view(*args: Any, **kwargs: Any) -> Any:
        return None

    check = CSRFCheck(no_view)
    check.process_request(request._request)
    if reason := check.process_view(request._request, no_view, (), {}):
        raise PermissionDenied(f"CSRF failed: {reason}")
