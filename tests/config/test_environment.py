from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.env import Env

BOTH = frozenset({"jira", "confluence"})


@pytest.mark.parametrize(
    ("text", "locked", "usable"),
    [
        ("", frozenset(), True),
        (" , ", frozenset(), True),
        ("jira", {"jira"}, True),
        (" Jira , CONFLUENCE", BOTH, True),
        ("all", BOTH, True),
        ("ALL, jira", BOTH, True),
        ("none", frozenset(), False),
        (" None ", frozenset(), False),
    ],
)
def test_locked_providers_are_read_whatever_their_case_and_blanks(text, locked, usable):
    assert environment.locked_providers(text) == (locked, usable)


@pytest.mark.parametrize("text", ["slack", "jira,slack", "none,jira", "all,none", "jira;confluence"])
def test_an_unknown_provider_stops_the_process_by_the_variables_name(text):
    with pytest.raises(ImproperlyConfigured, match="MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS"):
        environment.locked_providers(text)


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", set()),
        ("https://jira.example.com", {"https://jira.example.com"}),
        (
            "https://JIRA.example.com:443/ , http://127.0.0.1:8090",
            {"https://jira.example.com", "http://127.0.0.1:8090"},
        ),
        ("http://[::1]:8090", {"http://[::1]:8090"}),
        ("http://localhost:8090", {"http://localhost:8090"}),
    ],
)
def test_permitted_origins_are_read(text, origins):
    assert environment.origins(text) == origins


@pytest.mark.parametrize(
    "text",
    [
        "jira.example.com",
        "http://jira.example.com",
        "https://jira.example.com/path",
        "https://u:p@x.example",
        "*",
        "https:///token",
        "https://x:y",
    ],
)
def test_what_is_no_origin_stops_the_process(text):
    with pytest.raises(ImproperlyConfigured, match="MEMORY_CORE_ATLASSIAN_HOSTS"):
        environment.origins(text)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["x" * 40, "short"], ["s" * 50]])
def test_a_weak_or_shared_encryption_key_stops_the_process(keys):
    with pytest.raises(ImproperlyConfigured, match="FERNET_KEYS"):
        environment.fernet_keys(keys, secret_key="s" * 50)


def test_a_providers_three_variables_count_as_a_whole_or_not_at_all():
    whole = ("https://acme.atlassian.net", "bot@acme.example.com", "token")

    incomplete = ("https://acme.atlassian.net", "", "token")

    assert environment.complete_credentials({"jira": whole, "confluence": incomplete}, frozenset()) == {"jira": whole}


def test_a_relative_path_of_the_database_starts_at_the_code_wherever_the_process_did(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///memory-core.sqlite3")
    database = Env().database("DATABASE_URL", default="")

    environment.tune_database(database, pool_size=1, here=Path("/srv/memory-core"))

    assert database["NAME"] == "/srv/memory-core/memory-core.sqlite3"


def test_a_postgresql_that_is_away_holds_no_thread_for_long(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1/name")
    database = Env().database("DATABASE_URL", default="")

    environment.tune_database(database, pool_size=3, here=Path("/"))

    pool = {"min_size": 1, "max_size": 3, "timeout": 5, "reconnect_timeout": 5}
    assert database["OPTIONS"]["pool"] == pool
    assert database["OPTIONS"]["connect_timeout"] == 5


def test_several_processes_are_let_start_where_they_share_database_and_cache(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://127.0.0.1/name")
    monkeypatch.setenv("CACHE_URL", "redis://127.0.0.1:6379/0")
    database = Env().database("DATABASE_URL", default="")
    cache = Env().cache("CACHE_URL", default="")

    assert environment.processes(4, database, cache) == 4
    with pytest.raises(ImproperlyConfigured, match="MEMORY_CORE_PROCESSES"):
        environment.processes(4, database, {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"})


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "sender"),
    [
        ("smtp://mail.acme.example", "mail.acme.example", 25, False, "memory-core@memory.acme.example"),
        ("smtp+tls://bot%40acme.example:p%40ss@mail.acme.example", "mail.acme.example", 587, True, "bot@acme.example"),
        ("smtp+tls://mail.acme.example:2525/?from=a@b.example", "mail.acme.example", 2525, True, "a@b.example"),
    ],
)
def test_mail_is_set_up_by_one_address(monkeypatch, url, host, port, tls, sender):
    monkeypatch.setenv("EMAIL_URL", url)

    found = Env().mail("EMAIL_URL", "https://memory.acme.example")

    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == (host, port, tls)
    assert found["DEFAULT_FROM_EMAIL"] == sender


@pytest.mark.parametrize("url", ["mail.acme.example", "imap://mail.acme.example", "smtp://", "smtp://host:port"])
def test_what_is_no_address_of_a_mail_server_stops_the_process_by_name(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)

    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        Env().mail("EMAIL_URL", "")


def test_a_postgresql_host_that_vanishes_is_noticed_within_seconds(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://memory@db.acme.example:5432/memory")
    database = Env().database("DATABASE_URL", default="")

    environment.tune_database(database, 8, Path("/srv"))

    options = database["OPTIONS"]
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] <= 15
    assert options["tcp_user_timeout"] == 10_000
    assert database["CONN_HEALTH_CHECKS"] is True


def test_what_the_address_of_the_database_says_of_it_wins(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://memory@db.acme.example:5432/memory?keepalives_idle=60")
    database = Env().database("DATABASE_URL", default="")

    environment.tune_database(database, 8, Path("/srv"))

    assert int(database["OPTIONS"]["keepalives_idle"]) == 60


@pytest.mark.parametrize(
    "url",
    [
        "hooks.example.com",
        "ftp://hooks.example.com/x",
        "http://hooks.example.com/token",
        "https:///token",
        "https://[hooks/token",
        "https://hooks.example.com:port/token",
        "https://hooks.example.com/a token",
        "https://hooks.example.com/grüße",
        f"https://{'h' * 70}.example.com/token",
    ],
)
def test_a_notice_webhook_that_is_no_address_stops_the_process_without_being_repeated(url):
    with pytest.raises(ImproperlyConfigured, match=r"^MEMORY_CORE_NOTICE_WEBHOOK: give") as refused:
        environment.notice_webhook(url, "s" * 40)
    assert url not in str(refused.value)


def test_a_notice_webhook_needs_a_secret_that_signs():
    with pytest.raises(ImproperlyConfigured, match="MEMORY_CORE_NOTICE_WEBHOOK_SECRET"):
        environment.notice_webhook("https://hooks.example.com/x", "short")


@pytest.mark.parametrize("url", ["", "https://hooks.example.com/x?token=y", "http://127.0.0.1:9000/x", "http://[::1]/"])
def test_a_notice_webhook_may_be(url):
    assert environment.notice_webhook(url, "s" * 40) == url


@pytest.mark.parametrize(
    "sink", ["syslog+tls://[x", "syslog+tcp://host:port", "syslog+tls://", "syslog://host", "file"]
)
def test_a_sink_that_cannot_be_one_is_named(sink):
    with pytest.raises(ImproperlyConfigured, match="AUDIT_SINKS"):
        environment.audit_sinks(["stdout", sink], "s" * 40)


def test_sinks_of_every_kind_are_taken():
    sinks = ["stdout", "syslog+tls://log.example:6514", "syslog+tcp://127.0.0.1:601", "https://hook.example/x"]

    assert environment.audit_sinks(sinks, "s" * 40) == sinks
