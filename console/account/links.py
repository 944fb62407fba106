"""What a link opens: an invitation, or a new password. The session holds its digest, the address no secret."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views import View
from rest_framework.exceptions import ValidationError

from audit.addresses import client_address
from audit.errors import as_api_exception, validation_issues
from audit.limits import seconds_to_wait
from console.base import in_words
from console.pages.workspaces import first_page
from workspaces.invitations import (
    accept_as,
    accept_with_password,
    digest_of_link,
    needs_sign_in,
    open_invitation,
)
from workspaces.links import password_link_url
from workspaces.mail import send_password_link
from workspaces.models import Membership, User
from workspaces.password_checks import password_check
from workspaces.passwords import open_password_link, request_password_link, set_password_by_link

TRIES_PER_MINUTE = 30  # of one address, at any link
REQUESTS_PER_HOUR = 20  # of one address, for a forgotten password


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label="New password",
        strip=False,
        help_text="At least 12 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="The same once more",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")

    def clean(self) -> None:
        given = self.cleaned_data
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", "The two are not the same.")

    def set_by(self, setter: Callable[[str], Any], request: HttpRequest) -> Any:
        """What setter made of the password; None where it says what is wrong with it. Hashing is bounded."""
        if not self.is_valid():
            return None
        try:
            with password_check("", client_address(request)):
                return setter(self.cleaned_data["password"])
        except (ValidationError, DjangoValidationError) as exc:
            for issue in validation_issues(as_api_exception(exc)):
                self.add_error("password", issue["message"])
            return None


class EmailForm(forms.Form):
    email = forms.CharField(
        label="Email", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )


@method_decorator(in_words, name="dispatch")
class LinkPage(View):
    """The secret leaves the address at once: neither history nor a referrer nor a log keeps it."""

    kept_as: str  # name in the session

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = self._answer(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def _answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        address = client_address(request)
        if (seconds := seconds_to_wait(f"link:{address}", TRIES_PER_MINUTE)) is not None:
            sentence = f"Too many tries. Try again in {seconds} s."
            return render(request, "console/refused.html", {"sentence": sentence}, status=429)
        if (secret := request.GET.get("link")) is not None:
            request.session[self.kept_as] = digest_of_link(secret)
            response = redirect(request.path)
            response.headers["Referrer-Policy"] = "no-referrer"
            return response
        return super().dispatch(request, *args, **kwargs)

    @property
    def digest(self) -> str:
        return str(self.request.session.get(self.kept_as, ""))


class AcceptInvitation(LinkPage):
    kept_as = "invitation"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(NewPasswordForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if isinstance(request.user, User):
            return self._accepted(accept_as(request.user, self.digest))
        form = NewPasswordForm(request.POST)
        membership = form.set_by(lambda password: accept_with_password(self.digest, password), request)
        if membership is None:
            return self._page(form, status=400)
        login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return self._accepted(membership)

    def _page(self, form: NewPasswordForm, status: int = 200) -> HttpResponse:
        invitation = open_invitation(self.digest)
        context = {"invitation": invitation, "form": form, "needs_sign_in": needs_sign_in(invitation)}
        return render(self.request, "console/invitation.html", context, status=status)

    def _accepted(self, membership: Membership) -> HttpResponseBase:
        self.request.session.pop(self.kept_as, None)
        return redirect(first_page(membership.user, membership.workspace.key))


class PasswordByLink(LinkPage):
    kept_as = "password-link"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(NewPasswordForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = NewPasswordForm(request.POST)
        user = form.set_by(lambda password: set_password_by_link(self.digest, password), request)
        if user is None:
            return self._page(form, status=400)
        request.session.pop(self.kept_as, None)
        return render(request, "console/password_changed.html", {"must_sign_in": True})

    def _page(self, form: NewPasswordForm, status: int = 200) -> HttpResponse:
        link = open_password_link(self.digest)
        return render(self.request, "console/password_link.html", {"form": form, "link": link}, status=status)


class AfterwardsResponse(HttpResponse):
    """Does something once it is sent: how long that takes tells nobody anything."""

    afterwards: Callable[[], Any]

    def close(self) -> None:
        self.afterwards()
        super().close()


@method_decorator(in_words, name="dispatch")
class ForgottenPassword(View):
    """Says the same whether the email is known or not, and takes as long."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"form": EmailForm(label_suffix=""), "mail_is_set_up": settings.MAIL_IS_SET_UP}
        return render(request, "console/password_forgotten.html", context)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        address = client_address(request)
        seconds = seconds_to_wait(f"forgotten:{address}", REQUESTS_PER_HOUR, 3600)
        if seconds is not None:
            sentence = f"Too many requests. Try again in {seconds // 60 + 1} minutes."
            return render(request, "console/refused.html", {"sentence": sentence}, status=429)
        page = render(request, "console/password_forgotten.html", {"is_sent": True})
        response = AfterwardsResponse(page.content)
        response.afterwards = lambda: self._send(request, request.POST.get("email", "")[:254])
        return response

    def _send(self, request: HttpRequest, email: str) -> None:
        """Sends no mail if the caller could choose the host that the link leads to."""
        is_known_host = bool(settings.PUBLIC_URL) or "*" not in settings.ALLOWED_HOSTS
        if settings.MAIL_IS_SET_UP and is_known_host and (made := request_password_link(email)) is not None:
            send_password_link(made[0], password_link_url(request, made[1]))
