import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from audit.append_only import missing_triggers
from audit.listing import Filters, page


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_a_log_of_the_first_version_is_found_by_what_it_touched_and_stays_append_only():
    executor = MigrationExecutor(connection)
    executor.migrate([("audit", "0002_audit_append_only")])
    before = executor.loader.project_state([("audit", "0002_audit_append_only")]).apps
    before.get_model("audit", "AuditLog").objects.create(
        workspace="acme", action="jira.read", outcome="success", channel="rest", target={"issue_key": "OPS-1"}
    )

    call_command("migrate", verbosity=0)

    assert [record.target for record in page("acme", Filters(touched="OPS-1"), 10, None)[0]] == [{"issue_key": "OPS-1"}]
    assert missing_triggers(connection) == []
