"""Turns what the environment says into settings; what cannot be right stops the process, by name."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from integrations.origins import OriginRefused, permitted_origin

PROVIDERS = ("jira", "confluence")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MIN_SECRET_CHARS = 32


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


def origins(text: str) -> frozenset[str]:
    """Of MEMORY_CORE_ATLASSIAN_HOSTS: 'https://jira.example.com, http://127.0.0.1:8090'."""
    return frozenset(_origin(item.strip()) for item in text.split(",") if item.strip())


def _origin(item: str) -> str:
    try:
        parts = urlsplit(item)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    host = parts.hostname or ""
    plain = parts.path in ("", "/") and not parts.query and not parts.fragment and "@" not in parts.netloc
    if not (plain and host and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))):
        raise ImproperlyConfigured(
            f"MEMORY_CORE_ATLASSIAN_HOSTS: {item!r} is not an origin like https://jira.example.com "
            f"(http for a loopback address only)."
        )
    default = {"https": ":443", "http": ":80"}[parts.scheme]
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{'' if port == default else port}"


def tune(database: dict[str, Any], pool_size: int) -> None:
    """
    PostgreSQL: threads wait for Atlassian, not for the database, and share a few connections meanwhile.
    SQLite: readers beside one writer; synchronous FULL, because a record must survive a loss of power as well.
    """
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"].endswith(".postgresql"):
        options["pool"] = {"min_size": 1, "max_size": pool_size}
    elif database["ENGINE"].endswith(".sqlite3"):
        database["CONN_MAX_AGE"] = None  # opening it anew costs a millisecond a request
        options |= {"timeout": 20, "transaction_mode": "IMMEDIATE"}
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    else:
        raise ImproperlyConfigured("DATABASE_URL: give sqlite:///path or postgres://user:password@host:5432/name.")


def secret_key(text: str) -> str:
    if len(text) < MIN_SECRET_CHARS:
        raise ImproperlyConfigured(f"SECRET_KEY needs at least {MIN_SECRET_CHARS} characters.")
    return text


def fernet_keys(keys: list[str], secret_key: str) -> list[str]:
    """The library would take SECRET_KEY in place of none, and an empty string for a key."""
    for key in keys or [""]:
        if len(key) < MIN_SECRET_CHARS:
            raise ImproperlyConfigured(f"FERNET_KEYS: every key needs at least {MIN_SECRET_CHARS} characters.")
        if key == secret_key:
            raise ImproperlyConfigured("FERNET_KEYS: a key must not be SECRET_KEY; they are changed apart.")
    return keys


def whole_sets(sets: dict[str, tuple[str, str, str]], listed: frozenset[str]) -> dict[str, tuple[str, str, str]]:
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
