from base64 import b64encode
from dataclasses import is_dataclass
from typing import Any

from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from atlassian import services
from atlassian.serializers import (
    ConfluenceReadInput,
    ConfluenceSearchInput,
    JiraReadInput,
    JiraSearchInput,
)
from audit.api_view import AuditedAPIView, CallerRequest
from audit.vocabulary import Action


def as_json(answer: Any) -> dict[str, Any]:
    """A frozen dataclass, and those in its fields and tuples. Nothing is copied: nobody changes it."""
    return {name: _plain(value) for name, value in vars(answer).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return as_json(value) if is_dataclass(value) else value


def _without_blank(issue: dict[str, Any]) -> dict[str, Any]:
    """Nobody is assigned, or it is not told: null either way."""
    return issue | ({"assignee": issue["assignee"] or None} if "assignee" in issue else {})


class SearchAndRead(ViewSetMixin, AuditedAPIView):
    """Arguments of a query string, without the workspace: the actor stands in one already."""

    def arguments(self, kind: Any, request: CallerRequest) -> dict[str, Any]:
        arguments = self.validated_arguments(kind, request.query_params)
        arguments.pop("workspace_key", None)
        return arguments


class JiraViewSet(SearchAndRead):
    """Jira, read-only: /v1/jira/search and /v1/jira/read."""

    recorded_as = {"search": Action.JIRA_SEARCH, "read": Action.JIRA_READ}

    @action(detail=False)
    def search(self, request: CallerRequest) -> Response:
        found = services.search_issues(request.auth, **self.arguments(JiraSearchInput, request))
        return Response(as_json(found) | {"issues": [_without_blank(vars(issue)) for issue in found.issues]})

    @action(detail=False)
    def read(self, request: CallerRequest) -> Response:
        answer = services.read_issue_or_file(request.auth, **self.arguments(JiraReadInput, request))
        return Response(_without_blank(as_json(answer)))


class ConfluenceViewSet(SearchAndRead):
    """Confluence, read-only: /v1/confluence/search and /v1/confluence/read."""

    recorded_as = {"search": Action.CONFLUENCE_SEARCH, "read": Action.CONFLUENCE_READ}

    @action(detail=False)
    def search(self, request: CallerRequest) -> Response:
        found = services.search_pages(request.auth, **self.arguments(ConfluenceSearchInput, request))
        return Response(as_json(found))

    @action(detail=False)
    def read(self, request: CallerRequest) -> Response:
        answer = services.read_page_or_file(request.auth, **self.arguments(ConfluenceReadInput, request))
        return Response(as_json(answer))
