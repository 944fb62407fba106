"""What the calls about people and their keys answer."""

from datetime import datetime
from typing import Any, TypedDict

from workspaces import views


class ApiKey(TypedDict):
    id: int
    prefix: str
    label: str
    email: str
    role: str
    state: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    actions: list[str]
    project_keys: list[str]
    space_keys: list[str]
    calls_per_minute: int | None


class ApiKeys(TypedDict):
    api_keys: list[ApiKey]
    next_cursor: int | None


class IssuedKey(TypedDict):
    api_key: ApiKey
    secret: str  # this once


class Member(TypedDict):
    email: str
    role: str
    created_at: datetime
    last_active_at: datetime | None
    api_keys: int
    atlassian_account_id: str


class Members(TypedDict):
    members: list[Member]
    next_cursor: str | None


class RoleOfMember(TypedDict):
    email: str
    role: str


class AtlassianAccount(TypedDict):
    workspace_key: str
    email: str
    atlassian_account_id: str


class Invitation(TypedDict):
    email: str
    role: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    expired: bool


class Invitations(TypedDict):
    invitations: list[Invitation]


class InvitationLink(TypedDict):
    invitation: Invitation
    url: str  # this once
    mail_sent: bool


class Me(TypedDict):
    email: str
    workspace_key: str
    role: str
    permitted: list[str]
    api_key: ApiKey | None  # none in a browser's session


def answers_about_people() -> dict[tuple[Any, str], Any]:
    return {
        (views.MeView, "get"): Me,
        (views.MembersView, "get"): Members,
        (views.MembersView, "post"): RoleOfMember,
        (views.MembersView, "patch"): RoleOfMember,
        (views.AtlassianAccountView, "put"): AtlassianAccount,
        (views.InvitationsView, "get"): Invitations,
        (views.InvitationsView, "post"): InvitationLink,
        (views.InvitationsView, "patch"): InvitationLink,
        (views.ApiKeysView, "get"): ApiKeys,
        (views.ApiKeysView, "post"): IssuedKey,
        (views.ApiKeyRotationView, "post"): IssuedKey,
    }
