"""A database of the first version, with what is in one after a while, served by this version."""

import json
import os
import sqlite3
from contextlib import closing

import pytest

from integrations.models import Integration
from tests.running_server import get, manage, running_server
from workspaces.models import digest_of

SECRET = "mc_" + "k" * 43
# Where each app's migrations stood in 0.1.0. Later ones are applied on top, however many there are.
FIRST_VERSION = {"workspaces": "0001", "integrations": "0001", "audit": "0002"}
THEN = "2026-11-20 10:00:00"


@pytest.fixture
def data_of_the_first_version(tmp_path):
    path = tmp_path / "served.sqlite3"
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}"}
    for app, migration in FIRST_VERSION.items():
        manage(environment, "migrate", app, migration)
    with closing(sqlite3.connect(path)) as database:
        fill(database)
        database.commit()
    return tmp_path


def fill(database: sqlite3.Connection) -> None:
    token = Integration._meta.get_field("api_token").fernet.encrypt(b"a-token")
    database.executescript(
        f"""
        INSERT INTO workspaces_user (id, password, is_superuser, first_name, last_name, is_staff, is_active,
            date_joined, email) VALUES (1, '!', 0, '', '', 0, 1, '{THEN}', 'ann@acme.example');
        INSERT INTO workspaces_workspace VALUES (1, 'acme', 'Acme', '{THEN}');
        INSERT INTO workspaces_membership VALUES (1, 'admin', '{THEN}', 1, 1);
        INSERT INTO workspaces_apikey VALUES (1, '{SECRET[:11]}', '{digest_of(SECRET)}', 'laptop', '{THEN}', NULL, NULL,
            NULL, 1);
        INSERT INTO audit_logs VALUES (1, '{THEN}', 'acme', 'ann@acme.example', 'laptop', 'admin', 'jira.read',
            '{{"issue_key": "OPS-1"}}', 'success', '', 'rest', 'an-old-request', 12);
        """
    )
    row = (1, "jira", 1, "https://acme.atlassian.net", "agents@acme.example", token, None, '["OPS"]', 0, 1, THEN, 0)
    database.execute(
        f"INSERT INTO integrations_integration VALUES ({', '.join('?' * len(row))}, '', '', '', NULL, '', 1)", row
    )


def test_what_the_first_version_kept_is_there_and_works(data_of_the_first_version):
    with running_server(data_of_the_first_version, migrate=True) as port:
        key = {"Authorization": f"Bearer {SECRET}"}
        ready = get(port, "/readyz")
        connected = json.loads(get(port, "/v1/integrations", **key)[1])["integrations"]["jira"]
        logs = json.loads(get(port, "/v1/audit-logs?touched=OPS-1", **key)[1])["logs"]
        listed = manage(
            os.environ | {"DATABASE_URL": f"sqlite:///{data_of_the_first_version / 'served.sqlite3'}"},
            *("list_api_keys", "acme"),
        )

    assert ready[0] == 200, ready[1]
    assert (connected["configured"], connected["base_url"]) == (True, "https://acme.atlassian.net")
    assert connected["project_keys"] == ["OPS"]
    assert connected["warnings"] == []  # the token can still be decrypted
    assert [record["request_id"] for record in logs] == ["an-old-request"]
    assert "laptop" in listed
    assert "usable" in listed
