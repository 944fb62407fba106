"""Which of Jira's sentences about a query reach the caller: none that tells what lies outside an allowlist."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from atlassian.jira.issues import IssueList
from atlassian.notices import Notice
from atlassian.upstream.responses import items, line, texts

# Of the query's own words and grammar; what Jira says of values would tell what there is.
_OF_THE_QUERY = re.compile(
    r"(?:\A|(?<=\. ))(?:"
    r"Error in the JQL Query: "
    r"|Field '[^']*' does not exist"
    r"|Not able to sort using field '"
    r"|The operator '[^']*' (?:is not supported|cannot be used)"
    r"|Unable to find JQL function '"
    r"|Unable to parse the text '"
    r"|The field '[^']*' (?:does not support|is not)"
    r"|Date value '"
    r"|Unbounded JQL queries are not allowed"
    r")[^\n]*?(?:\.(?=\s|\Z)|\Z)"
)
_OF_EXISTENCE = re.compile(r"(?:do|does) not exist|not found|permission|not visible|no longer|unknown", re.IGNORECASE)
_NAMES_SOMETHING = re.compile(r"""['"‘’“”]|[A-Z][A-Z0-9_]+-\d""")
INCOMPLETE = "Jira says that this may not be all, or that a part of the query was not understood."
NOTHING_IN_REACH = Notice(
    "nothing_in_reach",
    "Where the query names an issue, a project or another value: what does not exist, what the connected account "
    "cannot see and what lies outside this workspace's projects are all answered by nothing.",
)


def about_the_query_alone(sentences: str) -> str:
    return " ".join(match[0] for match in _OF_THE_QUERY.finditer(sentences[:5_000]))


def speaks_of_values(sentences: Iterable[str]) -> bool:
    """Whether what is wrong is not the grammar but that something is not there, or is not to be seen."""
    return not any(map(about_the_query_alone, sentences)) and any(map(_OF_EXISTENCE.search, sentences))


def nothing_in_reach(found: IssueList) -> IssueList:
    """Says the same of every empty answer, so that nobody learns from it which of the reasons holds."""
    if found.issues or found.next_cursor:
        return found
    return replace(found, warnings=(*found.warnings, NOTHING_IN_REACH))


def jira_warnings(answer: Any, *, is_bounded: bool) -> list[Notice]:
    """Jira's own, of the old form and the new. Where an allowlist holds, without anything that they name."""
    said = [line(each, "message") or line(each, "type") for each in items(answer, "warnings")]
    old = texts(answer, "errorMessages") + texts(answer, "warningMessages") + texts(answer, "warnings")
    if is_bounded:
        said, old = [INCOMPLETE if _NAMES_SOMETHING.search(each) else each for each in said], []
    return [Notice("incomplete", each[:500]) for each in dict.fromkeys([*said, *old]) if each]
