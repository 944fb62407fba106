"""Members at the door of their page, and what a link opens."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from audit.models import AuditLog
from tests.console.pages import text_of
from tests.databases import away
from tests.factories import make_api_key, make_member
from workspaces.models import Invitation, Membership, PasswordLink, Role, User, Workspace

pytestmark = pytest.mark.django_db

PAGE = "/integrations/acme/members/"
NEW = "new@acme.example.com"
PASSWORD = {"password": "a-long-password-9", "again": "a-long-password-9"}


def invited(client: Client, email: str = NEW, role: str = Role.MEMBER) -> str:
    """The link that the page shows."""
    answer = client.post(f"{PAGE}invite/", {"email": email, "role": role}, follow=True)
    return answer.context["link"]


def test_a_link_is_shown_once_after_a_redirect(browser_of):
    admin = browser_of(Role.ADMIN)

    link = invited(admin)

    assert link.startswith("http://testserver/invitation/?link=")
    assert "link" not in admin.get(PAGE).context or not admin.get(PAGE).context["link"]
    assert Invitation.objects.count() == 1
    assert AuditLog.objects.get().action == "invitation.create"


def test_somebody_new_sets_a_password_by_the_link_and_is_a_member_at_once(browser_of):
    link = invited(browser_of(Role.ADMIN))
    newcomer = Client()

    opened = newcomer.get(link)
    page = newcomer.get("/invitation/")
    accepted = newcomer.post("/invitation/", PASSWORD)

    assert (opened["Location"], opened["Referrer-Policy"]) == ("/invitation/", "no-referrer")
    assert "link=" not in page.content.decode()
    assert accepted["Location"] == "/integrations/acme/keys/"
    assert newcomer.get(accepted["Location"]).status_code == 200
    assert Membership.objects.get(user__email=NEW).role == "member"
    record = AuditLog.objects.first()
    assert (record.action, record.actor, record.workspace) == ("invitation.accept", NEW, "acme")


def test_a_weak_password_or_two_that_differ_leave_the_link_open(browser_of):
    newcomer = Client()
    newcomer.get(invited(browser_of(Role.ADMIN)))

    weak = newcomer.post("/invitation/", {"password": "short", "again": "short"})
    differ = newcomer.post("/invitation/", PASSWORD | {"again": "another"})

    assert (weak.status_code, differ.status_code) == (400, 400)
    assert "too short" in text_of(weak)
    assert "not the same" in text_of(differ)
    assert newcomer.post("/invitation/", PASSWORD).status_code == 302


WRONG = {
    "unknown": lambda link: None,
    "used": lambda link: (Client().get(link), Invitation.objects.update(used_at=timezone.now())),
    "expired": lambda link: Invitation.objects.update(expires_at=timezone.now()),
    "withdrawn": lambda link: Invitation.objects.update(withdrawn_at=timezone.now()),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_link_that_is_wrong_used_expired_or_withdrawn_says_the_same(browser_of, kind):
    link = invited(browser_of(Role.ADMIN))
    WRONG[kind](link)
    newcomer = Client()

    page = newcomer.get("/invitation/?link=" + "x" * 43 if kind == "unknown" else link, follow=True)

    assert page.status_code == 404
    assert "This link does not work" in text_of(page)
    assert newcomer.post("/invitation/", PASSWORD).status_code == 404
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_works_once(browser_of):
    link = invited(browser_of(Role.ADMIN))
    first, second = Client(), Client()
    first.get(link), second.get(link)
    first.post("/invitation/", PASSWORD)

    assert second.post("/invitation/", {"password": "another-long-1", "again": "another-long-1"}).status_code == 404
    assert User.objects.get(email=NEW).check_password("a-long-password-9")


@pytest.mark.parametrize("kind", ["superuser", "member elsewhere", "with a password"])
def test_whoever_holds_a_link_cannot_set_the_password_of_an_account_that_is_there(browser_of, kind):
    """An admin sees the link: it must not make them the operator, or a member of another workspace."""
    if kind == "superuser":
        User.objects.create_superuser(NEW, "the-old-password-1")
    elif kind == "member elsewhere":
        make_member(Role.OWNER, "globex", NEW)
        User.objects.filter(email=NEW).update(password="!unusable")
    else:
        User.objects.create_user(NEW, "the-old-password-1")
    before = User.objects.get(email=NEW).password
    admin = Client()
    admin.get(invited(browser_of(Role.ADMIN)))

    page, refused = admin.get("/invitation/"), admin.post("/invitation/", PASSWORD)

    assert "Log in to accept" in text_of(page)
    assert refused.status_code == 409
    assert User.objects.get(email=NEW).password == before
    assert not Membership.objects.filter(user__email=NEW, workspace__key="acme").exists()


def test_somebody_with_an_account_accepts_signed_in_and_nobody_else_does(browser_of):
    link = invited(browser_of(Role.ADMIN), "owner@globex.example.com", Role.MEMBER)
    wrong, right = browser_of(Role.MEMBER), browser_of(Role.OWNER, "globex")

    wrong.get(link)
    assert wrong.post("/invitation/").status_code == 403
    right.get(link)
    assert right.post("/invitation/")["Location"] == "/integrations/acme/keys/"
    records = AuditLog.objects.filter(action="invitation.accept").order_by("pk").values_list("outcome", "error_code")
    assert list(records) == [("denied", "wrong_account"), ("success", "")]


def test_an_invitation_of_somebody_who_was_made_inactive_lets_nobody_in(browser_of):
    link = invited(browser_of(Role.OWNER), role=Role.OWNER)
    User.objects.filter(email="owner@acme.example.com").update(is_active=False)
    newcomer = Client()

    opened, accepted = newcomer.get(link, follow=True), newcomer.post("/invitation/", PASSWORD)

    assert (opened.status_code, accepted.status_code) == (404, 404)
    assert not User.objects.filter(email=NEW).exists()


def test_an_invitation_of_somebody_who_left_is_worth_nothing(browser_of):
    """Or whoever is removed could come back by a link that they made for themselves."""
    link = invited(browser_of(Role.ADMIN))
    browser_of(Role.OWNER).post(f"{PAGE}remove/", {"email": "admin@acme.example.com"})

    assert Client().get(link, follow=True).status_code == 404


def test_tries_at_links_are_limited():
    codes = [Client().get("/invitation/").status_code for _ in range(31)]

    assert codes == [404] * 30 + [429]


@pytest.mark.parametrize(
    ("email", "status", "said"),
    [
        ("member@acme.example.com", 409, "a member of the workspace already"),
        (NEW, 409, "An invitation to this email is open already"),
        ("no address", 400, "This is not an email address like"),
    ],
)
def test_what_was_typed_stays_when_an_invitation_is_refused(browser_of, email, status, said):
    owner = browser_of(Role.OWNER)
    make_member(Role.MEMBER), invited(owner)

    answer = owner.post(f"{PAGE}invite/", {"email": email, "role": "admin"})

    assert answer.status_code == status
    assert said in text_of(answer)
    assert f'value="{email}"' in answer.content.decode().split("invite-title")[2].split("</form>")[0]
    assert re.search(r'<option value="admin"\s+selected', answer.content.decode())
    assert AuditLog.objects.filter(action="invitation.create").exclude(outcome="success").count() == 1
    assert Invitation.objects.count() == 1


BOT = "deploy-bot@agents.acme.example.com"


def test_an_admin_makes_a_member_for_agents_and_a_key_that_acts_as_it(browser_of, client_for):
    admin = browser_of(Role.ADMIN)

    added = admin.post(f"{PAGE}add/", {"email": BOT.title()}, follow=True)
    keys = admin.get("/integrations/acme/keys/")
    made = admin.post("/integrations/acme/keys/", {"email": BOT, "label": "ci", "scope": "read"}, follow=True)

    assert f"Added {BOT}, for agents alone" in text_of(added)
    assert (BOT, f"{BOT} (member)") in keys.context["key_form"].fields["email"].choices
    assert client_for(made.context["secret"]).get("/v1/me").json()["email"] == BOT
    assert not User.objects.get(email=BOT).has_usable_password()
    record = AuditLog.objects.get(action="member.add")
    assert (record.actor, record.outcome, record.channel) == ("admin@acme.example.com", "success", "page")
    assert record.target == {"email": BOT, "role": "member"}


@pytest.mark.parametrize(
    ("email", "status", "said"),
    [
        ("member@acme.example.com", 409, "a member of the workspace already"),
        ("owner@globex.example.com", 409, "There is an account for this email already"),
        (NEW, 409, "An invitation to this email is open already"),
        ("no address", 400, "Enter a valid email address"),
        ("", 400, "required"),
    ],
)
def test_nobody_who_is_here_already_is_made_a_member_for_agents(browser_of, email, status, said):
    owner = browser_of(Role.OWNER)
    make_member(Role.MEMBER), make_member(Role.OWNER, "globex"), invited(owner)

    answer = owner.post(f"{PAGE}add/", {"email": email})

    assert answer.status_code == status
    assert said in text_of(answer)
    assert answer.context["agent_form"]["email"].value() == email
    assert not AuditLog.objects.filter(action="member.add", outcome="success").exists()
    assert Membership.objects.count() == 3


def test_a_member_makes_no_members(browser_of):
    assert browser_of(Role.MEMBER).post(f"{PAGE}add/", {"email": BOT}).status_code == 403
    assert not User.objects.filter(email=BOT).exists()


def test_what_one_may_not_do_is_not_offered(browser_of):
    make_member(Role.OWNER), make_member(Role.MEMBER)

    page = browser_of(Role.ADMIN).get(PAGE)

    rows = {row.member.email: row.is_manageable for row in page.context["rows"]}
    assert rows == {
        "admin@acme.example.com": False, "member@acme.example.com": True, "owner@acme.example.com": False
    }  # fmt: skip
    assert page.context["roles"] == ["member"]


def test_who_changes_a_role_that_somebody_else_changed_meanwhile_is_told(browser_of):
    make_member(Role.ADMIN)
    owner = browser_of(Role.OWNER)

    answer = owner.post(
        f"{PAGE}role/", {"email": "admin@acme.example.com", "role": "owner", "role_before": "member"}, follow=True
    )

    assert "Somebody else changed this meanwhile" in text_of(answer)
    assert Membership.objects.get(user__email="admin@acme.example.com").role == "admin"


def test_a_role_that_changes_while_its_owner_is_signed_in_counts_at_once(browser_of):
    admin, owner = browser_of(Role.ADMIN), browser_of(Role.OWNER)
    assert admin.get(PAGE).status_code == 200

    owner.post(f"{PAGE}role/", {"email": "admin@acme.example.com", "role": "member", "role_before": "admin"})

    assert admin.get(PAGE).status_code == 403
    assert admin.get("/integrations/acme/keys/").status_code == 200


def test_the_last_owner_is_told_why_they_stay(browser_of):
    answer = browser_of(Role.OWNER).post(f"{PAGE}remove/", {"email": "owner@acme.example.com"}, follow=True)

    assert "the last owner" in text_of(answer)


def test_a_member_sees_no_members(browser_of):
    member = browser_of(Role.MEMBER)

    assert member.get(PAGE).status_code == 403
    assert "Members" not in text_of(member.get("/integrations/acme/keys/"))


def test_names_with_markup_are_text(browser_of):
    admin = browser_of(Role.ADMIN)
    Membership.objects.get().workspace.__class__.objects.update(name="<script>alert(1)</script>")
    make_api_key(Role.MEMBER, label="<img src=x onerror=alert(1)>")

    for path in ("/integrations/", PAGE, "/integrations/acme/keys/", "/integrations/acme/activity/"):
        page = admin.get(path, follow=True).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_5000_members_are_paged_with_as_few_queries(browser_of, django_assert_max_num_queries):
    admin = browser_of(Role.ADMIN)
    workspace = Membership.objects.get().workspace
    users = User.objects.bulk_create([User(email=f"u{number:04}@acme.example.com") for number in range(5000)])
    Membership.objects.bulk_create([Membership(workspace=workspace, user=user) for user in users])

    with django_assert_max_num_queries(9):
        page = admin.get(PAGE)
    found = admin.get(PAGE, {"q": "u4999"})

    assert len(page.context["rows"]) == 100
    assert page.context["more"]
    assert [row.member.email for row in found.context["rows"]] == ["u4999@acme.example.com"]


def test_200_workspaces_are_shown_in_pages_each_with_its_state_by_few_queries(operator, django_assert_max_num_queries):
    Workspace.objects.bulk_create([Workspace(key=f"w{number:03}") for number in range(200)])

    with django_assert_max_num_queries(7):
        page = operator.get("/integrations/")

    assert (len(page.context["rows"]), page.context["more"]) == (50, "w049")
    assert len(operator.get("/integrations/", {"q": "w19"}).context["rows"]) == 10


def test_a_superuser_makes_a_workspace_and_nobody_else_does(operator, browser_of):
    made = operator.post("/integrations/", {"key": "initech", "name": "Initech"})
    taken = operator.post("/integrations/", {"key": "initech", "name": ""})
    refused = browser_of(Role.OWNER).post("/integrations/", {"key": "mine", "name": ""})

    assert made["Location"] == "/integrations/initech/"
    assert Membership.objects.get(workspace__key="initech").role == "owner"
    assert (taken.status_code, refused.status_code) == (400, 403)
    assert not Membership.objects.filter(workspace__key="mine").exists()


@pytest.fixture
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True
    settings.PUBLIC_URL = "https://memory.acme.example.com"


def link_in(message) -> str:
    return re.search(r"https://\S+", message.body)[0].removeprefix("https://memory.acme.example.com")


def test_a_forgotten_password_is_set_by_a_link_and_ends_all_sessions(browser_of, mail_is_set_up):
    elsewhere = browser_of(Role.ADMIN)
    client = Client()

    client.post("/password/forgotten/", {"email": "Admin@acme.example.com"})
    link = link_in(mail.outbox[0])
    client.get(link)
    done = client.post("/password/link/", PASSWORD)
    again = Client()
    again.get(link)

    assert "Your password is changed" in text_of(done)
    assert User.objects.get().check_password("a-long-password-9")
    assert elsewhere.get(PAGE).status_code == 302
    assert again.post("/password/link/", PASSWORD).status_code == 404
    assert PasswordLink.objects.get().used_at is not None
    actions = list(AuditLog.objects.order_by("pk").values_list("action", "outcome"))
    assert actions[:2] == [("password_link.create", "success"), ("user.password", "success")]


def test_nobody_learns_whether_an_email_is_known(browser_of, mail_is_set_up):
    make_member(Role.ADMIN)

    known = Client().post("/password/forgotten/", {"email": "admin@acme.example.com"})
    unknown = Client().post("/password/forgotten/", {"email": "nobody@acme.example.com"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert len(mail.outbox) == 1


def test_nothing_is_sent_where_anybody_may_choose_the_host_of_the_link(settings):
    settings.MAIL_IS_SET_UP, settings.PUBLIC_URL, settings.ALLOWED_HOSTS = True, "", ["*"]
    make_member(Role.ADMIN)

    Client().post("/password/forgotten/", {"email": "admin@acme.example.com"}, headers={"Host": "evil.example"})

    assert mail.outbox == []


def test_without_mail_the_page_says_whom_to_ask():
    assert "Ask an admin of your workspace" in text_of(Client().get("/password/forgotten/"))


def test_an_admin_makes_a_password_link_for_a_member_of_this_workspace_alone(browser_of):
    admin = browser_of(Role.ADMIN)
    make_member(Role.MEMBER)
    make_member(Role.MEMBER, email="both@example.com"), make_member(Role.OWNER, "globex", "both@example.com")

    of_member = admin.post(f"{PAGE}password/", {"email": "member@acme.example.com"}, follow=True)
    of_both = admin.post(f"{PAGE}password/", {"email": "both@example.com"}, follow=True)

    assert "/password/link/?link=" in of_member.context["link"]
    assert "belongs to other workspaces as well" in text_of(of_both)
    assert PasswordLink.objects.count() == 1


def test_signing_in_and_out_and_failing_to_leave_records_in_the_workspace(browser_of):
    make_member(Role.ADMIN)
    client = Client()
    given = {"username": "admin@acme.example.com", "password": "a-long-password-1"}

    client.post("/login/", given | {"password": "a-guess"})
    client.post("/login/", given)
    client.post("/logout/")

    records = AuditLog.objects.order_by("pk").values_list("action", "outcome", "workspace", "actor")
    assert list(records) == [
        ("user.sign_in", "failed", "acme", "admin@acme.example.com"),
        ("user.sign_in", "success", "acme", "admin@acme.example.com"),
        ("user.sign_out", "success", "acme", "admin@acme.example.com"),
    ]


def test_a_guesser_does_not_fill_the_log():
    make_member(Role.ADMIN)
    for number in range(25):
        Client().post(
            "/login/", {"username": "admin@acme.example.com", "password": "x"}, REMOTE_ADDR=f"192.0.2.{number}"
        )

    assert AuditLog.objects.count() == 10


def test_logging_out_everywhere_ends_every_session_and_no_key(browser_of, client_for):
    here, elsewhere = browser_of(Role.ADMIN), browser_of(Role.ADMIN)
    secret = make_api_key(Role.ADMIN)

    answer = here.post("/logout/everywhere/")

    assert "logged out everywhere" in text_of(answer)
    assert [client.get(PAGE).status_code for client in (here, elsewhere)] == [302, 302]
    assert client_for(secret).get("/v1/me").status_code == 200
    assert AuditLog.objects.filter(action="user.sign_out").count() == 1


def test_no_record_no_session():
    make_member(Role.ADMIN)
    client = Client()

    with away("audit_logs"):
        answer = client.post("/login/", {"username": "admin@acme.example.com", "password": "a-long-password-1"})

    assert answer.status_code == 503
    assert client.get(PAGE).status_code == 302


def test_a_link_is_never_in_a_path_which_the_access_log_holds(browser_of, caplog):
    secret = invited(browser_of(Role.ADMIN)).split("=")[1]

    Client().get(f"/invitation/?link={secret}", follow=True)

    assert secret not in caplog.text
