"""Magnitudes: sums of items, views and impressions, which are hidden where the number of records is.

A sum of views of a few items names them: whoever searches the platform for that count finds the item. So the
count decides, and what is shown of views of violating content is rounded to two digits.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.rows import TOP, Row, additive, personal, quantities
from harmtax.figures.policy import Policy

# What views of violating content are views of.
INCIDENT = "Incident"
DIGITS = 2
ROUNDED = ("views_violating", "ad_impressions_violating")


def sums(
    listed: Sequence[Row], columns: dict[str, list[Any]], hidden: Set[Cell], policy: Policy
) -> set[int]:
    """The rows whose sum is hidden; the sums that are left are rounded in place where they must be.

    Where one count of a table is hidden, all sums of the table are: a single one could be worked out
    from the others and the total.
    """
    tables = {(quantities()[cell.quantity].record, cell.period, cell.breakdown) for cell in hidden}
    gone: set[int] = set()
    for at, row in enumerate(listed):
        viewed = _viewed(row.top.quantity)
        if additive(row.top) or row.numerator is None or not (viewed or personal(row.top)):
            continue
        record = INCIDENT if viewed else quantities()[row.top.quantity].record
        covered = any(
            (of, period) == (record, row.top.period) and names <= row.top.breakdown
            for of, period, names in tables
        )
        if covered or (not viewed and 0 < row.numerator < policy.k):
            gone.add(at)
        elif viewed:
            columns[TOP][at] = rounded(row.numerator)
    return gone


def rounded(value: int) -> int:
    """The value with two significant digits, halves up."""
    unit: int = 10 ** max(0, len(str(value)) - DIGITS)
    return (value + unit // 2) // unit * unit


def _viewed(quantity: str) -> bool:
    """Whether views of what was found are summed, not of the whole service."""
    tests: list[Any] = [test for one in quantities()[quantity].where for test in one]
    return any(code in ROUNDED for _, word, codes in tests if word == "in" for code in codes)
