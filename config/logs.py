"""One JSON object a line, with the request id that is also in the answer and in the audit record."""

import json
import logging
from datetime import UTC, datetime

from audit.request_id import current_request_id
from audit.trace_context import current_trace_id

# Django's 5xx lines carry the request, whose repr has the whole URL: query text included.
_NEVER_SHOWN = frozenset({"request", "server_time"})
_NOT_EXTRA = _NEVER_SHOWN | vars(logging.makeLogRecord({})).keys() | {"message", "asctime", "request_id"}
_encode = json.JSONEncoder(default=str).encode


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        if trace_id := current_trace_id():
            record.trace_id = trace_id
        return True


class JsonFormatter(logging.Formatter):
    """Level, logger, message and request id, the trace of an exception, what a line says besides, and when it was."""

    def format(self, record: logging.LogRecord) -> str:
        known = vars(record)
        line = {
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": known.get("request_id"),
        }
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack_info"] = record.stack_info
        line |= {name: value for name, value in known.items() if name not in _NOT_EXTRA}
        return _encode(line | {"at": datetime.fromtimestamp(record.created, UTC).isoformat()})
