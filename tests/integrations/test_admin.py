import pytest
from django.db import connection

from audit.models import AuditLog
from integrations.models import Integration
from tests.factories import SITE, TOKEN, make_integration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_site_answers")]

LIST = "/admin/integrations/integration/"


def test_the_token_is_neither_in_the_list_nor_on_the_page_of_one(operator):
    row = make_integration()

    pages = operator.get(LIST).content.decode() + operator.get(f"{LIST}{row.pk}/change/").content.decode()

    assert TOKEN not in pages
    assert "saved" in pages
    assert 'href="/integrations/acme/"' in pages


def test_a_token_that_cannot_be_decrypted_says_so_and_breaks_nothing(operator):
    row = make_integration()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE integrations_integration SET api_token = %s WHERE id = %s", [b"rubbish", row.pk])

    assert "cannot be decrypted" in operator.get(LIST).content.decode()
    assert "cannot be decrypted" in operator.get(f"{LIST}{row.pk}/change/").content.decode()


@pytest.mark.parametrize(("action", "enabled"), [("disable", False), ("enable", True)])
def test_selected_integrations_are_switched_by_the_service_and_recorded(operator, action, enabled):
    row = make_integration(enabled=not enabled)

    operator.post(LIST, {"action": action, "_selected_action": [row.pk]})

    assert Integration.objects.get().enabled is enabled
    record = AuditLog.objects.get()
    assert (record.action, record.channel, record.actor) == ("integration.update", "admin", "root@example.com")


def test_a_locked_one_is_refused_in_words_and_recorded(operator, settings):
    settings.LOCKED_PROVIDERS = frozenset({"jira"})
    row = make_integration()

    answer = operator.post(LIST, {"action": "disable", "_selected_action": [row.pk]}, follow=True)

    assert "locked by the operator" in " ".join(str(message) for message in answer.context["messages"])
    assert Integration.objects.get().enabled
    assert AuditLog.objects.get().outcome == "denied"


@pytest.mark.parametrize("path", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_nothing_bypasses_the_service(operator, path):
    row = make_integration()

    answer = operator.post(LIST + path.format(pk=row.pk), {"base_url": "https://evil.atlassian.net", "post": "yes"})

    assert answer.status_code == 403
    assert Integration.objects.get().base_url == SITE
