"""What every page of a workspace has in common: who is acting, and what a refusal looks like."""

from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, ValidationError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import REASON_BAD_ORIGIN, get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views import View
from rest_framework.exceptions import APIException

from audit.actors import Actor
from audit.errors import as_api_exception, code_and_message
from audit.trail import recorded_error, rejected_fields, require_permission
from audit.vocabulary import Action, Channel
from console.navigation import CONNECTIONS, may_open, navigation
from console.sign_in_form import SignInForm
from console.status import status_badge
from integrations.models import Provider
from integrations.services import list_integrations
from workspaces.actors import actor_for_user
from workspaces.errors import WorkspaceAccessDenied
from workspaces.models import User, Workspace
from workspaces.passwords import record_account_action, record_failed_sign_in

SECRET_FIELDS = ("api_token", "password")  # the ends of names of fields that are never written into a page


class WorkspacePage(View):
    """
    A page of one workspace. Whoever is signed in becomes its Actor; a failure is recorded and said in words.

    With the header X-Partial only the piece of the page that changed is answered, for the script that puts it there.
    """

    recorded_as: ClassVar[Action]
    page: str = CONNECTIONS  # URL name of the page that shows what came of it
    user: User
    actor: Actor
    workspace_key: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refuse_nul(request)
        self.workspace_key = kwargs["workspace_key"]
        response = self._answer(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and (ended := self._signed_out(request)) is not None:
            return ended
        self.user = cast("User", request.user)
        self.actor = Actor(user=self.user.email, workspace="", channel=Channel.PAGE)
        try:
            actor = actor_for_user(self.user, self.workspace_key, Channel.PAGE)
            if actor is None:
                raise WorkspaceAccessDenied()
            self.actor = actor
            require_permission(actor, self.recorded_action())
            return super().dispatch(request, *args, **kwargs)
        except (APIException, ValidationError, DatabaseError) as exc:
            return self._refused(self._recorded(as_api_exception(exc)))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The address of a button, opened by hand or reloaded, is the page."""
        return self.back()

    @cached_property
    def workspace(self) -> Workspace:
        return Workspace.objects.get(key=self.workspace_key)

    @property
    def is_partial(self) -> bool:
        return "X-Partial" in self.request.headers

    def recorded_action(self) -> Action:
        return self.recorded_as

    def audit_target(self) -> Mapping[str, Any]:
        """The target of a record that no gate further in has made."""
        return {}

    def render(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        return render(self.request, template, {**self.frame(), **context}, status=status)

    def frame(self) -> dict[str, Any]:
        """What stands around every page: the workspace, and the way to its other pages."""
        return {
            "workspace": self.workspace,
            "workspace_key": self.workspace_key,
            "actor": self.actor,
            "navigation": navigation(self.actor),
            "page_name": self.page,
            "banners": self._banners(),
        }

    def _banners(self) -> list[tuple[str, str, str]]:
        """What is the matter with a connection, to whoever can mend it; its own page says it anyway."""
        if self.page == CONNECTIONS or Action.INTEGRATION_LIST not in self.actor.permitted:
            return []
        today, states = timezone.localdate(), list_integrations(self.actor)
        badges = [(Provider(name).label, status_badge(state, today)) for name, state in states.items()]
        return [
            (badge.level, label, badge.message if badge.level == "bad" else badge.warnings[0])
            for label, badge in badges
            if badge.level == "bad" or any("expire" in warning for warning in badge.warnings)
        ]

    def back(self, part: str = "", query: str = "") -> HttpResponseRedirect:
        response = redirect(self.page, workspace_key=self.workspace_key)
        response["Location"] += (f"?{query}" if query else "") + (f"#{part}" if part else "")
        return response

    def _signed_out(self, request: HttpRequest) -> HttpResponseBase | None:
        """
        To the login and back; what was typed into a form waits in the page of the login itself, but for secrets.

        None once the fields of that page have signed somebody in.
        """
        if request.method != "POST":
            return redirect_to_login(request.get_full_path())
        if self.is_partial:
            url = redirect_to_login(self.back().url).url
            return render(request, "console/signed_out.html", {"login_url": url}, status=401)
        form = SignInForm(request, request.POST if "resumed-username" in request.POST else None, prefix="resumed")
        if form.is_bound and form.is_valid():
            record_account_action(form.get_user(), Action.USER_SIGN_IN, {})
            login(request, form.get_user())
            get_token(request)
            return None
        if form.is_bound:
            record_failed_sign_in(str(form["username"].value()))
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            if not name.startswith(("csrf", "resumed-")) and not name.endswith(SECRET_FIELDS)
            for value in values
        ]
        return render(request, "console/resume.html", {"form": form, "kept": kept}, status=401)

    def _recorded(self, exc: Exception) -> Exception:
        return recorded_error(self.actor, self.recorded_action(), {**self.audit_target(), **rejected_fields(exc)}, exc)

    def refused_on_page(self, sentence: str, status: int) -> HttpResponse | None:
        """A button's refusal becomes a message."""
        if self.request.method != "POST":
            return None
        messages.error(self.request, sentence)
        return self.back()

    def _refused(self, exc: Exception) -> HttpResponse:
        """On a page of its own, unless the page that was asked for can say it."""
        sentence, status = code_and_message(exc)[1], getattr(exc, "status_code", 500)
        if self.is_partial:
            return render(self.request, "console/problem.html", {"sentence": sentence}, status=status)
        has_frame = bool(self.actor.workspace) and status != HTTPStatus.SERVICE_UNAVAILABLE  # or it would fail as well
        if has_frame and may_open(self.actor, self.page) and (page := self.refused_on_page(sentence, status)):
            return page
        frame = self.frame() if has_frame else {}
        return render(self.request, "console/refused.html", {**frame, "sentence": sentence}, status=status)


def in_words(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Wraps a page outside any workspace: an error of ours is shown on a page of its own."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refuse_nul(request)
        try:
            return view(request, *args, **kwargs)
        except APIException as exc:
            sentence = code_and_message(exc)[1]
            return render(request, "console/refused.html", {"sentence": sentence}, status=exc.status_code)

    return answer


def refuse_nul(request: HttpRequest) -> None:
    """Fields of forms refuse this character; PostgreSQL fails by it where something is read beside a form."""
    given = (*request.GET.lists(), *request.POST.lists())
    if any("\0" in value for _, values in given for value in values):
        raise BadRequest("A NUL character")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's own page carries inline style, and does not say what to do."""
    sentence = "This form is older than your session. Go back, reload the page, and try again."
    if reason.startswith(REASON_BAD_ORIGIN.split("%s")[0]):
        sentence = "The server does not take this address for its own: the operator lists it in CSRF_TRUSTED_ORIGINS."
    return render(request, "console/refused.html", {"sentence": sentence}, status=403)
