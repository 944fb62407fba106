"""A long text read on within a minute is fetched once, and what is kept is nobody else's."""

import gc
import json
import sys
import weakref

import pytest

from atlassian import services
from atlassian.recent_reads import KEPT_TTL, MAX_KEPT_BYTES, MAX_TEXT_BYTES, RecentReads
from integrations.models import Integration
from tests.atlassian.rest_helpers import call, connect, error
from tests.factories import make_api_key
from workspaces.models import ApiKey, Membership, Role


class Clock:
    """Time that passes only when it is told to, with what was put off until then."""

    def __init__(self):
        self.now, self.waiting = 1000.0, []

    def __call__(self):
        return self.now

    def later(self, seconds, do):
        self.waiting.append((self.now + seconds, do))

    def pass_(self, seconds):
        self.now += seconds
        due, self.waiting = self.waiting, []
        for at, do in due:
            if at <= self.now:
                do()
            else:
                self.waiting.append((at, do))


class Text:
    pass


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def reads(clock):
    return RecentReads(clock, clock.later)


def test_what_is_kept_is_gone_after_a_minute_though_nobody_asks(reads, clock):
    whole = Text()
    reads.keep("a", whole, "x")
    seen = weakref.ref(whole)
    del whole

    clock.pass_(KEPT_TTL - 1)
    gc.collect()
    before = seen()
    del before
    clock.pass_(1)
    gc.collect()

    assert seen() is None
    assert clock.waiting == []


def test_each_text_ends_a_minute_after_it_was_kept(reads, clock):
    reads.keep("a", "first", "x")
    clock.pass_(30)
    reads.keep("b", "second", "x")
    clock.pass_(30)

    assert (reads.get("a"), reads.get("b")) == (None, "second")
    clock.pass_(30)
    assert reads.get("b") is None


def test_memory_is_bounded_and_the_oldest_makes_room(reads):
    text = "x" * (MAX_TEXT_BYTES - 1000)
    for number in range(10):
        reads.keep(number, number, text)

    kept = [number for number in range(10) if reads.get(number) is not None]
    assert kept == [6, 7, 8, 9]
    assert len(kept) * sys.getsizeof(text) <= MAX_KEPT_BYTES


def test_a_text_that_is_too_long_is_not_kept_and_drops_what_was(reads):
    reads.keep("a", "old", "x")
    reads.keep("a", "new", "x" * MAX_TEXT_BYTES)

    assert reads.get("a") is None


def test_what_is_forgotten_takes_no_room(reads):
    text = "x" * (MAX_TEXT_BYTES - 1000)
    for number in range(100):
        reads.keep(number, number, text)
        reads.forget(number)
    reads.keep("a", "kept", text)

    assert reads.get("a") == "kept"


@pytest.fixture
def kept(monkeypatch, clock):
    for name in ("recent_issues", "recent_pages"):
        monkeypatch.setattr(services, name, RecentReads(clock, clock.later))


LONG = "".join(f"<p>Paragraph {number} of a long text.</p>" for number in range(400))


class LongIssue:
    provider, path, below, elsewhere = "jira", "/v1/jira/read", "/rest/api/3/issue/", "OPS"
    other_parts = ({"include": "history"}, {"comments_before": 3})

    def __init__(self, site):
        self.issue = site.add_issue("GATE-99", "Long", description=LONG)
        self.reference = {"issue_key": self.issue.key}

    def change(self, before, after):
        text = json.dumps(self.issue.fields["description"])
        self.issue.fields["description"] = json.loads(text.replace(before, after))


class LongPage:
    provider, path, below, elsewhere = "confluence", "/v1/confluence/read", "/wiki/api/v2/pages/", "RUN"
    other_parts = ({"include": "history"}, {"comments": True})

    def __init__(self, site):
        self.page = site.add_page("Long", space="ENG", storage=LONG)
        self.reference = {"page_id": self.page.id}

    def change(self, before, after):
        self.page.storage = self.page.storage.replace(before, after)


@pytest.fixture(params=[LongIssue, LongPage])
def document(request, sample_site):
    connect(sample_site)
    return request.param(sample_site)


def read(agent, document, **params):
    return call(agent, document.path, **document.reference | {"max_chars": 2000} | params)


def fetched(site, document):
    """How often it was asked for since it was last counted."""
    count = len(site.received(document.below))
    site.requests.clear()
    return count


@pytest.mark.django_db
def test_a_text_read_in_many_pieces_is_fetched_once(client_for, sample_site, document, kept):
    agent = client_for(make_api_key(Role.MEMBER))

    pieces, offset = [], 0
    while offset is not None:
        answer = read(agent, document, offset=offset).json()
        pieces.append(answer)
        offset = answer["next_offset"]

    assert len(pieces) > 5
    assert fetched(sample_site, document) == 1
    assert {piece["content_chars"] for piece in pieces} == {pieces[0]["content_chars"]}
    assert "Paragraph 399 of a long text." in pieces[-1]["content"]
    read(agent, document, offset=pieces[0]["next_offset"])
    assert fetched(sample_site, document) == 1  # the last piece ended it


@pytest.mark.django_db
def test_whoever_begins_anew_gets_the_text_as_it_is_now(client_for, sample_site, document, kept):
    agent = client_for(make_api_key(Role.MEMBER))
    read(agent, document)
    document.change("Paragraph 0", "Changed 0")

    assert "Changed 0" in read(agent, document).json()["content"]
    assert fetched(sample_site, document) == 2


@pytest.mark.django_db
def test_after_a_minute_it_is_fetched_again(client_for, sample_site, document, kept, clock):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, document).json()["next_offset"]
    clock.pass_(KEPT_TTL / 2)
    read(agent, document, offset=offset)
    clock.pass_(KEPT_TTL / 2)
    read(agent, document, offset=offset)

    assert fetched(sample_site, document) == 2


@pytest.mark.django_db
def test_nobody_reads_on_in_what_another_began(client_for, sample_site, document, kept):
    secret = make_api_key(Role.MEMBER)
    offset = read(client_for(secret), document).json()["next_offset"]
    fetched(sample_site, document)
    _, secret = ApiKey.issue(ApiKey.objects.get().membership, "desktop", None)
    same_member = client_for(secret)
    another = client_for(make_api_key(Role.ADMIN))

    for agent in (same_member, another):
        assert read(agent, document, offset=offset).status_code == 200
    assert fetched(sample_site, document) == 2


def _revoke(document):
    ApiKey.objects.get().revoke()


def _end_membership(document):
    Membership.objects.all().delete()


def _allow_elsewhere(document):
    Integration.objects.filter(provider=document.provider).update(allowed_keys=[document.elsewhere])


def _disable(document):
    Integration.objects.filter(provider=document.provider).update(enabled=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (_revoke, (401, "invalid_credentials")),
        (_end_membership, (401, "invalid_credentials")),
        (_allow_elsewhere, (404, "not_found")),
        (_disable, (409, "integration_disabled")),
    ],
)
def test_nothing_kept_outlives_what_permitted_it(client_for, sample_site, document, kept, change, refusal):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, document).json()["next_offset"]

    change(document)

    assert error(read(agent, document, offset=offset)) == refusal


@pytest.mark.django_db
def test_a_switch_that_is_changed_holds_for_the_next_piece(client_for, sample_site, document, kept):
    Integration.objects.update(mask_secrets=False)
    document.change("Paragraph 350", "password: hunter2hunter2")
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, document).json()["next_offset"]

    Integration.objects.update(mask_secrets=True)
    answer = read(agent, document, offset=offset, max_chars=100_000)

    assert "hunter2hunter2" not in answer.json()["content"]


@pytest.mark.django_db
def test_other_parts_of_the_same_one_are_another_text(client_for, sample_site, document, kept):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, document).json()["next_offset"]
    fetched(sample_site, document)

    for parts in document.other_parts:
        read(agent, document, offset=offset, **parts)
        assert fetched(sample_site, document) > 0, parts


@pytest.mark.django_db
@pytest.mark.parametrize("document", [LongIssue], indirect=True)
def test_a_field_that_is_hidden_meanwhile_is_gone_from_the_next_piece(client_for, sample_site, document, kept):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, document).json()["next_offset"]

    Integration.objects.update(hidden_fields=["Description"])

    assert read(agent, document, offset=offset).json()["content"] == ""


@pytest.mark.django_db
@pytest.mark.parametrize("document", [LongIssue], indirect=True)
def test_a_space_that_is_closed_meanwhile_names_no_page_in_the_next_piece(client_for, sample_site, document, kept):
    address = f"{sample_site.url}/wiki/spaces/ENG/pages/7/Layoffs"
    document.issue.remote_links.append({"object": {"url": address, "title": "Layoffs"}})
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, document, include="links").json()["next_offset"]

    Integration.objects.filter(provider="confluence").update(allowed_keys=["RUN"])
    answer = read(agent, document, offset=offset, include="links", max_chars=100_000)

    assert "## Web links (1)" in answer.json()["content"]
    assert "Layoffs" not in answer.json()["content"]
