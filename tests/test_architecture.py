"""The house stands: imports go down, names are nouns, no code list is written twice."""

from __future__ import annotations

import ast
import importlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import harmtax
from harmtax._generated.constraints import CODES
from harmtax._generated.foreign import FORMATS

HOME = Path(__file__).resolve().parent.parent
PACKAGE = HOME / "harmtax"

# From the roof to the ground; an import goes to a lower floor, or stays within one wing.
FLOORS = (
    ("cli",),
    ("figure_commands", "filing_commands", "taxonomy_commands", "version_commands"),
    ("console", "options"),
    ("demo", "testing"),
    ("",),
    ("format_laws", "sample"),
    ("sampling.faults",),
    ("sampling.rows",),
    ("sampling.choosers", "sampling.patterns", "sampling.stages", "sampling"),
    ("records.migrating",),
    (
        "figures",
        "records.account_table",
        "records.conversion",
        "records.repairs",
        "records.suggestions",
    ),
    ("records.intake", "records.inward", "records.outward"),
    ("records.staging", "records.workers"),
    ("records.gate",),
    (
        "records.bringing",
        "records.columns",
        "records.comparison",
        "records.defaults",
        "records.fixes",
        "records.losses",
        "records.notes",
        "records.once",
        "records.residue",
    ),
    ("records.formats", "records.quarantine", "records.sources"),
    (
        "records.acceptor",
        "records.collector",
        "records.dataset",
        "records.matching",
        "records.sets",
        "records.storage",
        "_generated.models",
    ),
    ("records.record",),
    ("records.moments", "records.rules", "records.slots", "records.waivers"),
    ("records.findings",),
    ("standard",),
    ("_generated",),
    ("files",),
    ("version_shapes",),
    ("shapes", "errors"),
)
# Rooms that share a floor; no room needs itself, and the figures have an order of their own.
WINGS = ("figures", "sampling", "standard")
FIGURES = (
    "report", "reconciliation", "recount", "absence", "combination", "evidence", "cells", "statements",
    "protection", "disclosure", "publication", "policy", "submission", "merging", "incomparable",
    "profiles", "parts",
    "gathering", "verification", "filing", "manifest", "metrics", "query",
    "tellings", "exposures", "levels", "medians", "sides", "observations", "engine",
)  # fmt: skip
BUILD_TOOLS = {"linkml", "linkml_runtime", "yaml", "rdflib", "schema"}
BANNED_NAMES = {"utils", "api", "base", "core", "helpers", "common"}
# The names of the design, section 6.
FACE = {
    "VERSION", "Incident", "RemovalRequest", "Appeal", "Exposure", "SystemStatement",
    "RegulatoryAction", "Finding", "Format", "HarmtaxError", "Policy", "schema", "category",
    "explain", "validate", "repair", "convert", "migrate", "aggregate", "seal", "verify", "merge",
    "protect", "audit", "publish", "reconcile", "diff", "translate",
}  # fmt: skip
LINES = 400
# Collections that hold this many codes of one list are taken for a copy of it.
COPIED = 3
SMALL = 4


def _name(path: Path) -> str:
    parts = path.relative_to(HOME).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def _modules() -> dict[str, Path]:
    return {_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _handwritten() -> list[Path]:
    return [path for path in _modules().values() if "_generated" not in path.parts]


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node
        yield from _running(node)


def _targets(nodes: Iterator[ast.AST]) -> set[str]:
    """What is imported, as full names; relative imports are not used in this house."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in _modules() else node.module)
    return found


def _rooms(module: str) -> set[str]:
    """The rooms of our own that a module imports when it runs."""
    imported = _targets(_running(_tree(_modules()[module])))
    return {name for name in imported if name.split(".")[0] == "harmtax"} - {module}


def _within(module: str, room: str) -> bool:
    full = f"harmtax.{room}" if room else "harmtax"
    return module == full or (bool(room) and module.startswith(f"{full}."))


def _floor(module: str) -> int:
    """The floor of a module, counted from the roof; the longest name wins."""
    fitting = [
        (len(room), place)
        for place, floor in enumerate(FLOORS)
        for room in floor
        if _within(module, room)
    ]
    assert fitting, f"{module} has no floor: give it one here and in docs/architecture.md"
    return max(fitting)[1]


def _wing(module: str) -> str:
    return ".".join(module.split(".")[:3])


# --- imports --------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", _modules())
def test_imports_go_down(module: str) -> None:
    if module in ("harmtax.records", "harmtax.figures"):
        assert _rooms(module) == set()
        return
    for target in _rooms(module):
        inside = len(module.split(".")) > 2 and _wing(module) == _wing(target)
        inside |= any(all(_within(name, wing) for name in (module, target)) for wing in WINGS)
        assert inside or _floor(target) > _floor(module), f"{module} imports {target}"


def test_no_room_needs_itself() -> None:
    order = TopologicalSorter({module: _rooms(module) for module in _modules()})
    assert len(list(order.static_order())) >= len(_modules())


def test_the_figures_go_down_among_themselves() -> None:
    def place(module: str) -> int:
        return FIGURES.index(module.split(".")[2])

    for module in _modules():
        if _within(module, "figures") and module != "harmtax.figures":
            for target in _rooms(module):
                if _within(target, "figures"):
                    same = _wing(module) == _wing(target)
                    assert same or place(target) > place(module), f"{module} imports {target}"


def test_the_records_know_nothing_of_the_figures() -> None:
    for module, path in _modules().items():
        if _within(module, "records"):
            everything = _targets(ast.walk(_tree(path)))
            assert not any(name.startswith("harmtax.figures") for name in everything), module


def test_the_figures_read_datasets_and_never_the_gate() -> None:
    closed = ("records.gate", "records.intake", "records.formats", "records.quarantine")
    for module, path in _modules().items():
        if _within(module, "figures"):
            for target in _targets(ast.walk(_tree(path))):
                assert not any(_within(target, room) for room in closed), f"{module}: {target}"


@pytest.mark.parametrize("module", _modules())
def test_the_runtime_needs_no_build_tool(module: str) -> None:
    imported = _targets(ast.walk(_tree(_modules()[module])))
    assert {name.split(".")[0] for name in imported} & BUILD_TOOLS == set()


def _loaded(code: str, watched: tuple[str, ...]) -> list[str]:
    """Which of the watched modules a fresh interpreter holds after running the code."""
    tail = f"\nimport sys; print(*(name for name in {watched!r} if name in sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code + tail], cwd=HOME, capture_output=True, text=True, check=True
    )
    return run.stdout.splitlines()[-1].split()


def test_importing_the_package_is_cheap() -> None:
    heavy = ("pydantic", "pyarrow", "duckdb", "msgspec", "cyclopts", "harmtax._generated")
    assert _loaded("import harmtax", heavy) == []


def test_help_is_cheap() -> None:
    heavy = ("pydantic", "pyarrow", "duckdb", "msgspec", "harmtax._generated")
    assert _loaded("from harmtax.cli import main\nmain(['--help'])", heavy) == []


# --- the face -------------------------------------------------------------------------------------


def test_the_face_is_sorted_and_holds_only_designed_names() -> None:
    # Constants first, then classes, then functions: the order that ruff checks as well.
    kinds = {name: (not name.isupper(), not name[0].isupper(), name) for name in harmtax.__all__}
    assert list(harmtax.__all__) == sorted(harmtax.__all__, key=kinds.__getitem__)
    assert set(harmtax.__all__) <= FACE


@pytest.mark.parametrize("name", harmtax.__all__)
def test_every_name_of_the_face_can_be_imported(name: str) -> None:
    found = getattr(harmtax, name)
    assert name == "VERSION" or found.__doc__, f"{name} has no docstring"


def test_no_name_of_the_face_hides_a_room() -> None:
    rooms = {module.split(".")[1] for module in _modules() if module.count(".") >= 1}
    assert set(harmtax.__all__) & rooms == set()
    with pytest.raises(AttributeError):
        _ = harmtax.nothing


# --- the rooms ------------------------------------------------------------------------------------


def test_no_room_is_named_after_nothing() -> None:
    paths = [*_modules().values(), *(HOME / "schema").rglob("*.py")]
    assert [path for path in paths if path.stem in BANNED_NAMES] == []


def test_no_room_is_too_long() -> None:
    paths = [*_handwritten(), *(HOME / "schema").rglob("*.py")]
    long = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in paths}
    assert {name: many for name, many in long.items() if many > LINES} == {}


@pytest.mark.parametrize("module", [module for module in _modules() if "_generated" not in module])
def test_every_room_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(_tree(_modules()[module]))
    assert importlib.import_module(module)


# --- one source of truth --------------------------------------------------------------------------


def _texts(nodes: list[ast.expr | None]) -> set[str]:
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def _collections(tree: ast.AST) -> Iterator[tuple[int, set[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield node.lineno, _texts(list(node.elts))
        elif isinstance(node, ast.Dict):
            yield node.lineno, _texts(node.keys)
            yield node.lineno, _texts(list(node.values))


@pytest.mark.parametrize("path", _handwritten(), ids=lambda path: _name(path))
def test_no_code_list_is_copied(path: Path) -> None:
    lists = {name: set(codes) for name, codes in CODES.items() if len(codes) > SMALL}
    # Whoever finds a fault must say its word; there the program and the list are one.
    del lists["FieldFault"]
    for line, texts in _collections(_tree(path)):
        for name, codes in lists.items():
            assert len(texts & codes) < COPIED, f"{path.name}:{line} copies {name}"


@pytest.mark.parametrize("path", _handwritten(), ids=lambda path: _name(path))
def test_no_foreign_code_stands_in_python(path: Path) -> None:
    foreign = {
        code
        for each in FORMATS.values()
        for codes in each.codes.values()
        for code in codes
        if len(code) > SMALL
    }
    # A word that is a code of ours as well, such as other, is not told from a plain word.
    foreign -= {code for codes in CODES.values() for code in codes}
    written = _texts([node for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant)])
    assert written & foreign == set()


# --- no network -----------------------------------------------------------------------------------


def test_a_connection_beyond_this_machine_raises() -> None:
    with socket.socket() as one, pytest.raises(AssertionError, match="tried to reach"):
        one.connect(("192.0.2.1", 80))


def test_a_connection_within_this_machine_is_let_through() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as one:
        one.connect(server.getsockname())
