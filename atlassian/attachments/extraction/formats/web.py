"""HTML as a person sees it: its scripts, styles and hidden parts gone, the rest read as the body of a page is."""

import re
from typing import Any

from lxml import etree, html

from atlassian.attachments.extraction.outcome import MAX_CHARS, Extracted
from atlassian.rendering.storage import to_markdown

UNSEEN = ("script", "style", "head", "template", "noscript", "iframe", "object", "embed", "svg", "meta", "link")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MAX_HTML_CHARS = 8_000_000
_CHARSET = re.compile(rb"""<meta[^>]{1,200}charset\s*=\s*["']?([\w-]{1,40})""", re.IGNORECASE)


def declared_charset(data: bytes) -> str:
    found = _CHARSET.search(data[:4_000])
    return found[1].decode("ascii", "replace") if found else ""


def web(text: str, extracted: Extracted) -> None:
    extracted.kind = "a web page"
    # An encoding that is declared in the text holds no longer.
    text = re.sub(r"\A\s*<\?xml[^>]*>", "", text[:MAX_HTML_CHARS])
    if not text.strip():
        return
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        document = html.document_fromstring(text.encode(errors="replace"), parser=parser)
    except etree.ParserError:  # comments alone
        return
    title = " ".join((document.findtext(".//title") or "").split())
    for element in list(document.iter()):
        if _is_unseen(element):
            _drop(element)
    body = document.find("body")
    source = etree.tostring(body if body is not None else document, encoding="unicode", method="xml", with_tail=False)
    markdown = to_markdown(source, site_url="")
    heading = f"<h1>{_escaped(title)}</h1>" if title and not markdown.lstrip().startswith("# ") else ""
    extracted.text = "\n\n".join(filter(None, [to_markdown(heading, site_url="") if heading else "", markdown]))
    too_deep = parser.error_log.filter_from_fatals()  # what follows was not read
    if too_deep or len(text) > MAX_HTML_CHARS or len(extracted.text) > MAX_CHARS:
        extracted.note("cut")
        extracted.text = extracted.text[:MAX_CHARS]


def _is_unseen(element: Any) -> bool:
    if not isinstance(element.tag, str):
        return True
    return element.tag in UNSEEN or element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "")))


def _drop(element: Any) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
