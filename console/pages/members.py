"""Who belongs to the workspace: invite, change a role, remove. What one may not do is not offered."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException

from audit.errors import as_api_exception, code_and_message
from audit.vocabulary import Action
from console.base import WorkspacePage
from console.member_forms import AgentForm, InvitationForm
from console.navigation import KEYS, MEMBERS
from console.shown_once import forget, show_once, shown_once
from workspaces import services
from workspaces.invitations import invite, list_invitations, renew_invitation, withdraw_invitation
from workspaces.links import invitation_url, password_link_url
from workspaces.mail import send_invitation
from workspaces.manageable import can_manage, is_own_or_manageable
from workspaces.models import Invitation, Role
from workspaces.passwords import create_password_link
from workspaces.services import Member, list_members

PAGE_SIZE = 100
LINK = "new-link"  # name of the cookie that carries one to the page


@dataclass(frozen=True)
class Row:
    member: Member
    is_manageable: bool
    may_set_account: bool


class MembersPage(WorkspacePage):
    recorded_as: ClassVar[Action] = Action.MEMBER_LIST
    page = MEMBERS

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        link = shown_once(request, LINK)
        response = self.render("console/members.html", members_context(self) | {"link": link})
        if link:
            forget(response, request, LINK)
        return response


def members_context(view: WorkspacePage) -> dict[str, Any]:
    q, after = view.request.GET.get("q", "").strip()[:100], view.request.GET.get("after", "")[:254]
    found = list_members(view.actor, view.workspace, q=q, after=after, limit=PAGE_SIZE + 1)
    members, invitations = found[:PAGE_SIZE], list_invitations(view.actor, view.workspace)
    roles = assignable_roles(view)
    return {
        "rows": [_row(view, member) for member in members],
        "more": members[-1].email if len(found) > PAGE_SIZE else "",
        "q": q,
        "roles": roles,
        "form": InvitationForm(roles),
        "agent_form": AgentForm(),
        "invitations": [(invitation, can_manage(view.actor, invitation.role)) for invitation in invitations],
    }


def assignable_roles(view: WorkspacePage) -> list[str]:
    return [role for role in Role.values if can_manage(view.actor, role)]


def _row(view: WorkspacePage, member: Member) -> Row:
    is_manageable = can_manage(view.actor, member.role)
    return Row(member, is_manageable, is_own_or_manageable(view.actor, member.email, member.role))


def _with_link(view: WorkspacePage, url: str, sentence: str) -> HttpResponse:
    messages.success(view.request, sentence)
    response = view.back("link")
    show_once(response, view.request, LINK, url)
    return response


def _invited(view: WorkspacePage, invitation: Invitation, secret: str) -> HttpResponse:
    url = invitation_url(view.request, secret)
    sent = send_invitation(invitation, url)
    how = "It was sent by mail; the link is below as well." if sent else "Pass the link below on to them."
    return _with_link(view, url, f"Invited {invitation.email} as {invitation.role}. {how}")


class Invite(WorkspacePage):
    recorded_as = Action.INVITATION_CREATE
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = InvitationForm(assignable_roles(self), request.POST)
        if not form.is_valid():
            return self._again(form, 400)
        try:
            made = invite(self.actor, self.workspace, **form.cleaned_data)
        except APIException as exc:
            form.add_error("email", code_and_message(exc)[1])
            return self._again(form, exc.status_code)
        return _invited(self, *made)

    def _again(self, form: InvitationForm, status: int) -> HttpResponse:
        """What was typed stays."""
        return self.render("console/members.html", members_context(self) | {"form": form}, status=status)


class AddForAgents(WorkspacePage):
    recorded_as = Action.MEMBER_ADD
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = AgentForm(request.POST)
        if not form.is_valid():
            return self._again(form, 400)
        email = form.cleaned_data["email"]
        try:
            made = services.add_member_for_agents(self.actor, self.workspace, email, Role.MEMBER)
        except (APIException, ValidationError) as exc:
            refused = as_api_exception(exc)
            form.add_error("email", code_and_message(refused)[1])
            return self._again(form, getattr(refused, "status_code", 500))
        messages.success(request, f"Added {made.user.email}, for agents alone. Make a key for it under Keys.")
        return self.back("members-title")

    def _again(self, form: AgentForm, status: int) -> HttpResponse:
        return self.render("console/members.html", members_context(self) | {"agent_form": form}, status=status)


class RenewInvitation(WorkspacePage):
    recorded_as = Action.INVITATION_RENEW
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return _invited(self, *renew_invitation(self.actor, self.workspace, request.POST.get("email", "")))


class WithdrawInvitation(WorkspacePage):
    recorded_as = Action.INVITATION_WITHDRAW
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        email = request.POST.get("email", "")
        withdraw_invitation(self.actor, self.workspace, email)
        messages.success(request, f"The invitation of {email} is withdrawn: its link no longer works.")
        return self.back()


class ChangeRole(WorkspacePage):
    recorded_as = Action.MEMBER_UPDATE
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        email, role = request.POST.get("email", ""), request.POST.get("role", "")
        seen = request.POST.get("role_before") or None
        services.change_role(self.actor, self.workspace, email, role, seen)
        messages.success(request, f"From now on the role of {email} is {role}.")
        return self.back()


class RemoveMember(WorkspacePage):
    recorded_as = Action.MEMBER_REMOVE
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        email = request.POST.get("email", "")
        services.remove_member(self.actor, self.workspace, email)
        messages.success(request, f"Removed {email}: their keys are refused from now on.")
        return self.back()


class SetAtlassianAccount(WorkspacePage):
    """Posted by the Members page or, for one's own account, by the Keys page."""

    recorded_as = Action.MEMBER_ACCOUNT

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.page = KEYS if request.POST.get("from") == "keys" else MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        email = request.POST.get("email", "")
        services.set_atlassian_account(self.actor, self.workspace, email, request.POST.get("account_id", ""))
        messages.success(request, f"Saved: whom “currentUser()” means in queries of {email}.")
        return self.back()


class MakePasswordLink(WorkspacePage):
    recorded_as = Action.PASSWORD_LINK_CREATE
    page = MEMBERS

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        email = request.POST.get("email", "")
        _, secret = create_password_link(self.actor, self.workspace, email)
        url = password_link_url(request, secret)
        return _with_link(self, url, f"Pass the link below on to {email}: it sets a new password, once.")
