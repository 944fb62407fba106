"""README, the pages of docs and .env.example say what is."""

import json
import re
import shlex
from base64 import b64decode
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command

from tests.factories import make_member
from workspaces.models import Role

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")])
PAGES.remove(ROOT / "docs/markdown.md")  # made of examples, links among them
READ_IN_TURN = [path for path in PAGES if path.name != "reference.md"]  # where commands stand by their names
README = (ROOT / "README.md").read_text(encoding="utf-8")


def read_by_settings() -> set[str]:
    text = (ROOT / "config/settings.py").read_text()
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text))


def test_the_example_names_every_setting_that_may_lie_in_a_file():
    settings = (ROOT / "config/settings.py").read_text()
    read = set(re.findall(r"env\.(?:secret|database|cache|mail)\(\s*\"([A-Z_]+)\"", settings))
    intro = (ROOT / ".env.example").read_text().partition("\n## ")[0]

    assert set(re.findall(r"([A-Z_]+)_FILE\b", intro)) == read


def test_every_setting_is_in_the_example_and_nothing_else():
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert example == read_by_settings()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_what_a_page_links_to_is_there(path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_heading_that_a_page_links_to_is_there(path):
    wrong = []
    for link, heading in re.findall(r"\]\(([^)#\s]*)#([^)]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in link:
            target = path.parent / link if link else path
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            if heading not in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings]:
                wrong.append(f"{link}#{heading}")

    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", READ_IN_TURN, ids=lambda path: path.name)
def test_each_command_of_a_page_works_in_the_order_in_which_it_stands(path):
    key = "personal" if path.name == "README.md" else "acme"
    make_member(Role.OWNER, key)
    commands = re.findall(r"^(?:\.venv/bin/python )?manage\.py (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)

    for command in commands:
        call_command(*shlex.split(command.split("#")[0]))


def test_the_links_that_install_ask_for_the_key_and_hold_none():
    vs_code = parse_qs(urlsplit(re.search(r"https://vscode[^)]+", README)[0]).query)
    cursor = parse_qs(urlsplit(re.search(r"https://cursor[^)]+", README)[0]).query)
    asked = json.loads(vs_code["inputs"][0])
    configured = json.dumps(json.loads(vs_code["config"][0])) + b64decode(cursor["config"][0]).decode()

    assert {item["id"]: item.get("password", False) for item in asked} == {"url": False, "key": True}
    assert set(re.findall(r"\$\{input:(\w+)\}", configured)) == {"url", "key"}
    assert "${env:MEMORY_CORE_API_KEY}" in configured
    assert "mc_" not in configured
