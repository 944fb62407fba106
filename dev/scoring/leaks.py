"""What has no place in a text for reading: JSON, XML, ids, the same passage twice."""

import re

from dev.scoring.facts import MAX_REPEATED_CHARS
from dev.scoring.markdown_facts import markdown_facts

_LEAKS = {
    "JSON": re.compile(r'"(?:type|attrs|content|marks|localId|macroParams)"\s*:'),
    "XML": re.compile(r"</?(?:ac|ri):[a-z-]+|<(?:p|div|span|td|tr|table)[ >]"),
    "ids": re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|ari:cloud:"),
}


def leaks(markdown: str, source_text: str) -> list[str]:
    """The kinds of leak in a text; what the source shows a reader is none, whatever it looks like."""
    found = [
        kind for kind, pattern in _LEAKS.items() for leak in pattern.finditer(markdown) if leak[0] not in source_text
    ]
    shown = " ".join(markdown_facts(markdown).text)
    return found + ["doubled"] * _doubled(shown, source_text)


def _doubled(shown: str, source_text: str) -> int:
    """Passages that the output has more often than the source, longer than a spanned cell may be repeated."""
    passages = {
        passage.strip() for passage in re.split(r"[.\n]", source_text) if len(passage.strip()) > MAX_REPEATED_CHARS
    }
    squeezed, source = " ".join(shown.split()), " ".join(source_text.split())
    return sum(squeezed.count(" ".join(p.split())) > source.count(" ".join(p.split())) for p in passages)
