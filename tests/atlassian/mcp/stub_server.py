"""An HTTP server that answers whatever a test says, for what stands between a laptop and memory-core."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Stub:
    """answer(message) → (status, headers, body); headers_seen holds what each request sent, bodies_seen its body."""

    def __init__(self, answer: Callable[[Any], tuple[int, dict[str, str], bytes]]) -> None:
        self.answer = answer
        self.headers_seen: list[dict[str, str]] = []
        self.bodies_seen: list[bytes] = []
        self.connections = 0
        self.url = ""


@contextmanager
def stub_server(
    answer: Callable[[Any], tuple[int, dict[str, str], bytes]], tls: ssl.SSLContext | None = None
) -> Iterator[Stub]:
    stub = Stub(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def setup(self) -> None:
            stub.connections += 1
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            stub.headers_seen.append({name.lower(): value for name, value in self.headers.items()})
            stub.bodies_seen.append(body)
            status, headers, content = stub.answer(json.loads(body))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = headers.get("X-Stub") == "hang up"

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    stub.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def result_of(message: Any, **result: Any) -> tuple[int, dict[str, str], bytes]:
    if "id" not in message:
        return 202, {}, b""
    return 200, {}, json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}).encode()
