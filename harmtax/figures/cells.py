"""Cells: figures as numbers by their place, so that two tables can be held against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from harmtax._generated.constraints import DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax.figures.disclosure.magnitudes import ROUNDED, rounded
from harmtax.figures.disclosure.medians import HOUR
from harmtax.figures.engine import Files
from harmtax.figures.medians import with_intervals
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
    """What is to be counted again: metrics with their levels, and the periods.

    `steps` are the places of the medians that the report knows as a step of their histogram only, `exact`
    the metrics of which it has exact ones. What is `published` is rounded in places.
    """

    levels: Mapping[str, frozenset[frozenset[str]]]
    periods: frozenset[str]
    steps: frozenset[Cell] = frozenset()
    exact: frozenset[str] = frozenset()
    published: bool = False

    def asks(self, cell: Cell) -> bool:
        """Whether the report has figures of this kind."""
        return cell.period in self.periods and cell.level in self.levels.get(cell.metric, ())

    def is_step(self, cell: Cell) -> bool:
        """Whether the report tells this median, or would tell it, as a step."""
        if cell.measure in ADDITIVE:
            return False
        known = {each.metric for each in self.steps}
        lower = cell._replace(measure=MEASURES[2])
        return lower in self.steps or (cell.metric in known and cell.metric not in self.exact)

    def is_rounded(self, cell: Cell) -> bool:
        """Whether the report tells this number rounded, so that no record shows in it by itself."""
        if not self.published or cell.metric not in METRICS:
            return False
        if cell.measure not in ADDITIVE:
            return not self.is_step(cell)
        tests = [test for one in METRICS[cell.metric].numerator.where for test in one]
        told = {code for _, word, codes in tests if word == "in" for code in _listed(codes)}
        return cell.measure == ADDITIVE[0] and not told.isdisjoint(ROUNDED)

    def told(self, cell: Cell, number: int) -> int:
        """The number as the report would tell it: whole hours, or two digits, where it is rounded."""
        if not self.is_rounded(cell):
            return number
        whole_hours = (number + HOUR // 2) // HOUR * HOUR
        return rounded(number) if cell.measure in ADDITIVE else whole_hours


def cells(table: pa.Table) -> dict[Cell, int | None]:
    """The numbers of a table of observations; a hidden one is None, an absent one left out."""
    used = [name for name in DIMENSIONS if table[name].null_count < table.num_rows]
    names = ["metric_id", "period", *dict.fromkeys([*used, STEP]), *MEASURES, "status"]
    found: dict[Cell, int | None] = {}
    for row in table.select(names).to_pylist():
        place = tuple((name, row[name]) for name in used if row[name] is not None)
        for measure in MEASURES:
            value = row[measure]
            hidden = value is None and row["status"] == "suppressed" and _is_stated(row, measure)
            if value is not None or hidden:
                found[Cell(row["metric_id"], row["period"], place, measure)] = value
    return found


def _listed(codes: object) -> tuple[object, ...]:
    return codes if isinstance(codes, tuple) else ()


def _is_stated(row: Mapping[str, Any], measure: str) -> bool:
    """Whether a metric has this measure at all, so that its absence means that it is hidden."""
    metric = METRICS.get(row["metric_id"])
    if metric is None:
        return False
    if measure not in ADDITIVE:
        return metric.numerator.duration is not None and row[STEP] is None
    return measure == "numerator" or (metric.denominator is not None)


def question(stated: Mapping[Cell, int | None], published: bool = False) -> Question:
    """What must be counted to hold records against these cells."""
    levels: dict[str, set[frozenset[str]]] = {}
    periods = set()
    steps, exact = set(), set()
    for cell, value in stated.items():
        levels.setdefault(cell.metric, set()).add(cell.level)
        periods.add(cell.period)
        if cell.measure == MEASURES[2] and value is not None:
            # The last step has no upper end.
            if stated.get(cell._replace(measure=MEASURES[3])) == value:
                exact.add(cell.metric)
            else:
                steps.add(cell)
    asked = {metric: frozenset(each) for metric, each in levels.items()}
    return Question(asked, frozenset(periods), frozenset(steps), frozenset(exact), published)


def as_asked(table: pa.Table, asked: Question) -> dict[Cell, int]:
    """The numbers of a table where the report has some, each as the report tells it."""
    found = cells(table)
    if asked.steps:
        told = cells(with_intervals(table))
        found = {c: n for c, n in found.items() if not asked.is_step(c)}
        found |= {c: n for c, n in told.items() if asked.is_step(c)}
    wanted = {cell: n for cell, n in found.items() if n is not None and asked.asks(cell)}
    return {cell: asked.told(cell, n) for cell, n in wanted.items()}


def counted(folder: Path, asked: Question, held: Files, labelled: bool = False) -> pa.Table:
    """The figures of a dataset that a question asks for; `labelled` breaks them down by reporter as well."""
    label = SUBJECT[:1] if labelled else ()
    wide = _widest(asked, {STEP, *label})
    metrics = [m for m in asked.levels if m in METRICS and METRICS[m].numerator.record in held]
    has = {m: set(METRICS[m].numerator.dimensions) for m in metrics}
    fine = [m for m in metrics if any(each and {*each} <= has[m] for each in wide)]
    rest = [m for m in metrics if m not in fine]
    tables = [
        aggregate(folder, period=grain, metrics=chosen, by=[(*label, *each) for each in by])
        for grain in sorted({_grain(period) for period in asked.periods})
        for chosen, by in ((fine, wide), (rest, [()] if labelled else []))
        if chosen
    ]
    if not tables:
        return aggregate(folder, period="year", metrics=[]).table
    return pa.concat_tables([each.table for each in tables])


def _widest(asked: Question, drop: Set[str]) -> list[tuple[str, ...]]:
    """The breakdowns that hold all levels of each metric: what is wide for one may not fit another."""
    found = set()
    for levels in asked.levels.values():
        every = {level - drop for level in levels}
        found |= {each for each in every if not any(each < other for other in every)}
    return sorted(tuple(name for name in DIMENSIONS if name in each) for each in found)


def _grain(period: str) -> str:
    return next((g for g, form in _GRAINS.items() if re.fullmatch(form, period)), "year")


def shown(cells: Sequence[Cell]) -> list[Cell]:
    """Cells in the order of a report: by metric and period, the total before its parts."""
    return sorted(cells, key=lambda c: (c.metric, c.period, len(c.place), c.place, c.measure))
