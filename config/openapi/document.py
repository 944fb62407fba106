"""The description of /v1, made once by each process that is asked for it."""

import json
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from audit.api_view import AuditedAPIView
from config.openapi.schema import Schema


@cache
def document() -> dict[str, Any]:
    # Not DEFAULT_SCHEMA_CLASS of the settings: each start would load what only this needs.
    AuditedAPIView.schema = Schema()
    return dict(SchemaGenerator().get_schema(public=True))


@cache
def document_as_json() -> bytes:
    return json.dumps(document(), ensure_ascii=False, indent=1, default=str).encode() + b"\n"
