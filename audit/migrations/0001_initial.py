import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditMaintenance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
            options={
                'db_table': 'audit_maintenance',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_at', models.DateTimeField()),
                ('first_id', models.BigIntegerField()),
                ('last_id', models.BigIntegerField()),
                ('records', models.PositiveIntegerField()),
                ('newest_at', models.DateTimeField(help_text="created_at of the batch's newest record.")),
                ('leaves', models.BinaryField(help_text='For each record 8 bytes of id and 32 of digest.')),
                ('previous', models.CharField(help_text='Unique: the chain does not fork.', max_length=64, unique=True)),
                ('root', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'db_table': 'audit_seals',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AuditLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('workspace', models.CharField(blank=True, max_length=64)),
                ('actor', models.CharField(blank=True, max_length=254)),
                ('key_label', models.CharField(blank=True, max_length=100)),
                ('role', models.CharField(blank=True, max_length=16)),
                ('action', models.CharField(max_length=32)),
                ('target', models.JSONField(default=dict)),
                ('outcome', models.CharField(max_length=8)),
                ('error_code', models.CharField(blank=True, max_length=64)),
                ('channel', models.CharField(max_length=8)),
                ('request_id', models.CharField(blank=True, max_length=64)),
                ('duration_ms', models.PositiveIntegerField(default=0)),
            ],
            options={
                'db_table': 'audit_logs',
                'ordering': ('-created_at', '-id'),
                'indexes': [models.Index(fields=['workspace', '-created_at', '-id'], name='audit_workspace'), models.Index(fields=['workspace', 'actor', '-created_at', '-id'], name='audit_actor'), models.Index(fields=['workspace', 'action', '-created_at', '-id'], name='audit_action'), models.Index(fields=['workspace', 'outcome', '-created_at', '-id'], name='audit_outcome'), models.Index(fields=['-created_at', '-id'], name='audit_time')],
            },
        ),
    ]
