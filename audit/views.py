from django.http import StreamingHttpResponse
from rest_framework.response import Response

from audit import services
from audit.api_view import AuditedAPIView, CallerRequest
from audit.serializers import ExportInput, ListInput, record_as_json
from audit.vocabulary import Action

CONTENT_TYPE = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


class AuditLogsView(AuditedAPIView):
    """/v1/audit-logs: the records of one workspace, newest first."""

    recorded_as = {"get": Action.AUDIT_LIST}

    def get(self, request: CallerRequest) -> Response:
        arguments = self.validated_arguments(ListInput, request.query_params)
        records, cursor = services.list_records(
            request.auth, ListInput.filters(arguments), arguments["limit"], arguments.get("cursor")
        )
        return Response(
            {
                "logs": [record_as_json(record) for record in records],
                "next_cursor": None if cursor is None else cursor.encode(),
            }
        )


class AuditExportView(AuditedAPIView):
    """/v1/audit/export: the same records as a file, streamed."""

    recorded_as = {"get": Action.AUDIT_EXPORT}

    def get(self, request: CallerRequest) -> StreamingHttpResponse:
        arguments = self.validated_arguments(ExportInput, request.query_params)
        file_format = arguments["format"]
        pieces = services.export_records(request.auth, ExportInput.filters(arguments), file_format)
        response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPE[file_format])
        response["Content-Disposition"] = f'attachment; filename="audit-{request.auth.workspace}.{file_format}"'
        return response
