from django.urls import path

from atlassian import pages

urlpatterns = [
    path("<str:workspace_key>/<str:provider>/test/", pages.Test.as_view(), name="page-test"),
    path("<str:workspace_key>/<str:provider>/save-and-test/", pages.SaveAndTest.as_view(), name="page-save-and-test"),
    path("<str:workspace_key>/try/", pages.Try.as_view(), name="page-try"),
]
