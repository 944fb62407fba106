import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

WORKSPACE_KEY = r"\A[a-z0-9][a-z0-9_-]*\Z"
ACCOUNT_ID = r"\A[A-Za-z0-9:_|-]*\Z"
KEY_PREFIX = "mc_"
EXPIRY_CHOICES = [("", "Never"), ("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year")]
PREFIX_CHARS = 11  # of a key, to tell one from another: mc_ and 48 of its 256 bits


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person, known by email."""

    username = None  # type: ignore[assignment]  # AbstractUser's field, dropped as Django documents it
    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc,assignment]  # AbstractUser's manager, keyed by username

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()


class Workspace(models.Model):
    """A team: its members, keys, integrations and records see nothing of another's."""

    key = models.CharField(
        max_length=64,
        unique=True,
        validators=[RegexValidator(WORKSPACE_KEY, "Lower-case letters, digits, - and _ only.")],
        help_text="Named in every call; cannot be changed later.",
    )
    name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


class Membership(models.Model):
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    atlassian_account_id = models.CharField(
        max_length=128,
        blank=True,
        db_default="",
        default="",
        validators=[RegexValidator(ACCOUNT_ID, "An Atlassian account id has letters, digits, - : _ and | only.")],
        help_text="Who currentUser() is in a query of theirs; empty: found by their email when first needed.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("workspace", "user"), name="one_membership_per_user_and_workspace"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"

    @property
    def effective_role(self) -> str:
        """A superuser counts as owner everywhere."""
        return Role.OWNER if self.user.is_superuser else self.role


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self) -> Self:
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)


class ApiKey(models.Model):
    """
    A secret that lets one agent act as one member of a workspace.

    Only its SHA-256 digest is kept: 32 random bytes need no slow hash.
    issue() returns the secret once; afterwards nobody can read it back.
    """

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="api_keys")
    prefix = models.CharField(max_length=PREFIX_CHARS, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(max_length=100, help_text="Which agent or machine holds it.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})"

    @classmethod
    def issue(cls, membership: Membership, label: str, expires_at: datetime | None) -> tuple["ApiKey", str]:
        """Raises django's ValidationError for a label that has no room."""
        secret = KEY_PREFIX + secrets.token_urlsafe(32)
        api_key = cls(
            membership=membership,
            label=label,
            expires_at=expires_at,
            prefix=secret[:PREFIX_CHARS],
            digest=digest_of(secret),
        )
        api_key.clean_fields(exclude={"membership"})
        api_key.save(force_insert=True)
        return api_key, secret

    def revoke(self) -> None:
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])

    def rejection_reason(self) -> str:
        """Why the key is refused, for the audit log; empty while it works."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return "expired"
        return "" if self.membership.user.is_active else "user inactive"

    def record_use(self) -> None:
        """Note that the key was used, at most once a minute: a write for every read would cost too much."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > timedelta(minutes=1):
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
