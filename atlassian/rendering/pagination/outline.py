"""Where the fences and headings of a Markdown text are, as far as a piece of it needs to know."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge

MAX_TITLE_CHARS = 60

CONTAINERS = r"(?:[ >]|[-*+] |\d{1,9}[.)] )*"
_LANDMARK = re.compile(
    rf"^(?:(?P<prefix>{CONTAINERS})(?P<fence>`{{3,}}|~{{3,}})(?P<language>[^`\n]*)|\#{{1,6}} (?P<title>.*))$",
    re.MULTILINE,
)
_MARKUP = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)|\\(.)|[*`]|~~")


@dataclass(frozen=True)
class Fence:
    """Code between `inside` and `closer`, the starts of its first line and of the line that closes it."""

    inside: int
    closer: int
    end: int
    prefix: str
    fence: str
    language: str

    @property
    def opening(self) -> str:
        return f"{self.prefix}{self.fence}{self.language}\n"

    @property
    def closing(self) -> str:
        return f"{self.prefix}{self.fence}\n"


class Outline:
    """The text up to `horizon`, and the heading after it."""

    def __init__(self, content: str, horizon: int) -> None:
        self.content = content
        self.fences: list[Fence] = []
        self.headings: list[int] = []
        self._read(horizon)
        self._inside = [fence.inside for fence in self.fences]

    def _read(self, horizon: int) -> None:
        for part in _parts(self.content, ("```", "~~~", "#")):
            if isinstance(part, Fence):
                self.fences.append(part)
            else:
                self.headings.append(part)
                if part > horizon:
                    return

    def fence_at(self, position: int) -> Fence | None:
        place = bisect_right(self._inside, position) - 1
        fence = self.fences[place] if place >= 0 else None
        return fence if fence and position <= fence.closer else None

    def reopening(self, offset: int) -> str:
        fence = self.fence_at(offset)
        if not fence:
            return ""
        return fence.opening + ("" if self.starts_line(offset) else fence.prefix)

    def closing(self, end: int) -> str:
        """What stands between the text and the marker: the end of a fence, an empty line."""
        fence = self.fence_at(end)
        if fence:
            return ("" if self.starts_line(end) else "\n") + fence.closing + "\n"
        if self.content.endswith("\n\n", 0, end):
            return ""
        return "\n" if self.starts_line(end) else "\n\n"

    def longest_closing(self, start: int, stop: int) -> int:
        reached = (fence for fence in self.fences if fence.inside <= stop and fence.closer >= start)
        return 2 + max((len(fence.closing) for fence in reached), default=0)

    def starts_line(self, position: int) -> bool:
        return position == 0 or self.content[position - 1] == "\n"

    def next_title(self, position: int) -> str:
        place = bisect_left(self.headings, position)
        return self._title(self.headings[place]) if place < len(self.headings) else ""

    def titles_from(self, start: int, stop: int) -> list[str]:
        """The titles that `next_title` may give between the two."""
        passed = self.headings[bisect_right(self.headings, start) : bisect_right(self.headings, stop)]
        return [*map(self._title, passed), self.next_title(stop)]

    def _title(self, heading: int) -> str:
        line = _LANDMARK.match(self.content, heading)
        return _plain(line["title"]) if line else ""


def fences_in(content: str) -> list[Fence]:
    return [part for part in _parts(content, ("```", "~~~")) if isinstance(part, Fence)]


def _parts(content: str, signs: Iterable[str]) -> Iterator[Fence | int]:
    """The fences, and where the headings are that stand outside of them, one after the other."""
    opener: re.Match[str] | None = None
    for line in _landmarks(content, signs):
        if opener is not None:
            if _closes(opener, line):
                yield _fence(opener, line.start(), min(line.end() + 1, len(content)))
                opener = None
        elif line["fence"]:
            opener = line
        else:
            yield line.start()
    if opener is not None:
        yield _fence(opener, len(content), len(content))


def _landmarks(content: str, signs: Iterable[str]) -> Iterator[re.Match[str]]:
    """Only lines with a sign of one are looked at: each piece begins its search at the start of the text."""
    last = -1
    for start in merge(*(_lines_with(sign, content) for sign in signs)):
        if start > last and (line := _LANDMARK.match(content, start)):
            yield line
        last = start


def _lines_with(sign: str, content: str) -> Iterator[int]:
    place = content.find(sign)
    while place >= 0:
        yield content.rfind("\n", 0, place) + 1
        end = content.find("\n", place)
        place = content.find(sign, end) if end >= 0 else -1


def _closes(opener: re.Match[str], line: re.Match[str]) -> bool:
    return bool(line["fence"]) and line["fence"].startswith(opener["fence"]) and not line["language"].strip()


def _fence(opener: re.Match[str], closer: int, end: int) -> Fence:
    # The marker of a list stands once; the lines after it are indented as far.
    prefix = re.sub(r"[^ >]", " ", opener["prefix"])
    return Fence(opener.end() + 1, closer, end, prefix, opener["fence"], opener["language"])


def _plain(markdown: str) -> str:
    plain = _MARKUP.sub(lambda found: found[1] or found[2] or "", markdown).replace('"', "'").strip()
    return plain if len(plain) <= MAX_TITLE_CHARS else plain[: MAX_TITLE_CHARS - 1].rstrip() + "…"
