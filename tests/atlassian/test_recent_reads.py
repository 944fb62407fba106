"""A long page read on within a minute is fetched once, and what is kept is nobody else's."""

import gc
import sys
import weakref

import pytest

from atlassian import services
from atlassian.recent_reads import KEPT_TTL, MAX_KEPT_BYTES, MAX_TEXT_BYTES, RecentReads
from integrations.models import Integration
from tests.atlassian.rest_helpers import call, connect, error
from tests.factories import make_api_key
from workspaces.models import ApiKey, Membership, Role

READ = "/v1/confluence/read"


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
def kept(monkeypatch, reads):
    monkeypatch.setattr(services, "recent_pages", reads)
    return reads


@pytest.fixture
def page(sample_site):
    connect(sample_site)
    body = "".join(f"<p>Paragraph {number} of a long page.</p>" for number in range(400))
    return sample_site.add_page("Long", space="ENG", storage=body)


def read(agent, page, **params):
    return call(agent, READ, page_id=page.id, max_chars=2000, **params)


def fetched(site):
    """How often the page was asked for since it was last counted."""
    count = len(site.received("/wiki/api/v2/pages/"))
    site.requests.clear()
    return count


@pytest.mark.django_db
def test_a_page_read_in_many_pieces_is_fetched_once(client_for, sample_site, page, kept):
    agent = client_for(make_api_key(Role.MEMBER))

    pieces, offset = [], 0
    while offset is not None:
        answer = read(agent, page, offset=offset).json()
        pieces.append(answer)
        offset = answer["next_offset"]

    assert len(pieces) > 5
    assert fetched(sample_site) == 1
    assert {piece["content_chars"] for piece in pieces} == {pieces[0]["content_chars"]}
    assert "Paragraph 399 of a long page." in pieces[-1]["content"]
    read(agent, page, offset=pieces[0]["next_offset"])
    assert fetched(sample_site) == 1  # the last piece ended it


@pytest.mark.django_db
def test_whoever_begins_anew_gets_the_page_as_it_is_now(client_for, sample_site, page, kept):
    agent = client_for(make_api_key(Role.MEMBER))
    read(agent, page)
    page.storage = page.storage.replace("Paragraph 0", "Changed 0")

    assert "Changed 0" in read(agent, page).json()["content"]
    assert fetched(sample_site) == 2


@pytest.mark.django_db
def test_after_a_minute_the_page_is_fetched_again(client_for, sample_site, page, kept, clock):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, page).json()["next_offset"]
    clock.pass_(KEPT_TTL / 2)
    read(agent, page, offset=offset)
    clock.pass_(KEPT_TTL / 2)
    read(agent, page, offset=offset)

    assert fetched(sample_site) == 2


@pytest.mark.django_db
def test_nobody_reads_on_in_what_another_began(client_for, sample_site, page, kept):
    secret = make_api_key(Role.MEMBER)
    offset = read(client_for(secret), page).json()["next_offset"]
    fetched(sample_site)
    _, secret = ApiKey.issue(ApiKey.objects.get().membership, "desktop", None)
    same_member = client_for(secret)
    another = client_for(make_api_key(Role.ADMIN))

    for agent in (same_member, another):
        assert read(agent, page, offset=offset).status_code == 200
    assert fetched(sample_site) == 2


def _revoke(site):
    ApiKey.objects.get().revoke()


def _end_membership(site):
    Membership.objects.all().delete()


def _allow_elsewhere(site):
    Integration.objects.filter(provider="confluence").update(allowed_keys=["RUN"])


def _disable(site):
    Integration.objects.filter(provider="confluence").update(enabled=False)


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
def test_nothing_kept_outlives_what_permitted_it(client_for, sample_site, page, kept, change, refusal):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, page).json()["next_offset"]

    change(sample_site)

    assert error(read(agent, page, offset=offset)) == refusal


@pytest.mark.django_db
def test_a_switch_that_is_changed_holds_for_the_next_piece(client_for, sample_site, page, kept):
    Integration.objects.filter(provider="confluence").update(mask_secrets=False)
    page.storage = page.storage.replace("Paragraph 350", "password: hunter2hunter2")
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, page).json()["next_offset"]

    Integration.objects.filter(provider="confluence").update(mask_secrets=True)
    answer = call(agent, READ, page_id=page.id, offset=offset, max_chars=100_000)

    assert "hunter2hunter2" not in answer.json()["content"]


@pytest.mark.django_db
def test_other_parts_of_the_same_page_are_another_text(client_for, sample_site, page, kept):
    agent = client_for(make_api_key(Role.MEMBER))
    offset = read(agent, page).json()["next_offset"]
    fetched(sample_site)

    read(agent, page, offset=offset, include="history")

    assert fetched(sample_site) == 2  # the page, and its versions
