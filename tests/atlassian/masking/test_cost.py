"""Masking costs in proportion to the text, however it was written."""

import sys
from collections.abc import Callable

import pytest

from atlassian.masking import Masking, mask
from atlassian.masking.tokens import TOKEN_KINDS
from tests.counted_calls import counted_calls

UNITS = [
    "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN ", "-", "password=", "password: ", "password (", "password          ",
    "eyJ", "eyJaaaaaaaaaaaa.", "eyJaaaaaaaaaaaaa" + "." * 50, "://a:", "://", "://" + "a" * 90 + ":",
    "ghp_", "ghp_aaaaaaaaaaaaaaaaaaaa.", "sk-", "secret_key=", "ATATT3", "authorization: bearer ", "xoxb-", "비밀번호:",
    'password""""""""',
    "| password |\n|---|\n",
    "| hunter2x |\n",
    "비밀번호 |", "key ", "key \\\n", "password:\\\n", "密", "task-list ", "secret_key", "_", "passe\u0301",
    "-----BEGIN PRIVATE KEY-----\nA: b\n", "A" * 60 + "\n", "[masked: ", "a" * 97,
]  # fmt: skip
SIZES = (1, 2, 4, 8)
CHARS = 4_000


def work(task: Callable[[], object]) -> int:
    """Lines of ours that run: what a pattern does within itself is bounded by the way it is written."""
    lines = 0

    def trace(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        task()
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_is_at_most_twice_the_work(unit):
    texts = [unit * (CHARS * size // len(unit) + 1) for size in SIZES]

    works = [work(lambda text=text: mask(text)) for text in texts]

    fixed = works[0]
    assert all(each <= size * fixed * 1.2 for each, size in zip(works, SIZES, strict=True)), works


ORDINARY = """\
## Where the keys are
The password of the turnstile, and each token, is kept in the vault: ask @5c8f1e7ab2d94f0c3e6a9b12 for access to it.

| What | Where | Ask |
|---|---|---|
| Turnstile service | [GATE-2](https://acme.atlassian.net/browse/GATE-2) | `gate_service` passed 2026-11-18 |

1. Author, zone, jump and queue: “entry” → `list_of_keys(max_items=3)`, 체크인, Überprüfung, проверка
"""


@pytest.mark.parametrize("text", [ORDINARY, ORDINARY.encode("ascii", "ignore").decode()])
def test_an_ordinary_text_is_looked_through_in_few_calls_however_long_it_is(text):
    assert calls(lambda: mask(text * 50)) == calls(lambda: mask(text)) < 80


def calls(task: Callable[[], object]) -> int:
    return counted_calls(task, into_c=True).total()


@pytest.mark.parametrize("kind", TOKEN_KINDS, ids=lambda kind: kind.name)
def test_no_pattern_goes_back_and_forth(kind):
    """Two unbounded repetitions side by side, one of which may take what the other does, cost a square."""
    from re import _parser  # the parse tree tells

    def repeats(tree):
        for op, argument in tree:
            if str(op) in ("MAX_REPEAT", "MIN_REPEAT"):
                _, most, inner = argument
                yield str(most) == "MAXREPEAT", [str(one) for one, _ in inner], list(repeats(inner))
            elif str(op) == "SUBPATTERN":
                yield from repeats(argument[-1])
            elif str(op) == "BRANCH":
                for branch in argument[1]:
                    yield from repeats(branch)

    nested = [
        inner
        for unbounded, _, inner in repeats(_parser.parse(kind.pattern.pattern, kind.pattern.flags))
        if unbounded and any(within for within, _, _ in inner)
    ]
    assert nested == []


def test_what_is_no_text_is_let_through_untouched():
    masking = Masking(True)

    assert masking.answer({"size": 3, "data": b"ghp_", "none": None, "yes": True}) == {
        "size": 3,
        "data": b"ghp_",
        "none": None,
        "yes": True,
    }


@pytest.mark.parametrize(
    ("name", "value"), [("Password", "hunter2x"), ("비밀번호", "hunter2x"), ("API key", "k3yk3yk3y")]
)
def test_the_name_of_a_field_is_the_label_of_its_value(name, value):
    masking = Masking(True)

    assert value not in str(masking.answer({name: value, "Team": "Gate 42"}))
    assert masking.answer({"Team": "Gate 42"}) == {"Team": "Gate 42"}
