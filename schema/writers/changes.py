"""Writes the changes between versions as a table, and refuses what a migration could not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harmtax.shapes import Change, MetricRow

from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain

# Per operation the keys that it takes besides `detail`, and those that it cannot do without.
OPERATIONS: Mapping[str, tuple[set[str], set[str]]] = {
    "add": (set(), set()),
    "rename": ({"to"}, {"to"}),
    "retitle": (set(), set()),
    "redefine": (set(), set()),
    "move": ({"to"}, set()),
    "merge": ({"to"}, {"to"}),
    "split": ({"to", "fallback"}, {"to", "fallback"}),
    "tighten": (set(), set()),
    "loosen": (set(), set()),
    "retire": ({"to"}, set()),
}
# What one of these acts on may be gone afterwards, or go by another name.
GONE = {"rename", "merge", "split"}
BLOCK = {"version", "date", "changes"}
DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


def write(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of the table by its path. Raises Refused with the version and the entry."""
    blocks = _blocks(plan, schema / "changes.yaml")
    elements = _elements(plan, schema, metrics)
    changes = tuple(
        change
        for place, block in enumerate(blocks)
        # Older blocks speak of the elements of their own time.
        for change in _changes(block, elements if place == 0 else None)
    )
    return {
        "harmtax/_generated/changes.py": module(
            "What changed from version to version, newest first.",
            "from harmtax.shapes import Change",
            {
                "DATES": ("dict[str, str]", {each["version"]: each["date"] for each in blocks}),
                "CHANGES": ("tuple[Change, ...]", changes),
            },
        )
    }


def _blocks(plan: Plan, path: Path) -> list[Mapping[str, Any]]:
    blocks: list[Mapping[str, Any]] = plain(path)["versions"]
    for block in blocks:
        known(f"{path.name}: version {block.get('version')}", block, BLOCK)
        for key in sorted(BLOCK - block.keys()):
            raise Refused(f"{path.name}: version {block.get('version')}: {key!r} is missing")
        if not DAY.fullmatch(str(block["date"])):
            raise Refused(f"{path.name}: version {block['version']}: the date {block['date']!r}")
    order = [_number(path, block["version"]) for block in blocks]
    if order != sorted(set(order), reverse=True):
        raise Refused(f"{path.name}: the versions stand newest first, each once")
    if not blocks or blocks[0]["version"] != plan.version:
        raise Refused(
            f"{path.name}: the newest version is not {plan.version}, that of harmtax.yaml"
        )
    return blocks


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
    to = entry.get("to", [])
    if not isinstance(to, list) or ("to" in needs and not to):
        raise Refused(f"{where}: `to` is a list of elements, not {to!r}")
    return Change(
        version=version,
        operation=operation,
        element=str(entry[operation]),
        detail=" ".join(str(entry["detail"]).split()),
        to=tuple(str(each) for each in to),
        fallback=entry.get("fallback"),
    )


def _named(where: str, change: Change, elements: set[str] | None) -> None:
    if change.fallback is not None and change.fallback not in change.to:
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
