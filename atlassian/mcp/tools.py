"""The tools: one row each, and their JSON Schema, derived from the serializers that check the arguments."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rest_framework import serializers

from atlassian import services
from atlassian.mcp import results
from atlassian.serializers import ConfluenceReadInput, ConfluenceSearchInput, JiraReadInput, JiraSearchInput
from audit.actors import Actor
from audit.api_view import validated_arguments
from audit.arguments import Arguments, CappedIntegerField
from audit.trail import recording_failures
from audit.vocabulary import Action


@dataclass(frozen=True)
class Tool:
    name: str
    title: str
    description: str  # for a model to choose by
    action: Action
    arguments: type[Arguments]
    service: Callable[..., Any]
    answer: Callable[[Any, Mapping[str, Any]], results.Result]

    def run(self, actor: Actor, given: Mapping[str, Any]) -> results.Result:
        """Raises an APIException, whatever happens; the call has left its record by then."""
        with recording_failures(actor, self.action):
            arguments = self.checked(actor, given)
            return self.answer(self.service(actor, **arguments), arguments)

    def checked(self, actor: Actor, given: Mapping[str, Any]) -> dict[str, Any]:
        return validated_arguments(actor, self.action, self._serializer(given))

    def schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: _property(field) for name, field in self._fields.items()},
        }
        if required := [name for name, field in self._fields.items() if field.required]:
            schema["required"] = required
        return schema | {"additionalProperties": False}

    @cached_property
    def _arguments(self) -> type[Arguments]:
        """The arguments without the workspace, which the key decides."""
        return type(self.arguments.__name__, (self.arguments,), {"workspace_key": None})

    @cached_property
    def _fields(self) -> Mapping[str, serializers.Field]:
        return dict(self._arguments().fields)

    def _serializer(self, given: Mapping[str, Any]) -> Arguments:
        """
        Takes null and "" for what is left out, text for a list, and a list of one for what is in it: many models fill
        in every parameter, and some write lists as text.
        """
        data = {name: value for name, value in given.items() if value not in (None, "") or self._is_required(name)}
        for name in data.keys() & self._fields.keys():
            is_list = isinstance(self._fields[name], serializers.ListField)
            data[name] = _as_list(data[name]) if is_list else _alone(data[name])
        return self._arguments.of(data)

    def _is_required(self, name: str) -> bool:
        """True also for an unknown name, so that it is refused even without a value."""
        return name not in self._fields or self._fields[name].required


TOOLS = (
    Tool(
        name="jira_search",
        title="Search Jira issues",
        description=(
            "Find Jira issues by words, all of which have to occur, or by JQL instead; newest change first. Answers "
            "two lines a hit: KEY [Status] Summary, then url, last update, assignee. Read a hit with jira_read. If "
            "there are more, the last line gives the cursor."
        ),
        action=Action.JIRA_SEARCH,
        arguments=JiraSearchInput,
        service=services.search_issues,
        answer=results.issues_found,
    ),
    Tool(
        name="jira_read",
        title="Read a Jira issue",
        description=(
            "Read one Jira issue as Markdown: all fields that have a value, description, comments (newest first), "
            "attachments and links by name; on request its history, work log, web links, child issues. With attachment "
            "the text of that file, or the picture, instead. A long one comes in parts: the last line gives the offset."
        ),
        action=Action.JIRA_READ,
        arguments=JiraReadInput,
        service=services.read_issue_or_file,
        answer=results.issue_read,
    ),
    Tool(
        name="confluence_search",
        title="Search Confluence pages",
        description=(
            "Find Confluence pages, blog posts, folders, whiteboards by words, all of which have to occur, or by CQL "
            "instead; best match first. Answers two lines a hit: Title [SPACE], then url, id, last edit, labels, "
            "excerpt. Read a hit with confluence_read. If there are more, the last line gives the cursor."
        ),
        action=Action.CONFLUENCE_SEARCH,
        arguments=ConfluenceSearchInput,
        service=services.search_pages,
        answer=results.pages_found,
    ),
    Tool(
        name="confluence_read",
        title="Read a Confluence page",
        description=(
            "Read one Confluence page or blog post as Markdown: where it stands, facts and text; on request comments, "
            "pages below it, attachments, history, an old version or what changed. A folder reads as its listing. With "
            "attachment the text of that file, or the picture, instead. A long one comes in parts: the last line gives "
            "the offset."
        ),
        action=Action.CONFLUENCE_READ,
        arguments=ConfluenceReadInput,
        service=services.read_page_or_file,
        answer=results.page_read,
    ),
)

_BETWEEN_ITEMS = re.compile(r"""[\s,;"'\[\]]+""")  # no key and no word of ours holds one
_NONE = ("null", "none")
TOOL_NAMED = {tool.name: tool for tool in TOOLS}


def _as_list(value: Any) -> Any:
    """OPS, or OPS, GATE, or OPS GATE, or a list as JSON or another language writes it, in a text."""
    if not isinstance(value, str):
        return value
    return [each for each in _BETWEEN_ITEMS.split(value) if each] if value.strip().lower() not in _NONE else []


def _alone(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _property(field: serializers.Field) -> dict[str, Any]:
    schema = _bounds(field)
    if field.help_text:
        schema["description"] = str(field.help_text)
    return schema


def _bounds(field: serializers.Field) -> dict[str, Any]:
    if isinstance(field, serializers.ListField):
        return {"type": "array", "items": _bounds(field.child), "maxItems": field.max_length}
    if isinstance(field, serializers.BooleanField):
        return {"type": "boolean", "default": field.default}
    if isinstance(field, serializers.IntegerField):
        schema: dict[str, Any] = {"type": "integer"}
        if isinstance(field.default, int):
            schema["default"] = field.default
        if field.min_value is not None:
            schema["minimum"] = field.min_value
        if isinstance(field, CappedIntegerField):
            schema["maximum"] = field.cap
        return schema
    if isinstance(field, serializers.ChoiceField):
        return {"type": "string", "enum": list(field.choices)}
    return {"type": "string", "maxLength": getattr(field, "max_length", None)}
