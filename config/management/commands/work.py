import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError, connection

from audit.commands import OperatorCommand, aligned
from audit.models import ScheduledRun
from audit.sinks.delivery import sink_statuses
from config.scheduling.lock import only_one
from config.scheduling.running import run_due

TICK_SECONDS = 1
STANDBY_SECONDS = 5


class Command(OperatorCommand):
    help = (
        "Do what is due, until stopped: deliver audit records to AUDIT_SINKS, seal each minute, prune, clear sessions "
        "and test the connections daily. Instead of cron. Start one beside every server: one acts, the others stand by."
    )
    examples = ("work", "work --once", "work --status")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")
        parser.add_argument("--status", action="store_true", help="say when each job last ran and how it ended")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["status"]:
            self._tell()
            return
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, stop)
            signal.signal(signal.SIGINT, stop)
        while not stopping.is_set():
            seconds = self._act(stopping, once=options["once"])
            if options["once"]:
                return
            stopping.wait(seconds)

    def _act(self, stopping: threading.Event, *, once: bool) -> int:
        """As long as it is our turn. Seconds until it is worth asking again."""
        try:
            with only_one() as is_ours:
                if once and not is_ours():
                    self.stderr.write("Another process is at work.")
                while is_ours() and not stopping.is_set():
                    run_due()
                    if once:
                        break
                    stopping.wait(TICK_SECONDS)
        except DatabaseError as exc:
            connection.close()  # it may be what is broken: the next look begins with another
            self.stderr.write(f"The database cannot be used: {exc}")
        return STANDBY_SECONDS

    def _tell(self) -> None:
        rows = [("job", "last began", "ended", "how", "what it said")]
        for run in ScheduledRun.objects.order_by("job"):
            how = {True: "well", False: "failed", None: "under way, or cut off"}[run.succeeded]
            ended = f"{run.ended_at:%Y-%m-%d %H:%M:%S}" if run.ended_at else "-"
            rows.append((run.job, f"{run.started_at:%Y-%m-%d %H:%M:%S}", ended, how, run.said))
        for line in aligned(rows):
            self.stdout.write(line)
        for sink in sink_statuses():
            trouble = f", failing since {sink.failing_since:%Y-%m-%d %H:%M:%S}: {sink.problem}" if sink.problem else ""
            self.stdout.write(f"sink {sink.name}: {sink.behind} records behind{trouble}")
