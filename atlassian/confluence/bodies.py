"""
The body of a page or comment, in the format that it came in.

Confluence gives one format a call, and is asked for storage: what it loses is less. It keeps the names of attached
files, the titles of linked pages, and macros with their parameters and plain text; in atlas_doc_format the first
are opaque media ids, and macros that its schema has no place for, nested or of old pages, arrive hollow. What
atlas_doc_format has in exchange, the names of mentioned people, one cached lookup makes up for.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from atlassian.errors import UpstreamFailure
from atlassian.rendering import adf, storage
from atlassian.rendering.bounds import read_json
from atlassian.upstream.responses import dig

FORMAT = "storage"


class Body:
    """XHTML of storage format, or a document of ADF. None: Atlassian sent none, which is not an empty one."""

    def __init__(self, source: str | dict[str, Any] | None) -> None:
        self.source = source

    @cached_property
    def document(self) -> storage.Document | None:
        """Parsed once, however often it is asked about; of storage format only."""
        return storage.Document(self.source) if isinstance(self.source, str) else None

    @property
    def is_missing(self) -> bool:
        return self.source is None

    def account_ids(self) -> set[str]:
        """The people whom the body mentions without naming them."""
        if self.document:
            return self.document.account_ids()
        return adf.account_ids(self.source) if self.source else set()

    def markdown(self, site_url: str, names: Mapping[str, str], space_key: str = "") -> str:
        """`space_key`: of the page, which links within it leave out."""
        if self.document:
            return self.document.markdown(site_url, names, space_key)
        return adf.to_markdown(self.source, site_url=site_url, names=names) if self.source else ""


def body_of(content: dict[str, Any]) -> Body:
    """Whatever was asked for, what came is read. Raises UpstreamFailure for ADF that is no JSON."""
    xhtml = dig(content, "body", "storage", "value")
    if isinstance(xhtml, str):
        return Body(xhtml)
    document = dig(content, "body", "atlas_doc_format", "value")
    if isinstance(document, str):
        document = _parsed(document)
    return Body(document if isinstance(document, dict) else None)


def _parsed(document: str) -> Any:
    try:
        return read_json(document)
    except ValueError as exc:
        raise UpstreamFailure() from exc
