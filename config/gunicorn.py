"""gunicorn's settings: threads, because nearly all of a request's life is waiting for Atlassian."""

from gunicorn.http import message

from config import settings

# A reference of 10 KB is refused by us, with a sentence and a record; beyond this by gunicorn, with neither.
message.MAX_REQUEST_LINE = limit_request_line = 32_768

bind = f"[{settings.HOST}]:{settings.PORT}" if ":" in settings.HOST else f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"
workers = settings.PROCESSES
threads = settings.THREADS
timeout = 60  # a call to Atlassian ends after 30 s
graceful_timeout = 35
keepalive = 65  # longer than a proxy keeps its side, so that it never writes into a closed connection
accesslog = None  # config/middleware.py writes that line, with the request id and without the query
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {
        **settings.LOGGING["loggers"],
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
        "gunicorn.http": {"level": "ERROR"},  # it warns of every HEAD request
    },
}
