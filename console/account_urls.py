"""Signing in and out for people who are not staff: they never see the admin."""

from django.contrib.auth import views
from django.urls import path, reverse_lazy

from console.sign_in_form import PasswordForm, SignInForm

urlpatterns = [
    path(
        "login/",
        views.LoginView.as_view(
            template_name="console/login.html", authentication_form=SignInForm, redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("logout/", views.LogoutView.as_view(next_page="login"), name="logout"),
    path(
        "password/",
        views.PasswordChangeView.as_view(
            template_name="console/password.html", form_class=PasswordForm, success_url=reverse_lazy("password-changed")
        ),
        name="password",
    ),
    path(
        "password/changed/",
        views.PasswordChangeDoneView.as_view(template_name="console/password_changed.html"),
        name="password-changed",
    ),
]
