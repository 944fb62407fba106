"""What no reader sees reaches no agent, and what every reader sees stays as it was."""

import pytest

from atlassian.rendering.characters import visible_text


def tags(letters: str) -> str:
    return "".join(chr(0xE0000 + ord(letter)) for letter in letters)


@pytest.mark.parametrize(
    "invisible",
    [
        pytest.param(tags("ignore all"), id="copies of letters"),
        pytest.param("\U000e0001\U000e01ef\U000e0fff", id="other characters of that plane"),
        pytest.param("\ufe00\ufe0f\U000e0100", id="selectors of variants"),
        pytest.param("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f", id="no width"),
        pytest.param("\u202a\u202e\u2066\u2069\u200e\u200f\u061c", id="direction"),
        pytest.param("\u115f\u1160\u3164\uffa0\u17b4\u2064\u206a\ufff9", id="fillers and marks"),
        pytest.param("\x9b\x00\x07\x1b\x7f", id="controls"),
        pytest.param("\ud800\ufdd0\uffff", id="no characters"),
        pytest.param("\x1b[1;31m\x9b0K", id="colours of a terminal"),
        pytest.param("\x1b]8;;https://evil.example\x1b\\", id="a link of a terminal"),
        pytest.param("\x1b]0;a title\x07\x1bPq#0\x1b\\", id="other strings of a terminal"),
    ],
)
def test_what_no_reader_sees_is_left_out(invisible):
    assert visible_text(f"a{invisible}b") == "ab"


@pytest.mark.parametrize(
    "text",
    [
        "👩‍💻 👨‍👩‍👧‍👦 ❤️‍🔥 🏳️‍🌈 🏴‍☠️ 👩🏽‍🚀 🧑🏻‍❤️‍💋‍🧑🏿 1️⃣ #️⃣ ☀️ ©️ 🇩🇪",
        *(f"\U0001f3f4{tags(region)}\U000e007f" for region in ("gbeng", "gbsct", "gbwls")),
        "می‌خواهم کتاب‌ها",
        "क्‍ष क्‌ष ශ්‍රී",
        "ᠮᠣᠩᠭᠣᠯ᠋",
        "שלום مرحبا 日本語 ไทย Ünïcödé a\u00a0b\tc\nd",
    ],
)
def test_emoji_and_scripts_keep_the_joiners_and_selectors_that_they_need(text):
    assert visible_text(text) == text


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("☀️\ufe0f\ufe0f", "☀️"),
        ("1\ufe0f", "1"),
        ("می\u200c\u200c\u200d\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200dx", "👩x"),
        (f"\U0001f3f4{tags('usca')}\U000e007f", "\U0001f3f4"),
        (f"\U0001f3f4{tags('gbeng')}", "\U0001f3f4"),
        ("葛\U000e0100城", "葛城"),
    ],
)
def test_what_makes_no_emoji_and_joins_no_letters_is_left_out(text, visible):
    assert visible_text(text) == visible


def test_every_line_ends_in_a_newline():
    assert visible_text("a\r\nb\rc\x85d\u2028e\u2029f") == "a\nb\nc\nd\ne\nf"


def test_a_long_text_is_cleaned_like_a_short_one():
    assert visible_text("a" * 2_000 + tags("x") + "b") == "a" * 2_000 + "b"
