"""Writes docs/markdown.md from the pairs of fixtures: `python -m dev.scoring.conventions`."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests/atlassian/rendering/fixtures"
PAGE = ROOT / "docs/markdown.md"

INTRODUCTION = """# What an agent reads

Jira's documents (ADF) and Confluence's pages (storage format) reach an agent as CommonMark with GFM's tables: all that
a person would see, in its structure, and nothing else. Below is each convention with what Atlassian sent and what
the agent reads. The page is written by `make conventions` from the pairs of files that the tests hold the renderers to.

A text longer than `max_chars` is cut between lines, or within a long paragraph between words, and says how to go on:
`[truncated: 2,004 of 9,120 characters shown; next section "Steps"; call again with offset=2004]`. A fence that
is cut is closed and opened again; that and the marker are not counted by `offset`.

Sections, heads of comments, the line of facts and the marks of truncation are ours alone: in what others wrote,
headings come below ours, and what else imitates them gets a backslash. A document of more parts than are read at
once ends with `[cut short: …]`.
"""

REASONS = {
    "heading": "Headings keep their level.",
    "paragraph": "Paragraphs are one line each; a line break within one is a backslash at the end of the line.",
    "marks": "Only marks that change meaning stay; spaces stand outside of them and equal neighbours are merged.",
    "escaping": "A backslash stands only where the text would otherwise be read as something else.",
    "entities": "Entities are the characters they stand for; a name that HTML does not know stays as typed.",
    "bullet_list": "Lists nest by indentation; two in a row differ by their marker, or they would be read as one.",
    "list": "Lists nest by indentation; two in a row differ by their marker, or they would be read as one.",
    "ordered_list": "Numbered lists start where the source does.",
    "list_items": "What else a point holds is indented under its text.",
    "task_list": "Tasks say whether they are done.",
    "decision_list": "Decisions are points that say so.",
    "code_block": "A fence is longer than any inside; the language is cleaned of all that no language's name has.",
    "code": "Code is kept to the letter, its title above it.",
    "panel": "A panel is a quote that begins with its type as people see it on Cloud, and its title.",
    "block_quote": "Quotes.",
    "expand": "An expand is its title, then its body.",
    "rule": "A rule is three hyphens.",
    "table": "Every row has the same columns; what would be lines in a cell is parted by `<br>`.",
    "table_without_head": "A table without a head row has an empty one, as GFM needs one.",
    "table_spans": "A value that spans rows is repeated up to 60 characters, so that each row reads alone.",
    "table_cells": "Blocks in a cell are flattened onto one line.",
    "layout": "Columns follow each other.",
    "link": "Links to the web and mailto stay; other addresses stand beside their words unless they run something.",
    "confluence_link": "A page is linked where its space is known, at an address that can be read; files are named.",
    "mention": "People are named by the document, else by looking them up, else by their account id.",
    "status": "A status stands in brackets.",
    "date": "Dates are ISO dates in UTC.",
    "emoji": "An emoji is its character, else its name.",
    "inline_macros": "Status, Jira, dates and emoticons within a line.",
    "smart_link": "A card is named by its issue key or title, else it is the bare address; a list keeps its query.",
    "media": "A picture or file is named; one elsewhere has its address as text, so that nobody fetches it unasked.",
    "image": "A picture is named by its file, its alternative text beside and its caption below.",
    "extension": "Macros show their body, diagrams their source; others say what they are, without ids.",
    "macros": "Macros show their body, diagrams their source; others say what they are, without ids.",
    "page_properties": "Page properties are the table they hold.",
    "adf_extension": "What storage format has no element for comes from its ADF or its fallback, never from both.",
    "unknown": "A type that nobody told us of gives what it holds, else what it says, else that it is there.",
    "nothing": "What a person does not see on the page, be it by its style or its colour, reaches no agent.",
    "broken": "Malformed XML is repaired.",
}
_FORMATS = (("adf", ".json", "json", "ADF"), ("storage", ".xml", "xml", "Storage format"))


def page() -> str:
    return "\n".join([INTRODUCTION, *(part for name in REASONS for part in _section(name))])


def _section(name: str) -> Iterator[str]:
    yield f"## {name.replace('_', ' ').capitalize()}\n\n{REASONS[name]}\n"
    shown = ""
    for folder, suffix, language, title in _FORMATS:
        source = FIXTURES / folder / (name + suffix)
        if not source.exists():
            continue
        markdown = source.with_suffix(".md").read_text()
        same = ", which reads the same" if markdown == shown else ""
        yield f"{title}{same}:\n\n{_fenced(source.read_text(), language)}\n"
        if not same:
            yield f"Markdown:\n\n{_fenced(markdown, 'markdown')}\n"
        shown = markdown


def _fenced(text: str, language: str) -> str:
    longest = max((len(ticks) for ticks in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


if __name__ == "__main__":
    PAGE.write_text(page())
