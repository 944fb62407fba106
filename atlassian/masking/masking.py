"""What the gate does with every text of an answer, before any of it is cut or shown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from atlassian.masking import columns, private_keys
from atlassian.masking.labels import labelled_secrets, places_of_labels
from atlassian.masking.tokens import TOKEN_KINDS
from atlassian.rendering.letters import lower_case_in_ascii
from atlassian.rendering.pagination.pieces import Piece, cut
from atlassian.rendering.words import found_by, looks_for

# A cursor is Atlassian's own and has to come back as it is; content is what piece() has masked before it cut it.
NOT_MASKED = frozenset({"next_cursor", "content"})

_FINDERS = (
    (private_keys.HINTS, private_keys.THEN, private_keys.private_keys),
    *((kind.hints, kind.then, kind.found_in) for kind in TOKEN_KINDS),
)
_HINTS = looks_for((hint, then, number) for number, (hints, then, _) in enumerate(_FINDERS) for hint in hints)
_ALWAYS = frozenset(number for number, (hints, _, _) in enumerate(_FINDERS) if not hints)
_BETWEEN_TEXTS = "\n\0\n"  # nothing that is masked goes on behind it

Secrets = list[tuple[str, str]]  # kind and value


def mask(text: str) -> tuple[str, Secrets]:
    """The text with its secrets replaced by what they are, and these secrets."""
    found: Secrets = []
    in_ascii = lower_case_in_ascii(text)
    for number in sorted(_ALWAYS.union(number for _, number in found_by(_HINTS, in_ascii))):
        text = _replaced(text, _FINDERS[number][-1](text), found)
    labels = places_of_labels(text, lower_case_in_ascii(text) if found else in_ascii)
    if labels and columns.HINT in text:
        known = len(found)
        text = _replaced(text, columns.secrets_in_columns(text), found)
        labels = places_of_labels(text, lower_case_in_ascii(text)) if len(found) > known else labels
    return _replaced(text, labelled_secrets(text, labels), found), found


def _replaced(text: str, spans: Iterable[tuple[int, int, str]], found: Secrets) -> str:
    parts, done = [], 0
    for start, end, kind in spans:
        parts += [text[done:start], f"[masked: {kind}]"]
        found.append((kind, text[start:end]))
        done = end
    return "".join([*parts, text[done:]]) if parts else text


class Masking:
    """Masks the texts of one answer, and counts what it masked, a secret that several of its texts repeat once."""

    def __init__(self, enabled: bool) -> None:
        self._enabled = enabled
        self._seen: set[str] = set()
        self.counts: Counter[str] = Counter()

    def text(self, text: str) -> str:
        if not self._enabled:
            return text
        masked, secrets = mask(text)
        self.counts.update(kind for kind, value in secrets if value not in self._seen)
        self._seen.update(value for _, value in secrets)
        return masked

    def piece(self, text: str, offset: int, max_chars: int) -> Piece:
        """Offsets count the masked text: a secret at a cut would be masked in neither piece."""
        return cut(self.text(text), offset, max_chars)

    def answer(self, value: Any) -> Any:
        """
        Every text within, however deep; numbers, bytes and cursors stay as they are.

        All of them are looked through at once, since most answers hold no secret.
        """
        if not self._enabled or not mask(_BETWEEN_TEXTS.join(_texts_in(value)))[1]:
            return value
        return self._masked(value)

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in fields(value) if field.init and field.name not in NOT_MASKED]
            return replace(value, **{name: self._masked(getattr(value, name)) for name in names})
        if isinstance(value, Mapping):
            return dict(self._pairs(value))
        if isinstance(value, list | tuple):
            return type(value)(self._masked(inner) for inner in value)
        return value

    def _pairs(self, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """A name may be the label of its value."""
        for name, inner in value.items():
            if isinstance(inner, str):
                label, _, masked = self.text(f"{name}: {inner}").partition(": ")
                yield (label, masked) if label == name else (self.text(name), self.text(inner))
            else:
                yield self.text(name), self._masked(inner)


def _texts_in(value: Any) -> list[str]:
    """Those of one thing after those of another, in no order: what they hold is looked for in each alone."""
    texts, within = [], [value]
    for each in within:  # which grows meanwhile: a call for each of them would cost more than the look itself
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, (list, tuple)):
            within += each
        elif hasattr(each, "__dataclass_fields__"):
            within += [inner for name, inner in vars(each).items() if name not in NOT_MASKED]
        elif isinstance(each, Mapping):
            texts += [f"{name}: {inner}" if isinstance(inner, str) else name for name, inner in each.items()]
            within += [inner for inner in each.values() if not isinstance(inner, str)]
    return texts
