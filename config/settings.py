"""Read top to bottom. Only this file reads the environment; a missing secret stops the process by its name."""

from pathlib import Path
from typing import Any

from config import __version__, environment, environment_warnings, network
from config.env import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env")  # what the environment says already wins

# Secrets: no default. What env.secret reads may lie in a file instead: SECRET_KEY_FILE=/run/secrets/…
SECRET_KEY = environment.secret_key(env.secret("SECRET_KEY"))
# Newest first; the older ones still decrypt.
FERNET_KEYS = environment.fernet_keys(environment.split(env.secret("FERNET_KEYS")), SECRET_KEY)

# Where it listens, and how it is reached.
DEBUG = env.boolean("DEBUG")
HOST = env.text("MEMORY_CORE_HOST", default="127.0.0.1")
PORT = env.integer("MEMORY_CORE_PORT", default=8080, least=1, most=65_535)
THREADS = env.integer("MEMORY_CORE_THREADS", default=128, least=1)  # of one process; nearly all wait for Atlassian
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.web_addresses("CSRF_TRUSTED_ORIGINS")
PROXIES = env.integer("MEMORY_CORE_PROXIES", default=0, most=10)  # in front, each of which appends to X-Forwarded-For
HTTPS = env.boolean("MEMORY_CORE_HTTPS")  # true behind a proxy that speaks TLS
PUBLIC_URL = env.web_address("MEMORY_CORE_PUBLIC_URL")  # in client configurations; empty: as the browser sees it

# Mail, for invitations and forgotten passwords; without it links are passed on by hand.
MAIL_IS_SET_UP = bool(env.secret("EMAIL_URL"))
vars().update(env.mail("EMAIL_URL", PUBLIC_URL))  # Django's EMAIL_… and DEFAULT_FROM_EMAIL
# Where troubles of connections are told besides by mail; empty: nowhere.
NOTICE_WEBHOOK_SECRET = env.secret("MEMORY_CORE_NOTICE_WEBHOOK_SECRET")
NOTICE_WEBHOOK = environment.notice_webhook(env.secret("MEMORY_CORE_NOTICE_WEBHOOK"), NOTICE_WEBHOOK_SECRET)

# Where state lives. One machine: SQLite and memory. More: PostgreSQL and Redis.
DATABASES = {"default": env.database("DATABASE_URL", default="sqlite:///memory-core.sqlite3")}
DATABASE_POOL_SIZE = env.integer("DATABASE_POOL_SIZE", default=8, least=1)  # PostgreSQL connections of one process
environment.tune_database(DATABASES["default"], DATABASE_POOL_SIZE, BASE_DIR)
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://memory-core")}
if CACHES["default"]["BACKEND"].endswith("LocMemCache"):
    # Beyond Django's 300 entries, names, proofs of credentials and counters of calls would push each other out.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 20_000)
PROCESSES = environment.processes(
    env.integer("MEMORY_CORE_PROCESSES", default=1, least=1, most=1000), DATABASES["default"], CACHES["default"]
)

# Atlassian.
ATLASSIAN_ORIGINS = environment.origins(env.text("MEMORY_CORE_ATLASSIAN_HOSTS"))
ATLASSIAN_GATEWAY_URL = env.origin("ATLASSIAN_GATEWAY_URL", default="https://api.atlassian.com")
# Where a download of an attached file may be redirected to; comma-separated.
_media_url = env.text("ATLASSIAN_MEDIA_URL", default="https://api.media.atlassian.com")
ATLASSIAN_MEDIA_ORIGINS = environment.origins(_media_url, "ATLASSIAN_MEDIA_URL")
CA_BUNDLE = network.ca_bundle("MEMORY_CORE_CA_BUNDLE", env.text("MEMORY_CORE_CA_BUNDLE"))  # beside the public ones
CLIENT_CERT = network.client_cert("MEMORY_CORE_CLIENT_CERT", env.text("MEMORY_CORE_CLIENT_CERT"))
HTTPS_PROXIES = network.proxies("MEMORY_CORE_HTTPS_PROXY", env.secret("MEMORY_CORE_HTTPS_PROXY"))
LOCKED_PROVIDERS, _use_environment = environment.locked_providers(env.text("MEMORY_CORE_INTEGRATION_LOCKED_PROVIDERS"))
_jira = (
    env.text("MEMORY_CORE_JIRA_BASE_URL"),
    env.text("MEMORY_CORE_JIRA_EMAIL"),
    env.secret("MEMORY_CORE_JIRA_API_TOKEN"),
)
_confluence = (
    env.text("MEMORY_CORE_CONFLUENCE_BASE_URL"),
    env.text("MEMORY_CORE_CONFLUENCE_EMAIL"),
    env.secret("MEMORY_CORE_CONFLUENCE_API_TOKEN"),
)
ENVIRONMENT_CREDENTIALS = (
    environment.complete_credentials({"jira": _jira, "confluence": _confluence}, ATLASSIAN_ORIGINS)
    if _use_environment
    else {}
)

# Limits and retention.
RATE_LIMIT_PER_MINUTE = env.integer("MEMORY_CORE_RATE_LIMIT_PER_MINUTE", default=6000)  # of one key; 0: none
AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", default=365, most=36_500)  # for prune_audit; 0 keeps forever
AUDIT_ARCHIVE_DIR = BASE_DIR / env.text("AUDIT_ARCHIVE_DIR", default="audit-archive")  # of what is pruned
AUDIT_WEBHOOK_SECRET = env.secret("AUDIT_WEBHOOK_SECRET")
AUDIT_SINKS = environment.audit_sinks(env.comma_separated("AUDIT_SINKS"), AUDIT_WEBHOOK_SECRET)  # where records go
AUDIT_SINKS_CA = env.text("AUDIT_SINKS_CA")  # certificates that these may have, besides the usual
LOG_LEVEL = env.log_level("MEMORY_CORE_LOG_LEVEL")
OTLP_ENDPOINT = env.web_address("OTEL_EXPORTER_OTLP_ENDPOINT")  # for spans; empty: there are none
METRICS_TOKEN = environment.metrics_token(env.secret("MEMORY_CORE_METRICS_TOKEN"))  # for /metrics; empty: there is none

TOKEN_VARIABLES = env.ENVIRON  # from which manage.py apply takes the tokens that a file names

VERSION = __version__

# Said at start; nothing of it stops the process.
SETTINGS_WARNINGS = [
    *environment_warnings.unknown_variables(env.names, env.ENVIRON),
    *environment_warnings.incomplete_credentials({"jira": _jira, "confluence": _confluence}),
]

# From here on nothing depends on where it runs.
INSTALLED_APPS = [
    "config",  # first: some of its commands stand in for Django's
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular_sidecar",  # the browsable page's scripts and styles, so that it works offline
    "audit",
    "workspaces",
    "integrations",
    "atlassian",
    "console",
]

MIDDLEWARE = [
    "audit.request_id.RequestIdMiddleware",
    "audit.trace_context.TraceContextMiddleware",
    "config.middleware.AccessLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.ContentSecurityPolicyMiddleware",
    "config.middleware.NoStoreMiddleware",
    "config.health.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "workspaces.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGIN_URL = "/login/"
INVITATION_URL, PASSWORD_LINK_URL = "/invitation/", "/password/link/"
LOGIN_REDIRECT_URL = "/integrations/"  # the console; a workspace's pages lie below, under its key
CSRF_FAILURE_VIEW = "console.base.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["workspaces.authentication.WorkspaceAuthentication"],
    "DEFAULT_PARSER_CLASSES": ["audit.parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.exceptions.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "memory-core",
    "DESCRIPTION": "Search and read of Jira and Confluence, recorded. See docs/ of the repository.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "PREPROCESSING_HOOKS": ["config.openapi.schema.keep_ours"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["config.openapi.schema.with_components"],
}

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic step is needed to serve the admin

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.logs.RequestIdFilter"}},
    "formatters": {"json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},  # 4xx are in the access log and the audit log already
        "django.server": {"level": "ERROR"},
        "django_mcpz.calls": {"level": "ERROR"},  # its lines hold the arguments of each call, query text included
        "urllib3": {"level": "ERROR"},  # its lines hold whole URLs, query text included
    },
}
