"""
Every regular expression of the product takes as many steps as its text is long, whatever the text.

All of them are found where modules keep them, in tables and rows of tables too, and where functions write them, so one
that is added is held to it too. Each is fed with runs of what
its own parts take, alone, in pairs, and behind a beginning that fits, each with and without an end that does not.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import reduce
from itertools import islice
from operator import or_
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.pattern_steps import Steps, beginning_of, characters_of, parser

ROOT = Path(__file__).parents[1]
PROGRAMS = ("config.gunicorn", "config.wsgi", "config.asgi")
PACKAGES = ("audit", "workspaces", "integrations", "atlassian", "console", "config")
SHORT, LONG = 24, 96
MOST = 20_000
MOST_CHARACTERS = 5

# What bounds the steps of those that look again: the text, or how far they look.
BOUNDED = {
    "atlassian.confluence.search.cql.ORDER": "a query of 4,000 characters",
    "atlassian.confluence.search.tokens._TOKEN": "a query of 4,000 characters",
    "atlassian.jira.search.jql._STRING_OR_ORDER": "a query of 4,000 characters",
    "atlassian.jira.search.jql.ISSUE_KEY": "50 characters of a key",
    "atlassian.jira.references._MARKDOWN_LINK": "a reference of 2,000 characters",
    "atlassian.masking.private_keys._LAST_LINE": "80 characters of a line",
}


class Found(NamedTuple):
    name: str
    pattern: re.Pattern[str]
    is_searched_for: bool  # at each place of a text, and not only matched at one


def modules() -> Iterator[str]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, package + "."):
            if ".migrations" not in module.name and not module.name.startswith(PROGRAMS):
                yield module.name


def patterns() -> Iterator[Found]:
    for module in modules():
        for name, value in vars(importlib.import_module(module)).items():
            yield from kept_in(f"{module}.{name}", value)
        yield from written_in(module)


def kept_in(name: str, value: object) -> Iterator[Found]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield Found(name, value, is_searched_for(name))
    elif isinstance(value, list | tuple | dict):
        rows = value.values() if isinstance(value, dict) else value
        for number, row in enumerate(rows):
            for each in kept_in(f"{name}[{number}]", row):
                yield each._replace(is_searched_for=True)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from kept_in(f"{name}.{field.name}", getattr(value, field.name))


def written_in(module: str) -> Iterator[Found]:
    """Those that a function gives to a function of re."""
    for call in calls_of_re(module):
        pattern = call.args[0]
        if isinstance(pattern, ast.Constant) and isinstance(pattern.value, str):
            searched = not call.func.attr.endswith("match")
            yield Found(f"{module}:{call.lineno}", re.compile(pattern.value, flags_of(call)), searched)


def calls_of_re(module: str) -> Iterator[Any]:
    source = Path(importlib.import_module(module).__file__ or "").read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[_, *_]) if name in FUNCTIONS:
                yield node


def flags_of(call: ast.Call) -> int:
    named = [each.attr for each in ast.walk(call) if isinstance(each, ast.Attribute) and each.attr in FLAGS]
    return reduce(or_, (FLAGS[name] for name in named), 0)


def is_searched_for(name: str) -> bool:
    uses = re.findall(rf"\b{re.escape(name.rpartition('.')[2])}\b(?:\.(\w+)\()?", SOURCE)
    return any(use and use not in ("match", "fullmatch") for use in uses)


FUNCTIONS = frozenset({"sub", "subn", "search", "match", "fullmatch", "split", "findall", "finditer"})
FLAGS = {name: flag for name, flag in re.RegexFlag.__members__.items() if len(name) > 1}
SOURCE = "".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FOUND = {(each.pattern.pattern, each.pattern.flags, each.is_searched_for): each for each in patterns()}


def texts(pattern: re.Pattern[str], size: int) -> Iterator[str]:
    items = parser.parse(pattern.pattern, pattern.flags)
    letters = list(islice(dict.fromkeys([*characters_of(items), "a", " "]), MOST_CHARACTERS))
    beginning = beginning_of(items)[:20]
    units = [*letters, *(one + other for one in letters for other in letters if one != other)]
    for unit in units:
        run = unit * (size // len(unit))
        yield run + "\x00"
        yield beginning + run + "\x00"
        yield beginning[:-1] + run + "\x00"
    yield beginning * (size // max(1, len(beginning)))


def most_steps(pattern: re.Pattern[str], size: int, searched: bool) -> list[int]:
    found = (Steps(pattern, text, MOST) for text in texts(pattern, size))
    return [steps.search_all() if searched else steps.match_once() for steps in found]


@pytest.mark.parametrize("found", [pytest.param(found, id=found.name) for found in FOUND.values()])
def test_a_pattern_looks_at_a_text_once(found):
    if found.name in BOUNDED:
        return
    short, long = (most_steps(found.pattern, size, found.is_searched_for) for size in (SHORT, LONG))

    worst = max(after / max(before, SHORT) for before, after in zip(short, long, strict=True))
    assert worst <= 2 * LONG / SHORT, f"{worst:.1f} times the steps for {LONG // SHORT} times the text"


def test_no_pattern_is_put_together_from_foreign_text():
    """But of words of ours, a set of characters, and names, escaped, that are sought in a short text."""
    put_together = {
        module for module in modules() for call in calls_of_re(module) if isinstance(call.args[0], ast.JoinedStr)
    }

    assert put_together == {"atlassian.rendering.characters", "config.environment_warnings", "console.touched"}


def test_what_is_bounded_otherwise_is_there():
    assert set(BOUNDED) <= {found.name for found in FOUND.values()}


def test_a_pattern_is_found_wherever_it_is():
    names = {found.name.partition("[")[0].partition(":")[0] for found in FOUND.values()}

    assert {"atlassian.masking.tokens.TOKEN_KINDS", "atlassian.rendering.macros"} <= names


@pytest.mark.parametrize("pattern", [r"<a(?:\s+[^>]*)?>", r"(\w+)=", r"\s*\]", r"a*b|c"])
def test_a_pattern_that_looks_again_and_again_is_noticed(pattern):
    compiled = re.compile(pattern)
    short, long = most_steps(compiled, SHORT, True), most_steps(compiled, LONG, True)

    assert max(after / max(before, 1) for before, after in zip(short, long, strict=True)) > 2 * LONG / SHORT
