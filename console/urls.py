from django.urls import path

from console import pages, try_and_test

urlpatterns = [
    path("<str:workspace_key>/<str:provider>/test/", try_and_test.Test.as_view(), name="page-test"),
    path(
        "<str:workspace_key>/<str:provider>/save-and-test/",
        try_and_test.SaveAndTest.as_view(),
        name="page-save-and-test",
    ),
    path("<str:workspace_key>/try/", try_and_test.Try.as_view(), name="page-try"),
    path("", pages.StartPage.as_view(), name="integrations-start"),
    path("<str:workspace_key>/", pages.IndexPage.as_view(), name="integrations-page"),
    path("<str:workspace_key>/records/", pages.RecordsPage.as_view(), name="page-records"),
    path("<str:workspace_key>/keys/", pages.IssueKey.as_view(), name="page-issue-key"),
    path("<str:workspace_key>/keys/<int:pk>/revoke/", pages.RevokeKey.as_view(), name="page-revoke-key"),
    path("<str:workspace_key>/<str:provider>/save/", pages.Save.as_view(), name="page-save"),
    path(
        "<str:workspace_key>/<str:provider>/enable/",
        pages.IntegrationActionView.as_view(changes={"enabled": True}, done="enabled."),
        name="page-enable",
    ),
    path(
        "<str:workspace_key>/<str:provider>/disable/",
        pages.IntegrationActionView.as_view(
            changes={"enabled": False}, done="disabled. Agents are refused from now on."
        ),
        name="page-disable",
    ),
    path(
        "<str:workspace_key>/<str:provider>/forget-token/",
        pages.IntegrationActionView.as_view(
            changes={"config": {"api_token": None, "token_expires_on": None}}, done="the token is forgotten."
        ),
        name="page-forget-token",
    ),
]
