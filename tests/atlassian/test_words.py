import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from atlassian.words import MAX_WORDS, Terms, quoted, quoted_phrase, terms_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("login fails", ["login", "fails"]),
        ("a_b-c.d/e", ["a", "b", "c", "d", "e"]),
        ("C++ && (x || !y)^~*?:\\", ["C", "x", "y"]),
        ("cats AND dogs OR NOT and", ["cats", "and", "dogs", "or", "not", "and"]),
        ("로그인 오류", ["로그인", "오류"]),
        ("लॉगिन समस्या", ["लॉगिन", "समस्या"]),
        ("cafe\u0301", ["café"]),
        ("fire 🔥\x00 drill", ["fire", "drill"]),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_and_digits_in_any_script(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("order flow", Terms(("order", "flow"))),
        ('"order flow" broken', Terms(("broken",), ("order flow",))),
        ("“order flow”", Terms((), ("order flow",))),
        ('"order" flow', Terms(("flow", "order"))),
        ('order "flow broken', Terms(("order", "flow", "broken"))),
        ('say "" twice twice', Terms(("say", "twice"))),
    ],
)
def test_what_stands_in_quotes_is_a_phrase(query, terms):
    assert terms_of(query) == terms


@pytest.mark.parametrize("query", ["", "   ", '"', '"?!" --', "()[]{}^~*?:/+-&&||\\", "🔥🔥", "\x00"])
def test_a_query_without_a_word_is_refused_and_says_what_to_give(query):
    with pytest.raises(ValidationError) as caught:
        terms_of(query)

    assert caught.value.detail["q"][0].code == "no_words"
    assert "at least one word" in caught.value.detail["q"][0]


@settings(deadline=None)
@given(st.text(max_size=1000))
def test_never_more_words_than_the_bound_and_nothing_but_words(query):
    try:
        terms = terms_of(query)
    except ValidationError:
        return

    words = [*terms.words, *(word for phrase in terms.phrases for word in phrase.split())]
    assert 0 < len(words) <= MAX_WORDS
    assert all(words_of(word) == [word] for word in words)


def test_a_phrase_longer_than_the_bound_is_searched_as_words():
    assert len(terms_of('"' + "word1 word2 " * 20 + '"').words) == MAX_WORDS


def test_quoting_escapes_backslash_and_quote():
    assert quoted('a "b" \\') == r'"a \"b\" \\"'
    assert quoted_phrase("a b") == r'"\"a b\""'
