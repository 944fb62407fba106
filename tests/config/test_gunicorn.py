"""What the server in front of Django is set to."""

import socket
import struct
from types import SimpleNamespace

import pytest

from config.gunicorn import STALL_SECONDS, when_ready


@pytest.mark.parametrize("option", [socket.SO_RCVTIMEO, socket.SO_SNDTIMEO])
def test_a_client_that_stalls_does_not_hold_a_thread_for_ever(option):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        when_ready(SimpleNamespace(LISTENERS=[SimpleNamespace(sock=listener)]))

        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()

    with accepted:
        assert struct.unpack("ll", accepted.getsockopt(socket.SOL_SOCKET, option, 16)) == (STALL_SECONDS, 0)
