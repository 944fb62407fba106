"""Errors of the ground floor, and the one place where an error becomes a code and a sentence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, ValidationError
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions, status
from rest_framework.exceptions import APIException

from audit.names import shown_name


class NotPermitted(APIException):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "role_required"
    default_detail = "Your role in this workspace does not permit this. Ask an owner or admin of the workspace."


class AuditUnavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "audit_unavailable"
    default_detail = "The audit record could not be written, so nothing is answered. Try again shortly."
    is_recorded = True  # in that there is no trying again: each try may wait for a lock as long as the first


class RateLimited(exceptions.Throttled):
    default_code = "rate_limited"
    default_detail = "Too many calls with this API key."
    extra_detail_singular = extra_detail_plural = "Try again in {wait} s."


class ArchiveUnreadable(APIException):
    default_code = "archive_unreadable"

    def __init__(self, path: Path) -> None:
        super().__init__(f"The archive {path} does not read as it was written, so nothing was deleted.")


class ArchiveIncomplete(APIException):
    default_code = "archive_incomplete"
    default_detail = "There are not as many records as were archived, so nothing was deleted. Run prune_audit again."


class SinksBehind(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "audit_sinks_behind"
    default_detail = "A sink of AUDIT_SINKS has not had all of these yet, so nothing was pruned. See: work --status."


class ExportsBusy(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "exports_busy"
    default_detail = "As many exports are under way as may be at once. Try again when one has ended."
    wait = 10


class LogDiffers(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "audit_log_differs"

    def __init__(self, differences: int) -> None:
        super().__init__(
            f"The records to be pruned differ from their seals in {differences} places, so nothing was pruned: see "
            f"verify_audit. With --allow-tampered they are archived as they are, and deleted."
        )


class DatabaseUnavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "database_unavailable"
    default_detail = "The database cannot be reached. Try again shortly."


class DatabaseNotMigrated(DatabaseUnavailable):
    default_code = "database_not_migrated"
    default_detail = (
        "The database has no tables of ours. The operator runs 'manage.py migrate', or points DATABASE_URL at the "
        "right one."
    )


INTERNAL_ERROR = (
    "internal_error",
    "Something broke on our side. The log has the details under this request_id.",
)


class InternalError(APIException):
    """A crash, where it has to go on as one of our errors; its trace is in the log by then."""

    default_code, default_detail = INTERNAL_ERROR


# What Django raises for a request that cannot be read: too many parameters, too large a body, a sender who went away.
UNREADABLE = (BadRequest, SuspiciousOperation, UnreadablePostError)

# DRF's own words for what can go wrong before a view of ours runs.
CODE_FOR = {
    exceptions.ValidationError: "validation_error",
    exceptions.ParseError: "validation_error",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotFound: "route_not_found",
    exceptions.PermissionDenied: "permission_denied",
}


def as_api_exception(exc: Exception) -> Exception:
    """Django's own exceptions, as the kind of DRF's that says the same."""
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, ValidationError):  # of a model whose values were refused
        return exceptions.ValidationError(exc.messages)
    if isinstance(exc, UNREADABLE):
        return exceptions.ParseError("The request could not be read.")
    if isinstance(exc, DatabaseError) and _names_no_table(exc):
        return DatabaseNotMigrated()
    if isinstance(exc, OperationalError | InterfaceError):
        return DatabaseUnavailable()
    return exc


def _names_no_table(exc: DatabaseError) -> bool:
    """True after a failover to a database that was never filled."""
    return getattr(exc.__cause__, "sqlstate", "") == "42P01" or str(exc).startswith("no such table")


def code_and_message(exc: Exception) -> tuple[str, str]:
    """The code and sentence of exc, as HTTP, MCP and the audit log say them."""
    exc = as_api_exception(exc)
    if not isinstance(exc, APIException):
        return INTERNAL_ERROR
    for kind, code in CODE_FOR.items():
        if isinstance(exc, kind):
            return code, _sentence(exc)
    return str(exc.get_codes()), str(exc.detail)


def validation_issues(exc: Exception) -> list[dict[str, str]]:
    """For a validation error, each refused value as {path, code, message}; else empty."""
    if not isinstance(exc, exceptions.ValidationError):
        return []
    return list(_issues(exc.detail, ""))


def _sentence(exc: APIException) -> str:
    issues = validation_issues(exc)
    if not issues:
        return str(exc.detail)
    return " ".join(f"{issue['path']}: {issue['message']}" if issue["path"] else issue["message"] for issue in issues)


def _issues(detail: Any, path: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            name = "" if name == "non_field_errors" else str(name)
            yield from _issues(inner, ".".join(part for part in (path, name) if part))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _issues(inner, path)
    else:
        yield {
            "path": ".".join(map(shown_name, path.split("."))) if path else "",
            "code": str(detail.code),
            "message": _utf8_safe(str(detail)),
        }


def _utf8_safe(text: str) -> str:
    """Replaces lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text.encode(errors="replace").decode()
