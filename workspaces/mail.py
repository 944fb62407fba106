"""Links by mail, where the operator has set mail up (EMAIL_URL). Plain text, and nothing of it in a log."""

import logging
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from audit.limits import seconds_to_wait
from workspaces.models import Invitation, PasswordLink

log = logging.getLogger(__name__)

MAX_MAILS_PER_HOUR = 200  # of one workspace
MAX_MAILS_PER_ADDRESS = 5  # an hour, whoever asks
HOUR = 3600

INVITATION = """{created_by} invites you to the workspace {workspace} of memory-core, as {role}.

Open this address within 72 hours. It works once:

{url}

If you do not expect this, you need do nothing.
"""
FORGOTTEN = """Somebody, perhaps you, asked for a new password of your memory-core account {email}.

Open this address within 72 hours to set one. It works once:

{url}

If it was not you, you need do nothing: your password stays as it is.
"""


def send_invitation(invitation: Invitation, url: str) -> bool:
    """Whether it was handed to the mail server; if not, the link is passed on by hand."""
    workspace = invitation.workspace
    if seconds_to_wait(f"mail:workspace:{workspace.key}", MAX_MAILS_PER_HOUR, HOUR) is not None:
        return False
    name = one_line(workspace.name or workspace.key)
    text = INVITATION.format(created_by=invitation.created_by, workspace=name, role=invitation.role, url=url)
    return _send(invitation.email, f"Invitation to {name}", text)


def send_password_link(link: PasswordLink, url: str) -> bool:
    return _send(link.user.email, "Your memory-core password", FORGOTTEN.format(email=link.user.email, url=url))


def one_line(text: str) -> str:
    """Makes a text safe for a mail header: the name of a workspace cannot add one."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def _send(address: str, subject: str, text: str) -> bool:
    if not settings.MAIL_IS_SET_UP:
        return False
    if seconds_to_wait(f"mail:address:{address}", MAX_MAILS_PER_ADDRESS, HOUR) is not None:
        return False
    try:
        return EmailMessage(subject, text, to=[address]).send() == 1
    except (OSError, smtplib.SMTPException) as exc:
        log.error("mail could not be sent", exc_info=exc)
        return False
