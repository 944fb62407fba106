"""Repairs malformed XML: closes tags, quotes attributes, caps nesting depth."""

import re

# More than any page needs, less than libxml2 allows before it silently drops what lies deeper.
MAX_DEPTH = 200

# Nothing that was matched is given back (`*+`), so that a tag without an end is looked through once.
_TOKEN = re.compile(
    r"""
      (?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))
    | </(?P<closed>[A-Za-z][\w:.-]*+)[^<>]*+>
    | <(?P<opened>[A-Za-z][\w:.-]*+)(?P<attributes>(?:[\s/](?:"[^"<]*+"|'[^'<]*+'|[^<>"'])*+)?+)>
    | &(?P<reference>\#[0-9]{1,20}|[A-Za-z][A-Za-z0-9]{0,40});
    | (?P<stray>[<>&])
    """,
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w:.-]*)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_VOID = {"br", "hr", "img", "col", "input", "wbr", "area", "base", "link", "meta", "source", "embed", "param"}
_STRAY = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
# HTML lets these end where the next of their kind begins.
_ENDS_AT_NEXT = {"p": {"p"}, "li": {"li"}, "tr": {"tr", "td", "th"}, "td": {"td", "th"}, "th": {"td", "th"}}


class _Balance:
    """The elements now open, so that every one is closed once and in order."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.count: dict[str, int] = {}

    def opened(self, name: str) -> None:
        self.open.append(name)
        self.count[name] = self.count.get(name, 0) + 1

    def innermost(self, beginning: str) -> str:
        """What is open where the tag begins; a paragraph ends with what holds it."""
        return next((name for name in reversed(self.open) if name != "p" or beginning == "p"), "")

    def closed(self, name: str) -> str:
        """The tags that end the innermost `name` and what is still open in it; nothing if none is open."""
        if not self.count.get(name):
            return ""
        closing = []
        while True:
            innermost = self.open.pop()
            self.count[innermost] -= 1
            closing.append(f"</{innermost}>")
            if innermost == name:
                return "".join(closing)

    def rest(self) -> str:
        return "".join(f"</{name}>" for name in reversed(self.open))


def repair_xml(source: str) -> str:
    balance = _Balance()
    repaired = _TOKEN.sub(lambda token: _repaired(token, balance), source)
    return repaired + balance.rest()


def _repaired(token: re.Match[str], balance: _Balance) -> str:
    if token["cdata"] or token["reference"]:
        return token[0]
    if token["stray"]:
        return _STRAY[token["stray"]]
    if token["closed"]:
        return balance.closed(_name(token["closed"]))
    return _opening(token, balance)


def _opening(token: re.Match[str], balance: _Balance) -> str:
    name = _name(token["opened"])
    attributes = _attributes(token["attributes"])
    if token["attributes"].endswith("/") or name in _VOID:
        return f"<{name}{attributes}/>"
    before = ""
    while (innermost := balance.innermost(name)) in _ENDS_AT_NEXT.get(name, ()):
        before += balance.closed(innermost)
    if len(balance.open) >= MAX_DEPTH:
        return before + " "
    balance.opened(name)
    return f"{before}<{name}{attributes}>"


def _name(tag: str) -> str:
    prefix, colon, local = tag.partition(":")
    if not colon:
        return tag.lower()
    return f"{prefix}:{local}".rstrip(":") if prefix in ("ac", "ri", "at") else tag.replace(":", "-")


def _attributes(written: str) -> str:
    """Every attribute once, quoted."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(written):
        value = (double or single or bare).replace("<", "&lt;")
        value = re.sub(r"&(?!#?\w+;)", "&amp;", value).replace('"', "&quot;")
        found.setdefault(_name(name), value)
    return "".join(f' {name}="{value}"' for name, value in found.items())
