"""How people are called in an answer of Jira's."""

from typing import Any

from atlassian.upstream.responses import dig, line, text

NAMELESS_PERSON = "a person without a name"


def person(answer: Any, *path: str) -> str | None:
    """None where there is nobody. A text is a name; a person whose name Jira does not tell is still a person."""
    found = dig(answer, *path)
    if isinstance(found, str):
        return line(found) or None
    if not isinstance(found, dict) or not found:
        return None
    return line(found, "displayName") or line(found, "emailAddress") or NAMELESS_PERSON


def names_of(*people: Any) -> dict[str, str]:
    """Account id → name."""
    return {text(each, "accountId"): line(each, "displayName") for each in people if line(each, "displayName")}
