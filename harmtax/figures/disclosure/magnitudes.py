"""Magnitudes: sums of items, views and impressions, which are hidden where the number of records is.

A sum of views of a few items names them: whoever searches the platform for that count finds the item. So the
count decides, and what is shown of views of violating content is rounded to two digits.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cache
from typing import Any

from harmtax._generated.metrics import METRICS
from harmtax.errors import BadUse
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.rows import TOP, Row, additive, personal, quantities
from harmtax.figures.policy import Policy

# What views of violating content are views of, and the metric that counts it.
INCIDENT = "Incident"
COUNTED = "M01"
DIGITS = 2
ROUNDED = ("views_violating", "ad_impressions_violating")


def sums(
    listed: Sequence[Row],
    columns: dict[str, list[Any]],
    plan: Plan,
    hidden: Set[Cell],
    policy: Policy,
) -> set[int]:
    """The rows whose sum is hidden; the sums that are left are rounded in place where they must be.

    Where one count of a table is hidden, all sums of the table are: a single one could be worked out
    from the others and the total. Raises BadUse where the count is missing.
    """
    tables = {(quantities()[cell.quantity].record, cell.period, cell.breakdown) for cell in hidden}
    # A small sum is no better hidden by itself, where a total would give it back.
    small = {
        (row.top.quantity, row.top.period, row.top.breakdown)
        for row in listed
        if _summed(row) and 0 < (row.numerator or 0) < policy.k
    }
    counted = {(row.metric, row.top.period, row.top.breakdown) for row in listed}
    gone: set[int] = set()
    for at, row in enumerate(listed):
        if not _summed(row) or not plan.publishes(row.top.codes):
            continue
        viewed = _viewed(row.top.quantity)
        record = INCIDENT if viewed else quantities()[row.top.quantity].record
        covered = any(
            (of, period) == (record, row.top.period) and names <= row.top.breakdown
            for of, period, names in tables
        )
        covered |= not viewed and any(
            (of, period) == (row.top.quantity, row.top.period) and names <= row.top.breakdown
            for of, period, names in small
        )
        if not _vouched(row, counted) or covered:
            gone.add(at)
        elif viewed:
            columns[TOP][at] = rounded(row.numerator or 0)
    return gone


def _vouched(row: Row, counted: Set[tuple[str, str, frozenset[str]]]) -> bool:
    """Whether a count stands beside the sum; False where no metric could count what is summed.

    Raises BadUse where one could and is not there: nothing would say how few records the sum is of.
    """
    if not row.numerator:
        return True
    metric = _count(row.top.quantity)
    if metric is None or not row.top.breakdown <= {*METRICS[metric].numerator.dimensions}:
        return False
    if (metric, row.top.period, row.top.breakdown) in counted:
        return True
    by = f" by {','.join(sorted(row.top.breakdown))}" if row.top.breakdown else ""
    raise BadUse(
        f"{row.metric} is a sum, and may be published only beside the number of what it sums:"
        f" aggregate {metric}{by} for {row.top.period} as well, or leave {row.metric} out"
    )


@cache
def _count(quantity: str) -> str | None:
    """The metric that counts what a quantity sums."""
    if _viewed(quantity):
        return COUNTED
    asked = quantities()[quantity]._replace(sum=None)
    for metric in METRICS.values():
        side = metric.numerator
        if side._replace(dimensions=asked.dimensions) == asked:
            return str(metric.id)
    return None


def _summed(row: Row) -> bool:
    """Whether a row has a sum about people or about views of what was found."""
    if additive(row.top) or row.numerator is None:
        return False
    return _viewed(row.top.quantity) or personal(row.top)


def rounded(value: int) -> int:
    """The value with two significant digits, halves up."""
    unit: int = 10 ** max(0, len(str(value)) - DIGITS)
    return (value + unit // 2) // unit * unit


def _viewed(quantity: str) -> bool:
    """Whether views of what was found are summed, not of the whole service."""
    tests: list[Any] = [test for one in quantities()[quantity].where for test in one]
    return any(code in ROUNDED for _, word, codes in tests if word == "in" for code in codes)
