"""Nothing lies about: every template, static file and class of the style sheet is used by some page."""

import re
from pathlib import Path

from django.contrib import admin

ROOT = Path(__file__).parents[2]
FLOORS = ("config", "console", "atlassian", "integrations", "workspaces", "audit")
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"
OVERRIDDEN = Path(admin.__file__).parent / "templates"
OF_DJANGO = {"messagelist"}  # classes of the admin's own frame


def sources(*directories: Path, suffixes: tuple[str, ...] = (".py", ".html", ".js")) -> dict[Path, str]:
    found = (path for directory in directories for path in directory.rglob("*") if path.suffix in suffixes)
    return {path: path.read_text() for path in found}


PRODUCT = sources(TEMPLATES, STATIC, *(ROOT / floor for floor in FLOORS))


def unused(names: dict[str, Path]) -> list[str]:
    return [
        name
        for name, path in names.items()
        if not any(name in text for other, text in PRODUCT.items() if other != path)
    ]


def test_every_template_is_rendered_included_extended_or_an_override():
    names = {path.relative_to(TEMPLATES).as_posix(): path for path in TEMPLATES.rglob("*.html")}

    assert [name for name in unused(names) if not (OVERRIDDEN / name).exists()] == []


def test_every_static_file_is_linked():
    assert unused({path.name: path for path in STATIC.iterdir()}) == []


def test_every_class_of_the_style_sheet_is_on_some_page():
    style = re.sub(r"/\*.*?\*/", "", (STATIC / "page.css").read_text(), flags=re.DOTALL)
    classes = {name for rule in re.findall(r"([^{}]+)\{", style) for name in re.findall(r"\.([a-z][\w-]*)", rule)}
    pages = "\n".join(PRODUCT.values())

    assert {name for name in classes if not re.search(rf"(?<![\w-]){name}(?![\w-])", pages)} == OF_DJANGO
