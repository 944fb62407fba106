from django.db import migrations, models

from audit.append_only import install_triggers


def install(apps, schema_editor):
    install_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    """A table of the issues and pages that each record speaks of."""

    dependencies = [("audit", "0002_audit_append_only")]

    operations = [
        migrations.CreateModel(
            name="AuditLogTouch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "record_id", "touched", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=models.DO_NOTHING,
                        related_name="touches",
                        to="audit.auditlog",
                    ),
                ),
                ("touched", models.CharField(max_length=100)),
                ("workspace", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "audit_log_touches",
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["workspace", "touched", "-created_at", "-record"], name="audit_touched")
                ],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
