"""README says what is: its tables are compared with the code."""

import re
from pathlib import Path

from django.core.management import get_commands
from django.urls import get_resolver

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OURS = ("audit", "workspaces", "integrations", "atlassian", "config")


def section(title: str) -> str:
    return README.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def read_by_settings() -> set[str]:
    text = (ROOT / "config/settings.py").read_text()
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text))


def test_every_setting_is_in_the_table_and_in_the_example_and_nothing_else():
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert set(first_cells(section("Settings"))) == read_by_settings()
    assert example == read_by_settings()


def test_every_endpoint_is_in_the_table_and_nothing_else():
    urls = {
        f"/v1/{inner.pattern}"
        for group in get_resolver().url_patterns
        if str(group.pattern) == "v1/"
        for inner in group.url_patterns
    }
    calls = [cell.split() for cell in first_cells(section("What agents call"))]
    named = {words[1] for words in calls if words[0] in ("GET", "PUT", "POST")}

    assert named == urls


def test_every_command_is_in_the_table_and_nothing_else():
    ours = {name for name, app in get_commands().items() if app in OURS} - {"migrate"}

    assert {cell.split()[0] for cell in first_cells(section("Commands"))} == ours


def test_every_error_code_is_named():
    codes = {
        code
        for app in OURS
        for path in (ROOT / app).rglob("errors.py")
        for code in re.findall(r"default_code = \"(\w+)\"|: \"(\w+)\",$", path.read_text(), re.MULTILINE)
    }
    codes = {code for pair in codes for code in pair if code}

    named = set(re.findall(r"`(\w+)`", section("What agents call")))
    # of the page and the commands, not of REST
    elsewhere = {
        "member_not_found",
        "api_key_not_found",
        "last_owner",
        "archive_incomplete",
        "archive_unreadable",
        "audit_log_differs",
    }
    assert codes - elsewhere <= named


def test_what_it_links_to_is_there():
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
