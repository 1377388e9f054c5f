"""Writes the changes between versions as a table, and refuses what a migration could not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harmtax.shapes import MetricRow
from harmtax.version_shapes import Change

from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain

# Per operation the keys that it takes besides `detail`, and those that it cannot do without.
OPERATIONS: Mapping[str, tuple[set[str], set[str]]] = {
    "add": ({"default", "before"}, set()),
    "rename": ({"to"}, {"to"}),
    "retitle": (set(), set()),
    "redefine": ({"meaning"}, {"meaning"}),
    "move": ({"to"}, set()),
    "merge": ({"to"}, {"to"}),
    "split": ({"to", "fallback"}, {"to", "fallback"}),
    "tighten": (set(), set()),
    "loosen": (set(), set()),
    "retire": ({"replaced_by", "no_successor", "instead"}, set()),
}
# What one of these acts on may be gone afterwards, or go by another name.
GONE = {"rename", "merge", "split", "retire"}
MEANINGS = ("narrower", "wider", "other")
PART = {"element", "when"}
BLOCK = {"version", "date", "changes"}
DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


def write(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of the table by its path. Raises Refused with the version and the entry."""
    found = blocks(plan, schema / "changes.yaml")
    elements = _elements(plan, schema, metrics)
    changes = tuple(
        change
        for place, block in enumerate(found)
        # Older blocks speak of the elements of their own time.
        for change in _changes(block, elements if place == 0 else None)
    )
    return {
        "harmtax/_generated/changes.py": module(
            "What changed from version to version, newest first.",
            "from harmtax.version_shapes import Change",
            {
                "DATES": ("dict[str, str]", {each["version"]: each["date"] for each in found}),
                "CHANGES": ("tuple[Change, ...]", changes),
            },
        )
    }


def blocks(plan: Plan, path: Path) -> list[Mapping[str, Any]]:
    """The blocks of all versions, newest first. Raises Refused."""
    found: list[Mapping[str, Any]] = plain(path)["versions"]
    for block in found:
        known(f"{path.name}: version {block.get('version')}", block, BLOCK)
        for key in sorted(BLOCK - block.keys()):
            raise Refused(f"{path.name}: version {block.get('version')}: {key!r} is missing")
        if not DAY.fullmatch(str(block["date"])):
            raise Refused(f"{path.name}: version {block['version']}: the date {block['date']!r}")
    order = [_number(path, block["version"]) for block in found]
    if order != sorted(set(order), reverse=True):
        raise Refused(f"{path.name}: the versions stand newest first, each once")
    if not found or found[0]["version"] != plan.version:
        raise Refused(
            f"{path.name}: the newest version is not {plan.version}, that of harmtax.yaml"
        )
    return found


def in_form(blocks: Sequence[Mapping[str, Any]]) -> None:
    """Raises Refused for an entry of any version that is none, whatever it speaks of."""
    for block in blocks:
        for _ in _changes(block, None):
            pass


def targets(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The elements that an entry turns into; those of a split may stand beside their condition."""
    named = entry.get("to", entry.get("replaced_by", []))
    listed = named if isinstance(named, list) else [named]
    return tuple(str(e["element"]) if isinstance(e, Mapping) else str(e) for e in listed)


def _number(path: Path, version: object) -> tuple[int, ...]:
    parts = str(version).split(".")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        raise Refused(f"{path.name}: {version!r} is not a version, MAJOR.MINOR.PATCH")
    return tuple(int(part) for part in parts)


def _changes(block: Mapping[str, Any], elements: set[str] | None) -> Iterator[Change]:
    for place, entry in enumerate(block["changes"], 1):
        where = f"changes.yaml: version {block['version']}, entry {place}"
        if not isinstance(entry, Mapping):
            raise Refused(f"{where}: expected a map")
        change = _change(where, str(block["version"]), entry)
        _named(where, change, elements)
        yield change


def _change(where: str, version: str, entry: Mapping[str, Any]) -> Change:
    named = [operation for operation in OPERATIONS if operation in entry]
    if len(named) != 1:
        raise Refused(
            f"{where}: expected one operation of {', '.join(OPERATIONS)}, not {dict(entry)}"
        )
    [operation] = named
    takes, needs = OPERATIONS[operation]
    known(where, entry, {operation, "detail", *takes})
    for key in sorted({"detail", *needs} - entry.keys()):
        raise Refused(f"{where}: {operation} needs {key!r}")
    _in_form(where, operation, entry)
    return Change(
        version=version,
        operation=operation,
        element=str(entry[operation]),
        detail=" ".join(str(entry["detail"]).split()),
        to=targets(entry),
        fallback=entry.get("fallback"),
    )


def _in_form(where: str, operation: str, entry: Mapping[str, Any]) -> None:
    to = entry.get("to", [])
    if not isinstance(to, list) or ("to" in OPERATIONS[operation][1] and not to):
        raise Refused(f"{where}: `to` is a list of elements, not {to!r}")
    for part in to:
        if isinstance(part, Mapping):
            known(f"{where}: to", part, PART if operation == "split" else ())
            if "element" not in part:
                raise Refused(f"{where}: a part of `to` names its element")
    if operation in ("rename", "merge") and len(to) > 1:
        raise Refused(f"{where}: {operation} has one target; more are a split")
    if entry.get("meaning", MEANINGS[0]) not in MEANINGS:
        raise Refused(f"{where}: meaning is one of {', '.join(MEANINGS)}")
    if operation == "retire":
        _retired(where, entry)


def _retired(where: str, entry: Mapping[str, Any]) -> None:
    if ("replaced_by" in entry) is (entry.get("no_successor") is True):
        raise Refused(f"{where}: retire needs either replaced_by or `no_successor: true`")
    if "instead" in entry and "replaced_by" in entry:
        raise Refused(f"{where}: instead is for what has no successor")


def _named(where: str, change: Change, elements: set[str] | None) -> None:
    if change.fallback is not None and change.fallback not in (*change.to, change.element):
        raise Refused(f"{where}: the fallback {change.fallback!r} is not among `to`")
    if elements is None:
        return
    now = change.to if change.operation in GONE else (change.element, *change.to)
    for element in now:
        if element not in elements:
            raise Refused(f"{where}: the schema has no {element!r}")


def _elements(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> set[str]:
    """Every element that an entry may name."""
    names = {
        "categories": [row.code for row in plan.categories],
        "code_lists": [
            *plan.code_lists,
            *(
                f"{each.name}/{code.code}"
                for each in plan.code_lists.values()
                for code in each.codes
            ),
        ],
        "record_types": [
            *plan.records,
            *(
                f"{each.name}/{field.name}"
                for each in plan.records.values()
                for field in each.fields
            ),
        ],
        "rules": list(plan.rules),
        "metrics": [row.id for row in metrics],
        "formats": [path.stem for path in (schema / "foreign").glob("*.yaml")],
    }
    return {*names, *(f"{kind}/{name}" for kind, each in names.items() for name in each)}
