"""The files attached to an issue or a page, each by a name that says which it is."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from atlassian.errors import BadArgument, NothingThere

MAX_NAMES_SHOWN = 20
_UNITS = ("bytes", "KB", "MB", "GB")


@dataclass(frozen=True)
class AttachedFile:
    """`name` is as lists and texts show it; of several files with one name each has its id behind it."""

    id: str
    name: str
    media_type: str
    size: int  # bytes; 0: not known
    created: str = ""


def told_apart(files: Sequence[AttachedFile]) -> tuple[AttachedFile, ...]:
    """The same files, those of one name shown as `name (id 10200)`."""
    count = Counter(_comparable(file.name) for file in files)
    return tuple(
        replace(file, name=f"{file.name} (id {file.id})") if count[_comparable(file.name)] > 1 else file
        for file in files
    )


def readable_size(size: int) -> str:
    """Like 4.2 KB; empty where it is not known."""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.1f}".removesuffix(".0") + f" {_UNITS[unit]}" if size > 0 else ""


def choose(files: Sequence[AttachedFile], wanted: str, where: str, masked: Callable[[str], str]) -> AttachedFile:
    """
    The file with that id, or that name as a list or a text shows it, masked or not, in either form of its accents.

    Raises NothingThere, which names the files that there are, and BadArgument for a name that several have.
    """
    named = told_apart(files)
    for is_it in _ways(wanted, masked):
        found = [file for plain, file in zip(files, named, strict=True) if is_it(plain) or is_it(file)]
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(masked(file.name) for file in found[:MAX_NAMES_SHOWN])
            raise BadArgument("attachment", f"Several files have this name: {names}. Give the id of one.")
    raise NothingThere(_nothing_there(named, where, masked))


def _ways(wanted: str, masked: Callable[[str], str]) -> list[Callable[[AttachedFile], bool]]:
    """Tests of a file, from the most exact to the least."""
    name = _comparable(wanted)
    return [
        lambda file: file.id == wanted.strip() or file.id == f"att{wanted.strip()}",
        lambda file: _comparable(file.name) == name,
        lambda file: _comparable(masked(file.name)) == name,
        lambda file: _comparable(file.name).casefold() == name.casefold(),
    ]


def _comparable(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split())


def _nothing_there(files: Sequence[AttachedFile], where: str, masked: Callable[[str], str]) -> str:
    if not files:
        return f"{where} has no attached files."
    names = ", ".join(masked(file.name) for file in files[:MAX_NAMES_SHOWN])
    more = f" and {len(files) - MAX_NAMES_SHOWN} more" if len(files) > MAX_NAMES_SHOWN else ""
    return f"{where} has no attached file of this name or id. Its files: {names}{more}."
