"""The system of a publication: quantities and the equations between them, as arrays of whole numbers.

A quantity is a cell of a table at any level, or one that is never shown but follows by subtraction. Every
equation says that a sum of quantities with signs is zero, mostly parent - children = 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Above every count and still far from the edge of 64 bits when many of them are added up.
ENDLESS = 1 << 50
# Chains of equations are as long as the tree is deep; this is far above it.
ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Matrix:
    """A sparse matrix of whole numbers by rows: row r has the entries start[r] to start[r + 1]."""

    start: Ints
    column: Ints
    sign: Ints
    width: int

    @classmethod
    def of(cls, rows: Iterable[Sequence[tuple[int, int]]], width: int) -> Matrix:
        """The matrix of rows that are given as pairs (column, sign)."""
        listed = [row for row in rows if row]
        start = np.cumsum([0, *map(len, listed)], dtype=np.int64)
        flat = np.array([pair for row in listed for pair in row], dtype=np.int64).reshape(-1, 2)
        return cls(start, flat[:, 0].copy(), flat[:, 1].copy(), width)

    @property
    def height(self) -> int:
        return len(self.start) - 1

    def row_of_entry(self) -> Ints:
        """For each entry its row."""
        return np.repeat(np.arange(self.height, dtype=np.int64), np.diff(self.start))

    def sums(self, amounts: Ints) -> Ints:
        """The matrix times a column."""
        total = np.concatenate(([0], np.cumsum(self.sign * amounts[self.column], dtype=np.int64)))
        return np.asarray(total[self.start[1:]] - total[self.start[:-1]], dtype=np.int64)

    def by_columns(self) -> Matrix:
        """The same entries by columns: `start` counts columns, `column` names rows."""
        order = np.argsort(self.column, kind="stable")
        start = np.concatenate(([0], np.cumsum(np.bincount(self.column, minlength=self.width))))
        rows = self.row_of_entry()[order]
        return Matrix(start.astype(np.int64), rows, self.sign[order], self.height)

    def taking(self, rows: Ints) -> Matrix:
        """Some of the rows, in the order in which they are asked for."""
        many = self.start[rows + 1] - self.start[rows]
        start = np.concatenate(([0], np.cumsum(many))).astype(np.int64)
        entry = np.arange(start[-1]) + np.repeat(self.start[rows] - start[:-1], many)
        return Matrix(start, self.column[entry], self.sign[entry], self.width)

    def within(self, columns: Ints) -> Matrix:
        """The rows cut to some columns, which are counted anew; rows without entries go."""
        place = np.full(self.width, -1, dtype=np.int64)
        place[columns] = np.arange(len(columns))
        kept = place[self.column] >= 0
        many = np.bincount(self.row_of_entry()[kept], minlength=self.height)
        start = np.concatenate(([0], np.cumsum(many[many > 0]))).astype(np.int64)
        return Matrix(start, place[self.column[kept]], self.sign[kept], len(columns))


@dataclass(frozen=True)
class System:
    """What there is and what the attacker knows of it, by the names of the quantities.

    `names` are sorted. `values` are the true counts. `least` is what a hidden quantity is at least, by
    the rule that a zero is never hidden. `known` are those whose value the attacker has: zeros, what
    was shown before, what is filed exactly. `mine` are the cells that this publication may show; the
    others are unknown at no cost unless they are known. `price` is what hiding a cell costs. `targets`
    are the places of the small quantities; for each of them a reader must hold every value from `low`
    to `high` possible.
    """

    names: tuple[str, ...]
    values: Ints
    least: Ints
    known: Bools
    mine: Bools
    price: Floats
    matrix: Matrix
    targets: Ints
    low: Ints
    high: Ints

    @cached_property
    def columns(self) -> Matrix:
        """The equations by columns."""
        return self.matrix.by_columns()

    def holds(self, values: Ints) -> bool:
        """Whether all equations hold, every known value is kept and no other falls too low."""
        kept = np.where(self.known, values == self.values, values >= self.least)
        return bool(kept.all()) and not self.matrix.sums(values).any()

    def with_floors(self, k: int) -> System:
        """The same with `low` at what the attacker's knowledge implies, and `high` k above it.

        The targets of a magnitude have goals of their own, which stand unless the floor is higher.
        """
        lowest, _ = floors(self.matrix, self.least, self.known, self.values)
        low = np.maximum(self.low, lowest[self.targets])
        return replace(self, low=low, high=np.maximum(self.high, low + k))


def floors(matrix: Matrix, least: Ints, known: Bools, values: Ints) -> tuple[Ints, Ints]:
    """What each quantity is at least and at most, carried along the equations to a standstill."""
    low = np.where(known, values, least).astype(np.int64)
    high = np.where(known, values, ENDLESS).astype(np.int64)
    rows, column = matrix.row_of_entry(), matrix.column
    plus = matrix.sign > 0
    size = np.abs(matrix.sign)
    for _ in range(ROUNDS):
        before = low.sum(), high.sum()
        # The range of each term, with its sign; a term without an end is counted, not added.
        down = np.where(plus, low[column], -high[column]) * size
        up = np.where(plus, high[column], -low[column]) * size
        open_down, open_up = down <= -ENDLESS, up >= ENDLESS
        rest_down, many_down = _others(rows, np.where(open_down, 0, down), open_down, matrix.height)
        rest_up, many_up = _others(rows, np.where(open_up, 0, up), open_up, matrix.height)
        # sign * x = -(the others): x is at least minus their most, and the other way round.
        at_least = np.where(plus, -rest_up, rest_down)
        at_most = np.where(plus, -rest_down, rest_up)
        sure_low = np.where(plus, many_up == 0, many_down == 0) & (size == 1)
        sure_high = np.where(plus, many_down == 0, many_up == 0) & (size == 1)
        np.maximum.at(low, column[sure_low], at_least[sure_low])
        np.minimum.at(high, column[sure_high], at_most[sure_high])
        if before == (low.sum(), high.sum()):
            break
    return low, high


def _others(rows: Ints, amounts: Ints, ends: Bools, height: int) -> tuple[Ints, Ints]:
    """For each entry the sum over the other entries of its row, and how many of them have no end."""
    total = np.zeros(height, dtype=np.int64)
    np.add.at(total, rows, amounts)
    many = np.bincount(rows, weights=ends, minlength=height).astype(np.int64)
    return total[rows] - amounts, many[rows] - ends.astype(np.int64)


def components(columns: Matrix, moved: Ints) -> list[Ints]:
    """The moved quantities in groups that share no equation, in the order of their first names."""
    leader: dict[int, int] = {}
    parent = list(range(len(moved)))

    def root(of: int) -> int:
        while parent[of] != of:
            parent[of] = parent[parent[of]]
            of = parent[of]
        return of

    for place, which in enumerate(moved.tolist()):
        for row in columns.column[columns.start[which] : columns.start[which + 1]].tolist():
            one, other = root(place), root(leader.setdefault(row, place))
            parent[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for place, which in enumerate(moved.tolist()):
        groups.setdefault(root(place), []).append(which)
    return [np.array(groups[first], dtype=np.int64) for first in sorted(groups)]
