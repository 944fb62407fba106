"""Reading, saving and testing what a workspace is connected to: saving asks Atlassian whose account it is."""

from dataclasses import asdict
from typing import Any

from rest_framework.response import Response

from atlassian.integration_services import check_integration, save_integration
from atlassian.serializers import IntegrationTestInput
from audit.api_view import AuditedAPIView, CallerRequest
from audit.arguments import Arguments
from audit.vocabulary import Action
from integrations.serializers import IntegrationInput, state_as_json
from integrations.services import Update, list_integrations


class IntegrationsView(AuditedAPIView):
    """/v1/integrations: what is connected, and saving it."""

    recorded_as = {"get": Action.INTEGRATION_LIST, "put": Action.INTEGRATION_UPDATE}

    def get(self, request: CallerRequest) -> Response:
        self.validated_arguments(Arguments, request.query_params)
        states = list_integrations(request.auth)
        integrations = {provider: state_as_json(state) for provider, state in states.items()}
        return Response({"workspace_key": request.auth.workspace, "integrations": integrations})

    def put(self, request: CallerRequest) -> Response:
        arguments = self.validated_arguments(IntegrationInput, request.data)
        arguments.pop("workspace_key", None)
        update = save_integration(request.auth, **arguments)
        return Response(
            {
                "workspace_key": request.auth.workspace,
                "provider": arguments["provider"],
                "integration": state_as_json(update.state),
            }
            | _what_was_forgotten(update)
        )


def _what_was_forgotten(update: Update) -> dict[str, Any]:
    if not update.token_forgotten:
        return {"token_forgotten": False}
    sentence = "The stored token was forgotten, because base_url or email changed. Send api_token for the new account."
    return {"token_forgotten": True, "message": sentence}


class IntegrationTestView(AuditedAPIView):
    """/v1/integrations/test: what search and read would meet, and what to do about it."""

    recorded_as = {"post": Action.INTEGRATION_TEST}

    def post(self, request: CallerRequest) -> Response:
        arguments = self.validated_arguments(IntegrationTestInput, request.data)
        report = check_integration(request.auth, arguments["provider"])
        return Response(asdict(report) | {"problem": report.problem})
