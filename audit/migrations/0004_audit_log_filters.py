from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes to find records by key, channel and request."""

    dependencies = [("audit", "0003_audit_log_touches")]

    operations = [
        migrations.AddIndex(
            model_name="auditlog",
            index=models.Index(fields=["workspace", "key_label", "-created_at", "-id"], name="audit_key"),
        ),
        migrations.AddIndex(
            model_name="auditlog",
            index=models.Index(fields=["workspace", "channel", "-created_at", "-id"], name="audit_channel"),
        ),
        migrations.AddIndex(
            model_name="auditlog", index=models.Index(fields=["workspace", "request_id"], name="audit_request")
        ),
    ]
