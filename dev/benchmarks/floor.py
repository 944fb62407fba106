"""
The least that such a call can cost on this machine, served like the product: a bare DRF view that looks a key up by raw
SQL, makes one request with urllib3, and inserts one row. gunicorn's application.
"""

import json
import os
from hashlib import sha256
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []

import django

django.setup()

import urllib3
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

LOOK_UP = "SELECT id FROM workspaces_apikey WHERE digest = %s AND revoked_at IS NULL"
INSERT = (
    "INSERT INTO audit_logs (created_at, workspace, actor, key_label, role, action, target, outcome, error_code, "
    "channel, request_id, duration_ms) "
    "VALUES (CURRENT_TIMESTAMP, 'demo', '', '', '', 'floor', '{}', 'success', '', 'rest', '', 0)"
)
POOL = urllib3.PoolManager(maxsize=64)
SITE, AUTHORIZATION = os.environ["FLOOR_SITE"], os.environ["FLOOR_AUTHORIZATION"]


class FloorView(APIView):
    authentication_classes: Any = ()

    def get(self, request: Request) -> Response:
        key = request.headers["Authorization"].removeprefix("Bearer ")
        with connection.cursor() as cursor:
            cursor.execute(LOOK_UP, [sha256(key.encode()).hexdigest()])
            assert cursor.fetchone()
        answer = POOL.request("GET", SITE + request.query_params["path"], headers={"Authorization": AUTHORIZATION})
        with connection.cursor() as cursor:
            cursor.execute(INSERT)
        return Response(json.loads(answer.data))


urlpatterns = [path("floor", FloorView.as_view())]
application = get_wsgi_application()
