from datetime import UTC
from typing import Any

from rest_framework import serializers

from audit.arguments import Arguments, CappedIntegerField, OneOfField
from audit.listing import RECORD_FIELDS, Cursor, Filters
from audit.models import AuditLog
from audit.vocabulary import Channel, Kind, Outcome


class FilterInput(Arguments):
    action_key = serializers.CharField(required=False, max_length=32, help_text="One action: jira.read.")
    action_prefix = serializers.RegexField(
        r"\A[!-~]+\Z",
        required=False,
        max_length=32,
        error_messages={"invalid": "No action begins like this."},
        help_text="All actions that begin so: jira.",
    )
    kind = OneOfField([str(kind) for kind in Kind], required=False, help_text="Read, or administered.")
    actor = serializers.CharField(required=False, max_length=254, help_text="An email, or part of one.")
    key = serializers.CharField(required=False, max_length=100, help_text="The label of an API key.")
    channel = OneOfField([str(channel) for channel in Channel], required=False)
    outcome = OneOfField([str(outcome) for outcome in Outcome], required=False)
    request_id = serializers.CharField(required=False, max_length=64, help_text="Of an answer or a log line.")
    touched = serializers.CharField(required=False, max_length=2000, help_text="An issue key or a page id.")
    to = serializers.DateTimeField(required=False, default_timezone=UTC, help_text="Before this moment.")

    def get_fields(self) -> dict[str, Any]:
        # 'from' is no name in Python
        return super().get_fields() | {
            "from": serializers.DateTimeField(required=False, default_timezone=UTC, help_text="From this moment on.")
        }

    @staticmethod
    def filters(given: dict[str, Any]) -> Filters:
        return Filters(
            action=given.get("action_key", ""),
            action_prefix=given.get("action_prefix", ""),
            kind=given.get("kind", ""),
            actor=given.get("actor", ""),
            key_label=given.get("key", ""),
            channel=given.get("channel", ""),
            outcome=given.get("outcome", ""),
            request_id=given.get("request_id", ""),
            touched=given.get("touched", ""),
            since=given.get("from"),
            until=given.get("to"),
        )


class CursorField(serializers.CharField):
    def to_internal_value(self, data: Any) -> Any:
        try:
            return Cursor.decode(super().to_internal_value(data))
        except ValueError as exc:
            raise serializers.ValidationError("This is not a next_cursor of an earlier answer.") from exc


class ListInput(FilterInput):
    limit = CappedIntegerField(cap=200, min_value=1, default=50, help_text="How many records, 1 to 200.")
    cursor = CursorField(required=False, help_text="next_cursor of the last answer.")


class ExportInput(FilterInput):
    format = OneOfField(["csv", "jsonl"], default="jsonl")


def record_as_json(record: Any) -> dict[str, Any]:
    """Of a record, or of a named tuple of its fields."""
    is_row = isinstance(record, tuple)
    content = dict(zip(RECORD_FIELDS, record, strict=True)) if is_row else _fields_of(record)
    content["created_at"] = content["created_at"].isoformat()
    return content


def _fields_of(record: AuditLog) -> dict[str, Any]:
    return {name: getattr(record, name) for name in RECORD_FIELDS}
