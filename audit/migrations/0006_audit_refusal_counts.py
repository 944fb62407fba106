from django.db import migrations, models


class Migration(migrations.Migration):
    """A table in which a flood of refusals is counted."""

    dependencies = [("audit", "0005_fill_audit_log_touches")]

    operations = [
        migrations.CreateModel(
            name="AuditRefusalCount",
            fields=[
                (
                    "identity",
                    models.CharField(
                        help_text="Digest of who, what, why and the minute.",
                        max_length=64,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("record", models.JSONField(help_text="The fields of the record to be.")),
            ],
            options={"db_table": "audit_refusal_counts", "default_permissions": ()},
        ),
    ]
