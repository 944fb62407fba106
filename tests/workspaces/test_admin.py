import pytest
from django.test import Client

from audit.models import AuditLog
from tests.factories import make_api_key, make_member, make_workspace
from workspaces.models import ApiKey, Membership, Role, User, Workspace

pytestmark = pytest.mark.django_db


def inline(*rows: dict[str, object], initial: int = 0) -> dict[str, object]:
    """The POST of a workspace's page with these members."""
    data: dict[str, object] = {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": initial}
    for n, row in enumerate(rows):
        data |= {f"memberships-{n}-{name}": value for name, value in row.items()}
    return data


def row_of(membership: Membership, **changed: object) -> dict[str, object]:
    return {"id": membership.pk, "workspace": membership.workspace_id, "role": membership.role} | changed


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def recorded() -> list[tuple[str, str, str, str, str]]:
    return list(AuditLog.objects.order_by("pk").values_list("action", "outcome", "channel", "actor", "workspace"))


def test_a_workspace_is_made_by_the_service_and_recorded(operator):
    answer = operator.post("/admin/workspaces/workspace/add/", {"key": "acme", "name": "Acme"}, follow=True)

    assert answer.status_code == 200
    assert Workspace.objects.get().name == "Acme"
    assert recorded() == [("workspace.create", "success", "admin", "root@example.com", "acme")]


def test_members_are_added_changed_and_removed_by_the_services(operator):
    workspace = make_workspace()
    leaving, rising = make_member(Role.MEMBER), make_member(Role.ADMIN)
    make_member(Role.OWNER)
    coming = User.objects.create_user("coming@acme.example.com")
    page = f"/admin/workspaces/workspace/{workspace.pk}/change/"

    rows = (
        row_of(leaving, DELETE="on"), row_of(rising, role="owner"),
        {"id": "", "workspace": workspace.pk, "user": coming.pk, "role": "member"},
    )  # fmt: skip
    answer = operator.post(page, inline(*rows, initial=2), follow=True)

    assert answer.status_code == 200
    assert dict(workspace.memberships.values_list("user__email", "role")) == {
        "admin@acme.example.com": "owner", "owner@acme.example.com": "owner", "coming@acme.example.com": "member",
    }  # fmt: skip
    assert sorted(recorded()) == [
        ("member.add", "success", "admin", "root@example.com", "acme"),
        ("member.add", "success", "admin", "root@example.com", "acme"),
        ("member.remove", "success", "admin", "root@example.com", "acme"),
    ]


def test_the_last_owner_stays_and_the_refused_attempt_is_said_and_recorded(operator):
    owner = make_member(Role.OWNER)
    page = f"/admin/workspaces/workspace/{owner.workspace.pk}/change/"

    answer = operator.post(page, inline(row_of(owner, DELETE="on"), initial=1), follow=True)

    assert "This is the last owner of the workspace: make somebody else an owner first." in said(answer)
    assert Membership.objects.get() == owner
    assert recorded() == [("member.remove", "failed", "admin", "root@example.com", "acme")]


def test_a_membership_never_passes_to_another_user(operator):
    owner, other = make_member(Role.OWNER), make_member(Role.MEMBER, "globex")
    page = f"/admin/workspaces/workspace/{owner.workspace.pk}/change/"

    operator.post(page, inline(row_of(owner, user=other.user.pk), initial=1))

    assert Membership.objects.get(pk=owner.pk).user == owner.user


def test_a_key_is_issued_shown_once_and_recorded(operator, client_for):
    member = make_member(Role.ADMIN)

    answer = operator.post(
        "/admin/workspaces/apikey/add/", {"membership": member.pk, "label": "ci", "expires_in_days": "30"}
    )

    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert ApiKey.objects.get().expires_at is not None
    assert recorded() == [("api_key.issue", "success", "admin", "root@example.com", "acme")]
    assert client_for(secret).get("/v1/integrations", {"workspace_key": "acme"}).status_code == 200
    key_page = operator.get(f"/admin/workspaces/apikey/{ApiKey.objects.get().pk}/change/")
    assert secret not in key_page.content.decode()


def test_an_unfinished_form_issues_no_key(operator):
    make_member()

    answer = operator.post("/admin/workspaces/apikey/add/", {"label": "ci"})

    assert answer.status_code == 200
    assert "This field is required." in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_selected_keys_are_revoked_and_each_recorded(operator):
    make_api_key(Role.MEMBER), make_api_key(Role.ADMIN, "globex")
    keys = list(ApiKey.objects.values_list("pk", flat=True))

    operator.post("/admin/workspaces/apikey/", {"action": "revoke", "_selected_action": keys})

    assert not ApiKey.objects.usable().exists()
    assert sorted(recorded()) == [
        ("api_key.revoke", "success", "admin", "root@example.com", "acme"),
        ("api_key.revoke", "success", "admin", "root@example.com", "globex"),
    ]


@pytest.mark.parametrize("model", ["workspace", "apikey", "membership", "user"])
def test_nothing_is_deleted_in_the_admin(operator, model):
    make_api_key(Role.OWNER)
    pk = {"workspace": Workspace, "apikey": ApiKey, "membership": Membership, "user": User}[model].objects.first().pk

    assert operator.post(f"/admin/workspaces/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("path", ["apikey/{key}/change/", "membership/{membership}/change/"])
def test_keys_and_memberships_are_not_edited_past_the_services(operator, path):
    make_api_key(Role.OWNER)
    pks = {"key": ApiKey.objects.get().pk, "membership": Membership.objects.get().pk}

    answer = operator.post("/admin/workspaces/" + path.format(**pks), {"label": "renamed", "role": "member"})

    assert answer.status_code == 403


def test_staff_without_superuser_rights_may_look_where_granted_but_change_nothing():
    make_api_key(Role.OWNER)
    user = User.objects.create_user("staff@example.com", is_staff=True)
    client = Client()
    client.force_login(user)

    for path in ("workspace/add/", "apikey/add/", "user/add/"):
        assert client.post(f"/admin/workspaces/{path}", {"key": "evil"}).status_code == 403
    assert not Workspace.objects.filter(key="evil").exists()


def test_users_are_made_and_found_by_email(operator):
    data = {
        "email": "New@Acme.example.com", "usable_password": "true",
        "password1": "a-long-password-2", "password2": "a-long-password-2",
    }  # fmt: skip

    answer = operator.post("/admin/workspaces/user/add/", data, follow=True)

    user = User.objects.get(email="new@acme.example.com")
    assert user.check_password("a-long-password-2")
    assert answer.status_code == 200
    assert "new@acme" in operator.get("/admin/workspaces/user/?q=new@").content.decode()


def test_the_admins_first_page_leads_to_the_integrations(operator):
    assert 'href="/integrations/"' in operator.get("/admin/").content.decode()


@pytest.mark.parametrize("model", ["workspace", "apikey", "membership", "user"])
def test_every_list_opens_with_and_without_rows(operator, model):
    assert operator.get(f"/admin/workspaces/{model}/").status_code == 200

    make_api_key(Role.OWNER)

    assert operator.get(f"/admin/workspaces/{model}/", {"q": "acme"}).status_code == 200


def test_making_and_changing_a_user_is_recorded_without_a_password(operator):
    data = {"usable_password": "true", "password1": "a-long-password-2", "password2": "a-long-password-2"}
    operator.post("/admin/workspaces/user/add/", data | {"email": "new@acme.example.com"})
    user = User.objects.get(email="new@acme.example.com")
    page = f"/admin/workspaces/user/{user.pk}/"

    operator.post(f"{page}change/", {"email": user.email, "is_active": "on", "is_superuser": "on"})
    operator.post(f"{page}password/", data)

    plain = {"email": user.email, "is_active": True, "is_staff": False, "is_superuser": False}
    plain |= {"groups": [], "permissions": []}
    risen = plain | {"is_superuser": True}
    assert list(AuditLog.objects.order_by("pk").values_list("action", "channel", "actor", "target")) == [
        ("user.create", "admin", "root@example.com", plain | {"changed": []}),
        ("user.update", "admin", "root@example.com", risen | {"changed": ["Superuser status"]}),
        ("user.update", "admin", "root@example.com", risen | {"changed": ["password"]}),
    ]


def test_the_admin_names_its_icon_so_that_no_browser_looks_for_one_in_vain(operator):
    assert 'rel="icon"' in operator.get("/admin/").text


@pytest.mark.parametrize(
    "address",
    [
        "workspaces/workspace/?key=%00",
        "workspaces/apikey/?label__exact=%00",
        "workspaces/membership/?role__exact=%00",
        "workspaces/user/?email__contains=%00",
        "auth/group/?name=%00",
        "integrations/integration/?provider__exact=%00",
    ],
)
def test_a_filter_that_no_database_can_be_asked_for_is_refused(operator, address):
    assert operator.get(f"/admin/{address}").status_code == 400


def test_words_that_no_database_can_be_asked_for_find_nobody(operator):
    query = "app_label=workspaces&model_name=membership&field_name=user&term=%00"

    assert operator.get(f"/admin/autocomplete/?{query}").json()["results"] == []
