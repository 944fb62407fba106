"""A PostgreSQL that has stopped holds nobody; one that takes its time is waited for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection

from config import silence
from tests.config.imitated_postgresql import SLOW, ImitatedPostgreSQL, imitated_postgresql


@pytest.fixture
def server(monkeypatch) -> Iterator[ImitatedPostgreSQL]:
    monkeypatch.setattr(silence, "PATIENCE", 0.01)
    monkeypatch.setattr(silence, "_silence", silence._Silence())
    with imitated_postgresql() as running:
        yield running


@pytest.fixture
def connect(server) -> Iterator[Callable[[], silence.WatchedConnection]]:
    where = f"postgres://memory@127.0.0.1:{server.port}/memory"
    with ExitStack() as connections:
        yield lambda: connections.enter_context(silence.WatchedConnection.connect(where, autocommit=True))


def test_a_server_that_has_stopped_is_given_up_and_its_connection_closed(server, connect):
    ours = connect()
    server.is_stopped = True

    with pytest.raises(psycopg.OperationalError, match="stopped answering"):
        ours.execute("SELECT 1")

    assert ours.broken


def test_a_statement_that_takes_its_time_is_waited_for_while_the_server_answers_others(server, connect):
    ours = connect()
    server.on_newcomer = lambda: server.slow_may_end.set() if server.newcomers == 4 else None

    ours.execute(SLOW)

    assert server.newcomers == 4
    assert not ours.closed


def test_a_server_that_has_no_connection_left_has_not_stopped(server, connect):
    ours = connect()
    server.is_full = True
    server.on_newcomer = lambda: server.slow_may_end.set() if server.newcomers == 3 else None

    ours.execute(SLOW)

    assert not ours.closed


def test_a_silence_that_one_has_found_the_others_need_not_find_again(server, connect):
    first, second = connect(), connect()
    server.is_stopped = True

    for ours in (first, second):
        with pytest.raises(psycopg.OperationalError, match="stopped answering"):
            ours.execute("SELECT 1")

    assert server.newcomers == 3


def test_a_silence_that_has_ended_is_forgotten(server, connect):
    first, second = connect(), connect()
    server.is_stopped = True
    with pytest.raises(psycopg.OperationalError, match="stopped answering"):
        first.execute("SELECT 1")
    server.is_stopped = False
    server.on_newcomer = server.slow_may_end.set

    second.execute("SELECT 1")
    second.execute(SLOW)

    assert not second.closed


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that could stop")
def test_who_calls_the_server_waits_by_such_connections():
    from config import wsgi

    assert wsgi.application
    assert connection.settings_dict["OPTIONS"]["pool"]["connection_class"] is silence.WatchedConnection
