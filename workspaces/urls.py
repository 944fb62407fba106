from django.urls import path

from workspaces.views import AtlassianAccountView

urlpatterns = [path("members/atlassian-account", AtlassianAccountView.as_view(), name="atlassian-account")]
