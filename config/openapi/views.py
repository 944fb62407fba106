from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def openapi_json(request: HttpRequest) -> HttpResponse:
    """/v1/openapi.json: for everybody; it says nothing of any workspace."""
    from config.openapi.document import document_as_json  # its libraries would cost every start half a second

    return HttpResponse(document_as_json(), content_type="application/json")


def docs(request: HttpRequest) -> HttpResponse:
    """/v1/docs: the same to browse and to try. Its scripts come from this server."""
    return render(request, "config/docs.html")
