"""One JSON object a line, with the request id that is also in the answer and in the audit record."""

import logging

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
            timestamp="at",
            rename_fields={"levelname": "level", "name": "logger"},
        )
