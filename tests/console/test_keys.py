"""Keys at the door of their page."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from tests.audit.factories import make_record
from tests.console.pages import text_of
from tests.factories import make_api_key, make_integration, make_member
from workspaces.models import ApiKey, Membership, Role, User

pytestmark = pytest.mark.django_db

PAGE = "/integrations/acme/keys/"
OWN = {"label": "my agent", "email": "member@acme.example.com", "scope": "read", "expires_in_days": "90"}


def test_a_member_makes_a_key_that_is_narrowed_to_what_they_say(browser_of, client_for):
    member = browser_of(Role.MEMBER)
    given = OWN | {"scope": "jira", "project_keys": "ops, abc", "calls_per_minute": "9"}

    secret = member.post(PAGE, given, follow=True).context["secret"]

    key = client_for(secret).get("/v1/me").json()["api_key"]
    assert (key["actions"], key["project_keys"], key["calls_per_minute"]) == (["jira.*"], ["ABC", "OPS"], 9)
    assert timedelta(days=89) < ApiKey.objects.get().expires_at - timezone.now() < timedelta(days=91)
    assert "Jira only; projects ABC, OPS; 9 calls a minute" in text_of(member.get(PAGE))


def test_a_member_sees_only_their_own_keys_and_calls(browser_of):
    make_api_key(Role.OWNER, label="the owner's")
    make_record(actor="owner@acme.example.com", target={"issue_key": "GATE-1"})
    make_record(actor="member@acme.example.com", target={"issue_key": "GATE-2"})
    member = browser_of(Role.MEMBER)

    page = text_of(member.get(PAGE))

    assert "My keys" in page
    assert "GATE-2" in page
    assert "the owner's" not in page
    assert "GATE-1" not in page


@pytest.mark.parametrize("button", ["rotate", "revoke"])
def test_a_key_of_another_is_not_there_for_a_member(browser_of, button):
    make_api_key(Role.OWNER)

    answer = browser_of(Role.MEMBER).post(f"{PAGE}{ApiKey.objects.get().pk}/{button}/", follow=True)

    assert "No such API key in this workspace." in text_of(answer)
    assert ApiKey.objects.get().revoked_at is None
    assert AuditLog.objects.get().error_code == "api_key_not_found"


def test_a_member_cannot_make_a_key_of_somebody_else(browser_of):
    make_member(Role.OWNER)

    answer = browser_of(Role.MEMBER).post(PAGE, OWN | {"email": "owner@acme.example.com"})

    assert answer.status_code == 400
    assert not ApiKey.objects.exists()


def test_a_key_is_an_owners_only_where_somebody_chose_that(browser_of):
    form = browser_of(Role.OWNER).get(PAGE).context["key_form"]
    of_admin = browser_of(Role.ADMIN).get(PAGE).context["key_form"]

    assert form.fields["email"].choices[0] == ("", "Choose a member")
    assert of_admin.fields["email"].choices[0][0] == "admin@acme.example.com"
    assert (form.fields["scope"].initial, form.fields["expires_in_days"].initial) == ("read", "90")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"label": ""}, "label"),
        ({"email": "nobody@acme.example.com"}, "email"),
        ({"scope": "everything"}, "scope"),
        ({"scope": "all"}, "scope"),
        ({"project_keys": "<b>"}, "project_keys"),
        ({"project_keys": "OPS"}, "project_keys"),
        ({"calls_per_minute": "0"}, "calls_per_minute"),
        ({"expires_in_days": "7000"}, "expires_in_days"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_no_key_made(browser_of, changed, field):
    """A plain member has nothing to administer; the workspace allows GATE alone."""
    make_integration(allowed_keys=["GATE"])

    answer = browser_of(Role.MEMBER).post(PAGE, OWN | changed)

    assert answer.status_code == 400
    assert list(answer.context["key_form"].errors) == [field]
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(("at_once", "old_status"), [({}, 200), ({"at_once": "1"}, 401)])
def test_rotating_shows_another_secret_once(browser_of, client_for, at_once, old_status):
    old = make_api_key(Role.MEMBER)
    member = browser_of(Role.MEMBER)

    page = member.post(f"{PAGE}{ApiKey.objects.get().pk}/rotate/", at_once, follow=True)

    secret = page.context["secret"]
    assert [client_for(key).get("/v1/me").status_code for key in (old, secret)] == [old_status, 200]
    assert secret not in member.get(PAGE).content.decode()
    assert AuditLog.objects.filter(action="api_key.rotate", outcome="success").count() == 1


def test_a_key_is_offered_to_be_ended_only_to_who_may_end_it(browser_of):
    make_api_key(Role.OWNER, label="theirs"), make_api_key(Role.MEMBER, label="a member's")
    make_api_key(Role.ADMIN, label="own")

    page = browser_of(Role.ADMIN).get(PAGE).content.decode()

    assert re.findall(r'aria-label="Revoke the key ([^"]+)"', page) == ["own", "a member&#x27;s"]
    assert re.findall(r'aria-label="Rotate the key ([^"]+)"', page) == ["own", "a member&#x27;s"]


def test_among_5000_members_one_finds_oneself_first(browser_of):
    admin = browser_of(Role.ADMIN, email="zoe@acme.example.com")
    workspace = Membership.objects.get().workspace
    users = User.objects.bulk_create([User(email=f"u{number:04}@acme.example.com") for number in range(5000)])
    Membership.objects.bulk_create([Membership(workspace=workspace, user=user) for user in users])

    choices = admin.get(PAGE).context["key_form"].fields["email"].choices

    assert [email for email, _ in choices[:2]] == ["zoe@acme.example.com", "u0000@acme.example.com"]


def test_the_secret_is_shown_to_nobody_but_who_made_it(browser_of):
    """Nor does a cookie that somebody else put there look like a key of one's own."""
    member, other = browser_of(Role.MEMBER), browser_of(Role.ADMIN)
    made = member.post(PAGE, OWN)

    other.cookies["new-key"] = made.cookies["new-key"].value

    assert "secret" not in other.get(PAGE).context
    assert made.cookies["new-key"]["httponly"]
    assert made.cookies["new-key"]["samesite"] == "Strict"


def test_500_keys_are_paged_by_few_queries(browser_of, django_assert_max_num_queries):
    admin = browser_of(Role.ADMIN)
    membership = Membership.objects.get()
    ApiKey.objects.bulk_create(
        [ApiKey(membership=membership, prefix="mc_x", digest=str(number), label=f"k{number}") for number in range(500)]
    )

    with django_assert_max_num_queries(12):
        page = admin.get(PAGE)

    assert len(page.context["api_keys"]) == 100
    assert len(admin.get(PAGE, {"before": page.context["more"]}).context["api_keys"]) == 100
    assert admin.get(PAGE, {"before": "nonsense"}).status_code == 200


def test_a_member_says_which_atlassian_account_is_theirs(browser_of):
    member = browser_of(Role.MEMBER)
    path = "/integrations/acme/members/account/"
    given = {"email": "member@acme.example.com", "from": "keys"}

    saved = member.post(path, given | {"account_id": "712020:abc"}, follow=True)
    wrong = member.post(path, given | {"account_id": "<b>"}, follow=True)

    assert saved.redirect_chain == [(PAGE, 302)]
    assert 'value="712020:abc"' in saved.content.decode()
    assert "letters, digits" in text_of(wrong)
    assert Membership.objects.get().atlassian_account_id == "712020:abc"
