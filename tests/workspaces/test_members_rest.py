"""/v1/me, /v1/members, /v1/invitations and /v1/api-keys at the door, down to the record."""

import re
from datetime import timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import AuditLog
from tests.factories import make_api_key, make_member
from workspaces.invitations import accept_with_password, digest_of_link
from workspaces.models import ApiKey, Invitation, Membership, Role, User

pytestmark = pytest.mark.django_db

NEW = "new@acme.example.com"


def error_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def last_record() -> tuple[str, str, str]:
    record = AuditLog.objects.first()
    return record.action, record.outcome, record.channel


def test_a_key_learns_who_it_is_what_it_may_and_until_when(client_for):
    ends = timezone.now() + timedelta(days=9)
    secret = make_api_key(expires_at=ends, actions=["jira.*"], project_keys=["OPS"], calls_per_minute=9)

    me = client_for(secret).get("/v1/me").json()

    assert (me["email"], me["workspace_key"], me["role"]) == ("member@acme.example.com", "acme", "member")
    assert me["permitted"] == sorted(
        action for action in me["permitted"] if action.startswith("jira.") or action == "me.read"
    )
    assert {"jira.search", "jira.read", "me.read"} <= set(me["permitted"])
    assert me["api_key"]["expires_at"] == ends.isoformat().replace("+00:00", "Z")
    assert (me["api_key"]["project_keys"], me["api_key"]["calls_per_minute"]) == (["OPS"], 9)
    assert secret not in str(me)
    assert not AuditLog.objects.exists()


def test_members_are_listed_in_pages_with_what_they_use(client_for, django_assert_max_num_queries):
    admin = client_for(make_api_key(Role.ADMIN))
    make_api_key(Role.MEMBER, label="one"), make_api_key(Role.MEMBER, label="dead", revoked_at=timezone.now())
    for number in range(5):
        make_member(email=f"m{number}@acme.example.com")

    with django_assert_max_num_queries(5):
        first = admin.get("/v1/members", {"limit": 4}).json()
    second = admin.get("/v1/members", {"limit": 4, "cursor": first["next_cursor"]}).json()

    emails = [member["email"] for member in first["members"] + second["members"]]
    assert emails == sorted(emails)
    assert len(emails) == 7
    assert second["next_cursor"] is None
    assert next(m for m in second["members"] if m["email"].startswith("member@"))["api_keys"] == 1


def test_a_role_is_changed_and_who_saw_another_is_told(client_for):
    owner = client_for(make_api_key(Role.OWNER))
    make_member()

    stale = {"email": "member@acme.example.com", "role": "owner", "role_before": "admin"}
    assert error_of(owner.patch("/v1/members", stale, format="json")) == (409, "changed_meanwhile")
    answer = owner.patch("/v1/members", stale | {"role_before": "member"}, format="json")

    assert answer.json() == {"email": "member@acme.example.com", "role": "owner"}
    assert last_record() == ("member.update", "success", "rest")
    assert AuditLog.objects.first().target["role_before"] == "member"


def test_a_member_is_made_for_agents_within_reach(client_for):
    admin, member = client_for(make_api_key(Role.ADMIN)), client_for(make_api_key(Role.MEMBER))
    make_member(Role.OWNER, "globex")

    above = admin.post("/v1/members", {"email": "bot@acme.example.com", "role": "admin"}, format="json")
    answer = admin.post("/v1/members", {"email": "Bot@acme.example.com"}, format="json")

    assert error_of(above) == (403, "role_required")
    assert (answer.status_code, answer.json()) == (201, {"email": "bot@acme.example.com", "role": "member"})
    assert last_record() == ("member.add", "success", "rest")
    assert not User.objects.get(email="bot@acme.example.com").has_usable_password()
    again = admin.post("/v1/members", {"email": "bot@acme.example.com"}, format="json")
    elsewhere = admin.post("/v1/members", {"email": "owner@globex.example.com"}, format="json")
    malformed = admin.post("/v1/members", {"email": "bot"}, format="json")
    assert error_of(again) == (409, "already_member")
    assert error_of(elsewhere) == (409, "account_exists")
    assert error_of(malformed) == (400, "validation_error")
    assert error_of(member.post("/v1/members", {"email": "x@acme.example.com"}, format="json"))[0] == 403
    assert Membership.objects.filter(workspace__key="acme").count() == 3


def test_a_member_is_removed_with_their_keys_and_the_invitations_they_made(client_for):
    owner, gone = client_for(make_api_key(Role.OWNER)), client_for(make_api_key(Role.ADMIN))
    gone.post("/v1/invitations", {"email": NEW}, format="json")

    assert owner.delete("/v1/members?email=admin@acme.example.com").status_code == 204

    assert gone.get("/v1/me").status_code == 401
    assert Invitation.objects.get().withdrawn_at is not None


def invited(client, **body) -> str:
    answer = client.post("/v1/invitations", {"email": NEW} | body, format="json")
    assert answer.status_code == 201, answer.json()
    return parse_qs(urlsplit(answer.json()["url"]).query)["link"][0]


def test_an_invitation_is_made_and_only_its_digest_kept(client_for):
    admin = client_for(make_api_key(Role.ADMIN))

    secret = invited(admin, role="member")

    row = Invitation.objects.get()
    assert secret not in str(Invitation.objects.values()) + str(AuditLog.objects.values())
    assert timedelta(hours=71) < row.expires_at - timezone.now() < timedelta(hours=72)
    assert last_record() == ("invitation.create", "success", "rest")
    listed = admin.get("/v1/invitations").json()["invitations"]
    assert [(each["email"], each["role"], each["created_by"], each["expired"]) for each in listed] == [
        (NEW, "member", "admin@acme.example.com", False)
    ]


def test_a_new_link_ends_the_one_before_and_withdrawing_ends_both(client_for):
    admin = client_for(make_api_key(Role.ADMIN))
    first = invited(admin)
    second = parse_qs(urlsplit(admin.patch("/v1/invitations", {"email": NEW}, format="json").json()["url"]).query)

    digests = [digest_of_link(first), digest_of_link(second["link"][0])]
    assert [Invitation.objects.filter(digest=digest).exists() for digest in digests] == [False, True]

    assert admin.delete(f"/v1/invitations?email={NEW}").status_code == 204
    assert error_of(admin.patch("/v1/invitations", {"email": NEW}, format="json")) == (404, "invitation_not_found")


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("admin@acme.example.com", "already_member"),
        (" ADMIN@ACME.example.com ", "already_member"),
        ("nobody", "validation_error"),
        ("a@b.example\nBcc: all@evil.example", "validation_error"),
        ("<script>@acme.example.com", "validation_error"),
    ],
)
def test_who_cannot_be_invited_is_said_why(client_for, email, code):
    admin = client_for(make_api_key(Role.ADMIN))

    assert error_of(admin.post("/v1/invitations", {"email": email}, format="json"))[1] == code
    assert not Invitation.objects.exists()


def test_nobody_is_invited_twice_but_an_expired_invitation_is_in_nobodys_way(client_for):
    admin = client_for(make_api_key(Role.ADMIN))
    invited(admin)
    assert error_of(admin.post("/v1/invitations", {"email": NEW}, format="json")) == (409, "already_invited")

    Invitation.objects.update(expires_at=timezone.now())
    invited(admin)

    assert Invitation.objects.count() == 1


@pytest.fixture
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP, settings.DEFAULT_FROM_EMAIL = True, "memory-core@acme.example.com"
    settings.PUBLIC_URL = "https://memory.acme.example.com"


def test_an_invitation_goes_by_mail_where_mail_is_set_up(client_for, mail_is_set_up):
    admin = client_for(make_api_key(Role.ADMIN))
    Membership.objects.get().workspace.__class__.objects.update(name="Acme\r\nBcc: all@evil.example")

    answer = admin.post("/v1/invitations", {"email": NEW}, format="json").json()

    assert answer["mail_sent"]
    (message,) = mail.outbox
    assert (message.to, message.bcc) == ([NEW], [])
    assert "\n" not in message.subject
    assert answer["url"] in message.body
    assert answer["url"].startswith("https://memory.acme.example.com/invitation/?link=")


def test_a_mail_server_that_is_away_leaves_the_link_to_be_passed_on(client_for, mail_is_set_up, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    admin = client_for(make_api_key(Role.ADMIN))

    answer = admin.post("/v1/invitations", {"email": NEW}, format="json")

    assert answer.status_code == 201
    assert (answer.json()["mail_sent"], bool(answer.json()["url"])) == (False, True)


def test_mails_to_one_address_are_limited_whoever_asks(client_for, mail_is_set_up):
    admin = client_for(make_api_key(Role.ADMIN))
    invited(admin)

    sent = [admin.patch("/v1/invitations", {"email": NEW}, format="json").json()["mail_sent"] for _ in range(6)]

    assert sent == [True] * 4 + [False] * 2


def test_a_key_is_issued_for_90_days_unless_another_time_is_asked_for(client_for):
    admin = client_for(make_api_key(Role.ADMIN))

    made = admin.post("/v1/api-keys", {"label": "agent"}, format="json")
    never = admin.post("/v1/api-keys", {"label": "agent", "expires_in_days": None}, format="json")

    assert made.status_code == 201
    key = made.json()["api_key"]
    assert (key["email"], key["role"], key["state"]) == ("admin@acme.example.com", "admin", "usable")
    expires_at = ApiKey.objects.get(prefix=key["prefix"]).expires_at
    assert timedelta(days=89) < expires_at - timezone.now() < timedelta(days=91)
    assert never.json()["api_key"]["expires_at"] is None
    assert client_for(made.json()["secret"]).get("/v1/me").status_code == 200
    assert made.json()["secret"] not in str(AuditLog.objects.values())


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"label": ""}, "label"),
        ({"label": "x", "expires_in_days": 0}, "expires_in_days"),
        ({"label": "x", "actions": ["jira.write"]}, "actions"),
        ({"label": "x", "project_keys": ["<b>"]}, "project_keys.0"),
        ({"label": "x", "calls_per_minute": 0}, "calls_per_minute"),
        ({"label": "x", "owner": "me"}, "owner"),
    ],
)
def test_a_key_that_cannot_be_is_refused_by_name(client_for, body, path):
    admin = client_for(make_api_key(Role.ADMIN))

    answer = admin.post("/v1/api-keys", body, format="json")

    assert error_of(answer) == (400, "validation_error")
    assert [issue["path"] for issue in answer.json()["error"]["details"]["issues"]] == [path]
    assert ApiKey.objects.count() == 1


def test_a_key_made_by_a_key_does_not_outlive_it_and_a_members_key_makes_none(client_for):
    ends = timezone.now() + timedelta(days=2)
    admin = client_for(make_api_key(Role.ADMIN, expires_at=ends))
    member = client_for(make_api_key(Role.MEMBER))

    made = admin.post("/v1/api-keys", {"label": "agent", "expires_in_days": None}, format="json").json()

    assert ApiKey.objects.get(prefix=made["api_key"]["prefix"]).expires_at == ends
    assert error_of(member.post("/v1/api-keys", {"label": "agent"}, format="json")) == (403, "role_required")


@pytest.mark.parametrize("promoted", ["owner", "superuser"])
def test_a_key_that_an_admin_made_for_a_member_does_not_rise_with_them(client_for, promoted):
    admin, member = client_for(make_api_key(Role.ADMIN)), make_member()
    issued = admin.post("/v1/api-keys", {"label": "bot", "email": member.user.email}, format="json").json()
    made = admin.post("/v1/api-keys/rotate", {"prefix": issued["api_key"]["prefix"]}, format="json").json()
    Membership.objects.filter(pk=member.pk).update(role="owner" if promoted == "owner" else "member")
    User.objects.filter(pk=member.user.pk).update(is_superuser=promoted == "superuser")

    for secret in (issued["secret"], made["secret"]):
        held = client_for(secret)
        assert error_of(held.get("/v1/audit-logs")) == (403, "role_required")
        assert error_of(held.post("/v1/api-keys", {"label": "wider"}, format="json")) == (403, "role_required")
        me = held.get("/v1/me").json()
        assert (me["role"], me["api_key"]["role"]) == ("member", "member")
    assert AuditLog.objects.filter(outcome="denied", role="member").count() == 4


def test_a_key_of_ones_own_and_one_of_the_operator_rise_with_their_member(client_for):
    member, browser = make_member(), APIClient()
    browser.force_login(member.user)
    mine = {"workspace_key": "acme", "label": "mine"}
    own = browser.post("/v1/api-keys", mine, format="json").json()["secret"]
    told = StringIO()
    call_command("issue_api_key", "acme", member.user.email, label="from the operator", stdout=told)
    given = re.search(r"mc_\S+", told.getvalue())[0]

    Membership.objects.update(role="admin")

    assert [client_for(secret).get("/v1/me").json()["role"] for secret in (own, given)] == ["admin", "admin"]


def test_a_key_that_is_made_by_one_is_no_wider_than_that_and_sinks_with_its_member(client_for):
    admin = make_api_key(Role.ADMIN)
    made = client_for(admin).post("/v1/api-keys", {"label": "second"}, format="json").json()["secret"]

    Membership.objects.update(role="owner")
    roles = [client_for(secret).get("/v1/me").json()["role"] for secret in (admin, made)]
    Membership.objects.update(role="member")
    sunk = [client_for(secret).get("/v1/me").json()["role"] for secret in (admin, made)]

    assert (roles, sunk) == (["owner", "admin"], ["member", "member"])


def test_rotating_gives_another_secret_while_the_old_one_lives_an_hour_or_ends_at_once(client_for):
    admin = client_for(make_api_key(Role.ADMIN))
    old = make_api_key(Role.MEMBER, actions=["jira.*"], calls_per_minute=7)

    new = admin.post("/v1/api-keys/rotate", {"prefix": old[:11]}, format="json").json()
    assert client_for(old).get("/v1/me").status_code == 200
    assert ApiKey.objects.get(prefix=old[:11]).expires_at - timezone.now() < timedelta(hours=1)
    assert (new["api_key"]["actions"], new["api_key"]["calls_per_minute"]) == (["jira.*"], 7)

    last = admin.post("/v1/api-keys/rotate", {"prefix": new["secret"], "at_once": True}, format="json").json()
    assert client_for(new["secret"]).get("/v1/me").status_code == 401
    assert client_for(last["secret"]).get("/v1/me").status_code == 200
    again = admin.post("/v1/api-keys/rotate", {"prefix": new["secret"]}, format="json")
    assert error_of(again) == (409, "api_key_ended")


def test_keys_are_listed_in_pages_newest_first_and_revoked(client_for):
    admin = client_for(make_api_key(Role.ADMIN))
    secrets = [make_api_key(Role.MEMBER, label=f"k{number}") for number in range(3)]

    first = admin.get("/v1/api-keys", {"limit": 3}).json()
    rest = admin.get("/v1/api-keys", {"limit": 3, "cursor": first["next_cursor"]}).json()

    assert [key["label"] for key in first["api_keys"] + rest["api_keys"]] == ["k2", "k1", "k0", "laptop"]
    assert admin.delete(f"/v1/api-keys?prefix={secrets[0][:11]}").status_code == 204
    assert client_for(secrets[0]).get("/v1/me").status_code == 401


@pytest.mark.parametrize("path", ["me", "members", "invitations", "api-keys"])
def test_an_unknown_parameter_is_refused_by_name(client_for, path):
    assert error_of(client_for(make_api_key(Role.ADMIN)).get(f"/v1/{path}", {"wher": "x"})) == (400, "validation_error")


def test_5000_members_and_500_keys_are_listed_with_as_few_queries(client_for, django_assert_max_num_queries):
    admin = client_for(make_api_key(Role.ADMIN))
    workspace = Membership.objects.get().workspace
    users = User.objects.bulk_create([User(email=f"u{number:04}@acme.example.com") for number in range(5000)])
    members = Membership.objects.bulk_create([Membership(workspace=workspace, user=user) for user in users])
    ApiKey.objects.bulk_create(
        [ApiKey(membership=members[number], prefix="mc_x", digest=str(number), label="x") for number in range(500)]
    )

    with django_assert_max_num_queries(5):
        page = admin.get("/v1/members", {"limit": 100, "cursor": "u2"}).json()
    with django_assert_max_num_queries(5):
        keys = admin.get("/v1/api-keys", {"limit": 100}).json()

    assert (len(page["members"]), len(keys["api_keys"])) == (100, 100)


def test_an_invitation_accepted_with_a_password_makes_one_member(client_for):
    secret = invited(client_for(make_api_key(Role.ADMIN)))

    membership = accept_with_password(digest_of_link(secret), "a-long-password-9")

    assert (membership.user.email, membership.role) == (NEW, "member")
    assert User.objects.get(email=NEW).check_password("a-long-password-9")
    assert last_record() == ("invitation.accept", "success", "page")
