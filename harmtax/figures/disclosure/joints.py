"""Joints: whether the witness tables of two metrics can be those of one set of incidents.

A witness is proven without what two metrics count together. Here that is looked for, witness by witness, with
all the rest given. A pair that some witness tears apart becomes part of the proof, and only such a pair does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from harmtax.figures.disclosure.cells import JOINT, Book
from harmtax.figures.disclosure.growth import Move
from harmtax.figures.disclosure.knowledge import written
from harmtax.figures.disclosure.meets import Sketch, holders, meets, pairs, tangled
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.programme import feasible, middle
from harmtax.figures.disclosure.system import Ints, Matrix, System

NEAR = 1e-6


class Joint:
    """A pair of metrics: the equations of what both count, between cells that are given."""

    def __init__(self, book: Book, name: str, plan: Plan, period: str) -> None:
        self.name = name
        one, other = name.split(JOINT)
        wanted = {one, other, *holders(book.quantities, one, other, book.quantities)}
        values = {
            cell: n
            for cell, n in book.values.items()
            if cell.quantity in wanted and cell.period == period
        }
        found, open_ = meets(book.quantities, values, [name])
        sketch = Sketch(
            {**book.quantities, **found},
            values | dict.fromkeys(open_, 1),
            hideable=book.hideable,
            filed=book.filed,
            apart=book.apart,
            unknown=book.unknown | open_,
            open=set(open_),
        )
        written(sketch, {period: [plan]})
        self.cells = sorted([*sketch.values, *sketch.rests])
        place = {cell: at for at, cell in enumerate(self.cells)}
        rows = [[(place[cell], sign) for cell, sign in row] for row in sketch.equations]
        self.matrix = Matrix.of(rows, len(self.cells))
        self.given = np.array([cell in values for cell in self.cells], dtype=bool)
        self.values = np.array([values.get(cell, 0) for cell in self.cells], dtype=np.int64)
        self.least = np.zeros(len(self.cells), dtype=np.int64)
        self.slack, self.sign = self._slack()
        self.base = middle(self.matrix, self.given, self.values, self.least)

    def _slack(self) -> tuple[Ints, Ints]:
        """For each equation a quantity that is open and in no other, or -1, and its sign."""
        often = np.bincount(self.matrix.column, minlength=len(self.cells))
        slack = np.full(self.matrix.height, -1, dtype=np.int64)
        sign = np.ones(self.matrix.height, dtype=np.int64)
        alone = (often[self.matrix.column] == 1) & ~self.given[self.matrix.column]
        rows = self.matrix.row_of_entry()[alone]
        slack[rows], sign[rows] = self.matrix.column[alone], self.matrix.sign[alone]
        return slack, sign

    def holds(self, steps: Ints) -> bool:
        """Whether the metrics can count something together when what is given has moved so far."""
        if self.base is None:
            # Not even the observations are those of incidents; then nothing follows from them.
            return True
        moved = self.matrix.sums(np.where(self.given, steps, 0))
        torn = np.flatnonzero(moved)
        slack = self.slack[torn]
        if (slack >= 0).all() and (self.base[slack] - self.sign[torn] * moved[torn] >= -NEAR).all():
            return True
        values = self.values + np.where(self.given, steps, 0)
        return feasible(self.matrix, self.given, values, self.least) is not None


def joints(book: Book, plan: Plan, period: str) -> Iterator[Joint]:
    """All pairs of metrics whose tables can hang together in a circle."""
    if tangled(plan):
        held = {cell.quantity for cell, n in book.values.items() if n and cell.period == period}
        for name in pairs(book.quantities, held):
            yield Joint(book, name, plan, period)


def torn(found: Iterable[Joint], system: System, moves: Sequence[Move]) -> set[str]:
    """The pairs that a witness tears apart."""
    place = {name: at for at, name in enumerate(system.names)}
    tables = [move.full(len(system.names)) for move in moves]
    return {joint.name for joint in found if _torn(joint, place, tables)}


def _torn(joint: Joint, place: dict[str, int], tables: Sequence[Ints]) -> bool:
    listed = [place.get(cell.name, -1) for cell in joint.cells]
    at = np.array(listed, dtype=np.int64)
    for table in tables:
        steps = np.where(at >= 0, table[at], 0)
        if steps[joint.given].any() and not joint.holds(steps):
            return True
    return False
