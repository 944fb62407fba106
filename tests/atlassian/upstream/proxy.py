"""A proxy for CONNECT on a loopback port."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Proxy:
    """`heads` are the requests that it was sent, `tunnels` the hosts that it connected."""

    def __init__(self, sign_in: str = "", refusal: bytes = b"") -> None:
        self.sign_in, self.refusal = sign_in, refusal
        self.heads: list[bytes] = []
        self.tunnels: list[str] = []
        self.done = threading.Event()
        self.url = ""

    def serve(self, client: Any) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096) or b"\r\n\r\n"
        self.heads.append(head)
        if self.refusal:
            client.sendall(self.refusal)
        elif not self._admits(head):
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        else:
            self._tunnel(client, head.split()[1].decode())

    def drip(self, client: Any) -> None:
        """Answers a byte at a time, for ever."""
        client.recv(4096)
        client.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.done.wait(0.02):
            client.sendall(b" ")

    def _admits(self, head: bytes) -> bool:
        expected = b"Basic " + base64.b64encode(self.sign_in.encode())
        return not self.sign_in or expected in head

    def _tunnel(self, client: Any, target: str) -> None:
        self.tunnels.append(target)
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port))) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


@contextmanager
def running_proxy(tls: ssl.SSLContext | None = None, *, dripping: bool = False, **kwargs: Any) -> Iterator[Proxy]:
    proxy = Proxy(**kwargs)
    server = socket.create_server(("127.0.0.1", 0))
    proxy.url = f"http{'s' if tls else ''}://127.0.0.1:{server.getsockname()[1]}"

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=converse, args=(client,), daemon=True).start()

    def converse(client: Any) -> None:
        with suppress(OSError), client, tls.wrap_socket(client, server_side=True) if tls else client as spoken:
            proxy.drip(spoken) if dripping else proxy.serve(spoken)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.done.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def _pump(source: Any, sink: Any) -> None:
    with suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
