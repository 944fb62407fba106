"""The words that every floor shares: what can be done, how it ended, through which channel it came."""

from enum import StrEnum


class Action(StrEnum):
    JIRA_SEARCH = "jira.search"
    JIRA_READ = "jira.read"
    JIRA_ATTACHMENT = "jira.attachment"
    CONFLUENCE_SEARCH = "confluence.search"
    CONFLUENCE_READ = "confluence.read"
    CONFLUENCE_ATTACHMENT = "confluence.attachment"
    INTEGRATION_LIST = "integration.list"
    INTEGRATION_UPDATE = "integration.update"
    INTEGRATION_TEST = "integration.test"
    INTEGRATION_HOOK = "integration.hook"
    GIT_COMMIT = "git.commit"
    GIT_MERGE = "git.merge"
    GIT_CHECKOUT = "git.checkout"
    AUDIT_LIST = "audit.list"
    AUDIT_EXPORT = "audit.export"
    AUDIT_PRUNE = "audit.prune"
    WORKSPACE_CREATE = "workspace.create"
    USER_CREATE = "user.create"
    USER_UPDATE = "user.update"
    MEMBER_ADD = "member.add"
    MEMBER_UPDATE = "member.update"
    MEMBER_REMOVE = "member.remove"
    MEMBER_ACCOUNT = "member.account"  # which Atlassian account is theirs
    MEMBER_LIST = "member.list"
    INVITATION_CREATE = "invitation.create"
    INVITATION_RENEW = "invitation.renew"
    INVITATION_WITHDRAW = "invitation.withdraw"
    INVITATION_ACCEPT = "invitation.accept"
    INVITATION_LIST = "invitation.list"
    API_KEY_ISSUE = "api_key.issue"
    API_KEY_ROTATE = "api_key.rotate"
    API_KEY_REVOKE = "api_key.revoke"
    API_KEY_LIST = "api_key.list"
    GROUP_UPDATE = "group.update"
    USER_SIGN_IN = "user.sign_in"
    USER_SIGN_OUT = "user.sign_out"
    USER_PASSWORD = "user.password"  # noqa: S105  a word of the log, no secret
    PASSWORD_LINK_CREATE = "password_link.create"  # noqa: S105
    ME_READ = "me.read"
    WORKSPACE_LIST = "workspace.list"
    ENCRYPTION_ROTATE = "encryption.rotate"
    MCP_CONNECT = "mcp.connect"  # recorded where it is refused: a dead key that asks what tools there are


# A change and its record commit together or not at all.
CHANGING = frozenset(
    {
        Action.INTEGRATION_UPDATE,
        Action.INTEGRATION_HOOK,
        Action.WORKSPACE_CREATE,
        Action.USER_CREATE,
        Action.USER_UPDATE,
        Action.GROUP_UPDATE,
        Action.MEMBER_ADD,
        Action.MEMBER_UPDATE,
        Action.MEMBER_REMOVE,
        Action.MEMBER_ACCOUNT,
        Action.INVITATION_CREATE,
        Action.INVITATION_RENEW,
        Action.INVITATION_WITHDRAW,
        Action.INVITATION_ACCEPT,
        Action.USER_PASSWORD,
        Action.PASSWORD_LINK_CREATE,
        Action.API_KEY_ISSUE,
        Action.API_KEY_ROTATE,
        Action.API_KEY_REVOKE,
    }
)

# Looking at the log, at what is connected or at the keys there are is recorded only where it is refused or fails:
# each look would otherwise add to what is looked at. A command is recorded all the same: nobody runs it in passing.
UNRECORDED_SUCCESS = frozenset(
    {
        Action.AUDIT_LIST,
        Action.INTEGRATION_LIST,
        Action.API_KEY_LIST,
        Action.MEMBER_LIST,
        Action.INVITATION_LIST,
        Action.WORKSPACE_LIST,
        Action.ME_READ,
    }
)


class Kind(StrEnum):
    """What a record is of: a look at what is in Atlassian, or a change to who may look."""

    READ = "read"
    ADMINISTERED = "administered"


_READING = ("jira.", "confluence.", "git.", "integration.hook", "mcp.")


def kind_of(action: str) -> Kind:
    return Kind.READ if action.startswith(_READING) else Kind.ADMINISTERED


class Outcome(StrEnum):
    SUCCESS = "success"
    DENIED = "denied"
    FAILED = "failed"


class Channel(StrEnum):
    REST = "rest"
    MCP = "mcp"
    PAGE = "page"
    ADMIN = "admin"
    COMMAND = "command"
