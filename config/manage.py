"""manage.py: Django's, with our version, our commands first, and errors of the environment in one sentence."""

import sys
from itertools import groupby

import django
from django.conf import settings
from django.core.management import ManagementUtility, get_commands, load_command_class

from config import __version__
from config.starting import name_settings_module, one_sentence_on_failure

OURS = ("config", "workspaces", "integrations", "atlassian", "audit")
OFTEN_NEEDED = ("changepassword", "createsuperuser", "clearsessions", "check", "showmigrations")
VERSION = f"memory-core {__version__} (Django {django.get_version()}, Python {sys.version.split()[0]})"


class Utility(ManagementUtility):
    def main_help_text(self, commands_only: bool = False) -> str:
        if commands_only:
            return str(super().main_help_text(commands_only))
        lines = ["memory-core's commands, each with --help and an example:"]
        commands = sorted(get_commands().items(), key=lambda item: (_rank(item[1]), item[0]))
        for app, group in groupby(commands, key=lambda item: item[1]):
            if app in OURS:
                lines += ["", f"[{app}]", *(f"  {name:20}{_summary(app, name)}" for name, _ in group)]
        lines += [
            "",
            "Of Django's own these are of use: " + ", ".join(OFTEN_NEEDED) + ".",
            "All: manage.py help --commands",
        ]
        return "\n".join(lines)


def _rank(app: str) -> int:
    return OURS.index(app) if app in OURS else len(OURS)


def _summary(app: str, name: str) -> str:
    """Its first sentence."""
    return str(load_command_class(app, name).help).split(". ")[0].rstrip(".")


def main(arguments: list[str]) -> None:
    name_settings_module()
    if arguments[1:] in (["--version"], ["version"]):
        print(VERSION)
        return
    with one_sentence_on_failure():
        # A command has one connection. The pool's own error says after seconds what that one says at once.
        settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
        Utility(arguments).execute()
