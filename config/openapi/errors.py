"""The errors that a call may answer, from the classes that raise them."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rest_framework import exceptions
from rest_framework.exceptions import APIException

from audit.errors import code_and_message

APPS = ("audit", "workspaces", "integrations", "atlassian", "console", "config")
VALIDATION = "The answer's details.issues name each parameter, and what would be right."
# Of DRF's own, those that a call of /v1 can meet.
OF_THE_FRAMEWORK = (exceptions.ValidationError, exceptions.MethodNotAllowed, exceptions.UnsupportedMediaType)
PLACEHOLDERS: dict[str, Any] = {"int": 30, "float": 30, "Path": Path("…")}


@dataclass(frozen=True, order=True)
class DescribedError:
    status: int
    code: str
    sentence: str


def described_errors() -> list[DescribedError]:
    """Each code once, in the order of its status."""
    found: dict[str, DescribedError] = {}
    for kind in _classes():
        error = _described(kind)
        found.setdefault(error.code, error)
    return sorted(found.values())


def errors_by_status() -> dict[int, list[DescribedError]]:
    grouped: dict[int, list[DescribedError]] = {}
    for error in described_errors():
        grouped.setdefault(error.status, []).append(error)
    return grouped


def _classes() -> Iterator[type[APIException]]:
    """Yields classes in the order of their names, so that each process describes them alike."""
    found, pending = set(), [APIException]
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        if kind.__module__.partition(".")[0] in APPS or kind in OF_THE_FRAMEWORK:
            found.add(kind)
    return iter(sorted(found, key=lambda kind: (kind.__module__, kind.__name__)))


def _described(kind: type[APIException]) -> DescribedError:
    code, sentence = code_and_message(_instance(kind))
    return DescribedError(kind.status_code, code, VALIDATION if code == "validation_error" else sentence)


def _instance(kind: type[APIException]) -> APIException:
    """One with a placeholder for whatever its sentence names."""
    wanted = [
        parameter
        for parameter in list(inspect.signature(kind.__init__).parameters.values())[1:]
        if parameter.default is inspect.Parameter.empty
        and parameter.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    ]
    return kind(*[PLACEHOLDERS.get(_type_name(parameter.annotation), "…") for parameter in wanted])


def _type_name(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
