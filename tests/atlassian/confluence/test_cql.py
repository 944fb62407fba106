import itertools
import re
from urllib.parse import quote

import pytest
from rest_framework.exceptions import ValidationError

from atlassian.confluence.search.cql import from_raw, from_words, in_spaces, left_out_kinds, of_kinds
from dev.sample_site import queries
from dev.sample_site.cql import parsed
from dev.sample_site.exchange import Refusal

KINDS = "type in (page, blogpost, folder, whiteboard, database, embed, slide)"
NARROWED = [of_kinds(), *in_spaces(["TEAM"])]


def test_words_are_ranked_by_site_search_and_held_by_text():
    assert from_words("deploy runbook", [of_kinds(), *in_spaces(["TEAM", "~7120abc"])]) == (
        f'siteSearch ~ "deploy runbook" AND text ~ "deploy runbook" AND {KINDS} AND space in ("TEAM", "~7120abc")'
    )


def test_site_search_is_the_first_clause_because_confluence_drops_it_in_the_middle():
    for query in ("one", "one two", '"one two" three', "배포 안내"):
        assert from_words(query, NARROWED).startswith("siteSearch ~ ")
        assert from_words(query, NARROWED).count("siteSearch") == 1


def test_a_phrase_must_occur_as_it_stands():
    assert from_words('"hello dolly" parade') == (
        'siteSearch ~ "parade hello dolly" AND text ~ "parade" AND text ~ "\\"hello dolly\\""'
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
    cql = from_words(query, NARROWED)

    outside = "".join(part for index, part in enumerate(cql.replace('\\"', "").split('"')) if index % 2 == 0)
    allowed = {"siteSearch", "~", "AND", "text", "space", "in", "()", *KINDS.split()}
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
    assert from_raw(raw, NARROWED) == cql.format(narrowing=f'{KINDS} AND space in ("TEAM")')


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
        from_raw(raw, NARROWED)

    assert list(refusal.value.detail) == ["cql"]


def test_a_space_key_cannot_leave_its_quotes():
    assert in_spaces(['A") or space in ("B']) == ['space in ("A\\") or space in (\\"B")']


@pytest.mark.parametrize("length", [5, 60, 255])
def test_spaces_too_many_for_a_url_are_asked_for_in_parts_and_none_is_left_out(length):
    keys = [f"~{number:0{length - 1}}" for number in range(400)]

    parts = in_spaces(keys)

    assert len(parts) > 1
    assert all(len(quote(part)) < 3500 for part in parts)
    assert [key for part in parts for key in re.findall(r'"(~\d+)"', part)] == keys


def test_no_spaces_are_one_question_without_a_clause():
    assert in_spaces([]) == [""]


ME = "712020:11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("raw", "asked"),
    [
        ("creator = currentUser()", f'creator = "{ME}"'),
        ("creator = CURRENTUSER ( ) and label = ops", f'creator = "{ME}" and label = ops'),
        ("contributor in (currentUser(), abc)", f'contributor in ("{ME}", abc)'),
        ("mention=currentUser() or creator!=currentUser()", f'mention="{ME}" or creator!="{ME}"'),
        ('title ~ "currentUser()" and watcher = currentUser()', f'title ~ "currentUser()" and watcher = "{ME}"'),
    ],
)
def test_the_current_user_is_the_one_who_asks(raw, asked):
    assert from_raw(raw, own_account_id=lambda: ME) == f"({asked})"


def test_whose_account_is_not_asked_about_needs_none():
    assert from_raw('title ~ "currentUser()"', own_account_id=lambda: pytest.fail("not needed"))


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ("creator = currentUser()", "currentUser()"),
        ("creator = currentUser(1)", "currentUser()"),
        ("space in favouriteSpaces()", "favouriteSpaces()"),
        ("id in RecentlyViewedContent(10)", "RecentlyViewedContent()"),
        ("space in recentlyViewedSpaces(5)", "recentlyViewedSpaces()"),
        ("favourite = abc", "favourite"),
        ('"favourite" = abc', "favourite"),
    ],
)
def test_what_depends_on_the_connected_account_is_refused_by_name(raw, named):
    with pytest.raises(ValidationError) as refusal:
        from_raw(raw)

    assert named in str(refusal.value.detail["cql"])


@pytest.mark.parametrize(
    ("raw", "kinds", "beside"),
    [
        ("type = attachment", {"attachment"}, False),
        ('space = A and "type" in (page, "comment", user)', {"comment", "user"}, True),
        ("TYPE=Space or type = folder", {"space"}, True),
        ('title ~ "type = comment"', set(), False),
        ("type != comment", set(), False),
        ("type not in (page, blogpost, comment)", {"attachment"}, True),
        ("type =", set(), False),
    ],
)
def test_kinds_that_are_not_searched_are_noticed(raw, kinds, beside):
    assert left_out_kinds(raw) == (kinds, beside)


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
            query = parsed(from_raw(raw, NARROWED))
        except (ValidationError, Refusal):
            continue
        understood += 1
        assert isinstance(query.where, queries.Group), raw
        assert query.where.operator == "and", raw
        fields = {part.field for part in query.where.clauses if isinstance(part, queries.Clause)}
        assert {"type", "space"} <= fields, raw

    assert understood > 30
