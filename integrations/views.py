from dataclasses import asdict

from rest_framework.exceptions import APIException
from rest_framework.response import Response

from audit.api_view import AuditedAPIView, CallerRequest
from audit.errors import UNREADABLE
from audit.vocabulary import Action
from integrations.hooks import ACTION, Event, record_git_event
from integrations.serializers import GitEventInput


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

    def post(self, request: CallerRequest) -> Response:
        arguments = self.validated_arguments(GitEventInput, request.data)
        arguments.pop("workspace_key", None)
        hooks = record_git_event(request.auth, **arguments)
        return Response({"hooks": [asdict(hook) for hook in hooks]})
