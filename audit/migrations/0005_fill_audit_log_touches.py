from django.db import migrations

from audit.progress import progress
from audit.touch_filling import fill_touches


def fill(apps, schema_editor):
    """Each chunk commits by itself: at millions of records nobody waits for one long transaction."""
    log, touches = apps.get_model("audit", "AuditLog"), apps.get_model("audit", "AuditLogTouch")
    with progress(log.objects.count(), "records", "touches") as bar:
        for count in fill_touches(log, touches):
            bar.update(count)


class Migration(migrations.Migration):
    """What the records that are there already speak of."""

    atomic = False

    dependencies = [("audit", "0004_audit_log_filters")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
