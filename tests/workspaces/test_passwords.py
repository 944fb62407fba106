import pytest
from django.test import Client

from tests.factories import make_member
from workspaces.models import Role, User

pytestmark = pytest.mark.django_db

RIGHT = "a-long-password-1"  # as make_member sets it


def sign_in(password: str, email: str = "admin@acme.example.com", **extra: str) -> bool:
    return Client().post("/login/", {"username": email, "password": password}, **extra).status_code == 302


@pytest.fixture
def guessed() -> None:
    make_member(Role.ADMIN)
    make_member(Role.OWNER)
    User.objects.update(is_staff=True)
    assert not any(sign_in(f"guess-{n}") for n in range(10))


@pytest.mark.parametrize("email", ["admin@acme.example.com", "ADMIN@acme.example.com"])
def test_who_has_guessed_ten_times_in_a_minute_is_not_let_in(guessed, email):
    assert not sign_in(RIGHT, email)


def test_others_are_let_in_while_one_is_limited_and_so_is_the_same_person_from_elsewhere(guessed):
    assert sign_in(RIGHT, "owner@acme.example.com")
    assert sign_in(RIGHT, REMOTE_ADDR="192.0.2.7")
