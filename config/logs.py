"""One JSON object a line, with the request id that is also in the answer and in the audit record."""

import logging

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter as BaseJsonFormatter

from audit.request_id import current_request_id
from audit.trace_context import current_trace_id


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        if trace_id := current_trace_id():
            record.trace_id = trace_id
        return True


class JsonFormatter(BaseJsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{levelname}{name}{message}{request_id}",
            style="{",
            # Django's 5xx lines carry the request, whose repr has the whole URL: query text included.
            reserved_attrs=[*RESERVED_ATTRS, "request", "server_time"],
            timestamp="at",
            rename_fields={"levelname": "level", "name": "logger"},
        )
