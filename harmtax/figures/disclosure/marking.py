"""Marking: which rows of the observations are published, and which of their numbers are null."""

from __future__ import annotations

from collections.abc import Sequence, Set

import pyarrow as pa

from harmtax._generated.metrics import METRICS
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.magnitudes import sums
from harmtax.figures.disclosure.medians import LOWER, MEDIAN, UPPER, histograms, shown
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.rows import BOTTOM, TOP, Row, additive
from harmtax.figures.policy import Policy
from harmtax.figures.publication import SUPPRESSED

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
    steps = histograms(listed, plan, hidden)
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
        elif METRICS[row.metric].kind == MEDIAN and columns[LOWER][at] is not None:
            columns[LOWER][at], columns[UPPER][at] = shown(row, columns, at, steps, policy)
            if columns[LOWER][at] is None:
                columns["status"][at] = SUPPRESSED
    arrays = [pa.array(columns[field.name], field.type) for field in table.schema]
    return pa.table(arrays, schema=table.schema).take(pa.array(kept, pa.int64())).combine_chunks()


def _erase(columns: dict[str, list], name: str, at: int) -> None:  # type: ignore[type-arg]
    if name in columns:
        columns[name][at] = None
