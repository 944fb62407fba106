from typing import Any

from django.db import models

from integrations.fields import UNREADABLE_TOKEN, TokenField
from workspaces.models import Workspace


class Provider(models.TextChoices):
    JIRA = "jira", "Jira"
    CONFLUENCE = "confluence", "Confluence"


class AttachmentPolicy(models.TextChoices):
    """Which attached files an agent may read."""

    OFF = "off", "None"
    TEXT = "text", "Their text"
    IMAGES = "images", "Their text, and pictures"


class AccountRules:
    """What follows from the columns of an integration, whether they were looked up as a model or as a row."""

    @property
    def is_complete(self: Any) -> bool:
        return bool(self.base_url and self.email and self.api_token)

    @property
    def is_token_unreadable(self: Any) -> bool:
        return self.api_token is UNREADABLE_TOKEN


class Integration(AccountRules, models.Model):
    """
    One workspace's account at one provider.

    The token is encrypted at rest and goes only where it was meant to go: integrations/services.py forgets it
    when the origin of base_url, or the email, changes without a new one.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="integrations")
    provider = models.CharField(max_length=16, choices=Provider.choices)
    enabled = models.BooleanField(default=True)
    base_url = models.CharField(max_length=255, blank=True, help_text="Origin of the site: https://acme.atlassian.net")
    email = models.EmailField(blank=True, help_text="Of the Atlassian account the token belongs to.")
    api_token: Any = TokenField(null=True, blank=True)
    token_expires_on = models.DateField(null=True, blank=True)
    allowed_keys = models.JSONField(default=list, blank=True, help_text="Project or space keys; empty: all.")
    write_on_commit = models.BooleanField(default=False)
    write_on_merge = models.BooleanField(default=False)
    hidden_fields = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), blank=True, help_text="Names, in Jira alone."
    )
    # The files of what an agent may read anyway; their text is masked. A picture cannot be: it takes a decision.
    attachments = models.CharField(
        max_length=16,
        choices=AttachmentPolicy.choices,
        default=AttachmentPolicy.TEXT,
        db_default=AttachmentPolicy.TEXT,
    )
    mask_secrets = models.BooleanField(default=True, db_default=True)
    updated_at = models.DateTimeField(auto_now=True)

    # What the last connection test found out.
    scoped = models.BooleanField(default=False, help_text="The token works through Atlassian's gateway only.")
    cloud_id = models.CharField(max_length=64, blank=True)
    account_id = models.CharField(max_length=128, blank=True)
    account_name = models.CharField(max_length=200, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    test_problem = models.CharField(max_length=500, blank=True, help_text="Empty: the last test passed.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "provider"), name="one_integration_per_provider"),
            models.CheckConstraint(condition=models.Q(provider__in=Provider.values), name="provider_is_known"),
            models.CheckConstraint(
                condition=models.Q(attachments__in=AttachmentPolicy.values), name="attachment_policy_is_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_provider_display()} of {self.workspace}"

    @property
    def is_blank(self) -> bool:
        return not (self.base_url or self.email or self.api_token)

    def forget_account(self) -> None:
        """What was found out about the old credentials does not hold for the new."""
        self.scoped = False
        self.cloud_id = self.account_id = self.account_name = self.test_problem = ""
        self.tested_at = None


# How the API calls Integration.allowed_keys.
ALLOWLIST_FIELD: dict[str, str] = {Provider.JIRA: "project_keys", Provider.CONFLUENCE: "space_keys"}
