"""Which role may do what: the one table."""

from audit.actors import OPERATOR
from audit.vocabulary import Action
from workspaces.models import Role

_READING = frozenset(
    {
        Action.JIRA_SEARCH,
        Action.JIRA_READ,
        Action.CONFLUENCE_SEARCH,
        Action.CONFLUENCE_READ,
        Action.GIT_COMMIT,
        Action.GIT_MERGE,
        Action.GIT_CHECKOUT,
        Action.INTEGRATION_HOOK,
        Action.MEMBER_ACCOUNT,  # their own; an admin those of members
    }
)
_ADMINISTRATION = frozenset(
    {
        Action.INTEGRATION_LIST,
        Action.INTEGRATION_UPDATE,
        Action.INTEGRATION_TEST,
        Action.AUDIT_LIST,
        Action.AUDIT_EXPORT,
        Action.API_KEY_ISSUE,
        Action.API_KEY_REVOKE,
        Action.API_KEY_LIST,
        Action.MEMBER_ADD,
        Action.MEMBER_REMOVE,
    }
)

GRANTS: dict[str, frozenset[Action]] = {
    Role.MEMBER: _READING,
    Role.ADMIN: _READING | _ADMINISTRATION,
    Role.OWNER: _READING | _ADMINISTRATION,
}

# Whose membership and keys a role may touch: an admin who could make a key of an owner would be one.
MANAGEABLE_ROLES: dict[str, frozenset[str]] = {
    Role.MEMBER: frozenset(),
    Role.ADMIN: frozenset({Role.MEMBER}),
    Role.OWNER: frozenset(Role.values),
    OPERATOR: frozenset(Role.values),
}
