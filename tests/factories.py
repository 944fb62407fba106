"""What a test needs in the database, made by plain functions."""

from typing import Any

from integrations.models import Integration, Provider
from workspaces.models import ApiKey, Membership, Role, User, Workspace

SITE = "https://acme.atlassian.net"
TOKEN = "ATATT-test-token"


def make_workspace(key: str = "acme") -> Workspace:
    return Workspace.objects.get_or_create(key=key, defaults={"name": key.title()})[0]


def make_member(role: str = Role.MEMBER, workspace: str = "acme", email: str = "") -> Membership:
    email = email or f"{role}@{workspace}.example.com"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, "a-long-password-1")
    return Membership.objects.create(workspace=make_workspace(workspace), user=user, role=role)


def make_api_key(role: str = Role.MEMBER, workspace: str = "acme", label: str = "laptop", **fields: Any) -> str:
    """The secret of a new key of a new member with that role."""
    email = f"{role}@{workspace}.example.com"
    membership = Membership.objects.filter(workspace__key=workspace, user__email=email).first()
    api_key, secret = ApiKey.issue(membership or make_member(role, workspace), label, fields.pop("expires_at", None))
    ApiKey.objects.filter(pk=api_key.pk).update(**fields)
    return secret


def make_integration(provider: str = Provider.JIRA, workspace: str = "acme", **fields: Any) -> Integration:
    values: dict[str, Any] = {"base_url": SITE, "email": "bot@acme.example.com", "api_token": TOKEN} | fields
    return Integration.objects.create(workspace=make_workspace(workspace), provider=provider, **values)
