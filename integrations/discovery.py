"""What a look at Atlassian found out about a set of credentials, kept beside them."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from integrations.credentials import Credentials
from integrations.models import Integration


@dataclass(frozen=True)
class AccountDiscovery:
    scoped: bool = False
    cloud_id: str = ""
    account_id: str = ""
    account_name: str = ""
    problem: str = ""  # empty: all is well


@transaction.atomic
def save_discovery(credentials: Credentials, workspace_key: str, discovery: AccountDiscovery) -> None:
    """Keep them beside the workspace's own credentials, unless these were changed meanwhile."""
    rows = Integration.objects.select_for_update(of=("self",))
    row = rows.filter(workspace__key=workspace_key, provider=credentials.provider).first()
    tested = (credentials.base_url, credentials.email, credentials.api_token)
    if row is None or (row.base_url, row.email, row.api_token) != tested:
        return
    if discovery.account_id:  # a site that cannot be reached says nothing new about the account
        row.scoped, row.cloud_id = discovery.scoped, discovery.cloud_id
        row.account_id, row.account_name = discovery.account_id[:128], discovery.account_name[:200]
    row.tested_at, row.test_problem = timezone.now(), discovery.problem[:500]
    row.save(update_fields=["scoped", "cloud_id", "account_id", "account_name", "tested_at", "test_problem"])
