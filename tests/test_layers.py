"""Imports point down the floors, never up and never round in a circle."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ["audit", "workspaces", "integrations", "atlassian", "console", "config"]  # the ground first
NOT_SHIPPED = ["tests", "dev"]


def imported_by(path: Path, nodes: Callable[[ast.AST], Iterator[ast.AST]] = ast.walk) -> Iterator[str]:
    """Modules, and whatever is taken out of one: that may be a module too."""
    for node in nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its floor"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def at_runtime(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but what is for the type checker alone."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from at_runtime(node)


def modules(floor: str) -> list[Path]:
    return [path for path in (ROOT / floor).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_imports_only_from_itself_and_below(floor):
    forbidden = {*FLOORS[FLOORS.index(floor) + 1 :], *NOT_SHIPPED}

    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(floor)
        for name in imported_by(path)
        if name.split(".")[0] in forbidden
    ]

    assert wrong == []


def test_no_module_imports_itself_by_a_detour():
    paths = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for floor in FLOORS
        for path in modules(floor)
    }
    graph = {name: set(imported_by(path, at_runtime)) - {name.rpartition(".")[0]} for name, path in paths.items()}

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " → ".join((*way, module))
        if module not in done:
            for name in graph.get(module, ()):
                visit(name, (*way, module))
            done.add(module)

    done: set[str] = set()
    for module in graph:
        visit(module, ())


def test_only_settings_reads_the_environment():
    readers = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in modules(floor)
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    }

    # wsgi names the settings module; the bridge is a program of its own, without settings
    assert readers <= {"config/wsgi.py", "atlassian/mcp/bridge.py"}


def test_only_the_client_speaks_http():
    importers = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in modules(floor)
        if any(name.split(".")[0] == "requests" for name in imported_by(path))
    }

    assert importers <= {"atlassian/upstream/client.py"}
