"""gunicorn's settings: threads, because nearly all of a request's life is waiting for Atlassian."""

import gc
import shutil
import socket
import struct
from typing import Any

from gunicorn.glogging import Logger
from gunicorn.http import message

from atlassian.upstream import free_memory
from config import telemetry
from config.starting import (
    cache_problem,
    check_database,
    check_port,
    name_settings_module,
    one_sentence_on_failure,
    share_metrics,
)
from config.worker import STALL_TIMEOUT

with one_sentence_on_failure():
    from config import settings

counts = share_metrics() if settings.METRICS_TOKEN and settings.PROCESSES > 1 else None

# A reference of 10 KB is refused by us, with a sentence and a record; beyond this by gunicorn, with neither.
message.MAX_REQUEST_LINE = limit_request_line = 32_768

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
worker_class = "config.worker.Worker"
workers = settings.PROCESSES
threads = settings.THREADS
timeout = 60  # a call to Atlassian ends after 30 s
graceful_timeout = 35
keepalive = 65  # longer than a proxy keeps its side, so that it never writes into a closed connection
forwarder_headers = ""  # nobody's header says below which path we are: a rule of the proxy's could be passed by it
preload_app = True  # the processes share the program's memory, and one that is replaced is there at once
control_socket_disable = True  # in the user's home: a service may have none, and two servers would share it
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        "gunicorn.http": {"level": "ERROR"},  # it warns of every HEAD request
    },
}


class WithoutAccessLog(Logger):
    """gunicorn would gather all headers and variables of each request for a line that no handler takes."""

    def access(self, *args: Any) -> None:
        """config/middleware.py writes that line, with the request id and without the query."""


logger_class = WithoutAccessLog


def on_starting(server: Any) -> None:
    """Before anything listens: what cannot work ends here, what may be a mistake is said."""
    free_memory.share()
    name_settings_module()
    with one_sentence_on_failure():
        check_port(settings.HOST, settings.PORT)
        check_database()
        telemetry.check()
    problems = settings.SETTINGS_WARNINGS
    if settings.CACHES["default"]["BACKEND"] == "config.cache.RedisCache":
        problems = [*problems, cache_problem(str(settings.CACHES["default"]["LOCATION"]))]
    for sentence in filter(None, problems):
        server.log.warning("%s", sentence)


def when_ready(server: Any) -> None:
    """
    A client that stops reading its answer holds a thread no longer than this.

    gunicorn waits for ever. What a listener is set to, the connections that it accepts are set to; the kernel heeds it
    also where Python's own timeout is switched off.
    """
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STALL_TIMEOUT, 0))


def pre_fork(server: Any, worker: Any) -> None:
    """What is loaded by now is garbage never: looking for some would write to its pages, and end their being shared."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    with one_sentence_on_failure():
        telemetry.start()


def child_exit(server: Any, worker: Any) -> None:
    """What a process counted stays counted; what it was doing ends with it."""
    if counts:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    if counts:
        shutil.rmtree(counts, ignore_errors=True)
