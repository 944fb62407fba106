"""
What a caller may call a Confluence page: an id, or an address of the connected site as people paste it.

Nothing of a reference ever becomes part of a path at Atlassian but its digits; titles and space keys travel as
parameters. So a reference can be refused, and never led astray, before anything is asked of Atlassian.
"""

import html
import re
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from atlassian.confluence.addresses import (
    CONTROL,
    ID,
    ContentId,
    Reference,
    UnusableAddress,
    named_by,
    refuse,
    valid_id,
)
from atlassian.errors import BadArgument
from atlassian.site_urls import path_on_site
from integrations.credentials import Credentials

MAX_REFERENCE_CHARS = 4096  # a title of 255 characters, each percent-encoded as nine, fits

EXPECTED = "Give a page id (digits) or the URL of a page or blog post of the connected site."
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_WRAPPED = re.compile(
    r"\[[^\]\n]*\]\((?P<markdown>\S+)\)|<(?P<angle>[^<>|\s]+)(?:\|[^<>]*)?>|([\"'`“‘])(?P<quoted>.*)[\"'`”’]"
)
_LABELLED_ID = re.compile(
    r"(?:(?:(?:page|content)[ _-]?)?id\s*[:=]?|(?:page\s*)?#|page\s)\s*(?P<id>[0-9]{1,30})", re.IGNORECASE
)
_SPACED_ID = re.compile(r"[0-9]{1,30}(?:\s+[0-9]{1,30})+")
_ARI = re.compile(r"ari:cloud:confluence:(?P<cloud>[\w-]*):(?P<kind>[a-z-]+)/(?P<id>[0-9]{1,30})", re.IGNORECASE)
_ARI_KINDS = {"page": "page", "blog-post": "blogpost", "blogpost": "blogpost", "folder": "folder"}
_ARI_KINDS |= {"whiteboard": "whiteboard", "database": "database", "embed": "embed"}
_PATH = re.compile(r"/?(?:wiki(?:/|$)|(?:spaces|pages|display|x)/\S)", re.IGNORECASE)
_AFTER_A_URL = ".,;:!?)]}>'\"’”"
_URL_WITHIN = re.compile(r"""https?://[^\s<>"'`|\]]+""", re.IGNORECASE)
_URL = re.compile(r"[<(\[\"'“‘]*(?:https?://|//)?[\w.-]+(?::\d+)?/\S+", re.IGNORECASE)


def parse(reference: str, credentials: Credentials, parameter: str = "page_id") -> Reference:
    """What reference names on the site of credentials. Raises BadArgument, which says what would be right."""
    try:
        return _parse(reference, credentials)
    except UnusableAddress as exc:
        raise BadArgument(parameter, f"{exc} {exc.expected or EXPECTED}") from exc


def find_urls(text: str, credentials: Credentials) -> dict[str, Reference]:
    """The addresses of pages of the connected site that stand in a text, each with what it names."""
    found = {}
    for match in _URL.finditer(text):
        try:
            found[match[0]] = _parse(match[0], credentials)
        except UnusableAddress:
            continue
    return found


def unusable_urls(text: str, credentials: Credentials) -> dict[str, str]:
    """Addresses of the connected Confluence that name no page, each with what it is."""
    found = {}
    for match in _URL.finditer(text):
        if match[0].lower().startswith(f"{credentials.base_url}/wiki/".lower()):
            try:
                _parse(match[0], credentials)
            except UnusableAddress as exc:
                found[match[0]] = str(exc)
    return found


def _parse(reference: str, credentials: Credentials) -> Reference:
    if len(reference) > MAX_REFERENCE_CHARS:
        refuse(f"This is too long to be a page id or URL ({len(reference)} characters).")
    problem = None
    for candidate in _readings(reference):
        try:
            return _named(candidate, credentials)
        except UnusableAddress as exc:
            problem = problem or exc
    raise problem or UnusableAddress("This is empty.")


def _readings(reference: str) -> Iterator[str]:
    """The reference without what it was wrapped in; without the end of a sentence; the one URL in it."""
    bare = reference.strip().strip(_INVISIBLE).strip()
    while (wrapped := _WRAPPED.fullmatch(bare)) and len(inner := _inner(wrapped)) < len(bare):
        bare = inner
    bare = html.unescape(bare) if "&amp;" in bare else bare
    yield bare
    if "/" in bare and bare != (trimmed := bare.strip("<([\"'“‘").rstrip(_AFTER_A_URL)):
        yield trimmed
    within = set(_URL_WITHIN.findall(bare)) if not _URL_WITHIN.match(bare) else set()
    if len(within) == 1:  # of a link in HTML or wiki markup, or after the page's title
        yield within.pop().rstrip(_AFTER_A_URL)


def _inner(wrapped: re.Match[str]) -> str:
    return (wrapped["markdown"] or wrapped["angle"] or wrapped["quoted"] or "").strip()


def _named(reference: str, credentials: Credentials) -> Reference:
    labelled = _LABELLED_ID.fullmatch(reference)
    digits = labelled["id"] if labelled else reference
    if _SPACED_ID.fullmatch(digits):
        digits = "".join(digits.split())
    if ID.fullmatch(digits):
        return ContentId(valid_id(digits))
    if CONTROL.search(reference) or "\\" in reference:
        refuse("This holds characters that no page id or URL has.")
    if ari := _ARI.fullmatch(reference):
        return _by_ari(ari, credentials)
    segments, query = _on_the_site(_split(_with_origin(reference, credentials)), credentials)
    return named_by(segments, query)


def _by_ari(ari: re.Match[str], credentials: Credentials) -> ContentId:
    if credentials.cloud_id and ari["cloud"] and ari["cloud"] != credentials.cloud_id:
        refuse("This is an identifier of another site than the connected one.", f"That is {credentials.base_url}.")
    kind = _ARI_KINDS.get(ari["kind"].lower())
    return ContentId(valid_id(ari["id"]), kind) if kind else refuse("This identifies no page.")


def _with_origin(reference: str, credentials: Credentials) -> str:
    """People leave out what their browser hides: the scheme, and here also the host and /wiki."""
    site = urlsplit(credentials.base_url)
    if reference.startswith("//"):
        return f"{site.scheme}:{reference}"
    if reference.lower().startswith(f"{site.netloc}/".lower()):
        return f"{site.scheme}://{reference}"
    if _PATH.match(reference):
        path = reference if reference.startswith("/") else f"/{reference}"
        return credentials.base_url + (path if path.startswith("/wiki") else f"/wiki{path}")
    # Nothing is ever sent to this address, so it may say http where the site has moved to https.
    if reference.lower().startswith(f"http://{site.netloc}/".lower()):
        return credentials.base_url + reference[len(f"http://{site.netloc}") :]
    return reference


def _split(reference: str) -> SplitResult:
    try:
        parts = urlsplit(reference)
        _ = parts.port  # a port that is no number is noticed only when it is asked for
    except ValueError:
        refuse("This is not a URL.")
    if not parts.scheme or not parts.hostname:
        refuse("This is neither a page id nor a URL. If it is a title, find its page by a search.")
    if "@" in parts.netloc:
        refuse("A URL with user and password in it is not accepted.")
    return parts


def _on_the_site(parts: SplitResult, credentials: Credentials) -> tuple[list[str], Mapping[str, list[str]]]:
    """Path below /wiki, and query."""
    path = path_on_site(parts, credentials)
    if path is None:
        refuse("This URL is of another site than the connected one.", f"That is {credentials.base_url}.")
    segments = [segment for segment in path.split("/") if segment]
    if {".", ".."} & {unquote(segment) for segment in segments}:
        refuse("A path with . or .. in it is not accepted.")
    if segments[:1] == ["l"]:
        return segments, {}
    if segments[:1] != ["wiki"]:
        refuse("This is no address of Confluence: those begin with /wiki/.")
    return segments[1:], parse_qs(parts.query)
