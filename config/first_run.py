"""`make run`: config/gunicorn.py, whose start ends with where the page is and what comes next."""

import sys
from typing import Any

from config import gunicorn, settings
from config.gunicorn import *  # noqa: F403  gunicorn reads its settings from here

NEXT = """
memory-core {version} is running. Ctrl-C ends it.

  page         {url}/
  sign in as   the email above. A forgotten password: .venv/bin/python manage.py changepassword EMAIL
  next         save the address, email and API token of your Atlassian account on that page, and press Test;
               then give an agent its key: README.md, "Connect an agent"
  log          one JSON object a line, here
"""


def when_ready(server: Any) -> None:  # type: ignore[no-redef]
    gunicorn.when_ready(server)
    print(NEXT.format(version=settings.VERSION, url=_url()), file=sys.stderr, flush=True)


def _url() -> str:
    host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "::") else settings.HOST  # noqa: S104  compared, not bound
    return settings.PUBLIC_URL or f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"
