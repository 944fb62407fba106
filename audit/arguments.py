"""Arguments of a call, checked the same way by REST and MCP."""

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

from django.http import QueryDict
from rest_framework import serializers

from audit.names import shown_name


class _Made(threading.local):
    def __init__(self) -> None:
        self.by_class: dict[type, Any] = {}


_made = _Made()


class TextField(serializers.CharField):
    """Text alone: DRF would take the number 0 for the text "0"."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictSerializer(serializers.Serializer):
    """Refuses by name what it does not know, and a single value given twice, so that no typing error is silent."""

    @classmethod
    def of(cls, data: Any) -> Self:
        """To check data: this thread's one instance anew, because each that is made copies all of its fields deeply."""
        arguments: Self = _made.by_class.get(cls) or _made.by_class.setdefault(cls, cls(data=data))
        for checked in ("_validated_data", "_errors"):
            arguments.__dict__.pop(checked, None)
        arguments.initial_data = data
        return arguments

    @cached_property
    def fields(self) -> Any:
        """A plain dict: every call goes through it several times, and DRF's own is written in Python."""
        return dict(super().fields)

    @cached_property
    def _lists(self) -> set[str]:
        return {name for name, field in self.fields.items() if isinstance(field, serializers.ListField)}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            refused = self._unknown(data) | self._repeated(data)
            if refused:
                raise serializers.ValidationError(refused)
        return super().to_internal_value(self._plain(data))

    def _unknown(self, data: Mapping[str, Any]) -> dict[str, serializers.ErrorDetail]:
        unknown = [name for name in data if name not in self.fields]
        said = f"Unknown parameter. Known here: {', '.join(self.fields)}." if unknown else ""
        return {shown_name(name): serializers.ErrorDetail(said, code="unknown") for name in unknown}

    def _repeated(self, data: Mapping[str, Any]) -> dict[str, serializers.ErrorDetail]:
        if not isinstance(data, QueryDict):
            return {}
        return {
            name: serializers.ErrorDetail("Give this parameter once.", code="repeated")
            for name in data
            if name not in self._lists and len(data.getlist(name)) > 1
        }

    def _plain(self, data: Any) -> Any:
        """A query string as a dict: DRF would read one as a form, where an empty field is an absent one."""
        if not isinstance(data, QueryDict):
            return data
        return {name: data.getlist(name) if name in self._lists else data[name] for name in data}


class Arguments(StrictSerializer):
    """Arguments of a call. An unknown one, and a single one given twice, is refused by its name."""

    # A key implies it: named as well, it must agree (workspaces/authentication.py). A session needs it.
    workspace_key = TextField(
        max_length=64, required=False, help_text="Implied by an API key; a browser's session has to name it."
    )


class CappedIntegerField(serializers.IntegerField):
    """An integer of at least min_value; more than cap is taken as cap."""

    def __init__(self, *, cap: int, **kwargs: Any) -> None:
        self.cap = cap
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        return min(super().to_internal_value(data), self.cap)


class OneOfField(serializers.ChoiceField):
    """Lists the valid choices and never echoes the (possibly huge) input."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        self.error_messages["invalid_choice"] = f"Give one of these: {', '.join(self.choices)}."
