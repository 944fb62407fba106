"""Links, people, files and pictures of the storage format, which has names for them and few addresses."""

from collections.abc import Callable
from urllib.parse import unquote

from atlassian.rendering.bounds import read_json
from atlassian.rendering.emoji import emoji
from atlassian.rendering.links import external_image, page_url, query_in, safe_url, smart_link
from atlassian.rendering.markdown.tree import Flow, Run, blocks_of
from atlassian.rendering.storage.placement import Place, place_of
from atlassian.rendering.storage.reader import Reader
from atlassian.rendering.storage.source import Element, whole_text

_BODIES = ("{ac}plain-text-link-body", "{ac}link-body", "{ac}rich-text-body")


def anchor(reader: Reader, element: Element) -> Flow:
    url = safe_url(element.get("href"), reader.site_url)
    if url and element.get("data-card-appearance"):
        return _card(reader, element, url)
    return reader.styled(element, href=url)


def _card(reader: Reader, element: Element, url: str) -> Flow:
    """A smart link, whose text is its address until Confluence looks up its title."""
    said = whole_text(element).strip()
    query = _query(element.get("data-datasource"), url)
    title = f"Jira issues: {query}" if query else "" if said == element.get("href") else said
    return [smart_link(url, title, reader.marks)]


def link(reader: Reader, element: Element) -> Flow:
    """Confluence's own link: its text, and what it leads to where that is not the same."""
    body = next((child for child in element if child.tag in _BODIES), None)
    target = next((child for child in element if child.tag in TARGETS or child.tag in _PAGES), None)
    text = reader.flow(body) if body is not None else []
    said = "".join(node.text for node in text if isinstance(node, Run)).strip()
    if target is not None and target.tag in _PAGES:
        return _page(reader, target, text, said, element.get("{ac}anchor", ""))
    if target is not None:
        return TARGETS[target.tag](reader, target, text, said)
    return text or reader.flow(element) or [reader.label(element.get("{ac}anchor", ""))]


def _query(datasource: str | None, url: str) -> str:
    """What a list of issues asks for; its source is JSON in an attribute."""
    if not datasource:
        return ""
    try:
        parameters = read_json(datasource)["parameters"]
        return " ".join(str(parameters["jql"]).split())
    except (ValueError, LookupError, TypeError):
        return query_in(url)


def _beside(reader: Reader, text: Flow, said: str, sort: str, name: str) -> Flow:
    label = reader.label(f"[{sort}: {name}]")
    if not text or said == name or not name:
        return [label] if name else text
    return [*text, reader.label(" "), label]


def _page(reader: Reader, target: Element, text: Flow, said: str, anchor: str) -> Flow:
    """Links a page whose space is known; else names it by its title, which is one of this space."""
    title, space_key = target.get("{ri}content-title", ""), target.get("{ri}space-key", "") or reader.space_key
    day = target.get("{ri}posting-day", "")
    if url := page_url(reader.site_url, space_key, title, anchor, day):
        return _linked(text or [reader.label(title)], url)
    name = page_name(target) + (f"#{unquote(anchor)}" if anchor else "")
    return _beside(reader, [] if said == title else text, said, "page", name)


def page_name(target: Element) -> str:
    title, space_key = target.get("{ri}content-title", ""), target.get("{ri}space-key", "")
    return f"{space_key}:{title}" if space_key and title else title


def _linked(text: Flow, url: str) -> Flow:
    return [node._replace(href=node.href or url) if isinstance(node, Run) else node for node in text]


def _attachment(reader: Reader, target: Element, text: Flow, said: str) -> Flow:
    return _beside(reader, text, said, "attachment", file_name(target))


def file_name(target: Element) -> str:
    """The file's name, with the page that it is attached to if that is another one."""
    name, page = target.get("{ri}filename", ""), next((page_name(child) for child in target), "")
    return f"{name} of page {page}" if name and page else name


def _space(reader: Reader, target: Element, text: Flow, said: str) -> Flow:
    return _beside(reader, text, said, "space", target.get("{ri}space-key", ""))


def _user(reader: Reader, target: Element, text: Flow, said: str) -> Flow:
    name = said or user_name(reader, target)
    return [reader.label("@" + name.lstrip("@"))] if name else []


def user_name(reader: Reader, target: Element) -> str:
    account_id = target.get("{ri}account-id", "")
    return reader.names.get(account_id) or account_id or _local_user(target)


def _local_user(target: Element) -> str:
    return target.get("{ri}username", "") or target.get("{ri}userkey", "")


def _address(reader: Reader, target: Element, text: Flow, said: str) -> Flow:
    written = target.get("{ri}value", "")
    href = safe_url(written, reader.site_url)
    runs = [node for node in text if isinstance(node, Run)] or [reader.label(written)]
    return [run._replace(href=href) for run in runs]


def _shortcut(reader: Reader, target: Element, text: Flow, said: str) -> Flow:
    name = "@".join(filter(None, (target.get("{ri}parameter", ""), target.get("{ri}key", ""))))
    return _beside(reader, [] if said == target.get("{ri}parameter", "") else text, said, "shortcut", name)


def _content(reader: Reader, target: Element, text: Flow, said: str) -> Flow:
    content_id = target.get("{ri}content-id", "")
    if not content_id.isdecimal() or not reader.site_url:
        return text
    url = safe_url(f"/wiki/pages/viewpage.action?pageId={content_id}", reader.site_url)
    return _linked(text or [reader.label(url)], url)


_PAGES = {"{ri}page", "{ri}blog-post"}
TARGETS: dict[object, Callable[[Reader, Element, Flow, str], Flow]] = {
    "{ri}attachment": _attachment,
    "{ri}space": _space,
    "{ri}user": _user,
    "{ri}url": _address,
    "{ri}shortcut": _shortcut,
    "{ri}content-entity": _content,
}


def resource(reader: Reader, element: Element) -> str:
    """Names the first resource within an element: a page's title, a file's name, a person."""
    for target in element.iter() if len(element) else ():
        name = target.tag
        if name == "{ri}user":
            return "@" + user_name(reader, target)
        if name in _PAGES:
            return page_name(target)
        if name == "{ri}attachment":
            return file_name(target)
        if name in _NAMING:
            return target.get(_NAMING[name], "")
    return ""


_NAMING = {
    "{ri}space": "{ri}space-key",
    "{ri}url": "{ri}value",
}


def image(reader: Reader, element: Element) -> Flow:
    """A picture by its file name or address, its alternative text beside, its caption below."""
    alt = " ".join(element.get("{ac}alt", "").split())
    caption = next((child for child in element if child.tag == "{ac}caption"), None)
    below: Flow = [reader.label("\n"), *reader.runs(caption)] if caption is not None else []
    address = next((child for child in element if child.tag == "{ri}url"), None)
    url = safe_url(address.get("{ri}value", ""), reader.site_url) if address is not None else ""
    name = resource(reader, element) if address is None else ""
    picture = _external(reader, alt, url) if url else [reader.label(_image_label(name, alt))]
    return [*blocks_of([*picture, *below])] if place_of(element) is Place.BLOCK else [*picture, *below]


def _external(reader: Reader, alt: str, url: str) -> Flow:
    return external_image(alt, url, reader.marks, reader.href)


def _image_label(name: str, alt: str) -> str:
    label = ": ".join(filter(None, ("image", name or alt)))
    return f"[{label}] ({alt})" if name and alt and alt != name else f"[{label}]"


def html_image(reader: Reader, element: Element) -> Flow:
    url = safe_url(element.get("src"), reader.site_url)
    alt = " ".join((element.get("alt") or "").split())
    return _external(reader, alt, url) if url else [reader.label(_image_label("", alt))]


def emoticon(reader: Reader, element: Element) -> Flow:
    names = ("{ac}emoji-fallback", "{ac}emoji-id", "{ac}emoji-shortname", "{ac}name")
    character, code_points, short_name, name = (element.get(written, "") for written in names)
    return [reader.label(emoji(character, code_points, short_name, name))]
