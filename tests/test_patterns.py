"""
Every regular expression of the product takes as many steps as its text is long, whatever the text.

All of them are found where modules keep them, so one that is added is held to it too. Each is fed with runs of what
its own parts take, alone, in pairs, and behind a beginning that fits, each with and without an end that does not.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

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
    "atlassian.confluence.cql.ORDER": "a query of 4,000 characters",
    "atlassian.confluence.cql_tokens._TOKEN": "a query of 4,000 characters",
    "atlassian.jira.search.jql._STRING_OR_ORDER": "a query of 4,000 characters",
    "atlassian.jira.fields.reading._ISSUE_KEY": "50 characters of a key",
    "atlassian.jira.search.jql.ISSUE_KEY": "50 characters of a key",
    "atlassian.jira.references._MARKDOWN_LINK": "a reference of 2,000 characters",
    "atlassian.masking.private_keys._LAST_LINE": "80 characters of a line",
}


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in PACKAGES:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, package + "."):
            if ".migrations" in module.name or module.name.startswith(
                ("config.gunicorn", "config.wsgi", "config.asgi")
            ):
                continue
            found = vars(importlib.import_module(module.name))
            yield from ((f"{module.name}.{name}", value) for name, value in found.items() if is_own(value))


def is_own(value: object) -> bool:
    return isinstance(value, re.Pattern) and isinstance(value.pattern, str)


SOURCE = "".join(path.read_text() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FOUND = {(pattern.pattern, pattern.flags): (name, pattern) for name, pattern in patterns()}


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


def is_searched_for(name: str) -> bool:
    """Whether it is looked for at each place of a text, and not only matched at one."""
    uses = re.findall(rf"\b{re.escape(name.rpartition('.')[2])}\b(?:\.(\w+)\()?", SOURCE)
    return any(use and use not in ("match", "fullmatch") for use in uses)


def most_steps(pattern: re.Pattern[str], size: int, searched: bool) -> list[int]:
    found = (Steps(pattern, text, MOST) for text in texts(pattern, size))
    return [steps.search_all() if searched else steps.match_once() for steps in found]


@pytest.mark.parametrize(("name", "pattern"), [pytest.param(*found, id=found[0]) for found in FOUND.values()])
def test_a_pattern_looks_at_a_text_once(name, pattern):
    if name in BOUNDED:
        return
    searched = is_searched_for(name)
    short, long = most_steps(pattern, SHORT, searched), most_steps(pattern, LONG, searched)

    worst = max(after / max(before, SHORT) for before, after in zip(short, long, strict=True))
    assert worst <= 2 * LONG / SHORT, f"{worst:.1f} times the steps for {LONG // SHORT} times the text"


@pytest.mark.parametrize("pattern", [r"<a(?:\s+[^>]*)?>", r"(\w+)=", r"\s*\]", r"a*b|c"])
def test_a_pattern_that_looks_again_and_again_is_noticed(pattern):
    compiled = re.compile(pattern)
    short, long = most_steps(compiled, SHORT, True), most_steps(compiled, LONG, True)

    assert max(after / max(before, 1) for before, after in zip(short, long, strict=True)) > 2 * LONG / SHORT
