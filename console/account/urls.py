"""Signing in and out, and passwords, for people who are not staff: they never see the admin."""

from django.urls import path

from console.account import links, sign_in

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="login"),
    path("logout/", sign_in.SignOut.as_view(), name="logout"),
    path("logout/everywhere/", sign_in.SignOutEverywhere.as_view(), name="logout-everywhere"),
    path("password/", sign_in.ChangePassword.as_view(), name="password"),
    path("password/changed/", sign_in.PasswordChanged.as_view(), name="password-changed"),
    path("password/forgotten/", links.ForgottenPassword.as_view(), name="password-forgotten"),
    path("password/link/", links.PasswordByLink.as_view(), name="password-link"),
    path("invitation/", links.AcceptInvitation.as_view(), name="invitation"),
]
