"""What search and read ask of Atlassian: JSON that is known to be meant for our account. Read-only."""

from collections.abc import Mapping
from typing import Any

from atlassian.errors import UpstreamAuthFailed
from atlassian.upstream import gateway, identity
from atlassian.upstream.deadline import Deadline
from atlassian.upstream.statuses import error_for
from atlassian.upstream.transport import Params, Transport
from integrations.credentials import Credentials

# Questions that Atlassian takes by POST only, or that are too long for a URL. None of them changes anything.
READ_ONLY_POSTS = frozenset(
    {
        "/rest/api/3/search/jql",
        "/rest/api/3/jql/parse",
        "/rest/api/3/changelog/bulkfetch",
        "/wiki/api/v2/users-bulk",
    }
)


class AtlassianClient:
    """
    One account for one service call, which ends within TOTAL_TIMEOUT of its making, or by a deadline that is given.

    Read-only is a fact of the class: it gets, and it posts what stands in READ_ONLY_POSTS; nothing else leaves it.
    """

    def __init__(self, credentials: Credentials, *, deadline: Deadline | None = None) -> None:
        self.transport = Transport(gateway.remembered(credentials), deadline)

    @property
    def credentials(self) -> Credentials:
        return self.transport.credentials

    @property
    def site_url(self) -> str:
        """Where links shown to people lead; never the gateway."""
        return self.transport.site_url

    def get(self, path: str, params: Params | None = None, **parts: str) -> Any:
        """
        The JSON at path, whose {names} are filled in from parts, quoted.

        Raises a kind of UpstreamFailure and nothing of requests' own.
        """
        return self._fetch("GET", path, params=params, parts=parts)

    def post_query(self, path: str, question: Mapping[str, Any], params: Params | None = None) -> Any:
        """As get, for a question of READ_ONLY_POSTS."""
        if path not in READ_ONLY_POSTS:
            raise ValueError(f"{path} is not among the questions that change nothing")
        return self._fetch("POST", path, params=params, json=question)

    def _fetch(self, method: str, path: str, **kwargs: Any) -> Any:
        try:
            return self._verified_json(method, path, **kwargs)
        except UpstreamAuthFailed:
            credentials = gateway.other_route(self.transport)
            if credentials is None:
                raise
            self.transport = self.transport.with_credentials(credentials)
            return self._verified_json(method, path, **kwargs)

    def _verified_json(self, method: str, path: str, **kwargs: Any) -> Any:
        response = self.transport.request(method, path, **kwargs)
        if identity.is_stray_401(self.transport, response):
            response = self.transport.request(method, path, **kwargs)
        if response.status != 200:
            raise error_for(self.transport, response)
        answer = response.json()
        identity.verify(self.transport, response)
        return answer
