"""The media host, where the bytes of attached files are: another origin, with a token in the address and no sign-in."""

import hashlib
import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import quote

from dev.sample_site.exchange import Answer, Request, json_answer

if TYPE_CHECKING:
    from dev.sample_site.site import SampleSite

PREFIX = "/file/"


def address(site: "SampleSite", file_id: str, name: str) -> str:
    """Where a download is redirected to; who has the address has the file."""
    query = f"token={token(site, file_id)}&client=sample&name={quote(name)}"
    return f"{site.media_url}{PREFIX}{quote(file_id)}/binary?{query}"


def token(site: "SampleSite", file_id: str) -> str:
    return hashlib.sha256(f"{site.cloud_id} {file_id}".encode()).hexdigest()[:32]


def answer(site: "SampleSite", request: Request) -> Answer:
    """A request that brings a sign-in of the site along is refused: nobody else may be given that."""
    file_id = request.path.removeprefix(PREFIX).removesuffix("/binary")
    if "authorization" in request.headers:
        return json_answer({"error": {"code": "Forbidden", "title": "Two ways to sign in"}}, 403)
    if request.first("token") != token(site, file_id):
        return json_answer({"error": {"code": "Unauthorized", "title": "Token is not valid"}}, 401)
    if file_id not in site.files:
        return json_answer({"error": {"code": "NotFound", "title": "File not found"}}, 404)
    name = request.first("name")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Answer(200, site.files[file_id], {"content-type": kind})
