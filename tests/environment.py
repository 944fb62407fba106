"""The environment of the suite, set before Django reads it: nothing of a developer's .env reaches a test."""

import os

os.environ.update(
    SECRET_KEY="only-for-tests-" * 4,
    FERNET_KEYS="only-for-tests-newest-key-" * 2 + "," + "only-for-tests-older-key-" * 2,
    DEBUG="false",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    MEMORY_CORE_ATLASSIAN_HOSTS="",
    ATLASSIAN_GATEWAY_URL="https://api.atlassian.com",
    MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS="",
    MEMORY_CORE_RATE_LIMIT_PER_MINUTE="0",
    MEMORY_CORE_HTTPS="false",
)
for provider in ("JIRA", "CONFLUENCE"):
    for name in ("BASE_URL", "EMAIL", "API_TOKEN"):
        os.environ[f"MEMORY_CORE_{provider}_{name}"] = ""
os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")
os.environ.setdefault("CACHE_URL", "locmemcache://tests")
