from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from audit.arguments import Arguments
from audit.desk import Desk
from audit.vocabulary import Action
from integrations import services
from integrations.serializers import IntegrationInput, state_as_json


class IntegrationsView(Desk):
    """/v1/integrations: what is connected, and saving it."""

    recorded_as = {"get": Action.INTEGRATION_LIST, "put": Action.INTEGRATION_UPDATE}

    def get(self, request: Request) -> Response:
        self.checked(Arguments, request.query_params)
        states = services.list_integrations(request.auth)
        integrations = {provider: state_as_json(state) for provider, state in states.items()}
        return Response({"workspace_key": request.auth.workspace, "integrations": integrations})

    def put(self, request: Request) -> Response:
        arguments = self.checked(IntegrationInput, request.data)
        arguments.pop("workspace_key")
        update = services.update_integration(request.auth, **arguments)
        return Response(
            {
                "workspace_key": request.auth.workspace,
                "provider": arguments["provider"],
                "integration": state_as_json(update.state),
            }
            | _what_was_forgotten(update)
        )


def _what_was_forgotten(update: services.Update) -> dict[str, Any]:
    if not update.token_forgotten:
        return {"token_forgotten": False}
    sentence = "The stored token was forgotten, because base_url or email changed. Send api_token for the new account."
    return {"token_forgotten": True, "message": sentence}
