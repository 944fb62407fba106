"""
Every field of an issue that has a value, by the name that people see.

A field is told by its kind (`custom` in Jira's schema), never by its name: names repeat, are translated and renamed.
Where Jira's schema and the value disagree, as they do for rich text, the value is believed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from atlassian.jira.fields.kinds import NOISE, NOISE_PATTERN, VALUES, plain_value
from atlassian.jira.fields.system import SHOWN_ELSEWHERE, SYSTEM, SYSTEM_NAMES
from atlassian.jira.references import project_of
from atlassian.upstream.responses import clean, dig, line, mapping

Plain = str | int | float | bool | list[Any]

MAX_FACT_CHARS = 200  # a longer value is a section of its own


@dataclass(frozen=True)
class Field:
    """`document` is rich text as it came; then `value` is empty."""

    id: str
    name: str
    value: Plain = ""
    document: Any = field(default=None, repr=False)

    @cached_property
    def text(self) -> str:
        return as_text(self.value)

    @cached_property
    def is_long(self) -> bool:
        return self.document is not None or len(self.text) > MAX_FACT_CHARS or "\n" in self.text


@dataclass(frozen=True)
class FieldReader:
    """`within` says whether a project's key lies inside the allowlist: a field may name another issue."""

    within: Callable[[str], bool]

    def read(self, answer: Any) -> tuple[tuple[Field, ...], tuple[str, ...]]:
        """The fields by name, and the names of those that hold something which has no readable text."""
        found, unreadable = [], []
        fields, schemas = mapping(answer, "fields"), mapping(answer, "schema")
        for field_id, value in fields.items():
            if field_id in SHOWN_ELSEWHERE or is_blank(value):
                continue
            kind = _kind(schemas.get(field_id)) or field_id
            if kind in NOISE or NOISE_PATTERN.search(kind) or not self._is_allowed(fields, kind, value):
                continue
            shown = _field(field_id, name_of(answer, field_id), kind, value, fields)
            if shown is not None:
                found.append(shown)
            elif kind not in SYSTEM and kind not in VALUES:
                unreadable.append(name_of(answer, field_id))
        return _told_apart(sorted(found, key=lambda each: (each.name.casefold(), each.id))), tuple(sorted(unreadable))

    def _is_allowed(self, fields: Mapping[str, Any], kind: str, value: Any) -> bool:
        """Whether it names no issue or project outside the allowlist, nor the parent a second time."""
        if kind.endswith(":gh-epic-link") and value == dig(fields, "parent", "key"):
            return False
        return all(self.within(project) for project in _projects_named(kind, value))


def _field(field_id: str, name: str, kind: str, value: Any, fields: Mapping[str, Any]) -> Field | None:
    if isinstance(value, dict) and value.get("type") == "doc":
        return Field(field_id, name, document=value)
    plain = SYSTEM[kind](value, fields) if kind in SYSTEM else VALUES.get(kind, plain_value)(value)
    return None if is_blank(plain) else Field(field_id, name, plain)


def name_of(answer: Any, field_id: str) -> str:
    return line(answer, "names", field_id) or SYSTEM_NAMES.get(field_id) or clean(field_id)


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


def as_text(value: Plain) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(as_text, value))
    return str(value)


def _kind(schema: Any) -> str:
    """Shown nowhere, and so taken as it is."""
    kind = (schema.get("custom") or schema.get("system")) if isinstance(schema, dict) else ""
    return kind if isinstance(kind, str) else ""


def _told_apart(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Two fields of one name get the numbers of their ids."""
    fields = list(fields)
    counts: dict[str, int] = {}
    for each in fields:
        counts[each.name.casefold()] = counts.get(each.name.casefold(), 0) + 1
    return tuple(each if counts[each.name.casefold()] == 1 else _numbered(each) for each in fields)


def _numbered(each: Field) -> Field:
    number = each.id.removeprefix("customfield_")
    return Field(each.id, f"{each.name} ({number})", each.value, each.document)


def _projects_named(kind: str, value: Any) -> set[str]:
    """The projects of the issues and projects that a value stands for; a text that mentions one is a text."""
    if kind.endswith(":gh-epic-link"):
        named = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]
    else:
        named = list(_keys_in(value))
    if kind.endswith(":project"):
        return {key.upper() for key in named}
    return set(filter(None, map(project_of, named)))


def _keys_in(value: Any) -> Iterator[str]:
    """Of objects, at whatever depth of lists they stand."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += each
        elif isinstance(each, dict):
            yield from (key for key in (each.get("key"), dig(each, "data", "key")) if isinstance(key, str))
            waiting.append(each.get("child"))
