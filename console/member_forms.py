from typing import Any

from django import forms

from workspaces.models import Role

ROLES = {
    Role.MEMBER: "Member: reads through their own keys",
    Role.ADMIN: "Admin: connects Atlassian, manages members and keys",
    Role.OWNER: "Owner: the same, and manages admins and owners",
}


class WorkspaceForm(forms.Form):
    key = forms.CharField(
        max_length=64,
        label="Key",
        help_text="Lower-case letters, digits, - and _. Agents may name it in their calls; it cannot be changed later.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "acme"}),
    )
    name = forms.CharField(
        max_length=200, required=False, label="Name", widget=forms.TextInput(attrs={"placeholder": "Acme"})
    )


class InvitationForm(forms.Form):
    email = forms.CharField(
        max_length=254,
        label="Email",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "ben@acme.com"}),
    )

    def __init__(self, roles: list[str], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["role"] = forms.ChoiceField(
            choices=[(role, ROLES[Role(role)]) for role in roles], label="Role", initial=Role.MEMBER
        )


class AgentForm(forms.Form):
    """Makes a member that keys act as and nobody signs in as."""

    email = forms.CharField(
        max_length=254,
        label="Name, written as an address",
        help_text="It needs no mailbox and gets no password. Keys made for it act as a member.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "deploy-bot@agents.acme.com"}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="agent_%s")
