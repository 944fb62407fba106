from django.urls import path

from console.pages import activity, connections, keys, members, try_it, workspaces

urlpatterns = [
    path("", workspaces.StartPage.as_view(), name="workspaces-page"),
    path("<str:workspace_key>/", connections.ConnectionsPage.as_view(), name="connections-page"),
    path("<str:workspace_key>/members/", members.MembersPage.as_view(), name="members-page"),
    path("<str:workspace_key>/members/invite/", members.Invite.as_view(), name="member-invite"),
    path("<str:workspace_key>/members/add/", members.AddForAgents.as_view(), name="member-add"),
    path("<str:workspace_key>/members/role/", members.ChangeRole.as_view(), name="member-role"),
    path("<str:workspace_key>/members/remove/", members.RemoveMember.as_view(), name="member-remove"),
    path("<str:workspace_key>/members/account/", members.SetAtlassianAccount.as_view(), name="member-account"),
    path("<str:workspace_key>/members/password/", members.MakePasswordLink.as_view(), name="member-password"),
    path("<str:workspace_key>/invitations/renew/", members.RenewInvitation.as_view(), name="invitation-renew"),
    path("<str:workspace_key>/invitations/withdraw/", members.WithdrawInvitation.as_view(), name="invitation-withdraw"),
    path("<str:workspace_key>/keys/", keys.KeysPage.as_view(), name="keys-page"),
    path("<str:workspace_key>/keys/<int:pk>/rotate/", keys.RotateKey.as_view(), name="key-rotate"),
    path("<str:workspace_key>/keys/<int:pk>/revoke/", keys.RevokeKey.as_view(), name="key-revoke"),
    path("<str:workspace_key>/activity/", activity.ActivityPage.as_view(), name="activity-page"),
    path("<str:workspace_key>/activity/<int:pk>/", activity.RecordPage.as_view(), name="record-page"),
    path("<str:workspace_key>/records/", activity.OldRecordsPage.as_view(), name="old-records-page"),
    path("<str:workspace_key>/try/", try_it.TryPage.as_view(), name="try-page"),
    path("<str:workspace_key>/<str:provider>/save/", connections.SaveIntegration.as_view(), name="page-save"),
    path(
        "<str:workspace_key>/<str:provider>/save-and-test/",
        connections.SaveIntegration.as_view(and_test=True),
        name="page-save-and-test",
    ),
    path("<str:workspace_key>/<str:provider>/test/", connections.TestIntegration.as_view(), name="page-test"),
    path("<str:workspace_key>/<str:provider>/copy/", connections.CopyIntegration.as_view(), name="page-copy"),
    path(
        "<str:workspace_key>/<str:provider>/enable/",
        connections.ChangeIntegration.as_view(changes={"enabled": True}, done="enabled."),
        name="page-enable",
    ),
    path(
        "<str:workspace_key>/<str:provider>/disable/",
        connections.ChangeIntegration.as_view(
            changes={"enabled": False}, done="disabled. Agents are refused from now on."
        ),
        name="page-disable",
    ),
    path(
        "<str:workspace_key>/<str:provider>/forget-token/",
        connections.ChangeIntegration.as_view(
            changes={"config": {"api_token": None, "token_expires_on": None}}, done="the token is forgotten."
        ),
        name="page-forget-token",
    ),
]
