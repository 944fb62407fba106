"""Which links are kept, and how a link is named that brings no text."""

import re
from urllib.parse import unquote_plus

from atlassian.rendering.markdown.tree import PLAIN, Marks, Run

_SAFE_SCHEME = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f]")
_ISSUE_KEY = re.compile(r"/browse/([A-Za-z][A-Za-z0-9_]*-\d+)|[?&]selectedIssue=([A-Za-z][A-Za-z0-9_]*-\d+)")
_QUERY = re.compile(r"[?&]jql=([^&#]*)")

# What would end a Markdown link destination or start something else in it.
_ENCODED = {" ": "%20", "<": "%3C", ">": "%3E", "\\": "%5C", "|": "%7C", "`": "%60", "\u00a0": "%C2%A0"}
_UNFIT = re.compile(r"[ <>\\|`\u00a0]")


def safe_url(href: object, site_url: str) -> str:
    """The absolute address of a link that may be followed, else nothing: `javascript:` leaves its text."""
    if not isinstance(href, str):
        return ""
    url = _INVISIBLE.sub("", href).strip()
    if url.startswith("//"):
        url = "https:" + url
    elif url.startswith("/"):
        return _encoded(site_url.rstrip("/") + url)
    return _encoded(url) if _SAFE_SCHEME.match(url) else ""


def _encoded(url: str) -> str:
    url = _UNFIT.sub(lambda unfit: _ENCODED[unfit[0]], url)
    return url if _balanced(url) else url.replace("(", "%28").replace(")", "%29")


def _balanced(url: str) -> bool:
    depth = 0
    for parenthesis in re.findall(r"[()]", url):
        depth += 1 if parenthesis == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def smart_link(url: str, title: str = "", marks: Marks = PLAIN) -> Run:
    """A card: by its title or issue key when known, else by its bare address."""
    key = _ISSUE_KEY.search(url)
    return Run(title or (key[1] or key[2] if key else url), marks, url)


def query_in(url: str) -> str:
    """The JQL that an address of an issue navigator carries."""
    query = _QUERY.search(url)
    return unquote_plus(query[1]) if query else ""
