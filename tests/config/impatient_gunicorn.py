"""config/gunicorn.py with a shorter limit on clients that stall, so that a test can await it."""

from config import gunicorn, worker

gunicorn.STALL_TIMEOUT = worker.STALL_TIMEOUT = 2
worker.SENDING_TIMEOUT = 3

from config.gunicorn import *  # noqa: E402, F403  gunicorn reads them from here
