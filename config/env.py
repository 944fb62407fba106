"""Reads the environment, one variable at a time; what cannot be right stops the process, by name."""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import origin, split

BOOLEANS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
DATABASES = "DATABASE_URL: give sqlite:///path or postgres://user:password@host:5432/name."
MAIL = "EMAIL_URL: give smtp+tls://user:password@host:587/?from=memory-core@example.com, smtp+ssl:// or smtp://."
MAIL_SCHEMES = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}
MAIL_TIMEOUT = 10  # seconds
CACHES = "CACHE_URL: give redis://host:6379/0, or locmemcache://name for the memory of one process."


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
