"""The files that are made from the code, each with what makes it."""

from collections.abc import Callable

from config.openapi.document import document_as_json
from dev.describe.reference import reference

FILES: dict[str, Callable[[], str]] = {
    "docs/openapi.json": lambda: document_as_json().decode(),
    "docs/reference.md": reference,
}
