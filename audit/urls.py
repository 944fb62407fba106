from django.urls import path

from audit.views import AuditExportView, AuditLogsView

urlpatterns = [
    path("audit-logs", AuditLogsView.as_view(), name="audit-logs"),
    path("audit/export", AuditExportView.as_view(), name="audit-export"),
]
