"""
python -m dev.attacks.bad_certificate [CALLS]: what a process grows by while calls to a site fail over its certificate.

Bounded: 10,000 calls unless you say otherwise, by eight threads of this process, to a TLS server in this process whose
certificate nobody trusts; then as many to a port where nobody listens.
"""

import argparse
import os
import resource
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from dev.demo.servers import own_port

THREADS = 8
STEPS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=10_000)
    calls = parser.parse_args().calls
    _set_up_django()
    with _server_that_nobody_trusts() as origin:
        _fail(f"{calls} calls to an untrusted certificate", origin, calls)
    _fail(f"{calls} calls to a port where nobody listens", f"https://127.0.0.1:{own_port()}", calls)


def _fail(what: str, origin: str, calls: int) -> None:
    from atlassian.errors import UpstreamFailure
    from atlassian.upstream.transport import Transport
    from integrations.credentials import Credentials

    credentials = Credentials("jira", "workspace", origin, "bot@example.com", "token")

    def call(_: int) -> None:
        with suppress(UpstreamFailure):
            Transport(credentials).request("GET", "/rest/api/3/myself")

    print(what)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(call, range(200)))  # what is made once is made
        for step in range(STEPS):
            cpu, began = time.process_time(), _resident()
            list(pool.map(call, range(calls // STEPS)))
            each = (time.process_time() - cpu) * 1000 / (calls // STEPS)
            done, now = (step + 1) * calls // STEPS, _resident()
            print(f"  {done:>7}: {now:6.1f} MB ({now - began:+.1f}), {each:.2f} ms CPU")


def _resident() -> float:
    """MB now; the peak where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


@contextmanager
def _server_that_nobody_trusts() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_self_signed(Path(folder)))
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:
        threading.Thread(target=_accept, args=(server, context), daemon=True).start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def _accept(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with suppress(OSError), connection, context.wrap_socket(connection, server_side=True):
            pass


def _self_signed(folder: Path) -> Path:
    """By the openssl program, which the project itself does not need."""
    path = folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(path), "-out", str(folder / "certificate.pem"), "-subj", "/CN=127.0.0.1", "-days", "1"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + (folder / "certificate.pem").read_bytes())
    return path


def _set_up_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("MEMORY_CORE_LOG_LEVEL", "ERROR")
    os.environ.setdefault("SECRET_KEY", "only-to-measure-" * 4)
    os.environ.setdefault("FERNET_KEYS", "another-one-to-measure-" * 4)
    django.setup()


if __name__ == "__main__":
    main()
