"""Arguments of search and read: the bounds live here, for REST and MCP alike."""

from typing import Any

from rest_framework import serializers

from atlassian.confluence.pages import CHILDREN, INCLUDES, MAX_DEPTH
from atlassian.jira.extras.includes import Include
from audit.arguments import Arguments, CappedIntegerField, OneOfField
from integrations.models import Provider

MAX_QUERY_CHARS = 1000
MAX_REFERENCE_CHARS = 2000
MAX_VERSION = 10**6
MAX_FILE_NAME_CHARS = 300


class SearchInput(Arguments):
    """Words in q, or a query in Atlassian's own language instead; never both."""

    language: str  # name of the parameter for a raw query

    limit = CappedIntegerField(cap=50, min_value=1, default=10, help_text="How many hits, 1 to 50.")
    cursor = serializers.CharField(
        required=False,
        default="",
        max_length=8000,
        trim_whitespace=False,  # Atlassian's token comes back as it left
        help_text="next_cursor of the last answer.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["q"] and not attrs[self.language]:
            raise serializers.ValidationError({"q": serializers.ErrorDetail("This parameter is required.", "required")})
        if attrs["q"] and attrs[self.language]:
            raise serializers.ValidationError({self.language: f"Give either q or {self.language}, not both."})
        return attrs


class JiraSearchInput(SearchInput):
    language = "jql"

    q = serializers.CharField(
        required=False,
        default="",
        max_length=MAX_QUERY_CHARS,
        help_text='Words to find, "phrases" in quotes, issue keys.',
    )
    jql = serializers.CharField(
        required=False, default="", max_length=4000, help_text="Raw JQL instead of q; currentUser() is you."
    )
    project = serializers.ListField(
        child=serializers.CharField(max_length=255),
        required=False,
        default=list,
        max_length=50,
        help_text="Project keys.",
    )


class ConfluenceSearchInput(SearchInput):
    language = "cql"

    q = serializers.CharField(
        required=False, default="", max_length=MAX_QUERY_CHARS, help_text='Words to find, "phrases" in quotes.'
    )
    cql = serializers.CharField(required=False, default="", max_length=4000, help_text="Raw CQL instead of q.")
    space = serializers.ListField(
        child=serializers.CharField(max_length=255),
        required=False,
        default=list,
        max_length=50,
        help_text="Space keys.",
    )
    under = serializers.CharField(
        required=False, default="", max_length=MAX_REFERENCE_CHARS, help_text="A page: only it and all below it."
    )


class ReadInput(Arguments):
    with_attachment = frozenset({"attachment", "max_chars", "offset", "workspace_key", "issue_key", "page_id"})

    max_chars = CappedIntegerField(cap=100_000, min_value=1, default=4000, help_text="How much text, 1 to 100000.")
    offset = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, default=0, help_text="next_offset of the last answer, to go on."
    )

    attachment = serializers.CharField(
        required=False,
        default="",
        max_length=MAX_FILE_NAME_CHARS,
        help_text="Name or id of an attached file.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A file is read alone: what else was asked for would be passed over in silence."""
        others = [
            name
            for name, value in attrs.items()
            if name not in self.with_attachment and value and value != self.fields[name].default
        ]
        if attrs["attachment"] and others:
            raise serializers.ValidationError(dict.fromkeys(others, "Not together with attachment."))
        return attrs


class JiraReadInput(ReadInput):
    issue_key = serializers.CharField(max_length=MAX_REFERENCE_CHARS, help_text="Like ABC-123, or the issue's URL.")
    include = serializers.ListField(
        child=OneOfField([each.value for each in Include]),
        required=False,
        default=list,
        max_length=len(Include),
        help_text="Also its changes, logged work, web links, child issues.",
    )
    comments_before = serializers.IntegerField(
        required=False, min_value=1, max_value=10**6, help_text="Comments older than this number, as a read gives it."
    )


class ConfluenceReadInput(ReadInput):
    page_id = serializers.CharField(max_length=MAX_REFERENCE_CHARS, help_text="An id, or the page's URL.")
    comments = serializers.BooleanField(required=False, default=False, help_text="Also the page's comments.")
    include = serializers.ListField(
        child=OneOfField(INCLUDES), required=False, default=list, max_length=len(INCLUDES), help_text="Also these."
    )
    depth = CappedIntegerField(cap=MAX_DEPTH, min_value=1, default=1, help_text="How many levels of children, 1 to 3.")
    version = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_VERSION, help_text="An old version instead of the newest."
    )
    since = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_VERSION, help_text="Only what changed since this version."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs["depth"] > 1 and CHILDREN not in attrs["include"]:
            raise serializers.ValidationError({"depth": "This is of the children: give include=children as well."})
        return attrs


class IntegrationTestInput(Arguments):
    provider = OneOfField(Provider.choices)
