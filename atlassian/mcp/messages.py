"""One message as it arrives, read once more by the library that serves it: what it would call, and under which id."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django_mcpz.jsonrpc import INVALID_REQUEST, PARSE_ERROR, Message, MessageError, decode_message
from rest_framework import status
from rest_framework.exceptions import APIException

from atlassian.mcp.tools import TOOL_NAMED, Tool
from audit.parsers import MAX_BODY_BYTES


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "validation_error"
    default_detail = f"The message is larger than {MAX_BODY_BYTES:,} bytes."
    jsonrpc_code = INVALID_REQUEST


class Unreadable(APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "validation_error"
    default_detail = "The message is not JSON, or nested too deeply."
    jsonrpc_code = PARSE_ERROR


class MalformedCall(APIException):
    """A tool was named, and the protocol around it was wrong; the library has already answered with the details."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "validation_error"
    default_detail = "The call does not follow the protocol."


def message_in(request: HttpRequest) -> Message | None:
    """None for JSON that is no message, which the library refuses itself. Raises TooLarge or Unreadable."""
    try:
        body = request.body
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge()
        return decode_message(body)
    except MessageError:
        return None
    except RequestDataTooBig as exc:
        raise TooLarge() from exc
    except (UnreadablePostError, UnicodeDecodeError, RecursionError) as exc:
        raise Unreadable() from exc


def called_by(message: Message | None) -> Tool | None:
    """The tool that a request calls; a notification calls none."""
    if message is None or message.method != "tools/call" or request_id_of(message) is None:
        return None
    name = message.params.get("name") if isinstance(message.params, dict) else None
    return TOOL_NAMED.get(name) if isinstance(name, str) else None


def request_id_of(message: Message | None) -> Any:
    given = None if message is None else message.id
    return given if isinstance(given, str | int) else None
