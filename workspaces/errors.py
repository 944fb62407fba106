from rest_framework import exceptions, status
from rest_framework.exceptions import APIException


class MissingBearerToken(exceptions.NotAuthenticated):
    default_code = "missing_bearer_token"
    default_detail = "Send your API key as 'Authorization: Bearer mc_…'."


class InvalidCredentials(exceptions.AuthenticationFailed):
    default_code = "invalid_credentials"
    default_detail = "This API key is not valid: unknown, expired or revoked. Ask a workspace admin for a new one."


class WorkspaceAccessDenied(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "workspace_access_denied"
    default_detail = "You have no access to this workspace, or there is none by that workspace_key."


class AboveYourRole(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "role_required"
    default_detail = "That needs a role above yours in this workspace. Ask an owner."


class NoSuchMember(APIException):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "member_not_found"
    default_detail = "Nobody with this email is a member of this workspace: check it, or add them first."


class LastOwner(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "last_owner"
    default_detail = "This is the last owner of the workspace: make somebody else an owner first."


class NoSuchKey(APIException):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "api_key_not_found"
    default_detail = "No such API key in this workspace."


class NoSuchRecord(APIException):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "record_not_found"
    default_detail = "No such record in this workspace: it never was, or has been archived."


class KeyDoesNotWork(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "api_key_ended"
    default_detail = "This API key has expired or was revoked: issue a new one."


class AlreadyMember(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "already_member"
    default_detail = "This person is a member of the workspace already: change their role instead of inviting them."


class AccountExists(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "account_exists"
    default_detail = "There is an account for this email already: invite it, so that whoever owns it accepts."


class AlreadyInvited(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "already_invited"
    default_detail = "An invitation to this email is open already: make a new link for it, or withdraw it first."


class NoSuchInvitation(APIException):
    status_code = status.HTTP_404_NOT_FOUND
    default_code = "invitation_not_found"
    default_detail = "No open invitation to this email in this workspace: it was accepted or withdrawn."


class LinkDoesNotWork(APIException):
    """One sentence for a link that is wrong, used, expired, withdrawn or somebody else's."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "link_not_valid"
    default_detail = (
        "This link does not work: it was used, withdrawn, replaced by a newer one, or is older than 72 hours. Ask "
        "whoever sent it for another."
    )


class SignInToAccept(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "sign_in_to_accept"
    default_detail = "There is an account for this email: log in with it, and open the link once more."


class WrongAccount(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "wrong_account"
    default_detail = "This invitation is for another email than you are logged in with. Log out, and open it again."


class OperatorOnly(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "operator_only"
    default_detail = (
        "This account belongs to other workspaces as well, or to the operator: a password link for it would open "
        "those too. The person uses “Forgotten password”, or the operator runs manage.py password_link."
    )


class ChangedMeanwhile(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "changed_meanwhile"
    default_detail = (
        "Somebody else changed this meanwhile, so nothing was saved. Look at it as it is now, and try again."
    )
