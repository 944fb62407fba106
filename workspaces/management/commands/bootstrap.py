import json
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email

from audit.actors import operator
from audit.commands import OperatorCommand
from audit.trail import audited
from audit.vocabulary import Action
from workspaces.api_keys import issue_api_key
from workspaces.models import ApiKey, Membership, Role, User, Workspace
from workspaces.services import add_member, create_workspace

LABEL = "first key"


class Command(OperatorCommand):
    help = "Make what a first start needs: superuser, workspace, owner, API key. Safe to repeat: what is there stays."
    examples = (
        "bootstrap",
        "bootstrap --workspace acme --email you@acme.example",
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", default="personal", metavar="KEY")
        parser.add_argument("--email", default="admin@example.com", help="of the superuser")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        key, email = options["workspace"], options["email"].strip().lower()
        try:
            validate_email(email)
            workspace = Workspace.objects.filter(key=key).first() or create_workspace(operator(key), key, key.title())
        except ValidationError as exc:
            raise CommandError(" ".join(exc.messages)) from exc
        password = _superuser(email)
        _owner(workspace, email)
        secret = _first_key(workspace, email)
        self._tell({"workspace_key": key, "email": email, "password": password, "api_key": secret}, options["json"])

    def _tell(self, made: dict[str, str | None], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(made))
            return
        another = {
            "password": f"changepassword {made['email']}",
            "api_key": f"issue_api_key {made['workspace_key']} {made['email']} --label NAME",
        }
        for name, value in made.items():
            self.stdout.write(f"{name:14}{value or f'(made earlier; for another: manage.py {another[name]})'}")


def _superuser(email: str) -> str | None:
    """The password of a superuser made now; None for one that was there."""
    if User.objects.filter(email=email, is_superuser=True).exists():
        return None
    password = secrets.token_urlsafe(18)
    user = User.objects.filter(email=email).first() or User(email=email)
    action = Action.USER_CREATE if user.pk is None else Action.USER_UPDATE
    with audited(operator(""), action, {"email": email, "is_superuser": True}):
        user.is_staff = user.is_superuser = True
        user.set_password(password)
        user.save()
    return password


def _owner(workspace: Workspace, email: str) -> None:
    if not Membership.objects.filter(workspace=workspace, user__email=email, role=Role.OWNER).exists():
        add_member(operator(workspace.key), workspace, email, Role.OWNER)


def _first_key(workspace: Workspace, email: str) -> str | None:
    """A key made now; None where this member has a usable one."""
    if ApiKey.objects.usable().filter(membership__workspace=workspace, membership__user__email=email).exists():
        return None
    return issue_api_key(operator(workspace.key), workspace, email, LABEL)[1]
