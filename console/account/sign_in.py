"""Signing in and out, and changing a password: each leaves a record where the person is a member."""

from typing import Any, cast

from django.contrib.auth import login, logout, views
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views import View

from audit.vocabulary import Action
from console.base import in_words
from console.sign_in_form import PasswordForm, SignInForm
from workspaces.models import User
from workspaces.passwords import (
    record_account_action,
    record_failed_sign_in,
    recorded_account_change,
    sign_out_everywhere,
)


@method_decorator(in_words, name="dispatch")
class SignIn(views.LoginView):
    template_name = "console/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        record_account_action(user, Action.USER_SIGN_IN, {})  # no record, no session
        login(self.request, user)
        return redirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        record_failed_sign_in(str(form.data.get("username", "")))
        return super().form_invalid(form)


@method_decorator(in_words, name="dispatch")
class SignOut(views.LogoutView):
    next_page = reverse_lazy("login")  # type: ignore[assignment]  # lazy, as Django takes it

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if isinstance(request.user, User):
            record_account_action(request.user, Action.USER_SIGN_OUT, {})
        return super().post(request, *args, **kwargs)


@method_decorator([login_required, in_words], name="dispatch")
class SignOutEverywhere(View):
    def get(self, request: HttpRequest) -> HttpResponseBase:
        return redirect("password")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        sign_out_everywhere(cast("User", request.user))
        logout(request)
        return render(request, "console/signed_out_everywhere.html")


@method_decorator(in_words, name="dispatch")
class ChangePassword(views.PasswordChangeView):
    template_name = "console/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("password-changed")

    def form_valid(self, form: Any) -> HttpResponse:
        user = cast("User", self.request.user)
        with recorded_account_change(user, Action.USER_PASSWORD, {"by": "old password"}):
            return super().form_valid(form)


class PasswordChanged(views.PasswordChangeDoneView):
    template_name = "console/password_changed.html"
