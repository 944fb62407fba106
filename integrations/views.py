from dataclasses import asdict
from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from audit.api_view import AuditedAPIView
from audit.arguments import Arguments
from audit.errors import UNREADABLE
from audit.vocabulary import Action
from integrations import services
from integrations.hooks import ACTION, Event, record_git_event
from integrations.serializers import GitEventInput, IntegrationInput, state_as_json


class IntegrationsView(AuditedAPIView):
    """/v1/integrations: what is connected, and saving it."""

    recorded_as = {"get": Action.INTEGRATION_LIST, "put": Action.INTEGRATION_UPDATE}

    def get(self, request: Request) -> Response:
        self.validated_arguments(Arguments, request.query_params)
        states = services.list_integrations(request.auth)
        integrations = {provider: state_as_json(state) for provider, state in states.items()}
        return Response({"workspace_key": request.auth.workspace, "integrations": integrations})

    def put(self, request: Request) -> Response:
        arguments = self.validated_arguments(IntegrationInput, request.data)
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


class GitEventsView(AuditedAPIView):
    """/v1/git-events: what a git hook or a CI step tells; it goes to the audit log and nowhere else."""

    recorded_as = {"post": Action.GIT_COMMIT}

    def recorded_action(self) -> Action | None:
        """The event's own action, where the body names one."""
        try:
            data = self.request.data if self.request.method == "POST" else None
        except (APIException, *UNREADABLE):  # a body that nobody can read names none
            data = None
        event = data.get("event") if isinstance(data, dict) else None
        return ACTION[Event(event)] if event in list(Event) else super().recorded_action()

    def post(self, request: Request) -> Response:
        arguments = self.validated_arguments(GitEventInput, request.data)
        arguments.pop("workspace_key")
        hooks = record_git_event(request.auth, **arguments)
        return Response({"hooks": [asdict(hook) for hook in hooks]})
