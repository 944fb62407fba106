"""What each call answers: a dataclass where a service returns one, else the shape that its view writes."""

from collections.abc import Callable
from dataclasses import make_dataclass
from datetime import date, datetime
from types import GenericAlias, UnionType
from typing import Any, TypedDict, get_args, get_type_hints

import msgspec
from rest_framework.views import APIView

from atlassian import services
from atlassian.integration_services import check_integration
from atlassian.rest import viewsets
from atlassian.rest.integrations import IntegrationsView, IntegrationTestView
from audit.models import AuditLog
from audit.views import AuditLogsView
from config.openapi.people import answers_about_people
from integrations.hooks import HookResult
from integrations.views import GitEventsView

Schema = dict[str, Any]
REF = "#/components/schemas/{name}"


def _returned_by(service: Callable[..., Any]) -> Any:
    return get_type_hints(service)["return"]


_PYTHON_TYPES = {
    "BigAutoField": int,
    "IntegerField": int,
    "PositiveIntegerField": int,
    "DateTimeField": datetime,
    "JSONField": dict[str, Any],
}
# Its fields are those of the model.
Record: Any = make_dataclass(
    "Record",
    [(field.name, _PYTHON_TYPES.get(field.get_internal_type(), str)) for field in AuditLog._meta.concrete_fields],
)
Logs: Any = make_dataclass("Logs", [("logs", GenericAlias(list, (Record,))), ("next_cursor", str | None)])


class _IntegrationFields(TypedDict):
    enabled: bool
    configured: bool
    source: str
    locked: bool
    base_url: str
    email: str
    has_api_token: bool
    write_on_commit: bool
    write_on_merge: bool
    attachments: str
    mask_secrets: bool
    token_expires_on: date | None
    token_kind: str
    account_name: str
    tested_at: datetime | None
    test_problem: str
    warnings: list[str]


class Integration(_IntegrationFields, total=False):
    project_keys: list[str]  # of Jira
    hidden_fields: list[str]  # of Jira
    space_keys: list[str]  # of Confluence


class Integrations(TypedDict):
    workspace_key: str
    integrations: dict[str, Integration]


class _Saved(TypedDict):
    workspace_key: str
    provider: str
    integration: Integration
    token_forgotten: bool


class Saved(_Saved, total=False):
    message: str


_report = get_type_hints(_returned_by(check_integration))
Tested: Any = make_dataclass("Tested", [*_report.items(), ("problem", str)])


class Hooks(TypedDict):
    hooks: list[HookResult]


# View and the name of its method → answer.
ANSWERS: dict[tuple[type[APIView], str], Any] = {
    (viewsets.JiraViewSet, "search"): _returned_by(services.search_issues),
    (viewsets.JiraViewSet, "read"): _returned_by(services.read_issue_or_file),
    (viewsets.ConfluenceViewSet, "search"): _returned_by(services.search_pages),
    (viewsets.ConfluenceViewSet, "read"): _returned_by(services.read_page_or_file),
    (IntegrationsView, "get"): Integrations,
    (IntegrationsView, "put"): Saved,
    (IntegrationTestView, "post"): Tested,
    (GitEventsView, "post"): Hooks,
    (AuditLogsView, "get"): Logs,
    **answers_about_people(),
}


def components() -> dict[str, Schema]:
    """The schemas of all answers, by name."""
    answers = [one for answer in ANSWERS.values() for one in _alternatives(answer)]
    _, found = msgspec.json.schema_components(answers, ref_template=REF)
    return found


def schema_of(answer: Any) -> Schema:
    schemas, _ = msgspec.json.schema_components(_alternatives(answer), ref_template=REF)
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def _alternatives(answer: Any) -> tuple[Any, ...]:
    """What a call answers depends on what was asked for: an issue, or a file of it."""
    return get_args(answer) if isinstance(answer, UnionType) else (answer,)
