from django.db import models
from django.utils import timezone


class AuditLog(models.Model):
    """
    One record of one call: who, where, what, how it ended. Never the text that was read, never a secret.

    Append-only in the database itself (audit/append_only.py). Names are text, not foreign keys, so that a
    record outlives what it speaks of and no CASCADE ever reaches it. The words of action, outcome and channel are
    those of audit/vocabulary.py, no choices of a field: one more needs no migration.
    """

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    workspace = models.CharField(max_length=64, blank=True)
    actor = models.CharField(max_length=254, blank=True)
    key_label = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=16, blank=True)
    action = models.CharField(max_length=32)
    target = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8)
    error_code = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=8)
    request_id = models.CharField(max_length=64, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "audit_logs"
        ordering = ("-created_at", "-id")
        indexes = (
            # GET /v1/audit-logs, unfiltered or by time
            models.Index(fields=("workspace", "-created_at", "-id"), name="audit_workspace"),
            # ?actor=
            models.Index(fields=("workspace", "actor", "-created_at", "-id"), name="audit_actor"),
            # ?action_key= and ?action_prefix=
            models.Index(fields=("workspace", "action", "-created_at", "-id"), name="audit_action"),
            # ?outcome=, where denied and failed are rare
            models.Index(fields=("workspace", "outcome", "-created_at", "-id"), name="audit_outcome"),
            # ?key=
            models.Index(fields=("workspace", "key_label", "-created_at", "-id"), name="audit_key"),
            # ?channel=
            models.Index(fields=("workspace", "channel", "-created_at", "-id"), name="audit_channel"),
            # ?request_id=
            models.Index(fields=("workspace", "request_id"), name="audit_request"),
            # the admin's list and retention, over all workspaces
            models.Index(fields=("-created_at", "-id"), name="audit_time"),
        )

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M:%S} {self.actor or 'nobody'} {self.action} {self.outcome}"


class AuditLogTouch(models.Model):
    """
    An issue or page that a record speaks of: an index of the log, append-only and pruned as the log is.

    Not sealed: it can be made again from the records (audit/touches.py), which are.
    """

    pk = models.CompositePrimaryKey("record_id", "touched")
    record = models.ForeignKey(AuditLog, models.DO_NOTHING, related_name="touches", db_constraint=False, db_index=False)
    touched = models.CharField(max_length=100)
    workspace = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "audit_log_touches"
        default_permissions = ()
        indexes = (
            # ?touched=, in the order of the log
            models.Index(fields=("workspace", "touched", "-created_at", "-record"), name="audit_touched"),
        )

    def __str__(self) -> str:
        return f"{self.touched} by record {self.record_id}"


class AuditSeal(models.Model):
    """
    What a batch of records was when it was sealed; each seal holds the root of the one before (audit/sealing.py).

    Append-only as the records are, and never pruned.
    """

    sealed_at = models.DateTimeField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    records = models.PositiveIntegerField()
    newest_at = models.DateTimeField(help_text="created_at of the batch's newest record.")
    leaves = models.BinaryField(help_text="For each record 8 bytes of id and 32 of digest.")
    previous = models.CharField(max_length=64, unique=True, help_text="Unique: the chain does not fork.")
    root = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "audit_seals"
        default_permissions = ()

    def __str__(self) -> str:
        return f"seal {self.pk} of records {self.first_id} to {self.last_id}"


class AuditSinkCursor(models.Model):
    """How far a sink has come (audit/sinks)."""

    name = models.CharField(max_length=300, primary_key=True)
    record_id = models.BigIntegerField(default=0, help_text="The last record that it took.")
    seal_id = models.BigIntegerField(default=0, help_text="The last seal whose root it took.")
    failures = models.PositiveIntegerField(default=0, help_text="Since it last took something.")
    failing_since = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "audit_sink_cursors"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class ScheduledRun(models.Model):
    """The last run of a job of `manage.py work`."""

    job = models.CharField(max_length=40, primary_key=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Empty: under way, or its process was ended.")
    succeeded = models.BooleanField(null=True)
    said = models.CharField(max_length=500, blank=True)
    host = models.CharField(max_length=100, blank=True)

    class Meta:
        db_table = "audit_scheduled_runs"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.job} at {self.started_at:%Y-%m-%d %H:%M:%S}"


class AuditRefusalCount(models.Model):
    """
    Refusals of one kind within a minute, beyond those that have a record each (audit/refusals.py).

    They become one record: that of the first, which says how often.
    """

    identity = models.CharField(max_length=64, primary_key=True, help_text="Digest of who, what, why and the minute.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    record = models.JSONField(help_text="The fields of the record to be.")

    class Meta:
        db_table = "audit_refusal_counts"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.times} refusals from {self.first_at:%Y-%m-%d %H:%M:%S} on"


class AuditMaintenance(models.Model):
    """On SQLite, a row here opens the way out for retention; it lives only inside that transaction."""

    class Meta:
        db_table = "audit_maintenance"
        default_permissions = ()

    def __str__(self) -> str:
        return "maintenance"
