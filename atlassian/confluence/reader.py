"""Confluence as agents see it: pages found and pages read, as plain values at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from atlassian.confluence.addresses import ContentId
from atlassian.confluence.extras.macros import Expansion, FindIssues
from atlassian.confluence.finding import NO_SUCH_PAGE, Finder, Located
from atlassian.confluence.pages import Page, PageRequest, WholePage
from atlassian.confluence.reading import Reading
from atlassian.confluence.references import parse
from atlassian.confluence.search import searching
from atlassian.confluence.search.results import Hit, PageList
from atlassian.confluence.spaces import Spaces
from atlassian.errors import BadArgument, NothingThere
from atlassian.masking import Masking
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.people import Names
from atlassian.upstream.responses import text
from integrations.credentials import Credentials


class Confluence:
    """The pages that one account sees, within the spaces that its workspace may see."""

    def __init__(
        self,
        credentials: Credentials,
        client: AtlassianClient | None = None,
        find_issues: FindIssues = lambda jql, limit: (),
    ) -> None:
        self._client = client or AtlassianClient(credentials)
        self._names = Names(self._client)
        self._spaces = Spaces(self._client)
        self._allowlist = frozenset(credentials.allowlist)
        self._finder = Finder(self._client, self._spaces, self._allowlist)
        self._find_issues = find_issues
        self.masking = Masking(credentials.mask_secrets)

    def search(
        self,
        query: str = "",
        limit: int = 10,
        *,
        cql: str = "",
        spaces: Sequence[str] = (),
        cursor: str = "",
        under: str = "",
        own_account_id: Callable[[], str] | None = None,
    ) -> PageList:
        """
        Pages with the words of query, best first; cql instead of query is Confluence's own language. One call, unless
        the keys of the spaces are too many for one question. `under` is a page: it and all below it are searched.
        """
        wanted = self._spaces_to_search(spaces)
        top = self._top(under) if under else None
        if not wanted and (self._allowlist or spaces):
            return PageList(())
        asked = searching.Query(query, cql, top, own_account_id)
        found = searching.search(self._client, asked, wanted, limit, cursor)
        self._remember(found.hits)
        return PageList(tuple(hit.page for hit in found.hits), found.cursor, tuple(found.notices))

    def read(self, reference: str, *, max_chars: int = 4000, offset: int = 0, **wanted: Any) -> Page:
        """As read_whole, cut at max_chars characters."""
        whole = self.read_whole(PageRequest(reference, **wanted), is_continuation=offset > 0)
        return whole.piece(self.masking, offset, max_chars)

    def read_whole(self, request: PageRequest, *, is_continuation: bool = False) -> WholePage:
        """
        A page or blog post, named by its id or by any of its addresses, as Markdown.

        One call for a page given its id, one more for the titles above it. Nothing in its answer names the author or
        the space, and a call for each would treble that: they are named where a search, a mention or an earlier read
        has made them known, and otherwise told by account id and key. Another call is made where the text itself
        mentions people not known by name, and one for each part that is asked for besides.

        Raises BadArgument, and NothingThere for all that cannot be read, whatever the reason.
        https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/
        """
        named = parse(request.reference, self._client.credentials)
        if isinstance(named, ContentId) and named.version and not request.version:
            request = replace(request, version=named.version)
        found = self._finder.find(named)
        reading = Reading(self._client, self._names, self._spaces, found, request, self._expansion)
        return reading.whole(is_continuation=is_continuation)

    def _expansion(self, found: Located) -> Expansion:
        return Expansion(self._client, self._allowlist, found.space, text(found.content, "id"), self._find_issues)

    def _top(self, under: str) -> ContentId:
        try:
            return self._finder.resolve(parse(under, self._client.credentials, "under"))
        except NothingThere as exc:  # a search is never itself not there
            raise BadArgument("under", NO_SUCH_PAGE) from exc

    def _spaces_to_search(self, asked: Iterable[str]) -> frozenset[str]:
        """Keys of the spaces to search, in capitals; none where any will do, or where the two have none in common."""
        keys = frozenset(key.upper() for key in asked)
        return keys & self._allowlist if keys and self._allowlist else keys or self._allowlist

    def _remember(self, hits: list[Hit]) -> None:
        """A search names people and spaces, which a read of the pages found will want to."""
        self._names.remember({hit.writer_id: hit.writer for hit in hits if hit.writer})
        self._spaces.remember({hit.space.id: hit.space for hit in hits}.values())
