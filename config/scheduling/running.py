"""Running what is due, one job after another, each visible in the database and in the log."""

import logging
import socket

from django.core.management import CommandError
from django.db import DatabaseError
from django.utils import timezone
from rest_framework.exceptions import APIException

from audit.errors import code_and_message
from audit.models import ScheduledRun
from config.scheduling.jobs import JOBS, Job

log = logging.getLogger(__name__)


def run_due() -> list[str]:
    """Names of the jobs that ran. One that was cut off counts as never begun."""
    last = dict(ScheduledRun.objects.exclude(ended_at=None).values_list("job", "started_at"))
    due = [job for job in JOBS if job.is_due(last.get(job.name), timezone.now())]
    for job in due:
        _run(job)
    return [job.name for job in due]


def _run(job: Job) -> None:
    """What fails is said and tried again when it is due: the other jobs go on."""
    started = {"started_at": timezone.now(), "ended_at": None, "succeeded": None, "host": socket.gethostname()[:100]}
    run = ScheduledRun.objects.update_or_create(job=job.name, defaults=started)[0]
    try:
        run.said, run.succeeded = job.run(), True
    except APIException as exc:
        run.said, run.succeeded = code_and_message(exc)[1], False
    except (CommandError, DatabaseError, OSError) as exc:
        run.said, run.succeeded = str(exc), False
    except SystemExit as exc:  # of a command that tells its findings by its exit status
        run.said, run.succeeded = f"exit status {exc.code}", not exc.code
    run.said, run.ended_at = run.said[:500], timezone.now()
    run.save()
    if run.said:
        level = logging.INFO if run.succeeded else logging.ERROR
        log.log(level, "scheduled job", extra={"job": job.name, "succeeded": run.succeeded, "said": run.said})
