"""Rows: the rows of observations and the cells whose values they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import pyarrow as pa

from harmtax._generated.constraints import DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax.errors import BadUse, UnknownMetric
from harmtax.figures.disclosure.cells import Cell
from harmtax.shapes import Quantity

NOT_COMPARABLE, PARTLY = "not_comparable", "partly_covered"
PERSONAL = ("Incident", "RemovalRequest", "Appeal")
TOP, BOTTOM = "numerator", "denominator"


class Row(NamedTuple):
    """One observation: the cell of each of its two numbers, and the numbers, null where there are none."""

    metric: str
    top: Cell
    bottom: Cell | None
    numerator: int | None
    denominator: int | None


@cache
def quantities() -> Mapping[str, Quantity]:
    """Everything that the metrics count or sum, each once, under the first name that it has.

    A denominator is named after its metric with `/of`, unless another metric counts the same.
    """
    found: dict[str, Quantity] = {}
    for metric in METRICS.values():
        for name, side in ((metric.id, metric.numerator), (f"{metric.id}/of", metric.denominator)):
            if side is not None and side not in found.values():
                found[name] = side
    return found


@cache
def named(metric: str, side: str) -> str | None:
    """The name of the quantity on one side of a metric; None where there is no such side."""
    if metric not in METRICS:
        raise UnknownMetric(metric, METRICS)
    quantity = getattr(METRICS[metric], side)
    return next((name for name, each in quantities().items() if each == quantity), None)


def personal(cell: Cell) -> bool:
    """Whether it is about what happened to people, and not about services or what authorities did."""
    return quantities()[cell.quantity].record in PERSONAL


def additive(cell: Cell) -> bool:
    """Whether the cell counts records about people, so that its parts add up and a small one concerns few."""
    quantity = quantities()[cell.quantity]
    return quantity.sum is None and not quantity.distinct and quantity.record in PERSONAL


def rows(table: pa.Table) -> list[Row]:
    """The rows of a table with the columns of an observation. Raises UnknownMetric."""
    dimensions = [
        (name, table[name].to_pylist()) for name in DIMENSIONS if name in table.column_names
    ]
    used = [(name, codes) for name, codes in dimensions if any(code is not None for code in codes)]
    columns = (table[name].to_pylist() for name in ("metric_id", "period", TOP, BOTTOM))
    listed = []
    for at, (metric, period, top, bottom) in enumerate(zip(*columns, strict=True)):
        codes = tuple((name, of[at]) for name, of in used if of[at] is not None)
        above, below = (_cell(metric, side, period, codes) for side in (TOP, BOTTOM))
        assert above is not None
        listed.append(Row(metric, above, below, top, bottom))
    return listed


def _cell(metric: str, side: str, period: str, codes: tuple[tuple[str, str], ...]) -> Cell | None:
    """The cell of one side, without the dimensions in which that side is not split."""
    name = named(metric, side)
    if name is None:
        return None
    whole = getattr(METRICS[metric], side).whole
    return Cell(name, period, tuple(pair for pair in codes if pair[0] not in whole))


def values(listed: Iterable[Row]) -> dict[Cell, int]:
    """The value of each counted cell that stands in some row.

    Raises BadUse where two rows give one cell different values.
    """
    found: dict[Cell, int] = {}
    for row in listed:
        for cell, value in ((row.top, row.numerator), (row.bottom, row.denominator)):
            if cell is None or value is None or not additive(cell):
                continue
            if found.setdefault(cell, value) != value:
                raise BadUse(f"{cell.name} is both {found[cell]} and {value} in the observations")
    return found


def apart(table: pa.Table, listed: Sequence[Row]) -> frozenset[Cell]:
    """The totals over reporters that differ in what they count, which are null and no sum of their parts."""
    return frozenset(
        cell
        for row, status in zip(listed, table["status"].to_pylist(), strict=True)
        if status == NOT_COMPARABLE
        for cell, n in ((row.top, row.numerator), (row.bottom, row.denominator))
        if cell is not None and n is None and additive(cell)
    )
