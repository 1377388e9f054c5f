"""Cells: figures as numbers by their place, so that two tables can be held against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from harmtax._generated.constraints import DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax.figures.engine import Files
from harmtax.figures.metrics import aggregate
from harmtax.figures.sides import STEP, SUBJECT

# What a row states, in the order of the differences; the first two add up over records.
MEASURES = ("numerator", "denominator", "median_lower", "median_upper")
ADDITIVE = MEASURES[:2]
_GRAINS = {"year": r"\d{4}", "half": r"\d{4}-H\d", "quarter": r"\d{4}-Q\d", "month": r"\d{4}-\d\d"}


class Cell(NamedTuple):
    """The place of one number: metric, period, the codes of the dimensions in their order, measure."""

    metric: str
    period: str
    place: tuple[tuple[str, str], ...]
    measure: str

    @property
    def level(self) -> frozenset[str]:
        """The dimensions that the number is broken down by."""
        return frozenset(name for name, _ in self.place)


class Question(NamedTuple):
    """What is to be counted again: metrics with their levels, and the periods."""

    levels: Mapping[str, frozenset[frozenset[str]]]
    periods: frozenset[str]

    def asks(self, cell: Cell) -> bool:
        """Whether the report has figures of this kind."""
        return cell.period in self.periods and cell.level in self.levels.get(cell.metric, ())


def cells(table: pa.Table) -> dict[Cell, int | None]:
    """The numbers of a table of observations; a hidden one is None, an absent one left out."""
    used = [name for name in DIMENSIONS if table[name].null_count < table.num_rows]
    names = ["metric_id", "period", *used, *MEASURES, "status"]
    found: dict[Cell, int | None] = {}
    for row in table.select(names).to_pylist():
        place = tuple((name, row[name]) for name in used if row[name] is not None)
        for measure in MEASURES:
            value = row[measure]
            hidden = value is None and row["status"] == "suppressed" and _is_stated(row, measure)
            if value is not None or hidden:
                found[Cell(row["metric_id"], row["period"], place, measure)] = value
    return found


def _is_stated(row: Mapping[str, Any], measure: str) -> bool:
    """Whether a metric has this measure at all, so that its absence means that it is hidden."""
    metric = METRICS.get(row["metric_id"])
    if metric is None or measure not in ADDITIVE:
        return False
    return measure == "numerator" or (metric.denominator is not None)


def question(stated: Iterable[Cell]) -> Question:
    """What must be counted to hold records against these cells."""
    levels: dict[str, set[frozenset[str]]] = {}
    periods = set()
    for cell in stated:
        levels.setdefault(cell.metric, set()).add(cell.level)
        periods.add(cell.period)
    return Question({m: frozenset(each) for m, each in levels.items()}, frozenset(periods))


def counted(folder: Path, asked: Question, held: Files, labelled: bool = False) -> pa.Table:
    """The figures of a dataset that a question asks for; `labelled` breaks them down by reporter as well."""
    drop = {STEP, *(SUBJECT[:1] if labelled else ())}
    wide = _widest({level - drop for levels in asked.levels.values() for level in levels})
    metrics = [m for m in asked.levels if m in METRICS and METRICS[m].numerator.record in held]
    fine = [m for m in metrics if any(set(b) <= set(METRICS[m].numerator.dimensions) for b in wide)]
    rest = [m for m in metrics if m not in fine]
    label = SUBJECT[:1] if labelled else ()
    tables = [
        aggregate(folder, period=grain, metrics=chosen, by=[(*label, *each) for each in by])
        for grain in sorted({_grain(period) for period in asked.periods})
        for chosen, by in ((fine, wide), (rest, [()] if labelled else []))
        if chosen
    ]
    if not tables:
        return aggregate(folder, period="year", metrics=[]).table
    return pa.concat_tables([each.table for each in tables])


def _widest(levels: Iterable[frozenset[str]]) -> list[tuple[str, ...]]:
    every = set(levels)
    wide = [each for each in every if not any(each < other for other in every)]
    return sorted(tuple(name for name in DIMENSIONS if name in each) for each in wide)


def _grain(period: str) -> str:
    return next((g for g, form in _GRAINS.items() if re.fullmatch(form, period)), "year")


def shown(cells: Sequence[Cell]) -> list[Cell]:
    """Cells in the order of a report: by metric and period, the total before its parts."""
    return sorted(cells, key=lambda c: (c.metric, c.period, len(c.place), c.place, c.measure))
