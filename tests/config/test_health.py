"""/readyz says why the database cannot be used, in words that name no host and no user."""

import pytest
from django.db import connection
from django.test import Client

from tests.config.imitated_postgresql import imitated_postgresql
from tests.databases import away

pytestmark = pytest.mark.django_db


def problem() -> str:
    with away("django_migrations"):
        answer = Client().get("/readyz")
    assert answer.status_code == 503
    return answer.json()["problem"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="of a file")
def test_a_file_that_cannot_be_used_is_said_to_be_missing_damaged_or_locked():
    assert "locked by another process" in problem()


@pytest.fixture
def server(monkeypatch):
    """In the place of ours, for whoever connects anew."""
    if connection.vendor != "postgresql":
        pytest.skip("of a server")
    with imitated_postgresql() as running:
        monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        monkeypatch.setitem(connection.settings_dict, "PORT", running.port)
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "connect_timeout", 2)
        yield running


def test_connections_of_ours_that_are_all_taken_are_said_to_be_ours(server):
    assert "DATABASE_POOL_SIZE" in problem()


def test_a_server_that_has_stopped_is_said_not_to_answer(server):
    server.is_stopped = True

    assert "does not answer" in problem()


def test_a_server_that_has_no_connection_left_is_said_to_have_none(server):
    server.is_full = True

    assert "has no connection left" in problem()


def test_a_server_that_is_not_there_is_said_to_be_out_of_reach_without_its_address(server):
    server.close()

    assert "cannot be reached" in problem()
    assert "127.0.0.1" not in problem()
