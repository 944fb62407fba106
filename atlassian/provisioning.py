"""A setup kept in a file: workspaces, members, roles, integrations. What the file says is made so, by the services."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from atlassian.integration_services import save_integration
from audit.actors import Actor, operator
from audit.arguments import OneOfField, StrictSerializer
from audit.progress import Progress, no_progress
from integrations.models import ALLOWLIST_FIELD, Integration, Provider
from integrations.serializers import IntegrationInput
from workspaces.models import Membership, Role, Workspace
from workspaces.services import add_member, create_workspace, remove_member

TOKEN_FROM = "api_token_from"  # noqa: S105  names a variable of the environment; a token never stands in the file
REASON = "manage.py apply"

Entry = Mapping[str, Any]


class MemberEntry(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    role = OneOfField(Role.choices, default=Role.MEMBER)


class WorkspaceEntry(StrictSerializer):
    key = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    members = MemberEntry(many=True, required=False, default=list)
    integrations = serializers.DictField(child=serializers.DictField(), required=False, default=dict)


class Setup(StrictSerializer):
    workspaces = WorkspaceEntry(many=True)


@dataclass(frozen=True)
class Change:
    """One difference between the file and what is there, and what removes it."""

    text: str
    make: Callable[[], Any]


def workspace_entries(setup: Any) -> list[Entry]:
    """Raises ValidationError for a file that cannot be right."""
    serializer = Setup(data=setup)
    serializer.is_valid(raise_exception=True)
    entries: list[Entry] = serializer.validated_data["workspaces"]
    return entries


def changes(
    entries: list[Entry], environment: Mapping[str, str], *, prune: bool, on_progress: Progress = no_progress
) -> Iterator[Change]:
    """Yields changes in the order to make them; each is looked for once those before it are made."""
    for entry in entries:
        yield from _workspace(entry, environment, prune)
        on_progress(1)


def _workspace(entry: Entry, environment: Mapping[str, str], prune: bool) -> Iterator[Change]:
    key = entry["key"]
    actor = operator(key)
    integrations = [_arguments(key, provider, given, environment) for provider, given in entry["integrations"].items()]
    if not Workspace.objects.filter(key=key).exists():
        yield Change(f"{key}: make the workspace", lambda: _create(actor, key, entry["name"]))
    workspace = Workspace.objects.filter(key=key).first() or Workspace(key=key)
    roles = dict(Membership.objects.filter(workspace__key=key).values_list("user__email", "role"))
    wanted = {member["email"].lower(): member["role"] for member in entry["members"]}
    # owners first: a change that leaves none would be refused
    for email, role in sorted(wanted.items(), key=lambda item: (item[1] != Role.OWNER, item[0])):
        if roles.get(email) != role:
            what = f"make {email} {role}" if email in roles else f"add {email} as {role}"
            yield Change(f"{key}: {what}", _call(add_member, actor, workspace, email, role))
    for arguments in integrations:
        yield from _integration(actor, key, arguments)
    if prune:
        yield from _superfluous(actor, workspace, roles, wanted, entry)


def _superfluous(
    actor: Actor,
    workspace: Workspace,
    roles: Mapping[str, str],
    wanted: Mapping[str, str],
    entry: Mapping[str, Any],
) -> Iterator[Change]:
    for email in sorted(set(roles) - set(wanted)):
        yield Change(f"{workspace.key}: remove {email}", _call(remove_member, actor, workspace, email))
    enabled = Integration.objects.filter(workspace__key=workspace.key, enabled=True).order_by("provider")
    for provider in enabled.values_list("provider", flat=True):
        if provider not in entry["integrations"]:
            disable = _call(save_integration, actor, provider, False, REASON, {})
            yield Change(f"{workspace.key}: disable {provider}", disable)


def _integration(actor: Actor, key: str, arguments: Mapping[str, Any]) -> Iterator[Change]:
    provider, config, enabled = arguments["provider"], arguments["config"], arguments["enabled"]
    row = Integration.objects.filter(workspace__key=key, provider=provider).first()
    present = row or Integration(provider=provider)
    different = [name for name, value in config.items() if getattr(present, name) != _stored(present, name, value)]
    if enabled is not None and present.enabled != enabled:
        different.append("enabled")
    if different:
        names = ", ".join(ALLOWLIST_FIELD[provider] if name == "allowed_keys" else name for name in different)
        save = _call(save_integration, actor, provider, enabled, REASON, {**config})
        yield Change(f"{key}: set {names} of {provider}", save)


def _stored(row: Integration, name: str, value: Any) -> Any:
    """A null of the file is what the field is by default."""
    return getattr(Integration(), name) if value is None else value


def _arguments(key: str, provider: str, given: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Checks arguments as PUT /v1/integrations does, with the token taken from the environment."""
    where = f"{key}.{provider}"
    given = dict(given)
    if provider not in Provider.values:
        raise _wrong(where, f"Give one of these: {', '.join(Provider.values)}.")
    if "api_token" in given:
        raise _wrong(f"{where}.api_token", f"A token has no place in a file: name a variable by {TOKEN_FROM}.")
    enabled, variable = given.pop("enabled", None), given.pop(TOKEN_FROM, None)
    if variable is not None:
        if not environment.get(str(variable)):
            raise _wrong(f"{where}.{TOKEN_FROM}", f"The environment has no variable {str(variable)[:100]}.")
        given["api_token"] = environment[str(variable)].strip()
    serializer = IntegrationInput(data={"provider": provider, "enabled": enabled, "config": given})
    if not serializer.is_valid():
        raise ValidationError({where: serializer.errors})
    return dict(serializer.validated_data)


def _create(actor: Actor, key: str, name: str) -> Workspace:
    try:
        return create_workspace(actor, key, name)
    except DjangoValidationError as exc:
        raise _wrong(key, " ".join(exc.messages)) from exc


def _call(service: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: service(*arguments)


def _wrong(path: str, message: str) -> ValidationError:
    return ValidationError({path: [ErrorDetail(message, code="invalid")]})
