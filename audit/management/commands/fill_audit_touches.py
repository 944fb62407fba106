from typing import Any

from audit.commands import OperatorCommand, counted
from audit.models import AuditLog, AuditLogTouch
from audit.progress import progress
from audit.touch_filling import fill_touches


class Command(OperatorCommand):
    help = (
        "Find what records speak of (issue keys, page ids) where a process of an older version wrote them during an "
        "upgrade, so that the filter 'touched' finds those too. Safe to repeat."
    )

    examples = ("fill_audit_touches",)

    def handle(self, *args: Any, **options: Any) -> None:
        before = AuditLogTouch.objects.count()
        with progress(AuditLog.objects.count(), "records", "touches") as bar:
            for count in fill_touches(AuditLog, AuditLogTouch):
                bar.update(count)
        self.stdout.write(f"{counted(AuditLogTouch.objects.count() - before, 'touch')} added.")
