"""config/gunicorn.py in a process that may open few files."""

import resource

from config.worker import MAX_LINGERING, RESERVED_FILES

resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_LINGERING + RESERVED_FILES + 30, MAX_LINGERING + RESERVED_FILES + 30))

from config.gunicorn import *  # noqa: E402, F403  gunicorn reads them from here
