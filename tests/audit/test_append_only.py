import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit.append_only import deleting_permitted, missing_triggers
from audit.checks import triggers_are_there
from audit.models import AuditLog
from tests.audit.factories import make_record
from tests.triggers import drop_triggers

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_logs SET actor = 'somebody else'",
        "DELETE FROM audit_logs",
    ],
)
def test_a_record_can_be_neither_changed_nor_deleted_even_by_sql(statement):
    make_record()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert AuditLog.objects.get().actor == "ann@acme.example.com"


def test_a_record_cannot_be_replaced_under_its_id():
    record = make_record()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        verb = "INSERT OR REPLACE INTO" if connection.vendor == "sqlite" else "INSERT INTO"
        cursor.execute(
            f"{verb} audit_logs SELECT * FROM audit_logs WHERE id = %s",
            [record.pk],
        )

    assert AuditLog.objects.count() == 1


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_table_cannot_be_truncated():
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE audit_logs")


def test_retention_may_delete_but_not_update_and_closes_the_way_behind_it():
    make_record()
    with deleting_permitted():
        AuditLog.objects.all().delete()
    make_record()

    with pytest.raises(DatabaseError, match="append-only"), deleting_permitted():
        AuditLog.objects.update(actor="somebody else")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AuditLog.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_missing_trigger_is_found_by_the_check_and_mended_by_migrate_with_its_checks():
    drop_triggers(connection, "audit_logs_no_delete")

    assert [error.id for error in triggers_are_there(["default"])] == ["audit.W001"]

    call_command("migrate", verbosity=0, skip_checks=False)
    assert missing_triggers(connection) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite switches no trigger off")
@pytest.mark.django_db(transaction=True)
def test_so_is_one_that_is_switched_off():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_logs DISABLE TRIGGER audit_logs_no_update")
        cursor.execute("ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_no_delete")
    assert [trigger.name for trigger in missing_triggers(connection)] == ["audit_logs_no_update"]

    call_command("migrate", verbosity=0, skip_checks=False)

    assert missing_triggers(connection) == []
    with pytest.raises(DatabaseError, match="append-only"):
        make_record().save()


@pytest.mark.django_db(transaction=True)
def test_triggers_survive_the_rebuild_of_the_table_that_an_altered_field_brings():
    from django.db import models

    field = models.CharField(max_length=65, blank=True)
    field.set_attributes_from_name("error_code")
    field.model = AuditLog
    old = AuditLog._meta.get_field("error_code")

    with connection.schema_editor() as editor:
        editor.alter_field(AuditLog, old, field)
    call_command("migrate", verbosity=0)

    assert missing_triggers(connection) == []
    with connection.schema_editor() as editor:
        editor.alter_field(AuditLog, field, old)
    call_command("migrate", verbosity=0)
