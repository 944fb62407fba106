"""How drf-spectacular describes our views: parameters from their serializers, answers and errors from our tables."""

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework.serializers import Serializer

from audit.api_view import AuditedAPIView
from audit.arguments import CappedIntegerField
from audit.views import CONTENT_TYPE, AuditExportView
from config.openapi.answers import ANSWERS, components, schema_of
from config.openapi.errors import DescribedError, errors_by_status
from config.openapi.examples import ARGUMENTS, CALLS
from config.openapi.meanings import MEANINGS
from integrations.serializers import ConfigInput

REQUEST_ID = "5f0c9a3e1b7d4c2a8e6f0b1d2c3a4e5f"
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "request_id"],
            "properties": {
                "code": {"type": "string", "description": "What is the case, for a program."},
                "message": {"type": "string", "description": "What to do, for a person or a model."},
                "request_id": {"type": "string", "description": "Also in the log and in the audit record."},
                "details": {
                    "type": "object",
                    "properties": {
                        "issues": {"type": "array", "items": {"$ref": "#/components/schemas/RejectedValue"}}
                    },
                },
            },
        }
    },
}
REJECTED_VALUE = {
    "type": "object",
    "required": ["path", "code", "message"],
    "properties": {name: {"type": "string"} for name in ("path", "code", "message")},
}


def keep_ours(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Keeps the routes of /v1 that call an audited view."""
    return [
        endpoint
        for endpoint in endpoints
        if endpoint[0].startswith("/v1/") and issubclass(endpoint[3].cls, AuditedAPIView)
    ]


def with_components(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """The answers and errors, which no serializer of ours describes."""
    result["components"]["schemas"] |= components() | {"Error": ERROR, "RejectedValue": REJECTED_VALUE}
    shared = result["components"]["responses"] = {}
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        for status in [status for status in operation["responses"] if status >= "4"]:
            shared[status] = operation["responses"][status]
            operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}
    return result


class Schema(AutoSchema):
    """Describes one call."""

    def get_operation_id(self) -> str:
        """Unique and readable: get_jira_search."""
        return "_".join([self.method.lower(), *re.findall(r"\w+", self.path.removeprefix("/v1/"))])

    def get_tags(self) -> list[str]:
        return [self.path.split("/")[2]]

    def get_summary(self) -> str:
        return f"{self.method} {self.path}"

    def get_description(self) -> str:  # type: ignore[override]
        return (self._method().__doc__ or self.view.__doc__ or "").strip()

    def get_override_parameters(self) -> list[Any]:
        arguments = self._arguments()
        return [arguments] if arguments and not self._has_body() else []

    def get_request_serializer(self) -> Any:
        return self._arguments() if self._has_body() else None

    def get_response_serializers(self) -> Any:
        errors = {str(status): _error_answer(described) for status, described in errors_by_status().items()}
        return {**self._answer(), **errors}

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds an example, and says where more than the largest value is taken as the largest."""
        schema = super()._map_serializer_field(field, *args, **kwargs)  # type: ignore[no-untyped-call]
        if field.field_name == "config":
            schema = self.resolve_serializer(ConfigInput, "request").ref
        if isinstance(field, CappedIntegerField):
            schema["description"] = f"{field.help_text or ''} More than {field.cap} is taken as {field.cap}.".lstrip()
        if not schema.get("description") and field.field_name in MEANINGS:
            schema = schema | {"description": MEANINGS[field.field_name]}
        if field.field_name in ARGUMENTS and "$ref" not in schema:
            schema["examples"] = [ARGUMENTS[field.field_name]]
        return schema

    def _answer(self) -> dict[Any, Any]:
        method = self._name_of_method()
        if type(self.view) is AuditExportView:
            return {("200", media_type.partition(";")[0]): str for media_type in CONTENT_TYPE.values()}
        code = self._success_code()
        if code == "204":
            return {code: None}
        answer = ANSWERS.get((type(self.view), method))
        schema = {"type": "object"} if answer is None else schema_of(answer)
        example = CALLS.get(f"{self.method} {self.path}")
        examples = [OpenApiExample("demo", value=example["answer"])] if example else []
        return {code: OpenApiResponse(response=schema, examples=examples)}

    def _success_code(self) -> str:
        """What the method names, like HTTP_201_CREATED; else 200."""
        named = [name for name in self._method().__code__.co_names if name.startswith("HTTP_2")]
        return named[0].split("_")[1] if named else "200"

    def _arguments(self) -> type[Serializer[Any]] | None:
        """The serializer that the view's method names: there is one, or none."""
        method = self._method()
        named = (method.__globals__.get(name) for name in method.__code__.co_names)
        return next((kind for kind in named if isinstance(kind, type) and issubclass(kind, Serializer)), None)

    def _has_body(self) -> bool:
        return self.method != "GET" and "query_params" not in self._method().__code__.co_names

    def _method(self) -> Any:
        return getattr(type(self.view), self._name_of_method())

    def _name_of_method(self) -> str:
        return str(getattr(self.view, "action", None) or self.method.lower())


def _error_answer(described: list[DescribedError]) -> OpenApiResponse:
    lines = [f"`{error.code}`: {error.sentence}" for error in described]
    examples = [
        OpenApiExample(
            error.code, value={"error": {"code": error.code, "message": error.sentence, "request_id": REQUEST_ID}}
        )
        for error in described
    ]
    return OpenApiResponse(
        response={"$ref": "#/components/schemas/Error"}, description="\n\n".join(lines), examples=examples
    )


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "workspaces.authentication.WorkspaceAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API key of memory-core, which begins with mc_."}
