import pytest
from rest_framework.exceptions import ValidationError

from atlassian.jira.search.jql import TEXT_FIELDS, from_raw, words_in
from tests.atlassian.factories import SITE, make_credentials

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
    assert words_in(query, make_credentials()).within(projects) == jql


def test_with_hidden_fields_each_word_is_looked_for_in_the_texts_that_everybody_sees():
    jql = words_in('order "flow chart"', make_credentials()).within(("AB",), TEXT_FIELDS[:2])

    assert jql == (
        '(summary ~ "order" OR description ~ "order")'
        r' AND (summary ~ "\"flow chart\"" OR description ~ "\"flow chart\"")'
        ' AND project in ("AB") ORDER BY updated DESC'
    )


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("abc-1, ABC-1 and Xy9-22.", ("ABC-1", "XY9-22")),
        ("A-1 ABC-0 ABC-01 1AB-2 xABC-1-2 한국-1 CVE-2024-1234", ()),
        ("see https://acme.atlassian.net/browse/ABC-7?x=1", ("ABC-7",)),
        ("feature/OPS-12-fix-login", ("OPS-12",)),
        ("feature/OPS-12_fix_login", ("OPS-12",)),
        ("__OPS-12__", ("OPS-12",)),
        ("OPS-12/OPS-13", ("OPS-12", "OPS-13")),
        ("OPS\u201112", ("OPS-12",)),
        ("OPS-12_fix", ("OPS-12",)),
        ("bugfix-OPS-12-x", ("OPS-12",)),
        (f"{SITE}/jira/software/projects/ABC/boards/3?selectedIssue=ABC-9", ("ABC-9",)),
        ("acme.atlassian.net/servicedesk/customer/portal/2/ABC-4 stuck", ("ABC-4",)),
        ("10042", ("10042",)),
        ("port 10042", ()),
        ("A1-1 B1-1 C1-1 D1-1", ("A1-1", "B1-1", "C1-1", "D1-1")),
        ("no key", ()),
    ],
)
def test_issues_are_named_by_key_in_whatever_people_paste(query, keys):
    assert words_in(query, make_credentials()).keys == keys


def test_words_with_a_slash_stay_words():
    assert words_in("client/server-2", make_credentials()).terms.words == ("client",)
    assert words_in("client/server-2", make_credentials()).terms.phrases == ("server 2",)


def test_an_address_of_the_site_brings_no_words_but_its_key():
    words = words_in(f"{SITE}/browse/ABC-7?focusedCommentId=10 broken", make_credentials())

    assert words.within(()) == r'text ~ "broken" AND text ~ "\"ABC 7\"" ORDER BY updated DESC'


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
