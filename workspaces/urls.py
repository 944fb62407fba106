from django.urls import path

from workspaces import views

urlpatterns = [
    path("me", views.MeView.as_view(), name="me"),
    path("members", views.MembersView.as_view(), name="members"),
    path("members/atlassian-account", views.AtlassianAccountView.as_view(), name="atlassian-account"),
    path("invitations", views.InvitationsView.as_view(), name="invitations"),
    path("api-keys", views.ApiKeysView.as_view(), name="api-keys"),
    path("api-keys/rotate", views.ApiKeyRotationView.as_view(), name="api-keys-rotate"),
]
