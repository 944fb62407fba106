"""
The project on a free port of this machine, with the sample site behind it and a member's key.

The official suite cannot send a key: a request without one is given this key on its way in, outside the product,
which has no anonymous mode.
"""

import os
import socketserver
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import tests.environment  # noqa: F401  settings read the environment when they are imported


@dataclass(frozen=True)
class Running:
    url: str
    key: str


class ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def keyed(application: Callable[..., Any], key: str) -> Callable[..., Any]:
    def with_key(environ: dict[str, Any], start_response: Any) -> Any:
        environ.setdefault("HTTP_AUTHORIZATION", f"Bearer {key}")
        return application(environ, start_response)

    return with_key


@contextmanager
def running() -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as directory:
        os.environ["DATABASE_URL"] = f"sqlite:///{directory}/conformance.sqlite3"
        os.environ["MEMORY_CORE_LOG_LEVEL"] = "ERROR"
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django

        django.setup()
        yield from _serving()


def _serving() -> Iterator[Running]:
    """Imports that need settings to be there stand here."""
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    from dev.sample_site import SampleSite
    from tests.atlassian.rest_helpers import connect
    from tests.factories import make_api_key

    call_command("migrate", verbosity=0)
    with SampleSite() as site:
        connect(site)
        key = make_api_key()
        application = keyed(get_wsgi_application(), key)
        server = make_server("127.0.0.1", 0, application, ThreadingServer, QuietHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Running(f"http://127.0.0.1:{server.server_port}", key)
        finally:
            server.shutdown()
            server.server_close()
