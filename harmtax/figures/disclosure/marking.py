"""Marking: which rows of the observations are published, and which of their numbers are null."""

from __future__ import annotations

from collections.abc import Sequence, Set

import pyarrow as pa

from harmtax._generated.metrics import METRICS
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.magnitudes import sums
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.rows import BOTTOM, TOP, Row, additive
from harmtax.figures.policy import Policy
from harmtax.figures.publication import SUPPRESSED

HOUR = 3600
MEDIAN = "median"
LOWER, UPPER = "median_lower", "median_upper"
# What stands beside a numerator and goes with it.
BESIDE = ("numerator_lower", "numerator_upper")


def marked(
    table: pa.Table, listed: Sequence[Row], plan: Plan, hidden: Set[Cell], policy: Policy
) -> pa.Table:
    """The rows of the plan, the hidden numbers null and their status `suppressed`.

    All hidden numbers look alike: nothing tells a small one from one that covers it.
    """
    columns = {name: table[name].to_pylist() for name in table.column_names}
    gone = sums(listed, columns, plan, hidden, policy)
    kept = []
    for at, row in enumerate(listed):
        if not plan.publishes(row.top.codes):
            continue
        kept.append(at)
        tops = row.top in hidden if additive(row.top) else at in gone
        bottoms = row.bottom is not None and row.bottom in hidden
        if tops:
            for name in (TOP, *BESIDE, LOWER, UPPER):
                _erase(columns, name, at)
        if bottoms:
            _erase(columns, BOTTOM, at)
        if tops or bottoms:
            columns["status"][at] = SUPPRESSED
        elif METRICS[row.metric].kind == MEDIAN:
            _median(columns, at, policy)
    arrays = [pa.array(columns[field.name], field.type) for field in table.schema]
    return pa.table(arrays, schema=table.schema).take(pa.array(kept, pa.int64())).combine_chunks()


def _erase(columns: dict[str, list], name: str, at: int) -> None:  # type: ignore[type-arg]
    if name in columns:
        columns[name][at] = None


def _median(columns: dict[str, list], at: int, policy: Policy) -> None:  # type: ignore[type-arg]
    """An exact median is the time of one record: it is shown for enough of them, in whole hours."""
    if LOWER not in columns or columns[LOWER][at] is None:
        return
    if columns[LOWER][at] != columns[UPPER][at]:
        # The ends of a step of the histogram: they are the same for everybody.
        return
    if (columns[TOP][at] or 0) < 2 * policy.k:
        columns[LOWER][at] = columns[UPPER][at] = None
        columns["status"][at] = SUPPRESSED
    else:
        columns[LOWER][at] = columns[UPPER][at] = (columns[LOWER][at] + HOUR // 2) // HOUR * HOUR
