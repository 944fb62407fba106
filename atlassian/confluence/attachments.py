"""A file attached to a page: never by an id alone, only out of the list of a page that the workspace may see."""

import re
from dataclasses import replace

from atlassian.attachments.answers import PageFile
from atlassian.attachments.download import lacks_scope
from atlassian.attachments.files import choose
from atlassian.attachments.reader import FileReader, FoundFile
from atlassian.confluence.extras.attachments import SCOPE, fetch_attachments
from atlassian.confluence.finding import Finder
from atlassian.confluence.references import parse
from atlassian.confluence.search.results import page_url
from atlassian.confluence.spaces import Spaces
from atlassian.errors import UpstreamScopeMissing
from atlassian.upstream.responses import line, text

_ID = re.compile(r"(?:att)?[0-9]{1,19}")


class PageFiles(FileReader):
    scope = f"{SCOPE}, or readonly:content.attachment:confluence where it was made with classic scopes"
    answer = PageFile

    def find(self, reference: str, wanted: str) -> FoundFile:
        """
        Two calls: the page, whose space decides, and the list of its files; a third where a list does not hold all.

        Raises BadArgument, and NothingThere for a page or a file that is not there to be read.
        """
        finder = Finder(self._client, Spaces(self._client), frozenset(self.credentials.allowlist))
        page = finder.find(parse(reference, self._client.credentials))
        page_id = text(page.content, "id")
        try:
            listed = fetch_attachments(self._client, page.kind, page_id)
        except UpstreamScopeMissing as exc:
            raise lacks_scope(self._client.credentials.product, SCOPE) from exc
        if not listed.complete:
            by_name = fetch_attachments(self._client, page.kind, page_id, filename=wanted)
            listed = replace(listed, attachments=tuple(dict.fromkeys((*listed.attachments, *by_name.attachments))))
        files = [file for file in listed.attachments if _ID.fullmatch(file.id)]
        file = choose(files, wanted, f"The page {page_id}", self.masking.text)
        return FoundFile(
            owner={
                "id": page_id,
                "title": line(page.content, "title"),
                "url": page_url(page.content, self._client.site_url),
            },
            file=file,
            path="/wiki/rest/api/content/{page_id}/child/attachment/{id}/download",
            parts={"page_id": page_id, "id": file.id},
            params={},
        )
