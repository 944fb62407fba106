"""What search and read ask of Atlassian: JSON that is known to be meant for our account. Read-only."""

from collections.abc import Mapping
from typing import Any

from atlassian.errors import UpstreamAuthFailed
from atlassian.upstream import gateway, identity
from atlassian.upstream.deadline import Deadline
from atlassian.upstream.responses import Response, dig
from atlassian.upstream.statuses import error_for
from atlassian.upstream.transport import TOTAL_TIMEOUT, Params, Transport
from integrations.credentials import Credentials

# Questions that Atlassian takes by POST only, or that are too long for a URL. None of them changes anything.
READ_ONLY_POSTS = frozenset(
    {
        "/rest/api/3/search/jql",
        "/rest/api/3/jql/parse",
        "/rest/api/3/changelog/bulkfetch",
        "/wiki/api/v2/content/convert-ids-to-types",
        "/wiki/api/v2/users-bulk",
    }
)


class AtlassianClient:
    """
    One account for one service call, which ends within TOTAL_TIMEOUT of its making.

    Read-only is a fact of the class: it gets, and it posts what stands in READ_ONLY_POSTS; nothing else leaves it.
    """

    def __init__(self, credentials: Credentials, *, seconds: float | None = None) -> None:
        deadline = Deadline(TOTAL_TIMEOUT if seconds is None else seconds)
        self.transport = Transport(gateway.remembered(credentials), deadline)
        self._identity_confirmed = True

    @property
    def credentials(self) -> Credentials:
        return self.transport.credentials

    @property
    def site_url(self) -> str:
        """Where links shown to people lead; never the gateway."""
        return self.transport.site_url

    def get(self, path: str, params: Params | None = None, *, verify_if_empty: str = "", **parts: str) -> Any:
        """
        The JSON at path, whose {names} are filled in from parts, quoted.

        verify_if_empty names a list that a stranger would get empty: then the credentials are verified first.
        Raises a kind of UpstreamFailure and nothing of requests' own.
        """
        return self._fetch("GET", path, verify_if_empty, params=params, parts=parts)

    def post_query(
        self, path: str, question: Mapping[str, Any], params: Params | None = None, *, verify_if_empty: str = ""
    ) -> Any:
        """As get, for a question of READ_ONLY_POSTS."""
        if path not in READ_ONLY_POSTS:
            raise ValueError(f"{path} is not among the questions that change nothing")
        return self._fetch("POST", path, verify_if_empty, params=params, json=question)

    def verify(self) -> None:
        """
        Make sure that the last answer was meant for our account, before an empty one is believed.

        A dead token gets what an anonymous caller would see. Costs a call unless the answer named the account or
        a minute has not passed since the last time. Raises UpstreamAuthFailed.
        """
        if not self._identity_confirmed:
            identity.verify_credentials(self.transport)

    def _fetch(self, method: str, path: str, verify_if_empty: str, **kwargs: Any) -> Any:
        try:
            return self._verified_json(self.transport.request(method, path, **kwargs), verify_if_empty)
        except UpstreamAuthFailed:
            at_gateway = gateway.credentials_at_gateway(self.transport)
            if at_gateway is None:
                raise
            self.transport = self.transport.with_credentials(at_gateway)
            return self._verified_json(self.transport.request(method, path, **kwargs), verify_if_empty)

    def _verified_json(self, response: Response, verify_if_empty: str) -> Any:
        identity.raise_if_anonymous(response, self.credentials)
        self._identity_confirmed = identity.confirms_identity(response, self.credentials)
        if response.status != 200:
            raise error_for(self.transport, response)
        answer = response.json()
        if verify_if_empty and dig(answer, verify_if_empty) == []:
            self.verify()
        return answer
