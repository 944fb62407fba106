"""A connection that began to fail, or a token near its end, is told to whoever can mend it: by mail, and by webhook."""

import hashlib
import json
import logging
import smtplib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.utils import timezone

from atlassian.management.commands.check_integrations import connected, tested
from audit.sinks.targets import SinkRefused, Webhook
from workspaces.models import Membership, Role

log = logging.getLogger(__name__)

TOLD_TTL = 7 * 24 * 3600  # the same trouble is told once a week

Result = dict[str, Any]


def tell_admins() -> str:
    results = [tested(workspace_key, provider) for workspace_key, provider in connected(None)]
    troubled = [result for result in results if not result["ok"] or result["warnings"]]
    for result in troubled:
        log.warning(
            "a connection needs attention",
            extra={
                "workspace": result["workspace_key"],
                "provider": result["provider"],
                "problem": _trouble(result),
            },
        )
    mailed = sum(_tell_once("", _mail, result) for result in troubled)
    posted = sum(_tell_once("webhook ", _post, result) for result in troubled)
    said = (
        f"{len(results)} connections tested, {len(troubled)} with trouble, {mailed} told by mail, {posted} by webhook."
    )
    return said if results else ""


def _tell_once(way: str, tell: Callable[[Result], bool], result: Result) -> bool:
    """What could not be told is tried again at the next run."""
    trouble = f"{way}{result['workspace_key']} {result['provider']} {_trouble(result)}"
    key = f"told:{hashlib.sha256(trouble.encode()).hexdigest()}"
    if cache.get(key) or not tell(result):
        return False
    cache.set(key, 1, TOLD_TTL)
    return True


def _trouble(result: Result) -> str:
    return str(result["problem"] or " ".join(map(str, result["warnings"])))


def _text(result: Result) -> str:
    workspace_key, provider = result["workspace_key"], result["provider"]
    return f"The {provider} connection of the workspace {workspace_key} needs attention:\n\n{_trouble(result)}\n"


def _mail(result: Result) -> bool:
    if not settings.MAIL_IS_SET_UP:
        return False
    admins = Membership.objects.filter(
        workspace__key=result["workspace_key"], role__in=(Role.OWNER, Role.ADMIN), user__is_active=True
    )
    addresses = list(admins.values_list("user__email", flat=True))
    mail = EmailMessage(f"memory-core: {result['provider']}", _text(result), bcc=addresses)
    try:
        return bool(addresses) and mail.send() == 1
    except (OSError, smtplib.SMTPException) as exc:
        log.error("mail could not be sent", exc_info=exc)
        return False


def _post(result: Result) -> bool:
    if not settings.NOTICE_WEBHOOK:
        return False
    webhook = Webhook(settings.NOTICE_WEBHOOK, settings.NOTICE_WEBHOOK_SECRET)
    notice = {
        "type": "connection.trouble",
        "at": timezone.now().isoformat(),
        "workspace_key": result["workspace_key"],
        "provider": result["provider"],
        "ok": result["ok"],  # true where it still works, and will not for long
        "problem": str(result["problem"]),
        "warnings": [str(warning) for warning in result["warnings"]],
        "text": _text(result),
    }
    try:
        webhook.post(json.dumps(notice).encode(), "application/json")
    except (OSError, SinkRefused) as exc:
        log.error("%s took no notice: %s: %s", webhook.name, type(exc).__name__, exc)
        return False
    return True
