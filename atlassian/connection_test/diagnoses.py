"""What can be the matter with a connection, and who has to do what about it."""

from rest_framework.exceptions import APIException

from atlassian.connection_test.network import NETWORK, network_trouble
from atlassian.errors import UpstreamFailure, UpstreamRateLimited, UpstreamScopeMissing, UpstreamTimeout
from atlassian.upstream import gateway
from atlassian.upstream.identity import WHO_AM_I, names_an_account
from atlassian.upstream.refusals import SCOPES
from atlassian.upstream.responses import Response
from atlassian.upstream.transport import Transport
from integrations.credentials import Credentials

TOKENS = "https://id.atlassian.com/manage-profile/security/api-tokens"


class Diagnosis(Exception):
    """What is the matter in one sentence, and what to do in another."""

    def __init__(self, problem: str, remedy: str, scope: str = "") -> None:
        super().__init__(problem)
        self.problem, self.remedy, self.scope = problem, remedy, scope  # scope: the one that is missing


def refuses_credentials(transport: Transport, cloud_id: str) -> Diagnosis:
    credentials = transport.credentials
    tried = ", on the site and at the gateway" if cloud_id and gateway.may_try_gateway(credentials) else ""
    licence = ", or the account has no licence for Confluence" if _may_lack_licence(transport) else ""
    return Diagnosis(
        f"{credentials.product} refuses the email and the API token{tried}: one of them is wrong, or the token "
        f"has expired or was revoked{licence}.",
        f"Sign in as {credentials.email} at {TOKENS}, create a new API token, and {_save(credentials)}. For a "
        f"service account an organisation admin does so at https://admin.atlassian.com. A password does not work.",
    )


def lacks_scope(credentials: Credentials, scope: str) -> Diagnosis:
    return Diagnosis(
        f"The API token has scopes, and {scope} is not among them.",
        f"Scopes are fixed when a token is made, and for one product: create a new API token for {credentials.product} "
        f"at {TOKENS} with the scopes {SCOPES[credentials.provider]}, and {_save(credentials)}.",
        scope,
    )


def forbidden(transport: Transport) -> Diagnosis:
    """A 403 is no bad token. Confluence's needs Jira's word for that the account is known at all."""
    product, email = transport.credentials.product, transport.credentials.email
    if transport.credentials.provider == "confluence" and _is_known_to_jira(transport):
        return Diagnosis(
            f"The account {email} has no licence for Confluence on this site.",
            "An Atlassian admin gives it access to Confluence at https://admin.atlassian.com.",
        )
    return Diagnosis(
        f"{product} refuses the call (403): an IP allowlist does not admit this server, or the account may not use "
        f"{product}.",
        f"An Atlassian organisation admin adds this server's address to the IP allowlist, or gives {email} access to "
        f"{product}, at https://admin.atlassian.com. The token may well be good.",
    )


def no_cloud_site(transport: Transport, response: Response) -> Diagnosis:
    """What answered instead of a site that names its cloud id."""
    site = transport.site_url
    if response.status == 429 or response.status >= 500:
        return Diagnosis(f"{site} is in trouble (it answered {response.status}).", "Test again in a while.")
    if response.status == 403:
        return Diagnosis(
            f"{site} refuses the call (403), perhaps because an IP allowlist does not admit this server.",
            "An Atlassian organisation admin adds this server's address to the IP allowlist.",
        )
    if 300 <= response.status < 400:
        return Diagnosis(
            f"{site} redirects to another address, which is not followed.",
            "Give as base_url the address that the browser shows once Jira or Confluence is open.",
        )
    return Diagnosis(
        f"{site} is not an Atlassian Cloud site.",
        "Give as base_url the address of the site, like https://your-team.atlassian.net, and check its spelling.",
    )


def diagnose(exc: APIException, transport: Transport, scope: str) -> Diagnosis:
    """Diagnoses what went wrong on the way in any step; `scope` is the one that the step needs."""
    if isinstance(exc, UpstreamScopeMissing):
        return lacks_scope(transport.credentials, scope)
    if isinstance(exc, UpstreamRateLimited):
        return Diagnosis("Atlassian limits how often it may be asked.", f"Test again in {exc.wait} s.")
    if isinstance(exc, UpstreamTimeout):
        return Diagnosis(f"{transport.site_url} did not answer in time.", "Test again; if it stays so, " + NETWORK)
    trouble = network_trouble(exc, transport.site_url)
    return Diagnosis(*trouble or (str(exc.detail), "Test again in a while." if exc.__cause__ else ""))


def _may_lack_licence(transport: Transport) -> bool:
    """Whether not even Jira, which tells a stranger at once, knows: there may be no Jira on the site."""
    if transport.credentials.provider != "confluence":
        return False
    response = _asked_of_jira(transport)
    return response is not None and response.status != 401


def _is_known_to_jira(transport: Transport) -> bool:
    response = _asked_of_jira(transport)
    return response is not None and response.status == 200 and names_an_account(response)


def _asked_of_jira(transport: Transport) -> Response | None:
    try:
        return transport.request("GET", WHO_AM_I["jira"], base=transport.site_url)
    except UpstreamFailure:
        return None


def _save(credentials: Credentials) -> str:
    if credentials.source == "environment":
        return f"let the operator set MEMORY_CORE_{credentials.provider.upper()}_API_TOKEN to it"
    return "save it on the Connections page"
