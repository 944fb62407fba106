from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api_view import AuditedAPIView
from audit.arguments import Arguments
from audit.vocabulary import Action
from workspaces import services
from workspaces.models import ACCOUNT_ID, Workspace


class AtlassianAccountInput(Arguments):
    email = serializers.EmailField(required=False, help_text="Of the member; left out: the caller.")
    account_id = serializers.RegexField(ACCOUNT_ID, max_length=128, allow_blank=True, help_text="Blank forgets it.")


class AtlassianAccountView(AuditedAPIView):
    """/v1/members/atlassian-account: whom currentUser() means in a member's queries."""

    recorded_as = {"put": Action.MEMBER_ACCOUNT}

    def put(self, request: Request) -> Response:
        arguments: dict[str, Any] = self.validated_arguments(AtlassianAccountInput, request.data)
        actor = request.auth
        workspace = Workspace.objects.get(key=actor.workspace)
        email = arguments.get("email", actor.user)
        membership = services.set_atlassian_account(actor, workspace, email, arguments["account_id"])
        return Response(
            {
                "workspace_key": workspace.key,
                "email": membership.user.email,
                "atlassian_account_id": membership.atlassian_account_id,
            }
        )
