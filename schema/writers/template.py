"""Writes the transparency report template of the EU: its blank parts, and which figure fills which cell."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harmtax.shapes import MetricRow

from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain

VALUES = ("count", "base", "share", "hours")
WORDS = {
    "source", "licence", "read_on", "crosswalk", "total", "other", "unspecified", "period", "states",
    "languages",
    "member_states", "official_languages", "columns", "indicators",
}  # fmt: skip
# The words that the package asks for.
TOLD = ("source", "crosswalk", "total", "other", "period", "states", "unspecified")
LISTED = ("languages", "member_states", "official_languages")
# Cells before the first figure of a row, in the parts that count by category.
LEADING = {"3": 6, "4": 5, "5": 5, "6": 5}

# Metric, value, and the codes of each dimension.
Cell = tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]


def write(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of the table by its path. Raises Refused with the cell that does not hold."""
    folder = schema / "foreign" / "eu_template"
    node = plain(folder / "template.yaml")
    known("eu_template", node, WORDS)
    parts = {path.stem: _part(path) for path in sorted(folder.glob("*.csv"), key=_number)}
    cells = _Cells(plan, {row.id: row for row in metrics})
    columns = {
        part: _columns(part, listed, parts, cells) for part, listed in node["columns"].items()
    }
    indicators = {part: _indicators(listed, cells) for part, listed in node["indicators"].items()}
    words = {name: str(node[name]) for name in TOLD}
    lists = {name: tuple(node[name]) for name in LISTED}
    cell = "tuple[str, str, tuple[tuple[str, tuple[str, ...]], ...]]"
    return {
        "harmtax/_generated/eu_template.py": module(
            "The transparency report template of Implementing Regulation (EU) 2024/2835.",
            "",
            {
                "WORDS": ("dict[str, str]", words),
                "LISTS": ("dict[str, tuple[str, ...]]", lists),
                "LEADING": ("dict[str, int]", LEADING),
                "COLUMNS": (f"dict[str, tuple[{cell}, ...]]", columns),
                "INDICATORS": (f"dict[str, dict[tuple[str, str], {cell}]]", indicators),
                # Rows without the blank cells at their end.
                "PARTS": ("dict[str, tuple[tuple[str, ...], ...]]", parts),
            },
        )
    }


class _Cells:
    """Reads what fills a cell, and refuses what no metric has."""

    def __init__(self, plan: Plan, metrics: Mapping[str, MetricRow]) -> None:
        self._plan, self._metrics = plan, metrics
        self._codes = {field.name: field.codes for field in plan.records["Observation"].fields}

    def read(self, node: Mapping[str, Any]) -> Cell:
        name, value = node["metric"], node.get("value", "count")
        if name not in self._metrics or value not in VALUES:
            raise Refused(f"eu_template: {name} {value} is no figure")
        where = {key: tuple(codes) for key, codes in node.items() if key not in ("metric", "value")}
        for dimension, codes in where.items():
            code_list = self._plan.code_lists[str(self._codes.get(dimension))]
            if extra := set(codes) - {code.code for code in code_list.codes}:
                raise Refused(f"eu_template: {name}: {dimension} has no {', '.join(sorted(extra))}")
        return name, value, tuple(where.items())


def _columns(
    part: str, listed: Sequence[Mapping[str, Any]], parts: Mapping[str, Any], cells: _Cells
) -> tuple[Cell, ...]:
    """A figure for each column; the other half of the columns is for the words about it."""
    (head, *_) = next(rows for name, rows in parts.items() if name.startswith(f"{part}_"))
    if len(head) != LEADING[part] + 2 * len(listed):
        raise Refused(f"eu_template: part {part} has {len(head)} columns, {len(listed)} are filled")
    return tuple(map(cells.read, listed))


def _indicators(
    listed: Mapping[str, Mapping[str, Any]], cells: _Cells
) -> dict[tuple[str, str], Cell]:
    return {
        (indicator, scope): cells.read({**cell, **node.get("where", {})})
        for indicator, node in listed.items()
        for scope, cell in node["scopes"].items()
    }


def _part(path: Path) -> tuple[tuple[str, ...], ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(tuple(_filled(row)) for row in csv.reader(stream) if row)


def _filled(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _number(path: Path) -> int:
    return int(path.stem.partition("_")[0])
