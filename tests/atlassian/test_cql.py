import itertools

import pytest
from rest_framework.exceptions import ValidationError

from atlassian.confluence.cql import from_raw, from_words
from dev.sample_site import queries
from dev.sample_site.cql import parsed
from dev.sample_site.exchange import Refusal


def test_words_are_ranked_by_site_search_and_held_by_text():
    assert from_words("deploy runbook", ["TEAM", "~7120abc"]) == (
        'siteSearch ~ "deploy runbook" AND text ~ "deploy runbook" AND type in (page, blogpost) '
        'AND space in ("TEAM", "~7120abc")'
    )


def test_site_search_is_the_first_clause_because_confluence_drops_it_in_the_middle():
    for query in ("one", "one two", '"one two" three', "배포 안내"):
        assert from_words(query, ["TEAM"]).startswith("siteSearch ~ ")
        assert from_words(query, ["TEAM"]).count("siteSearch") == 1


def test_a_phrase_must_occur_as_it_stands():
    assert from_words('"hello dolly" parade') == (
        'siteSearch ~ "parade hello dolly" AND text ~ "parade" AND text ~ "\\"hello dolly\\"" '
        "AND type in (page, blogpost)"
    )


@pytest.mark.parametrize(
    "query",
    [
        'a" or type=page or title ~ "b',
        'a\\" or type=page or title ~ \\"b',
        "a) or (type = page",
        "C++ [x] {y} ^2 ~z *? : / - && || !",
        'unbalanced "quote',
        "AND OR NOT deploy",
        "#hash",
        "NUL\x00 inside",
        "emoji 🙂 word",
    ],
)
def test_nothing_of_a_query_leaves_its_quotes(query):
    cql = from_words(query, ["TEAM"])

    outside = "".join(part for index, part in enumerate(cql.replace('\\"', "").split('"')) if index % 2 == 0)
    allowed = {"siteSearch", "~", "AND", "text", "type", "in", "(page,", "blogpost)", "space", "()"}
    assert set(outside.split()) <= allowed
    assert "\\\\" not in cql
    assert "\x00" not in cql


@pytest.mark.parametrize("query", ['"', "+-&|!(){}[]^~*?:\\/", "...", "🙂", '""', "새" * 1000])
def test_a_query_without_a_word_that_can_be_searched_for_is_refused_by_name(query):
    with pytest.raises(ValidationError) as refusal:
        from_words(query)

    assert list(refusal.value.detail) == ["q"]


@pytest.mark.parametrize(
    ("raw", "cql"),
    [
        ("label = ops", "(label = ops) AND {narrowing}"),
        ("label = ops or label = dev", "(label = ops or label = dev) AND {narrowing}"),
        ('title ~ "a) or (b"', '(title ~ "a) or (b") AND {narrowing}'),
        ("title ~ 'a) or (b'", "(title ~ 'a) or (b') AND {narrowing}"),
        ('title ~ "say \\"(\\" twice"', '(title ~ "say \\"(\\" twice") AND {narrowing}'),
        ('title ~ "it\'s -- here # and ;"', '(title ~ "it\'s -- here # and ;") AND {narrowing}'),
        ("label = ops order by created desc", "(label = ops) AND {narrowing} ORDER BY created desc"),
        ("label = ops\nORDER  BY created DESC, title", "(label = ops) AND {narrowing} ORDER BY created DESC, title"),
        ('title ~ "order by x"', '(title ~ "order by x") AND {narrowing}'),
        ("order by created", "{narrowing} ORDER BY created"),
        ('siteSearch ~ "deploy"', '(siteSearch ~ "deploy") AND {narrowing}'),
        ('siteSearch ~ "deploy" and label = ops', '(siteSearch ~ "deploy" and label = ops) AND {narrowing}'),
        ('label = ops and siteSearch ~ "deploy"', '{narrowing} AND (label = ops and siteSearch ~ "deploy")'),
        ('title ~ "siteSearch and or"', '(title ~ "siteSearch and or") AND {narrowing}'),
    ],
)
def test_raw_cql_is_wrapped_and_narrowed(raw, cql):
    narrowing = 'type in (page, blogpost) AND space in ("TEAM")'

    assert from_raw(raw, ["TEAM"]) == cql.format(narrowing=narrowing)


def test_raw_cql_without_an_allowlist_is_still_narrowed_to_pages():
    assert from_raw("label = ops") == "(label = ops) AND type in (page, blogpost)"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "  ",
        'title ~ "' + "x" * 3000 + '"',
        'title ~ "' + "새" * 400 + '"',
        "space = TEAM) or (space = SECRET",
        ") or (",
        "(label = ops",
        "label = ops)",
        'title ~ "open',
        "title ~ 'open",
        'title ~ "a" or title ~ "b\\"',
        'title ~ \\" or (space = SECRET) or title ~ \\"',
        "label = ops -- ",
        "label = ops /* (",
        "label = ops // (",
        "label = ops # (",
        "label = ops; space = SECRET",
        "label = ops order by created) or (space = SECRET",
        "label = ops order by created desc or space = SECRET",
        "label = ops order by",
        "label = ops\x00",
        'label = "\ud800"',
        'label = ops and siteSearch ~ "a" and title ~ "b"',
        'siteSearch ~ "a" and siteSearch ~ "b"',
    ],
)
def test_raw_cql_that_could_leave_its_parentheses_is_refused_by_name(raw):
    with pytest.raises(ValidationError) as refusal:
        from_raw(raw, ["TEAM"])

    assert list(refusal.value.detail) == ["cql"]


def test_a_space_key_cannot_leave_its_quotes():
    assert from_raw("label = ops", ['A") or space in ("B']).endswith('space in ("A\\") or space in (\\"B")')


def test_a_list_of_spaces_too_long_for_a_url_is_left_to_the_filter_behind():
    spaces = [f"SPACE{number}" for number in range(400)]

    assert from_words("deploy", spaces) == from_words("deploy")
    assert from_raw("label = ops", spaces) == from_raw("label = ops")


CLAUSES = ["label = ops", 'title ~ "a) or (b"', "title ~ 'it'", ""]
CLOSING = [")", '")', "')", "\\)", "", " order by created)", '" )', ") -- "]
JOINING = [" or ", " OR NOT ", " || ", " "]
OPENING = ["(", '("', "('", "", "not (", '(title ~ "', "/* ("]
SECRET = ["space = SECRET", 'space = "SECRET"', ""]
ENDING = ["", ")", '"', "'"]


def test_whatever_confluence_understands_of_a_raw_query_stays_narrowed():
    understood = 0
    for raw in map("".join, itertools.product(CLAUSES, CLOSING, JOINING, OPENING, SECRET, ENDING)):
        try:
            query = parsed(from_raw(raw, ["TEAM"]))
        except (ValidationError, Refusal):
            continue
        understood += 1
        assert isinstance(query.where, queries.Group), raw
        assert query.where.operator == "and", raw
        fields = {part.field for part in query.where.clauses if isinstance(part, queries.Clause)}
        assert {"type", "space"} <= fields, raw

    assert understood > 30
