"""Django's migrate, which says what each of our migrations does instead of listing its own doings."""

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations import Migration

from audit.commands import counted


class Command(migrate.Command):
    help = "Bring the database up to this version, saying what changes. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.tells = options["verbosity"] == 1
        self.applied = 0
        super().handle(*args, **options | {"verbosity": 0 if self.tells else options["verbosity"]})
        if self.tells and not (options["plan"] or options["check_unapplied"]):
            self.stdout.write(f"{counted(self.applied, 'migration')} applied. The database is up to date.")

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        if action == "apply_success" and migration is not None:
            self.applied += 1
            if self.tells:
                self.stdout.write(f"  {migration.app_label:14}{what(migration)}")
        super().migration_progress_callback(action, migration, fake)


def what(migration: Migration) -> str:
    """The sentence of its docstring, else the words of its name: '0002_audit_append_only'."""
    sentence = (type(migration).__doc__ or "").strip().splitlines()
    return sentence[0] if sentence else migration.name[5:].replace("_", " ")
