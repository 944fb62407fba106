"""What every command of ours shares: help that shows how it is used, without Django's own options in the way."""

import json
from argparse import RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from datetime import datetime
from textwrap import fill
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

WIDTH = 100


class OperatorCommand(BaseCommand):
    examples: tuple[str, ...] = ()  # what stands behind "manage.py "
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
        "--skip-checks",
    }

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.description = fill(self.help, WIDTH)
        parser.epilog = "\n  ".join(["examples:", *(f"manage.py {example}" for example in self.examples)])
        return parser

    def get_version(self) -> str:
        return f"memory-core {settings.VERSION}"

    def tell(self, columns: Sequence[str], rows: Sequence[Mapping[str, str]], *, as_json: bool) -> None:
        """Prints the rows as one JSON array, or as a table with a head."""
        if as_json:
            self.stdout.write(json.dumps(rows))
            return
        for line in aligned([columns, *([row[column] for column in columns] for row in rows)]):
            self.stdout.write(line)


def counted(number: int, noun: str) -> str:
    """'1 record', '2 records', '12,000 records'."""
    plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def minute(moment: datetime | None) -> str:
    """Empty for what has not happened."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
