"""
The environment of the suite, set before settings.py reads it: nothing of a developer's .env reaches a test.

It is .env.example, so that the defaults written down there are the ones tried. Database and cache may be chosen.
"""

import os
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / ".env.example"

defaults = dict(line.split("=", 1) for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#"))
chosen = {name: os.environ[name] for name in ("DATABASE_URL", "CACHE_URL") if name in os.environ}
os.environ |= (
    defaults
    | {
        "SECRET_KEY": "only-for-tests-" * 4,
        "FERNET_KEYS": "only-for-tests-newest-key-" * 2 + "," + "only-for-tests-older-key-" * 2,
        "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
        "MEMORY_CORE_RATE_LIMIT_PER_MINUTE": "0",
        "DATABASE_URL": "sqlite:///:memory:",
        "CACHE_URL": "locmemcache://tests",
    }
    | chosen
)
