from importlib import import_module

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection

from config.starting import name_settings_module

name_settings_module()


class Utf8Request(WSGIRequest):
    """
    Read as UTF-8, whatever charset its Content-Type claims.

    Django tries the claimed one on the query string while the request is made, before anything could catch that it
    is none for text: rot13, zlib.
    """

    @property
    def encoding(self) -> str:
        return "utf-8"

    @encoding.setter
    def encoding(self, charset: str) -> None:
        pass


class Handler(WSGIHandler):
    request_class = Utf8Request


django.setup(set_prefix=False)
import_module(settings.ROOT_URLCONF)  # Django would load it with the first request, in each process anew
if connection.vendor == "postgresql":
    from config.silence import watch_pool  # with SQLite its library is not loaded

    watch_pool()
application = Handler()
