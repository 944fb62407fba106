"""Activity: the audit log for people. Filters are the address, every record has one, the rest is exported."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError

from audit.errors import validation_issues
from audit.listing import RECORD_FIELDS
from audit.serializers import ListInput
from audit.services import find_record, list_records
from audit.statistics import DAYS, activity_per_day, calls_per_hour, containers_read, readers
from audit.summary import in_words, summary
from audit.trail import record_failure
from audit.vocabulary import Action, Channel, Kind, Outcome, kind_of
from console.base import WorkspacePage
from console.chart import hour_bars, sparklines, table_rows, width_of
from console.navigation import ACTIVITY
from console.touched import linked_summary, sites_of, touched
from workspaces.errors import NoSuchRecord

PAGE_SIZE = 100
NAMES = ("from", "to", "actor", "action_key", "outcome", "channel", "key", "touched", "request_id")
OF_ONE_TAB = {"action_key": "", "touched": ""}  # what was administered touches no issue or page
RANGES = (("Last hour", 1), ("Last 24 hours", 24), ("Last 7 days", 7 * 24), ("Last 30 days", 30 * 24))


class ActivityPage(WorkspacePage):
    """Filtered by the names that GET /v1/audit-logs knows."""

    recorded_as: ClassVar[Action] = Action.AUDIT_LIST
    page = ACTIVITY

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        given = {name: value.strip() for name, value in request.GET.dict().items() if value.strip()}
        kind = given.setdefault("kind", Kind.READ)
        arguments = ListInput(data={"limit": PAGE_SIZE} | given | {"workspace_key": self.workspace_key})
        try:
            arguments.is_valid(raise_exception=True)
        except ValidationError as exc:
            record_failure(self.actor, self.recorded_as, {}, exc)
            errors = {issue["path"]: issue["message"] for issue in validation_issues(exc)}
            known = {name: value for name, value in given.items() if name in NAMES}
            return self._page({"kind": Kind.READ} | known, {"records": [], "errors": errors}, status=400)
        checked = arguments.validated_data
        records, cursor = list_records(self.actor, ListInput.filters(checked), checked["limit"], checked.get("cursor"))
        sites = sites_of(self.workspace_key)
        context: dict[str, Any] = {
            "records": [(record, linked_summary(record, sites)) for record in records],
            "next_cursor": cursor and cursor.encode(),
        }
        if not set(given) - {"kind"}:
            context |= self._charts(kind)
        return self._page(given, context)

    def _page(self, given: Mapping[str, str], context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        filters = {name: value for name, value in given.items() if name not in ("cursor", "limit")}
        frame = {
            "given": filters,
            "since": _as_typed(filters.get("from", "")),
            "until": _as_typed(filters.get("to", "")),
            "kind": filters.get("kind", Kind.READ),
            "is_filtered": bool(set(filters) - {"kind"}),
            "tabs": [(kind, _address({**filters, "kind": kind} | OF_ONE_TAB)) for kind in Kind],
            "ranges": [(label, _address({**filters, "from": _back(hours), "to": ""})) for label, hours in RANGES],
            "query": urlencode(filters),
            "limit": given.get("limit", ""),
            "days": DAYS,
            "actions": [action for action in Action if kind_of(action) == filters.get("kind")],
            "outcomes": list(Outcome),
            "channels": list(Channel),
        }
        return self.render("console/activity.html", {**frame, **context}, status=status)

    def _charts(self, kind: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        activity = activity_per_day(self.actor, now.date())
        days = {
            day: {what: calls for what, calls in counted.calls.items() if kind_of(what[0]) == kind}
            for day, counted in activity.items()
        }
        context: dict[str, Any] = {
            "day_rows": table_rows(days),
            "sparklines": sparklines(days),
            "chart_width": width_of(days),
            "days_counted": len(days),
        }
        if kind != Kind.READ:
            return context
        return context | {
            "hours": hour_bars(calls_per_hour(self.actor, now)),
            "readers": readers(activity.values()),
            "containers": containers_read(activity.values()),
        }


class RecordPage(WorkspacePage):
    recorded_as = Action.AUDIT_LIST
    page = ACTIVITY

    def get(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        record = find_record(self.actor, pk)
        if record is None:
            raise NoSuchRecord()
        context = {
            "record": record,
            "summary": summary(record),
            "fields": [(name, getattr(record, name)) for name in RECORD_FIELDS if name not in ("target", "created_at")],
            "target": _facts(record.target),
            "touched": touched(record, sites_of(self.workspace_key)),
            "kind": kind_of(record.action),
        }
        return self.render("console/record.html", context)


def _facts(target: Any) -> list[tuple[str, str]]:
    return [(name, in_words(name, value)) for name, value in target.items()] if isinstance(target, dict) else []


def _address(given: Mapping[str, str]) -> str:
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _as_typed(text: str) -> str:
    """As the browser's field for a moment takes it, in UTC; what is no moment as it is, to be mended."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return text
    if moment is None:
        return text
    try:
        utc = moment if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # a moment before the first year, or behind the last
        return text
    return f"{utc:%Y-%m-%dT%H:%M:%S}".removesuffix(":00")


def _back(hours: int) -> str:
    """Rounded to the minute, so that the address does not change every second."""
    return f"{datetime.now(UTC) - timedelta(hours=hours):%Y-%m-%dT%H:%M}"


class OldRecordsPage(WorkspacePage):
    """The address that this page had before."""

    recorded_as = Action.AUDIT_LIST
    page = ACTIVITY

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.back(query=request.GET.urlencode())
