"""Absent records: what a report counted and nobody handed over, told by number since nobody can name it.

The evidence is the number of records that the report says it counted. Where as many were added as were
taken away, the added ones are the last rows, as rows keep their order and new ones follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from harmtax._generated.metrics import METRICS
from harmtax.figures.cells import Cell
from harmtax.figures.combination import Effect, less
from harmtax.figures.evidence import EXCEPTIONS
from harmtax.shapes import Quantity

MISSING = "missing"


class Absence(NamedTuple):
    """The last rows that came after the report, as places among the readings; how many records are gone."""

    late: tuple[int, ...]
    gone: int


def absences(
    left: Effect,
    last: Mapping[str, Sequence[int]],
    effects: Sequence[Effect],
    gaps: Mapping[str, int],
) -> dict[str, Absence]:
    """By record type what is absent, where that makes up all that is `left` of a difference.

    `last` names the readings of the last rows as late, the very last first; `gaps` says how many more
    records the report counted than are there. As few last rows as possible are taken, and none for want
    of a negative remainder.
    """
    found = {}
    for record in sorted(gaps):
        rest = {c: n for c, n in left.items() if (s := side(c)) is not None and s.record == record}
        absence = _absence(rest, last.get(record, ()), effects, gaps[record])
        if absence is not None:
            found[record] = absence
    return found


def side(cell: Cell) -> Quantity | None:
    """What a number counts."""
    metric = METRICS.get(cell.metric)
    if metric is None:
        return None
    return metric.denominator if cell.measure == "denominator" else metric.numerator


def told(cell: Cell, number: int, gone: int) -> int:
    """How many absent records make up a number; zero where they cannot."""
    counted = side(cell)
    if counted is None or number <= 0:
        return 0
    if counted.sum is not None:
        return 1 if gone == 1 else 0
    return number if number <= gone else 0


def _absence(
    rest: Effect, last: Sequence[int], effects: Sequence[Effect], gap: int
) -> Absence | None:
    remainder = dict(rest)
    for many in range(min(EXCEPTIONS, len(last)) + 1):
        if many:
            effect = effects[last[many - 1]]
            # What no negative number asks for is not taken for late.
            if not any(remainder.get(cell, 0) < 0 for cell in effect):
                return None
            remainder = less(remainder, [effect])
        if _fits(remainder, gap + many):
            return Absence(tuple(last[:many]), gap + many)
    return None


def _fits(remainder: Effect, gone: int) -> bool:
    """Whether so many records can make it up: each is in a number once or not at all."""
    numbers = {cell: n for cell, n in remainder.items() if n}
    return bool(numbers) and all(told(cell, n, gone) for cell, n in numbers.items())
