from base64 import b64encode
from dataclasses import is_dataclass
from typing import Any

from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.viewsets import ViewSetMixin

from atlassian import services
from atlassian.jira.issues import IssueSummary
from atlassian.serializers import (
    ConfluenceReadInput,
    ConfluenceSearchInput,
    JiraReadInput,
    JiraSearchInput,
)
from audit.api_view import AuditedAPIView, CallerRequest
from audit.vocabulary import Action


class AnswerEncoder(JSONEncoder):
    """Writes the frozen dataclasses of an answer as they are: nothing of them is copied first."""

    def default(self, value: Any) -> Any:
        if isinstance(value, bytes):
            return b64encode(value).decode()
        if isinstance(value, IssueSummary):
            return vars(value) | {"assignee": value.assignee or None}  # nobody is assigned, or it is not told
        return vars(value) if is_dataclass(value) else super().default(value)


class AnswerRenderer(JSONRenderer):
    encoder_class = AnswerEncoder


class SearchAndRead(ViewSetMixin, AuditedAPIView):
    """Arguments of a query string, without the workspace: the actor stands in one already."""

    renderer_classes = (AnswerRenderer,)

    def arguments(self, kind: Any, request: CallerRequest) -> dict[str, Any]:
        arguments = self.validated_arguments(kind, request.query_params)
        arguments.pop("workspace_key", None)
        return arguments


class JiraViewSet(SearchAndRead):
    """Jira, read-only: /v1/jira/search and /v1/jira/read."""

    recorded_as = {"search": Action.JIRA_SEARCH, "read": Action.JIRA_READ}

    @action(detail=False)
    def search(self, request: CallerRequest) -> Response:
        return Response(services.search_issues(request.auth, **self.arguments(JiraSearchInput, request)))

    @action(detail=False)
    def read(self, request: CallerRequest) -> Response:
        return Response(services.read_issue_or_file(request.auth, **self.arguments(JiraReadInput, request)))


class ConfluenceViewSet(SearchAndRead):
    """Confluence, read-only: /v1/confluence/search and /v1/confluence/read."""

    recorded_as = {"search": Action.CONFLUENCE_SEARCH, "read": Action.CONFLUENCE_READ}

    @action(detail=False)
    def search(self, request: CallerRequest) -> Response:
        return Response(services.search_pages(request.auth, **self.arguments(ConfluenceSearchInput, request)))

    @action(detail=False)
    def read(self, request: CallerRequest) -> Response:
        return Response(services.read_page_or_file(request.auth, **self.arguments(ConfluenceReadInput, request)))
