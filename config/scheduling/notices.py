"""A connection that began to fail, or a token near its end, is told to whoever can mend it."""

import hashlib
import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage

from atlassian.management.commands.check_integrations import connected, tested
from workspaces.models import Membership, Role

log = logging.getLogger(__name__)

TOLD_TTL = 7 * 24 * 3600  # the same trouble is told once a week


def tell_admins() -> str:
    results = [tested(workspace_key, provider) for workspace_key, provider in connected(None)]
    troubled = [result for result in results if not result["ok"] or result["warnings"]]
    told = sum(_tell(result) for result in troubled)
    return f"{len(results)} connections tested, {len(troubled)} with trouble, {told} told by mail." if results else ""


def _tell(result: dict[str, Any]) -> bool:
    trouble = result["problem"] or " ".join(map(str, result["warnings"]))
    workspace_key, provider = result["workspace_key"], result["provider"]
    log.warning(
        "a connection needs attention",
        extra={"workspace": workspace_key, "provider": provider, "problem": trouble},
    )
    told = hashlib.sha256(f"{workspace_key} {provider} {trouble}".encode()).hexdigest()
    if not settings.MAIL_IS_SET_UP or not cache.add(f"told:{told}", 1, TOLD_TTL):
        return False
    admins = Membership.objects.filter(workspace__key=workspace_key, role__in=(Role.OWNER, Role.ADMIN))
    addresses = list(admins.filter(user__is_active=True).values_list("user__email", flat=True))
    text = f"The {provider} connection of the workspace {workspace_key} needs attention:\n\n{trouble}\n"
    try:
        return bool(addresses) and EmailMessage(f"memory-core: {provider}", text, bcc=addresses).send() == 1
    except (OSError, smtplib.SMTPException) as exc:
        log.error("mail could not be sent", exc_info=exc)
        return False
