"""The reference of the Python interface, from the source: signatures and docstrings, nothing is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from schema.site.page import Page, anchored, fenced, items, joined, link

FACE = "harmtax/__init__.py"
# Rooms that others use besides what the face gives: errors, tests of formats, the words, the versions.
FURTHER = (
    "errors", "testing", "format_laws", "shapes", "standard.languages", "standard.release",
    "standard.verdict", "figures.gathering",
)  # fmt: skip
MADE = "_generated"
Definition = ast.FunctionDef | ast.ClassDef


def pages(home: Path) -> Iterator[Page]:
    """The face first, then a page for each room that it leads to and for those that others use."""
    yield _face(home)
    for room in _rooms(home):
        tree = ast.parse(_file(home, room).read_text(encoding="utf-8"))
        yield _module(f"harmtax.{room}", tree, list(_public(tree)))


def _rooms(home: Path) -> list[str]:
    defined = {_defined(home, room, name)[0] for name, room in _given(home).items()}
    return sorted({room for room in defined if not room.startswith(MADE)} | set(FURTHER))


def _given(home: Path) -> dict[str, str]:
    """The names that the face gives, each with the room that it takes it from."""
    tree = ast.parse((home / FACE).read_text(encoding="utf-8"))
    told = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_ROOMS"
    )
    return dict(ast.literal_eval(told))


def _file(home: Path, room: str) -> Path:
    path = home / "harmtax" / Path(*room.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _public(tree: ast.Module) -> Iterator[Definition]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def _face(home: Path) -> Page:
    """What `import harmtax` gives, each name with a link to where it is defined."""
    lines, here = [], "api/index.md"
    for name, given in _given(home).items():
        room, defined = _defined(home, given, name)
        said = f": {_first(defined)}" if defined is not None else ""
        target = f"api/harmtax.{room}.md#{name.lower()}"
        if room.startswith(MADE):
            target = f"records/{name}.md" if defined is not None else "versions/index.md"
        lines.append(f"{link(f'`harmtax.{name}`', here, target)}{said}")
    body = joined(
        (
            "# Python interface",
            "Everything that `import harmtax` gives. The modules behind it follow the rooms of the"
            f" {link('architecture', here, 'architecture.md')}.",
            items(lines),
            "## Modules",
            items(
                link(f"`harmtax.{room}`", here, f"api/harmtax.{room}.md") for room in _rooms(home)
            ),
        )
    )
    return Page(here, "Python interface", body, "interface")


def _defined(home: Path, room: str, name: str) -> tuple[str, Definition | None]:
    """The room in which a name is defined, where a room only passes it on, and the definition."""
    tree = ast.parse(_file(home, room).read_text(encoding="utf-8"))
    for node in tree.body:
        passed = isinstance(node, ast.ImportFrom) and name in [each.name for each in node.names]
        if isinstance(node, ast.ImportFrom) and passed:
            return _defined(home, str(node.module).removeprefix("harmtax."), name)
    return room, next((node for node in _public(tree) if node.name == name), None)


def _first(node: Definition) -> str:
    """The first sentence of a docstring."""
    told = " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())
    return told.partition(". ")[0].rstrip(".") + "." if told else ""


def _module(name: str, tree: ast.Module, found: list[Definition]) -> Page:
    parts = [f"# `{name}`", _words(tree)]
    for node in found:
        parts.append(anchored(2, f"`{node.name}`", node.name.lower()))
        parts.append(fenced("python", _signature(node)))
        parts.append(_words(node))
        if isinstance(node, ast.ClassDef):
            parts.extend(_members(node))
    return Page(f"api/{name}.md", name, joined(parts), "interface", code=name, lone=True)


def _members(node: ast.ClassDef) -> Iterator[str]:
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
            yield f"### `{node.name}.{each.name}`"
            yield fenced("python", _signature(each))
            yield _words(each)


def _words(node: ast.Module | Definition) -> str:
    """A docstring; what is indented in it stays as it is."""
    return (ast.get_docstring(node) or "").replace("<", "&lt;")


def _signature(node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(each) for each in node.bases)
        fields = [
            f"    {ast.unparse(each)}"
            for each in node.body
            if isinstance(each, ast.AnnAssign) and not ast.unparse(each.target).startswith("_")
        ]
        return "\n".join(
            [f"class {node.name}({bases}):" if bases else f"class {node.name}:", *fields]
        )
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    arguments = [*_arguments(node.args)]
    inline = f"{node.name}({', '.join(arguments)}){returns}"
    if len(inline) <= 88:
        return inline
    return "\n".join([f"{node.name}(", *(f"    {each}," for each in arguments), f"){returns}"])


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    """Each argument as text, one by one, so that a long signature can be broken."""
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    for each, default in zip(plain, defaults, strict=True):
        yield _argument(each, default)
        if arguments.posonlyargs and each is arguments.posonlyargs[-1]:
            yield "/"
    if arguments.vararg:
        yield f"*{ast.unparse(arguments.vararg)}"
    elif arguments.kwonlyargs:
        yield "*"
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(each, default)
    if arguments.kwarg:
        yield f"**{ast.unparse(arguments.kwarg)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + (f" = {ast.unparse(default)}" if default is not None else "")
