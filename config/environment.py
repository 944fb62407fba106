"""Turns what was read of the environment into settings; what cannot be right stops the process, by name."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from integrations.origins import OriginRefused, origin_of, permitted_origin

PROVIDERS = ("jira", "confluence")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MIN_SECRET_CHARS = 32
MIN_TOKEN_CHARS = 16
HOW_TO_GENERATE = "`make .env` writes a .env with fresh secrets where there is none."
SQLITE_TIMEOUT = 7  # seconds that another process may keep the file locked; a call may queue for as long before
CONNECT_TIMEOUT = 5  # while PostgreSQL is away each call waits for one, and once more for its record

# A host that vanishes without a goodbye would be waited for until the kernel gives up, two hours later.
POSTGRESQL_OPTIONS = {
    "connect_timeout": CONNECT_TIMEOUT,
    "keepalives": 1,
    "keepalives_idle": 5,  # seconds, as those below; while nothing is on its way
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds; while something is
}


def notice_webhook(url: str, secret: str) -> str:
    """Where troubles of connections are told besides by mail. The address may hold a token: it is not repeated."""
    if url and not _may_be_posted_to(url):
        raise ImproperlyConfigured(
            "MEMORY_CORE_NOTICE_WEBHOOK: give an address like https://host/path (http for a loopback address only)."
        )
    if url and len(secret) < MIN_SECRET_CHARS:
        raise ImproperlyConfigured(
            f"MEMORY_CORE_NOTICE_WEBHOOK_SECRET: at least {MIN_SECRET_CHARS} characters, which sign what "
            "MEMORY_CORE_NOTICE_WEBHOOK is sent."
        )
    return url


def _may_be_posted_to(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:  # no address at all, a port that is no number, a name that none can have
        return False
    is_sendable = url.isascii() and url.isprintable() and " " not in url
    return is_sendable and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _is_syslog(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").encode("idna"), parts.port
        return parts.scheme in ("syslog+tcp", "syslog+tls") and bool(host) and port != 0
    except ValueError:  # as in _may_be_posted_to
        return False


def audit_sinks(texts: list[str], webhook_secret: str) -> list[str]:
    """Where records go besides the database."""
    for text in texts:
        if text == "stdout" or _is_syslog(text):
            continue
        if not _may_be_posted_to(text):
            raise ImproperlyConfigured(
                f"AUDIT_SINKS: {text!r} is none of stdout, syslog+tls://host:6514, syslog+tcp://host:601 and "
                f"https://host/path (http for a loopback address only)."
            )
        if len(webhook_secret) < MIN_SECRET_CHARS:
            raise ImproperlyConfigured(
                f"AUDIT_WEBHOOK_SECRET: at least {MIN_SECRET_CHARS} characters, which sign what AUDIT_SINKS sends."
            )
    return texts


def split(text: str) -> list[str]:
    """The items of a comma-separated list."""
    return [item.strip() for item in text.split(",") if item.strip()]


def locked_providers(text: str) -> tuple[frozenset[str], bool]:
    """(locked providers, whether the environment's credentials may be used at all)."""
    names = {name.lower() for name in split(text)}
    unknown = names - {*PROVIDERS, "all", "none"}
    if unknown or ("none" in names and len(names) > 1):
        raise ImproperlyConfigured(
            f"MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS={text!r}: give jira, confluence, both, all, or none alone."
        )
    if "none" in names:
        return frozenset(), False
    return frozenset(PROVIDERS if "all" in names else names), True


def origins(text: str, name: str = "MEMORY_CORE_ATLASSIAN_HOSTS") -> frozenset[str]:
    """'https://jira.example.com, http://127.0.0.1:8090'."""
    return frozenset(origin(name, item) for item in split(text))


def origin(name: str, item: str) -> str:
    wrong = ImproperlyConfigured(
        f"{name}: {item!r} is not an origin like https://jira.example.com (http for a loopback address only)."
    )
    try:
        found, parts = origin_of(item), urlsplit(item)
    except OriginRefused as exc:
        raise wrong from exc
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if not is_bare or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        raise wrong
    return found


def tune_database(database: dict[str, Any], pool_size: int, here: Path) -> None:
    """
    A relative path of SQLite's starts here, wherever the process was started.
    PostgreSQL: threads wait for Atlassian, not for the database, and share a few connections meanwhile.
    SQLite: readers beside one writer; synchronous FULL, because a record must survive a loss of power as well.
    """
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"].endswith(".postgresql"):
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": CONNECT_TIMEOUT}
        # Its pauses between tries double. It must give up early, to be begun anew by the next call with short ones.
        options["pool"]["reconnect_timeout"] = CONNECT_TIMEOUT
        database["CONN_HEALTH_CHECKS"] = True  # of each connection that the pool hands out
        for name, value in POSTGRESQL_OPTIONS.items():
            options.setdefault(name, value)
    else:
        if database["NAME"] != ":memory:":
            database["NAME"] = str(here / database["NAME"])
        database["CONN_MAX_AGE"] = None  # opening it anew costs a millisecond a request
        options |= {"timeout": SQLITE_TIMEOUT, "transaction_mode": "IMMEDIATE"}
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-256;"


def processes(number: int, database: dict[str, Any], cache: dict[str, Any]) -> int:
    """A cache in memory would be one for each: a key's calls counted apart, its credentials proved apart."""
    if number > 1 and (database["ENGINE"].endswith(".sqlite3") or cache["BACKEND"].endswith("LocMemCache")):
        raise ImproperlyConfigured(
            f"MEMORY_CORE_PROCESSES={number}: more than one needs PostgreSQL (DATABASE_URL) and Redis (CACHE_URL)."
        )
    return number


def secret_key(text: str) -> str:
    if len(text) < MIN_SECRET_CHARS:
        raise ImproperlyConfigured(f"SECRET_KEY: at least {MIN_SECRET_CHARS} characters are needed. {HOW_TO_GENERATE}")
    return text


def metrics_token(text: str) -> str:
    if text and len(text) < MIN_TOKEN_CHARS:
        raise ImproperlyConfigured(f"MEMORY_CORE_METRICS_TOKEN: at least {MIN_TOKEN_CHARS} characters are needed.")
    return text


def fernet_keys(keys: list[str], secret_key: str) -> list[str]:
    """The library would take SECRET_KEY in place of none, and an empty string for a key."""
    for key in keys or [""]:
        if len(key) < MIN_SECRET_CHARS:
            raise ImproperlyConfigured(
                f"FERNET_KEYS: every key needs at least {MIN_SECRET_CHARS} characters. {HOW_TO_GENERATE}"
            )
        if key == secret_key:
            raise ImproperlyConfigured("FERNET_KEYS: a key must not be SECRET_KEY; they are changed apart.")
    return keys


def complete_credentials(
    sets: dict[str, tuple[str, str, str]], listed: frozenset[str]
) -> dict[str, tuple[str, str, str]]:
    """A provider's three variables count as a whole or not at all; the first becomes the origin of the site."""
    return {
        provider: (_base_url(provider, base_url, listed), email, api_token)
        for provider, (base_url, email, api_token) in sets.items()
        if base_url and email and api_token
    }


def _base_url(provider: str, base_url: str, listed: frozenset[str]) -> str:
    try:
        return permitted_origin(base_url, listed)
    except OriginRefused as exc:
        raise ImproperlyConfigured(f"MEMORY_CORE_{provider.upper()}_BASE_URL={base_url!r}: {exc}") from exc
