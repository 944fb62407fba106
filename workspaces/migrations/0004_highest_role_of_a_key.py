from django.db import migrations, models


class Migration(migrations.Migration):
    """A key that somebody else than its member made does not rise with the member"""

    dependencies = [
        ("workspaces", "0003_links_and_narrower_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="highest_role",
            field=models.CharField(
                choices=[("owner", "Owner"), ("admin", "Admin"), ("member", "Member")],
                db_default="owner",
                default="owner",
                editable=False,
                max_length=8,
            ),
        ),
    ]
