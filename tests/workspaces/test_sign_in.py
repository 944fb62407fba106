import pytest
from django.test import Client

from tests.factories import make_member
from workspaces.models import Role, User
from workspaces.password_checks import MAX_FOR_USER

pytestmark = pytest.mark.django_db

GOOD = {"username": "admin@acme.example.com", "password": "a-long-password-1"}
BAD = GOOD | {"password": "a-guess"}


def test_a_wrong_password_is_said_without_telling_whether_the_email_is_known():
    make_member(Role.ADMIN)

    known = Client().post("/login/", BAD)
    unknown = Client().post("/login/", BAD | {"username": "nobody@acme.example.com"})

    assert known.context["form"].errors == unknown.context["form"].errors
    assert "do not match" in str(known.context["form"].errors)


def test_the_admin_has_no_login_page_of_its_own():
    client = Client()
    asked = client.get("/admin/workspaces/user/", follow=True)
    assert asked.redirect_chain[-1][0] == "/login/?next=/admin/workspaces/user/"

    client.force_login(make_member(Role.OWNER).user)
    assert client.get("/admin/", follow=True).status_code == 403


def test_passwords_are_guessed_slowly():
    path = "/login/"
    User.objects.create_superuser("admin@acme.example.com", "a-long-password-1")
    for _ in range(MAX_FOR_USER):
        Client().post(path, BAD)

    refused = Client().post(path, GOOD)
    of_another = Client().post(path, BAD | {"username": "else@acme.example.com"})

    assert "Too many attempts. Try again in " in refused.content.decode()
    assert "Too many attempts" not in of_another.content.decode()


@pytest.mark.parametrize(
    "path", ["/login/", "/password/forgotten/", "/invitation/", "/password/link/", "/integrations/acme/members/remove/"]
)
@pytest.mark.parametrize("name", ["username", "email", "resumed-username"])
def test_a_character_that_postgresql_cannot_take_is_refused_everywhere(path, name):
    assert Client().post(path, {name: "a\0b", "password": "x"}).status_code == 400
    assert Client().get(path, {name: "a\0b"}).status_code == 400


def test_somebody_inactive_cannot_sign_in():
    member = make_member(Role.ADMIN)
    User.objects.filter(pk=member.user.pk).update(is_active=False)

    assert Client().post("/login/", GOOD).status_code == 200


def test_the_login_leads_to_no_other_site():
    make_member(Role.ADMIN)

    answer = Client().post("/login/?next=https://evil.example/", GOOD | {"next": "https://evil.example/"})

    assert answer["Location"] == "/integrations/"


def test_a_password_is_changed_without_the_admin():
    client = Client()
    client.force_login(make_member(Role.ADMIN).user)
    given = {"old_password": "a-long-password-1", "new_password1": "another-long-one-2"}

    weak = client.post("/password/", given | {"new_password1": "short", "new_password2": "short"})
    changed = client.post("/password/", given | {"new_password2": "another-long-one-2"}, follow=True)

    assert "too short" in weak.content.decode()
    assert "Your password is changed" in changed.content.decode()
    assert User.objects.get().check_password("another-long-one-2")


def test_logging_out_ends_the_session():
    client = Client()
    client.force_login(make_member(Role.ADMIN).user)

    answer = client.post("/logout/")

    assert answer["Location"] == "/login/"
    assert client.get("/integrations/acme/")["Location"] == "/login/?next=/integrations/acme/"


def test_an_address_that_the_operator_has_not_listed_is_told_apart_from_an_old_form():
    browser = Client(enforce_csrf_checks=True)
    browser.get("/login/")

    foreign = browser.post("/login/", GOOD, headers={"Origin": "https://memory.example.com"})
    old = browser.post("/login/", GOOD)

    assert (foreign.status_code, old.status_code) == (403, 403)
    assert "CSRF_TRUSTED_ORIGINS" in foreign.text
    assert "reload the page" in old.text


@pytest.mark.parametrize("path", ["/login/", "/v1/integrations"])
def test_a_host_name_that_the_operator_has_not_listed_is_refused_with_what_to_do(path):
    answer = Client().get(path, headers={"Host": "memory.example.com"})

    assert answer.status_code == 400
    assert "ALLOWED_HOSTS" in answer.json()["error"]["message"]
