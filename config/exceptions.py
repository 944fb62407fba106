"""The one place where an error becomes an HTTP answer."""

import logging
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader
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


def route_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, "route_not_found", f"There is nothing at {request.path[:200]}.", 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = "The request could not be read."
    if isinstance(exception, DisallowedHost):
        sentence = "The server does not answer to this host name: the operator lists it in ALLOWED_HOSTS."
    return _said(request, "validation_error", sentence, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _said(request, "permission_denied", "You may not open this.", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    return _said(request, *INTERNAL_ERROR, 500)


def _said(request: HttpRequest, code: str, message: str, status: int) -> HttpResponse:
    """A page to a browser, JSON to a client. The page asks nothing of the database, which may be what is away."""
    if not _wants_page(request):
        return JsonResponse(error_body(code, message), status=status)
    context = {"sentence": message, "status": status, "request_id": current_request_id()}
    return HttpResponse(loader.get_template("console/error_page.html").render(context), status=status)


def _wants_page(request: HttpRequest) -> bool:
    return "text/html" in request.META.get("HTTP_ACCEPT", "") and not request.path.startswith(("/v1/", "/mcp"))
