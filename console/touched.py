"""The issues and pages that a record speaks of, as links to the connected site."""

import re
from collections.abc import Mapping

from audit.models import AuditLog
from audit.summary import summary
from audit.touches import touched_by
from integrations.models import Provider
from integrations.services import state_in


def sites_of(workspace_key: str) -> dict[str, str]:
    """Provider → the origin that it is connected to; empty: none."""
    return {provider: state_in(workspace_key, provider).base_url for provider in Provider.values}


def touched(record: AuditLog, sites: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each issue and page, with its address; without one where no site is connected."""
    return [(name, _url_of(name, sites)) for name in touched_by(_target_of(record))]


def linked_summary(record: AuditLog, sites: Mapping[str, str]) -> list[tuple[str, str]]:
    """The summary in pieces: text, and the address of each issue or page where it is first named."""
    urls = {name: url for name, url in touched(record, sites) if url}
    text = summary(record)
    if not urls:
        return [(text, "")]
    names = "|".join(map(re.escape, sorted(urls, key=len, reverse=True)))
    pieces = re.split(rf"(?<![\w-])({names})(?![\w-])", text, flags=re.IGNORECASE)
    return [(piece, urls.pop(piece.upper(), "") if at % 2 else "") for at, piece in enumerate(pieces) if piece]


def _target_of(record: AuditLog) -> Mapping[str, object]:
    return record.target if isinstance(record.target, dict) else {}


def _url_of(name: str, sites: Mapping[str, str]) -> str:
    if name.isdecimal():
        site = sites[Provider.CONFLUENCE]
        return f"{site}/wiki/pages/viewpage.action?pageId={name}" if site else ""
    site = sites[Provider.JIRA]
    return f"{site}/browse/{name}" if site else ""
