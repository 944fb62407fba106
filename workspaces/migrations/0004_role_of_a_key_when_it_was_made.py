from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def as_their_members_act_today(apps: Any, schema_editor: Any) -> None:
    """A superuser's act as an owner, which is what the column says by itself."""
    keys = apps.get_model("workspaces", "ApiKey").objects.filter(membership__user__is_superuser=False)
    members = apps.get_model("workspaces", "Membership").objects.filter(pk=OuterRef("membership_id"))
    keys.update(role_when_made=Subquery(members.values("role")))


class Migration(migrations.Migration):
    """A key acts as no more than its member was when it was made"""

    dependencies = [
        ("workspaces", "0003_links_and_narrower_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="role_when_made",
            field=models.CharField(
                choices=[("owner", "Owner"), ("admin", "Admin"), ("member", "Member")],
                db_default="owner",
                editable=False,
                max_length=8,
            ),
        ),
        migrations.RunPython(as_their_members_act_today, migrations.RunPython.noop),
    ]
