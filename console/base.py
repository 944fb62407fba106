"""What every page of a workspace has in common: who is acting, and what a refusal looks like."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import REASON_BAD_ORIGIN
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views import View
from rest_framework.exceptions import APIException

from audit.actors import Actor
from audit.errors import code_and_message
from audit.trail import recorded_error, rejected_fields, require_permission
from audit.vocabulary import Action, Channel
from workspaces.actors import actor_for_user
from workspaces.errors import WorkspaceAccessDenied
from workspaces.models import User

HOME = "integrations-page"  # by URL name: the page stands on a floor above


class WorkspacePage(View):
    """
    A page of one workspace. Whoever is signed in becomes its Actor; a failure is recorded and said in words.

    With the header X-Partial only the piece of the page that changed is answered, for the script that puts it there.
    """

    recorded_as: ClassVar[Action]
    user: User
    actor: Actor
    workspace_key: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.workspace_key = kwargs["workspace_key"]
        response = self._answer(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self._signed_out()
        self.user = request.user
        self.actor = Actor(user=self.user.email, workspace="", channel=Channel.PAGE)
        try:
            actor = actor_for_user(self.user, self.workspace_key, Channel.PAGE)
            if actor is None:
                raise WorkspaceAccessDenied()
            self.actor = actor
            require_permission(actor, Action.INTEGRATION_LIST)  # to see the page at all
            require_permission(actor, self.recorded_action())
            return super().dispatch(request, *args, **kwargs)
        except APIException as exc:
            return self._refused(self._recorded(exc))

    @property
    def is_partial(self) -> bool:
        return "X-Partial" in self.request.headers

    def recorded_action(self) -> Action:
        return self.recorded_as

    def audit_target(self) -> Mapping[str, Any]:
        """The target of a record that no gate further in has made."""
        return {}

    def _signed_out(self) -> HttpResponseBase:
        """Back to a page that can be opened, not to the address of a button."""
        here = self.request.get_full_path() if self.request.method == "GET" else self.home().url
        to_login = redirect_to_login(here)
        if self.is_partial:
            return render(self.request, "console/signed_out.html", {"login_url": to_login.url}, status=401)
        return to_login

    def _recorded(self, exc: APIException) -> APIException:
        return recorded_error(self.actor, self.recorded_action(), {**self.audit_target(), **rejected_fields(exc)}, exc)

    def _refused(self, exc: APIException) -> HttpResponse:
        """A button's refusal becomes a message on the page, unless that page would be refused as well."""
        sentence = code_and_message(exc)[1]
        if self.is_partial:
            return render(self.request, "console/problem.html", {"sentence": sentence}, status=exc.status_code)
        if self.request.method == "POST" and Action.INTEGRATION_LIST in self.actor.permitted:
            messages.error(self.request, sentence)
            return self.home()
        return render(self.request, "console/refused.html", {"sentence": sentence}, status=exc.status_code)

    def home(self, part: str = "") -> Any:
        response = redirect(HOME, workspace_key=self.workspace_key)
        if part:
            response["Location"] += f"#{part}"
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's own page carries inline style, and does not say what to do."""
    sentence = "This form is older than your session. Go back, reload the page, and try again."
    if reason.startswith(REASON_BAD_ORIGIN.split("%s")[0]):
        sentence = "The server does not take this address for its own: the operator lists it in CSRF_TRUSTED_ORIGINS."
    return render(request, "console/refused.html", {"sentence": sentence}, status=403)
