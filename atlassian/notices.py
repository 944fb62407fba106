"""What an answer could not hold, said within it: an agent must not take the half for the whole."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """`code` is for programs (`names_unavailable`), `message` a sentence for people and models."""

    code: str
    message: str
