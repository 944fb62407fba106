import hashlib
import secrets
from collections.abc import Iterator
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
        return self.get(email=(username or "").lower())


class User(AbstractUser):
    """A person, known by email."""

    username = None  # type: ignore[assignment]  # AbstractUser's field, dropped as Django documents it
    email = models.EmailField(unique=True)
    session_generation = models.PositiveIntegerField(default=0, editable=False)  # signing out everywhere adds one

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[misc,assignment]  # AbstractUser's manager, keyed by username

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password ends the links to set one: perhaps one of them is why it was changed."""
        is_new_password = self.pk is not None and self._password is not None  # type: ignore[attr-defined]  # Django's
        super().save(*args, **kwargs)
        if is_new_password:
            self.password_links.all().end()

    def get_session_auth_hash(self) -> str:
        """Sessions of an earlier generation end. The first is Django's own hash, so that an upgrade ends none."""
        return self._of_generation(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        yield from map(self._of_generation, super().get_session_auth_fallback_hash())

    def _of_generation(self, session_hash: str) -> str:
        return f"{session_hash}.{self.session_generation}" if self.session_generation else session_hash


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


_FROM_THE_HIGHEST = list(Role.values)


def lowest_role(*roles: str) -> str:
    return max(roles, key=_FROM_THE_HIGHEST.index)


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
        return role_of(self.role, is_superuser=self.user.is_superuser)


def role_of(member_role: str, *, is_superuser: bool) -> str:
    """A superuser counts as owner everywhere."""
    return Role.OWNER if is_superuser else member_role


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self) -> Self:
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)


class KeyRules:
    """What follows from the columns of a key, whether they were looked up as a model or as a row."""

    @property
    def narrowed_to(self: Any) -> dict[str, tuple[str, ...]]:
        """The keys by provider; providers are named as text, since a higher floor defines them."""
        keys = {"jira": tuple(self.project_keys), "confluence": tuple(self.space_keys)}
        return {provider: some for provider, some in keys.items() if some}

    @property
    def is_narrowed(self: Any) -> bool:
        return bool(self.actions or self.narrowed_to or self.calls_per_minute)

    @property
    def effective_role(self: Any) -> str:
        return lowest_role(self.highest_role, self.role_of_member)

    def rejection_reason(self: Any) -> str:
        """Why the key is refused, for the audit log; empty while it works."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return "expired"
        return "" if self.is_user_active else "user inactive"


class ApiKey(KeyRules, models.Model):
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

    # The most that it acts as: somebody else may hold it, who must not rise with its member.
    highest_role = models.CharField(
        max_length=8, choices=Role.choices, default=Role.OWNER, db_default=Role.OWNER, editable=False
    )

    # Narrower than its member; empty: not narrowed.
    actions = models.JSONField(default=list, blank=True, help_text="Actions, or patterns like jira.*; empty: all.")
    project_keys = models.JSONField(default=list, blank=True)
    space_keys = models.JSONField(default=list, blank=True)
    calls_per_minute = models.PositiveIntegerField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})"

    @property
    def role_of_member(self) -> str:
        return self.membership.effective_role

    @property
    def is_user_active(self) -> bool:
        return self.membership.user.is_active

    @classmethod
    def issue(
        cls, membership: Membership, label: str, expires_at: datetime | None, **narrower: Any
    ) -> tuple["ApiKey", str]:
        """Raises django's ValidationError for a bad label."""
        secret = KEY_PREFIX + secrets.token_urlsafe(32)
        api_key = cls(
            membership=membership,
            label=label,
            expires_at=expires_at,
            prefix=secret[:PREFIX_CHARS],
            digest=digest_of(secret),
            **narrower,
        )
        api_key.clean_fields(exclude={"membership"})
        api_key.save(force_insert=True)
        return api_key, secret

    def revoke(self) -> None:
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])


LINK_LIFETIME = timedelta(hours=72)


class Link(models.Model):
    """
    What one person can do once, within 72 hours, by an address that they were given.

    Only the digest of the address' secret is kept, as of an API key.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.CharField(max_length=254, help_text="Email of whoever made it.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.expires_at > timezone.now()

    def renew(self, created_by: str) -> str:
        """Sets a new secret, which alone works from now on, and returns it; the caller saves."""
        secret = secrets.token_urlsafe(32)
        self.digest, self.created_by = digest_of(secret), created_by
        self.expires_at = timezone.now() + LINK_LIFETIME
        return secret


class Invitation(Link):
    """To become a member of a workspace. One that was withdrawn, or accepted, stays as it was."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("workspace", "email"),
                condition=models.Q(used_at=None, withdrawn_at=None),
                name="one_open_invitation_per_email",
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_is_known"),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.workspace}"

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and super().is_open


class PasswordLinkQuerySet(models.QuerySet["PasswordLink"]):
    def end(self) -> None:
        self.filter(used_at=None).update(used_at=timezone.now())


class PasswordLink(Link):
    """To set a password without the old one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links")

    objects = PasswordLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"for {self.user}"


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
