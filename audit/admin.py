"""The audit log in the admin: read-only, and fast at any size. Only what an index answers can be asked."""

from functools import cached_property
from typing import Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.models import AuditLog
from audit.records import sanitize_for_json
from audit.summary import summary
from audit.vocabulary import Action, Outcome

MAX_ROWS = 10_000


def storable(text: str | None) -> str:
    """The text as a record would hold it: PostgreSQL refuses even a query with NUL or half a character in it."""
    return str(sanitize_for_json(text or ""))


class AtLeast(int):
    """A count that stopped: it reckons as the number, and reads as 10,000+."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


class CappedPaginator(Paginator):
    """Caps COUNT(*) at MAX_ROWS, and says so where there are more."""

    @cached_property
    def count(self) -> int:
        found = cast("QuerySet[AuditLog]", self.object_list)[: MAX_ROWS + 1].count()
        return found if found <= MAX_ROWS else AtLeast(MAX_ROWS)


class WorkspaceFilter(admin.SimpleListFilter):
    """Any workspace by ?workspace=KEY; offered are those of the newest records."""

    title = parameter_name = "workspace"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = AuditLog.objects.values_list("workspace", flat=True)[:500]
        keys = sorted({*newest, self.value() or ""} - {""})
        return [(key, key) for key in keys]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        return queryset.filter(workspace=storable(self.value())) if self.value() else queryset


class WithinWorkspaceFilter(admin.SimpleListFilter):
    """Its index begins with the workspace: without one, a rare value would be sought through the whole table."""

    values: tuple[str, ...]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, value) for value in self.values] if request.GET.get("workspace") else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditLog]) -> QuerySet[AuditLog]:
        return queryset.filter(**{str(self.parameter_name): storable(self.value())}) if self.value() else queryset


class ActionFilter(WithinWorkspaceFilter):
    title = parameter_name = "action"
    values = tuple(map(str, Action))


class OutcomeFilter(WithinWorkspaceFilter):
    title = parameter_name = "outcome"
    values = tuple(map(str, Outcome))


class ReadOnlyMixin:
    """Nobody may add, change or delete, superusers included."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnlyMixin, admin.ModelAdmin):
    list_display = ("when", "workspace", "who", "action", "ended", "channel", "what")
    list_display_links = ("when",)
    list_filter = (WorkspaceFilter, ActionFilter, OutcomeFilter)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count for every filter's every value
    sortable_by = ()
    paginator = CappedPaginator
    search_fields = ("actor",)
    actions = None

    class Media:
        css = {"all": ("admin.css",)}

    @admin.display(description="when (UTC)")
    def when(self, record: AuditLog) -> str:
        return f"{record.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="who")
    def who(self, record: AuditLog) -> str:
        return f"{record.actor or 'nobody'} ({record.key_label})" if record.key_label else record.actor or "nobody"

    @admin.display(description="ended")
    def ended(self, record: AuditLog) -> str:
        return f"{record.outcome}: {record.error_code}" if record.error_code else record.outcome

    @admin.display(description="what")
    def what(self, record: AuditLog) -> str:
        return summary(record)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditLog], search_term: str
    ) -> tuple[QuerySet[AuditLog], bool]:
        if not search_term:
            return queryset, False
        if not request.GET.get("workspace"):
            messages.warning(request, "Choose a workspace first: the log is searched within one.")
            return queryset, False
        return queryset.filter(actor=storable(search_term.strip().lower())), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what an index answers; nor can a date or number be too large then."""
        return lookup in ("workspace", "action", "outcome")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """When it was comes first: created_at is no field that a form would show."""
        return [field.name for field in AuditLog._meta.concrete_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.get_fields(request, obj)
