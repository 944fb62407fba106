"""Guessing a password is slow, and costs the others nothing."""

import threading
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from audit.addresses import client_address
from tests.factories import make_member
from workspaces import password_checks
from workspaces.models import Role, User

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "admin@acme.example.com", "a-long-password-1"
GOOD = {"username": EMAIL, "password": PASSWORD}
TOO_MANY = "Too many attempts. Try again in "


@pytest.fixture
def hashes(settings, monkeypatch) -> list[str]:
    """Every hash that is computed."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    computed: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def count(self, password, salt, iterations=None):
        computed.append(password)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1)
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", count)
    return computed


def sign_in(address: str = "192.0.2.1", **typed):
    return Client(REMOTE_ADDR=address).post("/login/", GOOD | typed)


def test_a_flood_of_new_emails_from_one_address_computes_a_bounded_number_of_hashes(hashes):
    for number in range(password_checks.MAX_FROM_ADDRESS * 2):
        answer = sign_in(username=f"nobody{number}@acme.example.com")

    assert TOO_MANY in answer.content.decode()
    assert len(hashes) == password_checks.MAX_FROM_ADDRESS


def test_so_does_a_flood_from_everywhere(hashes):
    for number in range(password_checks.MAX_IN_ALL * 2):
        answer = sign_in(f"192.0.2.{number % 250}", username=f"nobody{number}@acme.example.com")

    assert TOO_MANY in answer.content.decode()
    assert len(hashes) == password_checks.MAX_IN_ALL


@pytest.mark.parametrize("name", ["ADMIN", "adm\u0131n", "adm\u0130n"])
def test_another_spelling_of_an_email_gives_no_more_guesses(name):
    make_member(Role.ADMIN)
    for _ in range(password_checks.MAX_FOR_USER):
        sign_in(password="a-guess")

    answer = sign_in(username=f"{name}@acme.example.com")

    assert "_auth_user_id" not in answer.client.session


def test_whoever_guesses_from_everywhere_is_stopped_too():
    make_member(Role.ADMIN)
    for number in range(password_checks.MAX_FOR_USER_IN_ALL):
        sign_in(f"192.0.2.{number}", password="a-guess")

    assert TOO_MANY in sign_in("198.51.100.1").content.decode()


def test_a_refused_guess_uses_up_nothing_of_the_others():
    make_member(Role.ADMIN)
    make_member(Role.OWNER)
    for _ in range(password_checks.MAX_FROM_ADDRESS * 2):
        sign_in(password="a-guess")

    answer = sign_in(username="owner@acme.example.com")

    assert answer.client.session["_auth_user_id"]


def test_guesses_are_computed_one_at_a_time_and_a_crowd_is_refused_at_once(monkeypatch):
    make_member(Role.ADMIN)
    monkeypatch.setattr(password_checks, "_waiting", threading.BoundedSemaphore(1))

    with password_checks._waiting:
        answer = sign_in()

    assert f"{TOO_MANY}{password_checks.BUSY_SECONDS} s" in answer.content.decode()
    assert sign_in().status_code == 302


def test_the_old_password_is_guessed_no_faster_on_the_page_that_changes_it(hashes):
    client = Client()
    client.force_login(make_member(Role.ADMIN).user)
    form = {"old_password": "a-guess", "new_password1": "another-long-one-1", "new_password2": "another-long-one-1"}
    hashes.clear()

    for _ in range(password_checks.MAX_FOR_USER * 2):
        answer = client.post("/password/", form)

    assert TOO_MANY in answer.content.decode()
    assert hashes.count("a-guess") == password_checks.MAX_FOR_USER


def test_the_limits_hold_while_the_shared_cache_is_away(hashes, monkeypatch):
    def away(*args, **kwargs):
        raise ValueError

    monkeypatch.setattr("audit.limits.cache", SimpleNamespace(add=lambda *args, **kwargs: False, incr=away))
    monkeypatch.setattr("audit.limits.time", SimpleNamespace(time=lambda: 1_800_001_000.0))

    for number in range(password_checks.MAX_FROM_ADDRESS * 2):
        sign_in(username=f"nobody{number}@acme.example.com")

    assert len(hashes) == password_checks.MAX_FROM_ADDRESS


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "what a client claims, 203.0.113.9", "203.0.113.9"),
        (2, "claimed, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "claimed,", "10.0.0.1"),
    ],
)
def test_behind_proxies_the_address_is_the_one_that_the_outermost_saw(settings, rf, proxies, forwarded, address):
    settings.PROXIES = proxies

    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_a_user_is_found_by_the_email_as_it_is_kept_and_by_no_letter_that_merely_looks_alike():
    make_member(Role.ADMIN)

    assert User.objects.get_by_natural_key(EMAIL.upper()).email == EMAIL
    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("adm\u0131n@acme.example.com")
