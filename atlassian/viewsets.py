from dataclasses import asdict
from typing import Any

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from atlassian import services
from atlassian.serializers import (
    ConfluenceReadInput,
    ConfluenceSearchInput,
    JiraReadInput,
    JiraSearchInput,
)
from audit.api_view import AuditedAPIView
from audit.vocabulary import Action


class SearchAndRead(ViewSetMixin, AuditedAPIView):
    """Arguments of a query string, without the workspace: the actor stands in one already."""

    def arguments(self, kind: Any, request: Request) -> dict[str, Any]:
        arguments = self.validated_arguments(kind, request.query_params)
        arguments.pop("workspace_key", None)
        return arguments


class JiraViewSet(SearchAndRead):
    """Jira, read-only: /v1/jira/search and /v1/jira/read."""

    recorded_as = {"search": Action.JIRA_SEARCH, "read": Action.JIRA_READ}

    @action(detail=False)
    def search(self, request: Request) -> Response:
        found = services.search_issues(request.auth, **self.arguments(JiraSearchInput, request))
        return Response(asdict(found))

    @action(detail=False)
    def read(self, request: Request) -> Response:
        return Response(asdict(services.read_issue(request.auth, **self.arguments(JiraReadInput, request))))


class ConfluenceViewSet(SearchAndRead):
    """Confluence, read-only: /v1/confluence/search and /v1/confluence/read."""

    recorded_as = {"search": Action.CONFLUENCE_SEARCH, "read": Action.CONFLUENCE_READ}

    @action(detail=False)
    def search(self, request: Request) -> Response:
        found = services.search_pages(request.auth, **self.arguments(ConfluenceSearchInput, request))
        return Response(asdict(found))

    @action(detail=False)
    def read(self, request: Request) -> Response:
        return Response(asdict(services.read_page(request.auth, **self.arguments(ConfluenceReadInput, request))))
