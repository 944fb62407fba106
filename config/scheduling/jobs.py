"""What is done regularly, and when."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.core.management import call_command

from audit.sealing import newest_root, seal
from audit.sinks.delivery import deliver_all
from config.scheduling.notices import tell_admins


@dataclass(frozen=True)
class Job:
    name: str
    run: Callable[[], str]  # returns what it did, in words; empty: nothing worth a line
    every: timedelta = timedelta(days=1)
    daily_at: time | None = None  # UTC

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        if last is None:
            return self.daily_at is None or now.time() >= self.daily_at
        if self.daily_at is None:
            return now - last >= self.every
        latest = datetime.combine(now.date(), self.daily_at, tzinfo=UTC)
        return last < (latest if latest <= now else latest - timedelta(days=1))


def _sealed() -> str:
    counts = seal().counts
    return f"{sum(counts)} records sealed. Newest root: {newest_root()}" if counts else ""


def _delivered() -> str:
    return f"{number} entries delivered." if (number := deliver_all()) else ""


def _pruned() -> str:
    return _said("prune_audit") if settings.AUDIT_RETENTION_DAYS else ""


def _said(command: str) -> str:
    out = io.StringIO()
    call_command(command, stdout=out)
    return out.getvalue().strip().splitlines()[-1] if out.getvalue().strip() else ""


JOBS = (
    Job("sinks", _delivered, every=timedelta(seconds=2)),
    Job("seal", _sealed, every=timedelta(minutes=1)),
    Job("prune", _pruned, daily_at=time(4)),
    Job("clearsessions", lambda: _said("clearsessions"), daily_at=time(4, 30)),
    Job("check_integrations", tell_admins, daily_at=time(7)),
)
