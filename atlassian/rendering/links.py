"""Which links are kept, and how a link or picture is named that brings no text."""

import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from atlassian.rendering.markdown.tree import CODE, PLAIN, Flow, Marks, Run

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30}):(?=\S)")
# Schemes whose address is itself a program, a page or data, or an identifier: nothing that a reader could look up.
_UNREADABLE = {"javascript", "vbscript", "data", "blob", "about", "view-source", "livescript", "mocha", "jar"}
_UNREADABLE |= {"media", "ari", "urn", "cid", "mid"}
_ISSUE_KEY = re.compile(r"/browse/([A-Za-z][A-Za-z0-9_]*-\d+)|[?&]selectedIssue=([A-Za-z][A-Za-z0-9_]*-\d+)")
_QUERY = re.compile(r"[?&]jql=([^&#]*)")
_DAY = re.compile(r"\d{4}/\d{2}/\d{2}")
_MAX_ADDRESS_CHARS = 4_000

# What would end a Markdown link destination or start something else in it.
_ENCODED = {" ": "%20", "<": "%3C", ">": "%3E", "\\": "%5C", "|": "%7C", "`": "%60", "\u00a0": "%C2%A0"}
_BRACKET = re.compile(r"[()\[\]]")
_UNFIT = re.compile(r"[ <>\\|`\u00a0]")


def safe_url(href: object, site_url: str) -> str:
    """
    The absolute address of a link, else nothing: `javascript:` leaves its text.

    Only http, https and mailto become live links; others, such as `ftp:` or a share of files, are told as text.
    """
    if not isinstance(href, str):
        return ""
    url = _INVISIBLE.sub("", href).strip()[:_MAX_ADDRESS_CHARS]
    if url.startswith("//"):
        url = "https:" + url
    elif url.startswith("/"):
        return _encoded(site_url.rstrip("/") + url)
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() in ("http", "https", "mailto"):
        return _encoded(url) if len(url) > scheme.end() + 2 or scheme[1].lower() == "mailto" else ""
    readable = url.startswith("\\\\") if not scheme else scheme[1].lower() not in _UNREADABLE
    return " ".join(url.split()) if readable else ""


def is_live(url: str) -> bool:
    return url[:8].lower().startswith(("http://", "https://", "mailto:"))


def _encoded(url: str) -> str:
    url = _UNFIT.sub(lambda unfit: _ENCODED[unfit[0]], url)
    return url if are_paired(url, "(", ")") else url.replace("(", "%28").replace(")", "%29")


def are_paired(text: str, opening: str, closing: str) -> bool:
    """Whether each of these brackets has its other."""
    if opening not in text and closing not in text:
        return True
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += (bracket == opening) - (bracket == closing)
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


def page_url(site_url: str, space_key: str, title: str, anchor: str = "", day: str = "") -> str:
    """Where a page is known by its space and title alone; `day`, like 2026/11/02, is that of a blog post."""
    if not site_url or not space_key or not title:
        return ""
    path = f"{day}/{quote_plus(title)}" if _DAY.fullmatch(day) else quote_plus(title)
    fragment = f"#{quote(unquote(anchor))}" if anchor else ""
    return _encoded(f"{site_url.rstrip('/')}/wiki/display/{quote(space_key, safe='~')}/{path}{fragment}")


def external_image(alt: str, url: str, marks: Marks = PLAIN, href: str = "") -> Flow:
    """Named, with the address as text: whoever shows a live image fetches it, and tells its owner so."""
    name = " ".join(alt.split())
    label = Run(f"[image: {name}]" if name else "[image]", marks, href)
    return [label, Run(" ("), Run(url, frozenset({CODE})), Run(")")] if url and url != href else [label]
