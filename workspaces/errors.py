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
