"""The one place where an error becomes an HTTP answer."""

import logging
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, JsonResponse
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from audit.errors import INTERNAL_ERROR, DatabaseUnavailable, as_api_exception, code_and_message, validation_issues
from audit.request_id import current_request_id

log = logging.getLogger(__name__)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's EXCEPTION_HANDLER: one shape for whatever went wrong, a crash included."""
    cause, exc = exc, as_api_exception(exc)
    if not isinstance(exc, APIException) or isinstance(exc, DatabaseUnavailable):
        log.error("unhandled error", exc_info=cause)
    status = exc.status_code if isinstance(exc, APIException) else 500
    return Response(error_body(*code_and_message(exc), validation_issues(exc)), status=status, headers=_headers(exc))


def error_body(code: str, message: str, issues: list[dict[str, str]] | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if issues:
        error["details"] = {"issues": issues}
    return {"error": error | {"request_id": current_request_id()}}


def _headers(exc: Exception) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    return headers


def route_not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(error_body("route_not_found", f"There is nothing at {request.path[:200]}."), status=404)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    sentence = "The request could not be read."
    if isinstance(exception, DisallowedHost):
        sentence = "The server does not answer to this host name: the operator lists it in ALLOWED_HOSTS."
    return JsonResponse(error_body("validation_error", sentence), status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> JsonResponse:
    return JsonResponse(error_body("permission_denied", "You may not open this."), status=403)


def server_error(request: HttpRequest) -> JsonResponse:
    return JsonResponse(error_body(*INTERNAL_ERROR), status=500)
