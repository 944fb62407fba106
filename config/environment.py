"""Turns what the environment says into settings; what cannot be right stops the process, by name."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from integrations.origins import OriginRefused, origin_of, permitted_origin

PROVIDERS = ("jira", "confluence")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MIN_SECRET_CHARS = 32
MIN_TOKEN_CHARS = 16
HOW_TO_GENERATE = "`make .env` writes a .env with fresh secrets where there is none."
BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
DATABASES = "DATABASE_URL: give sqlite:///path or postgres://user:password@host:5432/name."
MAIL = "EMAIL_URL: give smtp+tls://user:password@host:587/?from=memory-core@example.com, smtp+ssl:// or smtp://."
MAIL_SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
MAIL_TIMEOUT = 10  # seconds
CACHES = "CACHE_URL: give redis://host:6379/0, or locmemcache://name for the memory of one process."

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


class Env(environ.Env):
    """Refuses what cannot be right by the variable's name. An empty value counts as absent."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()  # of the settings that were read

    def text(self, name: str, default: str = "") -> str:
        self.names.add(name)
        return str(self.str(name, default="")).strip() or default

    def secret(self, name: str, default: str = "") -> str:
        """What name says, or what the file holds that name_FILE names, as containers are handed their secrets."""
        path = self.text(f"{name}_FILE")
        if not path:
            return self.text(name, default)
        if self.text(name):
            raise ImproperlyConfigured(f"{name}_FILE: {name} is set as well. Give one of the two.")
        try:
            return Path(path).read_text(encoding="utf-8").strip() or default
        except (OSError, UnicodeDecodeError) as exc:
            raise ImproperlyConfigured(f"{name}_FILE={path!r}: the file cannot be read: {exc}.") from exc

    def comma_separated(self, name: str, default: str = "") -> list[str]:
        return split(self.text(name, default))

    def integer(self, name: str, default: int, least: int = 0, most: int = 1_000_000) -> int:
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
            raise ImproperlyConfigured(f"{name}={text!r}: give a whole number from {least} to {most}.")
        return int(text)

    def boolean(self, name: str) -> bool:
        text = self.text(name, "false").lower()
        if text not in BOOLEANS:
            raise ImproperlyConfigured(f"{name}={text!r}: give true or false.")
        return BOOLEANS[text]

    def log_level(self, name: str) -> str:
        text = self.text(name, "INFO").upper()
        if text not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{name}={text!r}: give DEBUG, INFO, WARNING, ERROR or CRITICAL.")
        return text

    def hosts(self, name: str, default: str) -> list[str]:
        """Names as they stand in a Host header; '*' for any, '.example.com' for a domain and what is below it."""
        for host in (hosts := self.comma_separated(name, default)):
            if "/" in host:
                raise ImproperlyConfigured(f"{name}: {host!r} is not a host name like memory.example.com.")
        return hosts

    def web_addresses(self, name: str) -> list[str]:
        addresses = [address.rstrip("/") for address in self.comma_separated(name)]
        for address in addresses:
            scheme, _, rest = address.partition("://")
            if scheme not in ("http", "https") or not rest or any(character.isspace() for character in rest):
                raise ImproperlyConfigured(f"{name}: {address!r} is not an address like https://memory.example.com.")
        return addresses

    def web_address(self, name: str) -> str:
        return (self.web_addresses(name) or [""])[0]

    def origin(self, name: str, default: str) -> str:
        return origin(name, self.text(name, default))

    def database(self, name: str, default: str) -> dict[str, Any]:
        text = self.secret(name, default)
        if not text.startswith(("sqlite://", "postgres://", "postgresql://")):
            raise ImproperlyConfigured(DATABASES)
        try:
            return dict(self.db_url_config(text))
        except ValueError as exc:  # a port that is no number
            raise ImproperlyConfigured(DATABASES) from exc

    def mail(self, name: str, public_url: str) -> dict[str, Any]:
        """Django's settings for mail. smtp+tls://user:password@host:587/?from=memory-core@example.com"""
        parts = urlsplit(self.secret(name))
        if not self.secret(name):
            return {}
        try:
            port = parts.port
        except ValueError as exc:
            raise ImproperlyConfigured(MAIL) from exc
        if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
            raise ImproperlyConfigured(MAIL)
        user = unquote(parts.username or "")
        sender = dict(parse_qsl(parts.query)).get("from") or (user if "@" in user else "")
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": port or MAIL_SCHEMES[parts.scheme],
            "EMAIL_HOST_USER": user,
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
            "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
            "EMAIL_TIMEOUT": MAIL_TIMEOUT,
            "DEFAULT_FROM_EMAIL": sender or f"memory-core@{urlsplit(public_url).hostname or 'localhost'}",
        }

    def cache(self, name: str, default: str) -> dict[str, Any]:
        text = self.secret(name, default)
        if not text.startswith(("redis://", "rediss://", "unix://", "locmemcache://")):
            raise ImproperlyConfigured(CACHES)
        config = dict(self.cache_url_config(text))
        if not text.startswith("locmemcache://"):
            from config import cache  # loads Redis' library, which nobody else needs

            config |= {"BACKEND": "config.cache.RedisCache", "OPTIONS": cache.OPTIONS | config.get("OPTIONS", {})}
            config |= {"KEY_PREFIX": "memory-core", "VERSION": cache.FORMAT}
        return config


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


def audit_sinks(texts: list[str], webhook_secret: str) -> list[str]:
    """Where records go besides the database."""
    for text in texts:
        if text == "stdout" or (text.startswith(("syslog+tcp://", "syslog+tls://")) and urlsplit(text).hostname):
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
    names = {name.strip().lower() for name in text.split(",")} - {""}
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
    return frozenset(origin(name, item.strip()) for item in text.split(",") if item.strip())


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
        database["CONN_HEALTH_CHECKS"] = True  # of each connection that the pool hands out
        for name, value in POSTGRESQL_OPTIONS.items():
            options.setdefault(name, value)
    else:
        if database["NAME"] != ":memory:":
            database["NAME"] = str(here / database["NAME"])
        database["CONN_MAX_AGE"] = None  # opening it anew costs a millisecond a request
        options |= {"timeout": 20, "transaction_mode": "IMMEDIATE"}
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"


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
