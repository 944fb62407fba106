from typing import Any

from rest_framework import status
from rest_framework.response import Response

from audit.api_view import AuditedAPIView, CallerRequest
from audit.arguments import Arguments
from audit.vocabulary import Action
from workspaces import api_keys, invitations, services
from workspaces.links import invitation_url
from workspaces.mail import send_invitation
from workspaces.models import PREFIX_CHARS, ApiKey, Invitation, Workspace
from workspaces.serializers import (
    ApiKeyInput,
    ApiKeysInput,
    AtlassianAccountInput,
    InvitationInput,
    MemberInput,
    MembersInput,
    PrefixInput,
    RoleInput,
    RotateInput,
    api_key_as_json,
    invitation_as_json,
    member_as_json,
)


def workspace_of(request: CallerRequest) -> Workspace:
    return Workspace.objects.get(key=request.auth.workspace)


class MeView(AuditedAPIView):
    """/v1/me: who calls, what they may do, and until when."""

    recorded_as = {"get": Action.ME_READ}

    def get(self, request: CallerRequest) -> Response:
        self.validated_arguments(Arguments, request.query_params)
        actor, api_key = request.auth, api_keys.own_api_key(request.auth)
        return Response(
            {
                "email": actor.user,
                "workspace_key": actor.workspace,
                "role": actor.role,
                "permitted": sorted(actor.permitted),
                "api_key": api_key and api_key_as_json(api_key),
            }
        )


class MembersView(AuditedAPIView):
    """/v1/members: who belongs to it; POST makes a member for agents, PATCH changes a role, DELETE removes."""

    recorded_as = {
        "get": Action.MEMBER_LIST,
        "post": Action.MEMBER_ADD,
        "patch": Action.MEMBER_UPDATE,
        "delete": Action.MEMBER_REMOVE,
    }

    def get(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(MembersInput, request.query_params)
        limit = given["limit"]
        found = services.list_members(
            request.auth, workspace_of(request), q=given["q"], after=given["cursor"], limit=limit + 1
        )
        members = found[:limit]
        return Response(
            {
                "members": [member_as_json(member) for member in members],
                "next_cursor": members[-1].email if len(found) > limit else None,
            }
        )

    def post(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(InvitationInput, request.data)
        membership = services.add_member_for_agents(request.auth, workspace_of(request), given["email"], given["role"])
        answer = {"email": membership.user.email, "role": membership.effective_role}
        return Response(answer, status=status.HTTP_201_CREATED)

    def patch(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(RoleInput, request.data)
        membership = services.change_role(
            request.auth, workspace_of(request), given["email"], given["role"], given.get("role_before")
        )
        return Response({"email": membership.user.email, "role": membership.effective_role})

    def delete(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(MemberInput, request.query_params)
        services.remove_member(request.auth, workspace_of(request), given["email"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class AtlassianAccountView(AuditedAPIView):
    """/v1/members/atlassian-account: whom currentUser() means in a member's queries."""

    recorded_as = {"put": Action.MEMBER_ACCOUNT}

    def put(self, request: CallerRequest) -> Response:
        arguments: dict[str, Any] = self.validated_arguments(AtlassianAccountInput, request.data)
        actor, workspace = request.auth, workspace_of(request)
        email = arguments.get("email", actor.user)
        membership = services.set_atlassian_account(actor, workspace, email, arguments["account_id"])
        return Response(
            {
                "workspace_key": workspace.key,
                "email": membership.user.email,
                "atlassian_account_id": membership.atlassian_account_id,
            }
        )


class InvitationsView(AuditedAPIView):
    """/v1/invitations: by POST, whose answer holds the link this once; PATCH makes another link, DELETE withdraws."""

    recorded_as = {
        "get": Action.INVITATION_LIST,
        "post": Action.INVITATION_CREATE,
        "patch": Action.INVITATION_RENEW,
        "delete": Action.INVITATION_WITHDRAW,
    }

    def get(self, request: CallerRequest) -> Response:
        self.validated_arguments(Arguments, request.query_params)
        found = invitations.list_invitations(request.auth, workspace_of(request))
        return Response({"invitations": [invitation_as_json(invitation) for invitation in found]})

    def post(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(InvitationInput, request.data)
        made = invitations.invite(request.auth, workspace_of(request), given["email"], given["role"])
        return self._with_link(request, *made, status.HTTP_201_CREATED)

    def patch(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(MemberInput, request.data)
        made = invitations.renew_invitation(request.auth, workspace_of(request), given["email"])
        return self._with_link(request, *made, status.HTTP_200_OK)

    def delete(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(MemberInput, request.query_params)
        invitations.withdraw_invitation(request.auth, workspace_of(request), given["email"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _with_link(self, request: CallerRequest, invitation: Invitation, secret: str, code: int) -> Response:
        url = invitation_url(request._request, secret)
        sent = send_invitation(invitation, url)
        return Response({"invitation": invitation_as_json(invitation), "url": url, "mail_sent": sent}, status=code)


class ApiKeysView(AuditedAPIView):
    """/v1/api-keys: by POST, whose answer holds the secret this once; DELETE revokes."""

    recorded_as = {
        "get": Action.API_KEY_LIST,
        "post": Action.API_KEY_ISSUE,
        "delete": Action.API_KEY_REVOKE,
    }

    def get(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(ApiKeysInput, request.query_params)
        limit = given["limit"]
        found = api_keys.list_api_keys(
            request.auth, workspace_of(request), email=given["email"], before=given.get("cursor"), limit=limit + 1
        )
        shown = found[:limit]
        return Response(
            {
                "api_keys": [api_key_as_json(api_key) for api_key in shown],
                "next_cursor": shown[-1].pk if len(found) > limit else None,
            }
        )

    def post(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(ApiKeyInput, request.data)
        actor = request.auth
        api_key, secret = api_keys.issue_api_key(
            actor,
            workspace_of(request),
            given.get("email", actor.user),
            given["label"],
            given["expires_in_days"],
            ApiKeyInput.narrowing(given),
        )
        answer = {"api_key": api_key_as_json(api_key), "secret": secret}
        return Response(answer, status=status.HTTP_201_CREATED)

    def delete(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(PrefixInput, request.query_params)
        api_keys.revoke_api_key(request.auth, key_by_prefix(request, given["prefix"]))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ApiKeyRotationView(AuditedAPIView):
    """/v1/api-keys/rotate: another secret; the old one works for an hour more, or ends at once."""

    recorded_as = {"post": Action.API_KEY_ROTATE}

    def post(self, request: CallerRequest) -> Response:
        given = self.validated_arguments(RotateInput, request.data)
        old = key_by_prefix(request, given["prefix"])
        new, secret = api_keys.rotate_api_key(request.auth, old, at_once=given["at_once"])
        return Response({"api_key": api_key_as_json(new), "secret": secret}, status=status.HTTP_201_CREATED)


def key_by_prefix(request: CallerRequest, prefix: str) -> ApiKey:
    return api_keys.find_api_key(request.auth, workspace_of(request), prefix=prefix[:PREFIX_CHARS])
