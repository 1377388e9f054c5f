"""Medians: the middle of durations is the time of one record, so that it is shown with care or not at all."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, NamedTuple

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax._generated.metrics import METRICS
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.rows import Row
from harmtax.figures.policy import Policy
from harmtax.figures.sides import STEP

HOUR = 3600
MEDIAN = "median"
LOWER, UPPER = "median_lower", "median_upper"
Range = tuple[int | None, int | None]


class Histogram(NamedTuple):
    """The published steps of one cell: how many durations they hold, and whether a step is hidden."""

    durations: int
    hides: bool


# By quantity and period, then by the cell whose durations are divided.
Histograms = dict[tuple[str, str], dict[Cell, Histogram]]


def histograms(listed: Sequence[Row], plan: Plan, hidden: Set[Cell]) -> Histograms:
    """The histograms of a publication."""
    found: Histograms = {}
    for row in listed:
        if METRICS[row.metric].kind != MEDIAN or STEP not in row.top.breakdown:
            continue
        if plan.publishes(row.top.codes):
            cell = row.top.at(STEP, None)
            here = found.setdefault((cell.quantity, cell.period), {})
            old = here.get(cell, Histogram(0, False))
            count = old.durations + (row.numerator or 0)
            here[cell] = Histogram(count, old.hides or row.top in hidden)
    return found


def shown(
    row: Row, columns: dict[str, list[Any]], at: int, found: Histograms, policy: Policy
) -> Range:
    """The ends between which the median of a row is published; both absent where it is hidden.

    An exact median is shown for at least 2 k durations, in whole hours, and never beside a histogram of
    the same durations: there the step that holds it is shown, and nothing where a step is hidden, since
    the step of the middle tells how many lie before it.
    """
    lower, upper = columns[LOWER][at], columns[UPPER][at]
    if lower is None:
        return None, None
    there = found.get((row.top.quantity, row.top.period), {})
    beside = [each for cell, each in there.items() if _same(row, cell, each)]
    if any(each.hides for each in beside):
        return None, None
    if lower != upper:
        # The ends of a step of the histogram: they are the same for everybody.
        return lower, upper
    if beside:
        return _step(lower)
    if (row.numerator or 0) < 2 * policy.k:
        return None, None
    hours = (lower + HOUR // 2) // HOUR * HOUR
    return hours, hours


def _same(row: Row, cell: Cell, histogram: Histogram) -> bool:
    """Whether a histogram divides the durations of a row: of its cell, or of a part or whole with as many."""
    mine, theirs = {*row.top.codes}, {*cell.codes}
    if mine == theirs:
        return True
    return histogram.durations == row.numerator and (mine < theirs or theirs < mine)


def _step(seconds: int) -> Range:
    """The ends of the step that a duration in whole seconds falls in; the last one is open."""
    lower = 0
    for _, upper in DIMENSION_ROWS[STEP].steps:
        if upper is None or seconds <= upper:
            return lower, upper
        lower = upper
    return lower, None
