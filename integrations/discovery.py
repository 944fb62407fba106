"""What a look at Atlassian found out about a set of credentials, kept beside them."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from integrations.credentials import Credentials, Source
from integrations.models import Integration

ACCOUNT_FIELDS = ["scoped", "cloud_id", "account_id", "account_name"]


@dataclass(frozen=True)
class AccountDiscovery:
    scoped: bool = False
    cloud_id: str = ""
    account_id: str = ""
    account_name: str = ""
    problem: str = ""  # empty: all is well


@transaction.atomic
def save_discovery(credentials: Credentials, discovery: AccountDiscovery) -> None:
    """Keep them beside the workspace's own credentials, unless these were changed meanwhile."""
    row = _locked_row(credentials)
    if row is None:
        return
    if discovery.account_id:  # a site that cannot be reached says nothing new about the account
        _set_account(row, discovery)
    row.tested_at, row.test_problem = timezone.now(), discovery.problem[:500]
    row.save(update_fields=[*ACCOUNT_FIELDS, "tested_at", "test_problem"])


@transaction.atomic
def save_account(credentials: Credentials, discovery: AccountDiscovery) -> None:
    """Whose they are and where they work, found by a read where Save could not ask. The environment's have no row."""
    row = _locked_row(credentials) if credentials.source == Source.WORKSPACE else None
    if row is not None and not row.account_id:
        _set_account(row, discovery)
        row.save(update_fields=ACCOUNT_FIELDS)


def _locked_row(credentials: Credentials) -> Integration | None:
    """The locked row; None if it holds other credentials by now."""
    rows = Integration.objects.select_for_update(of=("self",))
    row = rows.filter(workspace__key=credentials.workspace, provider=credentials.provider).first()
    tried = (credentials.base_url, credentials.email, credentials.api_token)
    return row if row is not None and (row.base_url, row.email, row.api_token) == tried else None


def _set_account(row: Integration, discovery: AccountDiscovery) -> None:
    row.scoped, row.cloud_id = discovery.scoped, discovery.cloud_id
    row.account_id, row.account_name = discovery.account_id[:128], discovery.account_name[:200]
