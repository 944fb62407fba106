"""Which role may do what: the one table."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from audit.actors import OPERATOR
from audit.vocabulary import Action
from workspaces.models import Role

_READING = frozenset(
    {
        Action.JIRA_SEARCH,
        Action.JIRA_READ,
        Action.JIRA_ATTACHMENT,
        Action.CONFLUENCE_SEARCH,
        Action.CONFLUENCE_READ,
        Action.CONFLUENCE_ATTACHMENT,
        Action.GIT_COMMIT,
        Action.GIT_MERGE,
        Action.GIT_CHECKOUT,
        Action.INTEGRATION_HOOK,
    }
)
# What everybody does for themselves; whose keys, the services decide by MANAGEABLE_ROLES.
_OWN = frozenset(
    {
        Action.ME_READ,
        Action.MEMBER_ACCOUNT,
        Action.API_KEY_LIST,
        Action.API_KEY_ISSUE,
        Action.API_KEY_ROTATE,
        Action.API_KEY_REVOKE,
    }
)
_ADMINISTRATION = frozenset(
    {
        Action.INTEGRATION_LIST,
        Action.INTEGRATION_UPDATE,
        Action.INTEGRATION_TEST,
        Action.AUDIT_LIST,
        Action.AUDIT_EXPORT,
        Action.MEMBER_ADD,
        Action.MEMBER_UPDATE,
        Action.MEMBER_REMOVE,
        Action.MEMBER_LIST,
        Action.INVITATION_CREATE,
        Action.INVITATION_RENEW,
        Action.INVITATION_WITHDRAW,
        Action.INVITATION_LIST,
        Action.PASSWORD_LINK_CREATE,
    }
)

GRANTS: dict[str, frozenset[Action]] = {
    Role.MEMBER: _READING | _OWN,
    Role.ADMIN: _READING | _OWN | _ADMINISTRATION,
    Role.OWNER: _READING | _OWN | _ADMINISTRATION,
}

# What a key can be narrowed to, besides single actions; a pattern covers what is added later as well.
ACTION_PATTERNS = ("jira.*", "confluence.*", "*.search", "*.read", "git.*")


def grants_of_key(role: str, patterns: Sequence[str], *, is_narrowed: bool) -> frozenset[Action]:
    """
    What a key may do of what its member may; patterns are of actions, empty: all. One that is narrowed in any way never
    administers anything, or it would make a wider one; and a key of a plain member never makes another: whoever stole
    it could outlive its revocation.
    """
    granted = GRANTS[role]
    if is_narrowed:
        named = {action for action in _READING if any(fnmatchcase(action, pattern) for pattern in patterns or "*")}
        hook = {Action.INTEGRATION_HOOK} if named & {Action.GIT_COMMIT, Action.GIT_MERGE} else set()
        return granted & (named | hook | {Action.ME_READ})
    if role == Role.MEMBER:
        return granted - {Action.API_KEY_ISSUE, Action.API_KEY_ROTATE}
    return granted


def narrowing_words() -> list[str]:
    return [*ACTION_PATTERNS, *sorted(_READING - {Action.INTEGRATION_HOOK})]


# Whose membership and keys a role may touch: an admin who could make a key of an owner would be one.
MANAGEABLE_ROLES: dict[str, frozenset[str]] = {
    Role.MEMBER: frozenset(),
    Role.ADMIN: frozenset({Role.MEMBER}),
    Role.OWNER: frozenset(Role.values),
    OPERATOR: frozenset(Role.values),
}
