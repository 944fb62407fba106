"""Whose credentials are used: every cell of the table, at the door and in what the vault hands out."""

import pytest

from integrations.credentials import credentials_for
from integrations.errors import IntegrationDisabled, IntegrationMissing
from tests.factories import TOKEN, make_api_key, make_integration, make_workspace
from workspaces.models import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_site_answers")]

ENVIRONMENT = {"jira": ("https://operator.atlassian.net", "operator@example.com", "operator-token")}

ROWS = {
    "absent": None,
    "complete": {},
    "without token": {"api_token": None},
    "without email": {"email": ""},
    "without base_url": {"base_url": ""},
    "disabled": {"enabled": False},
    "disabled and incomplete": {"enabled": False, "api_token": None},
}
DISABLED, MISSING = IntegrationDisabled, IntegrationMissing

# row, environment set, locked → whose token, or which refusal
TABLE = [
    ("absent", True, False, "operator-token"),
    ("absent", False, False, MISSING),
    ("absent", True, True, "operator-token"),
    ("absent", False, True, MISSING),
    ("complete", True, False, TOKEN),
    ("complete", False, False, TOKEN),
    ("complete", True, True, "operator-token"),
    ("complete", False, True, MISSING),
    ("without token", True, False, "operator-token"),
    ("without token", False, False, MISSING),
    ("without token", True, True, "operator-token"),
    ("without email", True, False, "operator-token"),
    ("without email", False, False, MISSING),
    ("without base_url", True, False, "operator-token"),
    ("without base_url", False, False, MISSING),
    ("disabled", True, False, DISABLED),
    ("disabled", False, False, DISABLED),
    ("disabled", True, True, "operator-token"),
    ("disabled", False, True, MISSING),
    ("disabled and incomplete", True, False, DISABLED),
    ("disabled and incomplete", True, True, "operator-token"),
]


@pytest.mark.parametrize(("row", "in_environment", "locked", "expected"), TABLE)
def test_credentials_come_from_where_the_table_says(settings, client_for, row, in_environment, locked, expected):
    settings.ENVIRONMENT_CREDENTIALS = ENVIRONMENT if in_environment else {}
    settings.LOCKED_PROVIDERS = frozenset({"jira"} if locked else ())
    make_workspace()
    if ROWS[row] is not None:
        make_integration(**ROWS[row])

    if isinstance(expected, str):
        credentials = credentials_for("acme", "jira")
        assert credentials.api_token == expected
        # never one's URL with the other's token
        assert (credentials.base_url == "https://operator.atlassian.net") == (expected == "operator-token")
    else:
        with pytest.raises(expected):
            credentials_for("acme", "jira")

    seen = client_for(make_api_key(Role.ADMIN)).get("/v1/integrations", {"workspace_key": "acme"}).json()
    state = seen["integrations"]["jira"]
    source = {TOKEN: "workspace", "operator-token": "environment", DISABLED: "workspace", MISSING: "none"}[expected]
    assert (state["source"], state["locked"]) == (source, locked)
    assert "operator-token" not in str(seen)
    assert TOKEN not in str(seen)


def test_a_workspaces_allowlist_narrows_the_operators_account_too(settings):
    settings.ENVIRONMENT_CREDENTIALS = ENVIRONMENT
    make_integration(api_token=None, allowed_keys=["ABC"])

    assert credentials_for("acme", "jira").allowlist == ("ABC",)


def test_what_agents_may_see_goes_with_the_credentials_whoever_owns_them(settings):
    settings.ENVIRONMENT_CREDENTIALS = ENVIRONMENT
    row = make_integration(hidden_fields=["Salary"], attachments="off", mask_secrets=False)

    own = credentials_for("acme", "jira")
    row.delete()
    make_integration(api_token=None, hidden_fields=["Salary"], attachments="off", mask_secrets=False)
    borrowed = credentials_for("acme", "jira")

    for credentials in (own, borrowed):
        assert (credentials.hidden_fields, credentials.attachments) == (("Salary",), "off")
        assert credentials.mask_secrets is False


def test_without_a_row_what_agents_may_see_is_the_safe_choice(settings):
    settings.ENVIRONMENT_CREDENTIALS = ENVIRONMENT
    make_workspace()

    credentials = credentials_for("acme", "jira")

    assert (credentials.hidden_fields, credentials.attachments, credentials.mask_secrets) == ((), "text", True)


def test_credentials_do_not_tell_their_token():
    make_integration()

    assert TOKEN not in repr(credentials_for("acme", "jira"))
