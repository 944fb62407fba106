"""The bytes of a file: from Atlassian itself, or from the media host that it sends us to, and from nowhere else."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.conf import settings

from atlassian.attachments.errors import AttachmentTooLarge
from atlassian.attachments.files import AttachedFile
from atlassian.errors import AnswerTooLarge, UpstreamFailure, UpstreamScopeMissing, UpstreamTimeout
from atlassian.upstream import identity
from atlassian.upstream.responses import Response
from atlassian.upstream.statuses import error_for
from atlassian.upstream.transport import MAX_RESPONSE_BYTES, Params, Transport
from integrations.origins import OriginRefused, origin_of

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HTML_STARTS = (b"<!doctype html", b"<html")


@contextmanager
def memory_file() -> Iterator[BinaryIO]:
    """A file without a name, in memory where the system can: what people attached is never left on a disk."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("attachment"), "w+b") as file:
            yield cast(BinaryIO, file)
    else:
        with tempfile.TemporaryFile() as file:
            yield cast(BinaryIO, file)


def download(
    transport: Transport,
    path: str,
    file: AttachedFile,
    into: BinaryIO,
    *,
    parts: Mapping[str, str],
    params: Params | None = None,
    scope: str,
) -> Response:
    """
    The file at path, written to `into`. `scope` names what a token needs for it.

    Raises AttachmentTooLarge, and a kind of UpstreamFailure.
    """
    if file.size > MAX_RESPONSE_BYTES:
        raise AttachmentTooLarge()
    try:
        response = transport.request("GET", path, parts=parts, params=params, into=into, headers={"Accept": "*/*"})
        if response.status in REDIRECTS:
            response = _from_media_host(transport, response, into)
        elif response.status == 200:
            identity.verify(transport, response)
        else:
            raise _error(transport, response, scope)
    except AnswerTooLarge as exc:
        raise AttachmentTooLarge() from exc
    _refuse_login_page(response, file, into)
    return response


def _error(transport: Transport, response: Response, scope: str) -> UpstreamFailure:
    if identity.is_scope_mismatch(response):
        return lacks_scope(transport.credentials.product, scope)
    return error_for(transport, response)


def lacks_scope(product: str, scope: str) -> UpstreamScopeMissing:
    return UpstreamScopeMissing(
        f"The {product} API token lacks a scope for attached files: {scope}. Scopes are fixed when a token is made: a "
        f"workspace admin creates a new one and enters it on the Connections page."
    )


def _from_media_host(transport: Transport, response: Response, into: BinaryIO) -> Response:
    """One redirect, to a host on the list. Its address carries a secret: it stands in no log and in no error."""
    location = response.headers.get("Location", "")
    origin = _permitted_origin(location)
    try:
        answer = transport.request_signed(location, into)
    except (AnswerTooLarge, UpstreamTimeout):
        raise
    except UpstreamFailure:
        raise UpstreamFailure(
            f"Atlassian keeps this file at {origin}, which cannot be reached from here. The operator can open the way."
        ) from None
    if answer.status != 200:
        raise UpstreamFailure(
            f"Atlassian's media host does not hand out this file (status {answer.status}): it may have been removed, "
            f"or blocked as harmful. Try again; if it stays so, open it in the browser."
        )
    return answer


def _permitted_origin(location: str) -> str:
    try:
        origin = origin_of(location)
    except OriginRefused:
        origin = ""
    if origin not in settings.ATLASSIAN_MEDIA_ORIGINS:
        named = f" to {origin}" if origin else ""
        raise UpstreamFailure(
            f"Atlassian redirected the download{named}, which is not on the list of its media hosts. The operator can "
            f"add it (ATLASSIAN_MEDIA_URL) if it is one."
        )
    return origin


def _refuse_login_page(response: Response, file: AttachedFile, into: BinaryIO) -> None:
    """What should be a picture and comes as HTML is a page that asks to sign in, or says that something is wrong."""
    came = response.headers.get("Content-Type", "").lower()
    said = f"{file.media_type} {file.name}".lower()
    for kind, names in (("html", ("html", "htm")), ("json", ("json",))):
        if kind in came and not any(name in said for name in names) and _looks_like(kind, into):
            raise UpstreamFailure("Atlassian sent a page instead of the file, perhaps a login page. Try again.")


def _looks_like(kind: str, into: BinaryIO) -> bool:
    into.seek(0)
    beginning = into.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return beginning.startswith(_HTML_STARTS) if kind == "html" else beginning.startswith(b"{")
