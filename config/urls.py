from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from atlassian.mcp.view import BridgeView, mcp
from config.openapi.views import docs, openapi_json

urlpatterns = [
    path("mcp", mcp, name="mcp"),
    path("v1/", include("atlassian.rest.urls")),  # before the others: what agents call, a thousand times as often
    path("v1/", include("workspaces.urls")),
    path("v1/", include("integrations.urls")),
    path("v1/", include("audit.urls")),
    path("v1/openapi.json", openapi_json, name="openapi"),
    path("v1/docs", docs, name="docs"),
    path("mcp/memory-core-mcp", BridgeView.as_view(), name="bridge"),
    path("", RedirectView.as_view(pattern_name="workspaces-page")),
    path("", include("console.account.urls")),
    path("integrations/", include("console.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "config.exceptions.bad_request"
handler403 = "config.exceptions.permission_denied"
handler404 = "config.exceptions.route_not_found"
handler500 = "config.exceptions.server_error"
