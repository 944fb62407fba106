"""Imports point down the floors, never up and never round in a circle."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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


ATLASSIAN = [  # its files and folders, the ground first; jira and confluence know nothing of each other
    {"errors.py", "moments.py", "notices.py", "site_urls.py", "words.py", "rendering"},
    {"masking"},
    {"upstream"},
    {"attachments"},
    {"jira", "confluence", "own_account.py"},
    {"connection_test"},
    {"services.py", "integration_services.py", "provisioning.py", "serializers.py", "recent_reads.py"},
    {"rest", "mcp", "apps.py", "management"},
]


def atlassian_room(name: str) -> str:
    """The folder or file directly below atlassian/ that a dotted name lies in; empty for what is elsewhere."""
    parts = name.split(".")
    if parts[0] != "atlassian" or len(parts) < 2:
        return ""
    return parts[1] if (ROOT / "atlassian" / parts[1]).is_dir() else f"{parts[1]}.py"


def test_every_room_of_atlassian_has_its_floor():
    rooms = {path.relative_to(ROOT / "atlassian").parts[0] for path in modules("atlassian")} - {"__init__.py"}

    assert rooms == set().union(*ATLASSIAN)


@pytest.mark.parametrize("floor", range(len(ATLASSIAN)))
def test_a_room_of_atlassian_imports_only_from_itself_and_below(floor):
    above = set().union(*ATLASSIAN[floor + 1 :])
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("atlassian")
        if path.relative_to(ROOT / "atlassian").parts[0] in ATLASSIAN[floor]
        for name in imported_by(path)
        if atlassian_room(name) in above
    ]

    assert wrong == []


@pytest.mark.parametrize(("product", "other"), [("jira", "confluence"), ("confluence", "jira")])
def test_neither_product_knows_the_other(product, other):
    known = {name for path in modules(f"atlassian/{product}") for name in imported_by(path)}

    assert [name for name in known if atlassian_room(name) == other] == []
    assert known


def test_only_masking_cuts_a_text_so_that_none_is_cut_unmasked():
    cutting = {
        str(path.relative_to(ROOT))
        for path in modules("atlassian")
        if "atlassian.rendering.pagination.pieces.cut" in imported_by(path)
    }

    assert cutting == {"atlassian/masking/masking.py"}


URL_NAME = re.compile(
    r"""(?:reverse|reverse_lazy|redirect|resolve_url)\(\s*"([\w:-]+)"|(?:pattern_name|next_page)="([\w:-]+)\""""
)
URL_TAG = re.compile(r"""{%\s*url\s+["']([\w:-]+)["']""")
DEFINED = re.compile(r"""\bname="([\w-]+)\"""")
TEMPLATE = re.compile(r"""["']([\w/-]+\.html)["']""")


def floor_of_urls() -> dict[str, str]:
    """URL name → the floor whose urls.py defines it."""
    return {
        name: floor
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*urls.py")
        for name in DEFINED.findall(path.read_text(encoding="utf-8"))
    }


def floor_of_template(path: str) -> str:
    """templates/<app>/ and templates/admin/<app>/ belong to that app; the rest of the admin's to the ground."""
    parts = path.removeprefix("admin/").split("/")
    return parts[0] if parts[0] in FLOORS else FLOORS[0]


def templates() -> dict[str, str]:
    folder = ROOT / "templates"
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def reaching_up(floor: str, names: Iterable[str], owners: Mapping[str, str]) -> list[str]:
    return [name for name in names if FLOORS.index(owners.get(name, FLOORS[0])) > FLOORS.index(floor)]


def test_no_url_name_reaches_up():
    owners = floor_of_urls()
    wrong = [
        f"{path.relative_to(ROOT)} names {name}"
        for floor in FLOORS
        for path in modules(floor)
        for name in reaching_up(
            floor, ("".join(groups) for groups in URL_NAME.findall(path.read_text(encoding="utf-8"))), owners
        )
    ] + [
        f"templates/{path} names {name}"
        for path, text in templates().items()
        for name in reaching_up(floor_of_template(path), URL_TAG.findall(text), owners)
    ]

    assert {"login", "connections-page", "audit-export"} <= set(owners)
    assert wrong == []


def test_no_template_path_reaches_up():
    owners = {path: floor_of_template(path) for path in templates()}
    wrong = [
        f"{path.relative_to(ROOT)} names {name}"
        for floor in FLOORS
        for path in modules(floor)
        for name in reaching_up(floor, TEMPLATE.findall(path.read_text(encoding="utf-8")), owners)
    ] + [
        f"templates/{path} names {name}"
        for path, text in templates().items()
        for name in reaching_up(floor_of_template(path), TEMPLATE.findall(text), owners)
    ]

    assert set(owners.values()) >= {"console", "audit"}
    assert wrong == []


def test_view_classes_of_the_console_are_two_deep_at_most():
    """Besides Django's own: a page, and what every page has in common."""
    bases = {
        node.name: [ast.unparse(base) for base in node.bases]
        for path in modules("console")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    }

    def depth(name: str) -> int:
        return 1 + max((depth(base) for base in bases[name] if base in bases), default=0)

    assert {name: depth(name) for name in bases if depth(name) > 2} == {}


def test_only_settings_reads_the_environment():
    readers = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in modules(floor)
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    }

    # starting.py names the settings module; the bridge is a program of its own, without settings
    assert readers <= {"config/starting.py", "atlassian/mcp/bridge.py"}


def test_only_the_transport_speaks_http():
    importers = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in modules(floor)
        if any(name.split(".")[0] == "requests" for name in imported_by(path))
    }

    assert importers <= {"atlassian/upstream/transport.py", "atlassian/upstream/connections.py"}


def test_records_are_written_by_the_gate_and_for_counted_refusals_and_by_nobody_else():
    """One statement, which two know: who records passes the gate (audit/trail.py), whose words each record is in."""
    writers = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in modules(floor)
        if "audit.insertion.insert" in imported_by(path) or _names_statement(path, "INTO audit_logs")
    }

    assert writers == {"audit/trail.py", "audit/refusals.py", "audit/insertion.py"}


def test_records_are_deleted_by_retention_alone():
    openers = {
        str(path.relative_to(ROOT))
        for floor in FLOORS
        for path in modules(floor)
        if "audit.append_only.deleting_permitted" in imported_by(path)
    }

    assert openers == {"audit/retention.py"}


def _names_statement(path: Path, words: str) -> bool:
    return words in path.read_text(encoding="utf-8")
