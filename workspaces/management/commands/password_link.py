from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from audit.actors import operator
from audit.commands import OperatorCommand
from workspaces.models import User
from workspaces.passwords import create_password_link_as_operator


class Command(OperatorCommand):
    help = "Make a link by which somebody sets a password: one use, 72 hours. Printed alone on stdout, this once."
    examples = ("password_link ann@acme.example.com",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {email!r}. See: manage.py add_member, or the admin.")
        _, secret = create_password_link_as_operator(operator(), user)
        base = settings.PUBLIC_URL.rstrip("/") or f"http://{settings.HOST}:{settings.PORT}"
        self.stdout.write(f"{base}{settings.PASSWORD_LINK_URL}?link={secret}")
