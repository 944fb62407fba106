"""The site stands on Python's standard library alone, so that nothing of the product can leak into it."""

import ast
import sys
from pathlib import Path

SITE = Path(__file__).parents[2] / "dev" / "sample_site"


def test_the_site_imports_the_standard_library_and_itself_only():
    wrong = []
    for path in SITE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            roots = {name.split(".")[0] for name in names}
            wrong += [f"{path.name}: {root}" for root in roots - {"dev", *sys.stdlib_module_names}]

    assert wrong == []
