"""Role × action, written out a second time."""

import pytest

from audit.vocabulary import Action
from workspaces.models import Role
from workspaces.roles import GRANTS

EVERYBODY = {"member", "admin", "owner"}
GOVERNING = {"admin", "owner"}
NOBODY: set[str] = set()

WHO_MAY = {
    "jira.search": EVERYBODY,
    "jira.read": EVERYBODY,
    "jira.attachment": EVERYBODY,
    "confluence.search": EVERYBODY,
    "confluence.read": EVERYBODY,
    "confluence.attachment": EVERYBODY,
    "git.commit": EVERYBODY,
    "git.merge": EVERYBODY,
    "git.checkout": EVERYBODY,
    "integration.hook": EVERYBODY,
    "integration.list": GOVERNING,
    "integration.update": GOVERNING,
    "integration.test": GOVERNING,
    "audit.list": GOVERNING,
    "audit.export": GOVERNING,
    "me.read": EVERYBODY,
    "api_key.issue": EVERYBODY,
    "api_key.rotate": EVERYBODY,
    "api_key.revoke": EVERYBODY,
    "api_key.list": EVERYBODY,
    "member.add": GOVERNING,
    "member.update": GOVERNING,
    "member.remove": GOVERNING,
    "member.account": EVERYBODY,
    "member.list": GOVERNING,
    "invitation.create": GOVERNING,
    "invitation.renew": GOVERNING,
    "invitation.withdraw": GOVERNING,
    "invitation.list": GOVERNING,
    "password_link.create": GOVERNING,
    "invitation.accept": NOBODY,
    "workspace.create": NOBODY,
    "workspace.list": NOBODY,
    "user.sign_in": NOBODY,
    "user.sign_out": NOBODY,
    "user.password": NOBODY,
    "user.create": NOBODY,
    "user.update": NOBODY,
    "group.update": NOBODY,
    "audit.prune": NOBODY,
    "encryption.rotate": NOBODY,
    "mcp.connect": NOBODY,
}


def test_every_action_has_its_line():
    assert set(WHO_MAY) == set(Action)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("action", Action)
def test_a_role_may_what_the_table_says_and_nothing_else(role, action):
    assert (action in GRANTS[role]) == (role in WHO_MAY[action])
