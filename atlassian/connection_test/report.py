"""
Test connection: what is tried, what that proves and, where it fails, who has to do what about it.

The steps go the ways that search and read go, so none passes where those would fail. That a list comes back proves no
credentials: a dead token gets one too, empty. So who am I is asked first, and decides which door the rest goes through.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone
from rest_framework.exceptions import APIException

from atlassian.connection_test.checks import CHECKS, Container, Visible
from atlassian.connection_test.diagnoses import (
    Diagnosis,
    diagnose,
    forbidden,
    lacks_scope,
    no_cloud_site,
    refuses_credentials,
)
from atlassian.errors import UpstreamAuthFailed, UpstreamForbidden, UpstreamLockedOut, UpstreamScopeMissing
from atlassian.upstream import gateway
from atlassian.upstream.client import AtlassianClient
from atlassian.upstream.identity import WHO_AM_I, names_an_account
from atlassian.upstream.transport import Transport
from integrations.credentials import Credentials
from integrations.discovery import AccountDiscovery
from integrations.states import expiry_warning

# What asking who one is needs; nothing else may be asked before.
WHO_AM_I_SCOPE = {"jira": "read:jira-user", "confluence": "read:confluence-user (or read:content-details:confluence)"}


@dataclass(frozen=True)
class Step:
    """`proves` is what holds where it is ok; `problem` and `remedy` are empty then."""

    name: str
    ok: bool
    proves: str
    problem: str = ""
    remedy: str = ""
    scope: str = ""  # the one that the token lacks


@dataclass(frozen=True)
class ConnectionReport:
    """`ok`: search and read will work, as that account, through the door that scoped and cloud_id name."""

    provider: str
    ok: bool
    steps: tuple[Step, ...]
    account_name: str = ""
    account_id: str = ""
    cloud_id: str = ""
    scoped: bool = False
    warnings: tuple[str, ...] = ()
    visible: tuple[Container, ...] = ()  # projects or spaces that the account sees, the first hundred
    visible_total: int | None = None  # None: not asked, or more than are listed

    @property
    def problem(self) -> str:
        """The first thing that is the matter, and what to do; empty where nothing is."""
        return next((f"{step.problem} {step.remedy}".strip() for step in self.steps if not step.ok), "")

    @property
    def discovery(self) -> AccountDiscovery:
        return AccountDiscovery(self.scoped, self.cloud_id, self.account_id, self.account_name, self.problem)


class ConnectionFaulty(APIException):
    """Marks the record of a test as failed; whoever tests gets the report all the same."""

    default_code = "connection_faulty"
    default_detail = "The test found a fault."


def check_connection(credentials: Credentials, *, today: date | None = None) -> ConnectionReport:
    """What search and read would meet with these credentials. Raises nothing for what Atlassian does or is."""
    test = _Test(credentials)
    steps = tuple(test.steps())
    warning = expiry_warning(credentials.token_expires_on, today or timezone.localdate())
    return ConnectionReport(
        provider=credentials.provider,
        ok=all(step.ok for step in steps),
        steps=steps,
        account_name=test.account.account_name,
        account_id=test.account.account_id,
        cloud_id=test.cloud_id,
        scoped=test.transport.credentials.scoped,
        warnings=tuple(filter(None, [*test.warnings, warning])),
        visible=test.visible.containers,
        visible_total=test.visible.total,
    )


class _Test:
    def __init__(self, credentials: Credentials) -> None:
        self.transport = Transport(credentials)
        self.connected_as = credentials.account_id
        self.account = AccountDiscovery()
        self.cloud_id = ""
        self.warnings: list[str] = []
        self.visible = Visible((), None)

    def steps(self) -> Iterator[Step]:
        """Ends where nothing further could be found out. A missing scope is no such end: the others are named too."""
        yield (site := self._step("site", f"{self.transport.site_url} is an Atlassian Cloud site.", self._finds_site))
        if not site.ok:
            return
        proves = f"{self.transport.credentials.product} accepts the email and the API token."
        yield (account := self._step("account", proves, self._signs_in))
        if not account.ok and not self.transport.credentials.scoped:
            return
        client = self._client()
        for check in CHECKS[client.credentials.provider](client, self.account.account_id):
            step = self._step(check.name, check.proves, check.run, check.scope)
            if step.ok or not check.degrades:
                yield step
            else:
                self.warnings.append(f"{check.degrades} {step.problem} {step.remedy}")

    def _client(self) -> AtlassianClient:
        """The client that reads will use once the findings are stored: by that route, as that account."""
        found = replace(self.transport.credentials, account_id=self.account.account_id)
        return AtlassianClient(found, deadline=self.transport.deadline)

    def _change_of_account(self) -> list[str]:
        before, now = self.connected_as, self.account
        if before in ("", now.account_id):
            return []
        return [f"From now on reads go as {now.account_name} ({now.account_id}); they were connected as {before}."]

    def _step(self, name: str, proves: str, run: Callable[[], Visible | None], scope: str = "") -> Step:
        try:
            self.visible = run() or self.visible
        except (Diagnosis, APIException) as exc:
            diagnosis = exc if isinstance(exc, Diagnosis) else diagnose(exc, self.transport, scope)
            return Step(name, False, proves, diagnosis.problem, diagnosis.remedy, diagnosis.scope)
        return Step(name, True, proves)

    def _finds_site(self) -> None:
        """A site that names no cloud id is still one if it knows the account: it is only closed to scoped tokens."""
        response = gateway.tenant_info(self.transport)
        self.cloud_id = gateway.cloud_id_in(response)
        if self.cloud_id:
            return
        me = self.transport.request("GET", WHO_AM_I[self.transport.credentials.provider], base=self.transport.site_url)
        if me.status != 200 or not names_an_account(me):
            raise no_cloud_site(self.transport, response)

    def _signs_in(self) -> None:
        route = gateway.find_route(self.transport)
        self.transport = self.transport.with_credentials(route.credentials)
        try:
            self.account = gateway.account_at(self.transport, route)
            self.warnings += self._change_of_account()
        except UpstreamScopeMissing as exc:  # the gateway knew the token
            raise lacks_scope(route.credentials, WHO_AM_I_SCOPE[route.credentials.provider]) from exc
        except UpstreamForbidden as exc:
            raise forbidden(self.transport) from exc
        except UpstreamLockedOut:
            raise
        except UpstreamAuthFailed as exc:
            raise refuses_credentials(self.transport, self.cloud_id) from exc
