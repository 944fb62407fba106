from django.db import migrations, models


class Migration(migrations.Migration):
    """How far sinks have come, and when scheduled jobs last ran."""

    dependencies = [("audit", "0006_audit_refusal_counts")]

    operations = [
        migrations.CreateModel(
            name="AuditSinkCursor",
            fields=[
                ("name", models.CharField(max_length=300, primary_key=True, serialize=False)),
                ("record_id", models.BigIntegerField(default=0, help_text="The last record that it took.")),
                ("seal_id", models.BigIntegerField(default=0, help_text="The last seal whose root it took.")),
                ("failures", models.PositiveIntegerField(default=0, help_text="Since it last took something.")),
                ("failing_since", models.DateTimeField(null=True)),
                ("retry_at", models.DateTimeField(null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
            ],
            options={"db_table": "audit_sink_cursors", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="ScheduledRun",
            fields=[
                ("job", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                (
                    "ended_at",
                    models.DateTimeField(help_text="Empty: under way, or its process was ended.", null=True),
                ),
                ("succeeded", models.BooleanField(null=True)),
                ("said", models.CharField(blank=True, max_length=500)),
                ("host", models.CharField(blank=True, max_length=100)),
            ],
            options={"db_table": "audit_scheduled_runs", "default_permissions": ()},
        ),
    ]
