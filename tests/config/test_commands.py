"""What every command of ours gives to who asks it for help."""

import shlex

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.db.migrations import Migration

from audit.commands import OperatorCommand, aligned, counted
from config.manage import OURS, Utility
from config.management.commands.migrate import what

NAMES = sorted((name, app) for name, app in get_commands().items() if app in OURS and name != "migrate")


@pytest.mark.parametrize(("name", "app"), NAMES)
def test_its_help_shows_how_it_is_used_and_nothing_of_djangos(name, app):
    command = load_command_class(app, name)
    parser = command.create_parser("manage.py", name)

    assert isinstance(command, OperatorCommand)
    assert command.examples
    for example in command.examples:
        first, *rest = shlex.split(example)
        assert first == name
        parser.parse_args(rest)
    assert "--pythonpath" not in parser.format_help()


def test_the_list_of_commands_begins_with_ours():
    text = Utility(["manage.py"]).main_help_text()

    assert all(f"  {name}" in text for name, _ in NAMES)
    assert "sqlsequencereset" not in text


def test_numbers_and_tables_are_written_as_people_read_them():
    assert [counted(number, "record") for number in (0, 1, 12_000)] == ["0 records", "1 record", "12,000 records"]
    assert aligned([["email", "role"], ["ann@acme.example", "admin"]]) == [
        "email             role",
        "ann@acme.example  admin",
    ]


@pytest.mark.django_db
def test_migrate_says_what_changed(capsys):
    call_command("migrate")

    assert capsys.readouterr().out == "0 migrations applied. The database is up to date.\n"


def test_a_migration_is_told_by_its_docstring_else_by_its_name():
    class Documented(Migration):
        """Lets members hold tokens of their own."""

    assert what(Documented("0002_tokens", "workspaces")) == "Lets members hold tokens of their own."

    class Named(Migration):
        pass

    assert what(Named("0002_audit_append_only", "audit")) == "audit append only"
