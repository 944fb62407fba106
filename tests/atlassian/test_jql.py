import pytest
from rest_framework.exceptions import ValidationError

from atlassian.jira.jql import from_raw, from_words, keys_in

WHERE = {"where": {"field": {"name": "status"}}}
RANKED = {
    "orderBy": {"fields": [{"field": {"encodedName": "rank"}, "direction": "asc"}, {"field": {"encodedName": "key"}}]}
}


@pytest.mark.parametrize(
    ("query", "projects", "jql"),
    [
        ("order flow", (), 'text ~ "order flow" ORDER BY updated DESC'),
        ("order", ("AB", "CD"), 'text ~ "order" AND project in ("AB", "CD") ORDER BY updated DESC'),
        ('x "order flow"', (), r'text ~ "x" AND text ~ "\"order flow\"" ORDER BY updated DESC'),
        ("ABC-12 broken", (), r'text ~ "broken" AND text ~ "\"ABC 12\"" ORDER BY updated DESC'),
        ('") OR project = X --', (), 'text ~ "or project X" ORDER BY updated DESC'),
    ],
)
def test_a_text_becomes_a_query_that_holds_nothing_of_it_but_words(query, projects, jql):
    assert from_words(query, projects) == jql


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("abc-1, ABC-1 and Xy9-22.", ["ABC-1", "XY9-22"]),
        ("A-1 ABC-0 ABC-01 1AB-2 xABC-1-2 한국-1", []),
        ("see https://acme.atlassian.net/browse/ABC-7?x=1", ["ABC-7"]),
        ("A1-1 B1-1 C1-1 D1-1", ["A1-1", "B1-1", "C1-1"]),
        ("no key", []),
    ],
)
def test_the_first_keys_of_a_text_are_found_once_each(query, keys):
    assert keys_in(query) == keys


@pytest.mark.parametrize(
    ("raw", "structure", "projects", "jql"),
    [
        ("status = Open", WHERE, (), "status = Open ORDER BY updated DESC"),
        ("a = 1 OR b = 2", WHERE, ("AB",), '(a = 1 OR b = 2) AND project in ("AB") ORDER BY updated DESC'),
        ("a = 1 Order  By rank, key", WHERE | RANKED, ("AB",), '(a = 1) AND project in ("AB") ORDER BY rank ASC, key'),
        ('a ~ "order by \\" x"', WHERE, ("AB",), '(a ~ "order by \\" x") AND project in ("AB") ORDER BY updated DESC'),
        ("a ~ 'order by'", WHERE, (), "a ~ 'order by' ORDER BY updated DESC"),
    ],
)
def test_a_raw_query_goes_into_brackets_and_keeps_its_own_order(raw, structure, projects, jql):
    assert from_raw(raw, structure, projects) == jql


@pytest.mark.parametrize("structure", [None, {}, {"where": None}, {"where": {}}, RANKED, [], "where"])
def test_a_raw_query_that_restricts_nothing_is_refused(structure):
    with pytest.raises(ValidationError, match="at least one restriction"):
        from_raw("order by rank", structure, ())


def test_a_raw_query_with_two_orders_is_refused():
    with pytest.raises(ValidationError, match="ORDER BY"):
        from_raw("a = 1 order by b) or (c = 1 order by d", WHERE, ("AB",))
