"""API keys: everybody's for who administers, else one's own. A secret is shown once, after a redirect."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from audit.services import own_records
from audit.summary import summary
from audit.vocabulary import Action
from console.base import WorkspacePage
from console.client_configurations import client_configurations
from console.key_form import ApiKeyForm
from console.navigation import KEYS
from console.shown_once import forget, show_once, shown_once
from integrations.models import ALLOWLIST_FIELD
from integrations.services import allowlists
from workspaces.api_keys import find_api_key, issue_api_key, list_api_keys, revoke_api_key, rotate_api_key
from workspaces.links import public_url
from workspaces.manageable import is_own_or_manageable, manageable_members
from workspaces.models import ApiKey, Membership
from workspaces.services import atlassian_account_of

PAGE_SIZE = 100
OWN_RECORDS = 10
SECRET = "new-key"  # noqa: S105  name of the cookie that carries one to the page


class KeysPage(WorkspacePage):
    """GET shows the keys, POST issues one."""

    recorded_as: ClassVar[Action] = Action.API_KEY_LIST
    page = KEYS

    def recorded_action(self) -> Action:
        return Action.API_KEY_ISSUE if self.request.method == "POST" else self.recorded_as

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        pk, _, secret = shown_once(request, SECRET).partition(":")
        context = keys_context(self, secret)
        if secret:
            context |= {"secret": secret, "issued": find_api_key(self.actor, self.workspace, pk=pk)}
        response = self.render("console/keys.html", context)
        if secret:
            forget(response, request, SECRET)
        return response

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = key_form(self, request.POST)
        if not form.is_valid():
            return self.render("console/keys.html", keys_context(self, form=form), status=400)
        given = form.cleaned_data
        made = issue_api_key(
            self.actor, self.workspace, given["email"], given["label"], given["expires_in_days"], given["narrowing"]
        )
        return _with_secret(self, *made)


def keys_context(view: WorkspacePage, secret: str = "", form: ApiKeyForm | None = None) -> dict[str, Any]:
    given = view.request.GET
    is_own_only = given.get("mine") == "1"
    found = list_api_keys(
        view.actor,
        view.workspace,
        email=view.actor.user if is_own_only else "",
        before=_number(given.get("before")),
        limit=PAGE_SIZE + 1,
    )
    keys = found[:PAGE_SIZE]
    return {
        "api_keys": [key for key in keys if not key.rejection_reason()],
        "manageable": {key.pk for key in keys if _is_manageable(view, key.membership)},
        "old_keys": [(key, key.rejection_reason()) for key in keys if key.rejection_reason()],
        "more": keys[-1].pk if len(found) > PAGE_SIZE else "",
        "mine": is_own_only,
        "key_form": form or key_form(view),
        "own_account": atlassian_account_of(view.workspace_key, view.actor.user),
        "configurations": client_configurations(public_url(view.request), secret),
        "records": [(record, [(summary(record), "")]) for record in own_records(view.actor, OWN_RECORDS)],
    }


def key_form(view: WorkspacePage, data: Any = None) -> ApiKeyForm:
    allowed = {ALLOWLIST_FIELD[provider]: keys for provider, keys in allowlists(view.workspace_key).items()}
    return ApiKeyForm(manageable_members(view.actor, view.workspace), data, allowed=allowed)


def _with_secret(view: WorkspacePage, api_key: ApiKey, secret: str) -> HttpResponse:
    response = view.back("secret")
    show_once(response, view.request, SECRET, f"{api_key.pk}:{secret}")
    return response


def _is_manageable(view: WorkspacePage, membership: Membership) -> bool:
    return is_own_or_manageable(view.actor, membership.user.email, membership.effective_role)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


class RotateKey(WorkspacePage):
    recorded_as = Action.API_KEY_ROTATE
    page = KEYS

    def post(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        old = find_api_key(self.actor, self.workspace, pk=pk)
        at_once = request.POST.get("at_once") == "1"
        made = rotate_api_key(self.actor, old, at_once=at_once)
        ends = "no longer works" if at_once else "works for another hour"
        messages.success(request, f"“{old.label}” has a new secret. The old one {ends}.")
        return _with_secret(self, *made)


class RevokeKey(WorkspacePage):
    recorded_as = Action.API_KEY_REVOKE
    page = KEYS

    def post(self, request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        api_key = find_api_key(self.actor, self.workspace, pk=pk)
        revoke_api_key(self.actor, api_key)
        messages.success(request, f"The key {api_key} is revoked: from now on it is refused.")
        return self.back("keys")
