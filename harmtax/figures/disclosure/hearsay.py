"""Hearsay: what others had told of small quantities before a publication, and what only it would tell.

A quantity that nothing can protect any more, since earlier publications and filings bound it, does not stand
in the way of a publication. It does where the publication itself is the cause: by its marks, which say that
a number is not zero, by its zeros, or by what it says of what was never told before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from harmtax.figures.disclosure.cells import Book, Cell
from harmtax.figures.disclosure.programme import DOWN, UP, Programme
from harmtax.figures.disclosure.system import ENDLESS, Ints, Matrix, System, floors

NEAR = 1e-6


@dataclass
class Ledger(Book):
    """A book that remembers which equations take parts from a whole: `nested` holds their numbers."""

    nested: set[int] = field(default_factory=set)

    def equate(self, whole: Cell, parts: Sequence[Cell], rest: Cell | None) -> None:  # type: ignore[override]
        """As in every book."""
        super().equate(whole, parts, rest)
        self.nested.add(len(self.equations) - 1)


@dataclass(frozen=True)
class Hearsay:
    """What is known without a publication: `book` is that of now, `before` has what was told before alone.

    `before` makes the latter. `told` are the cells whose value others showed, and that still have it;
    `marked` those that they hid.
    """

    system: System
    cells: Sequence[Cell]
    book: Book
    before: Callable[[], Book] | None
    told: Set[Cell]
    marked: Set[Cell]
    claimed: Mapping[str, int]
    k: int

    @cached_property
    def alone(self) -> System:
        """The system without the publication.

        An equation counts as it is where it followed before. Of one that takes parts from a whole it is
        still true that the parts are no more than the whole. Of others nothing is.
        """
        place = {cell: at for at, cell in enumerate(self.cells)}
        assert self.before is not None and isinstance(self.book, Ledger)
        followed = {frozenset(row) for row in self.before().equations}
        rows: list[list[tuple[int, int]]] = []
        size = len(self.cells)
        for number, row in enumerate(self.book.equations):
            follows = frozenset(row) in followed
            if not follows and number not in self.book.nested:
                continue
            here = [(place[cell], sign) for cell, sign in row]
            if not follows:
                here.append((size, -1))
                size += 1
            rows.append(here)
        more = size - len(self.cells)
        known = np.array([cell in self.told for cell in self.cells], dtype=bool)
        least = [
            max(self.claimed.get(cell.name, 0), int(cell in self.marked and not self.book.hideable))
            for cell in self.cells
        ]
        matrix = Matrix.of(rows, size)
        values = np.concatenate((self.system.values, np.zeros(more, np.int64)))
        nothing = np.zeros(0, dtype=np.int64)
        return replace(
            self.system,
            values=values,
            least=np.minimum(np.array([*least, *[0] * more], dtype=np.int64), values),
            known=np.concatenate((known, np.zeros(more, dtype=bool))),
            price=np.full(size, 0.01),
            matrix=matrix,
            targets=nothing,
            low=nothing,
            high=nothing,
        )

    @cached_property
    def bounds(self) -> tuple[Ints, Ints]:
        """What each quantity is at least and at most by single equations."""
        alone = self.alone
        return floors(alone.matrix, alone.least, alone.known, alone.values)

    def settled(self, system: System) -> System:
        """The system without the targets that are never shown and were known exactly before."""
        if not self.told or not len(system.targets):
            return system
        low, high = floors(system.matrix, system.least, system.known, system.values)
        sure = ~system.mine & ~system.known & (low == high)
        if not sure[system.targets].any():
            return system
        low, high = self.bounds
        left = ~(sure & (low == high)[: len(self.cells)])[system.targets]
        return replace(
            system, targets=system.targets[left], low=system.low[left], high=system.high[left]
        )

    def revealed(self, places: Sequence[int]) -> set[int]:
        """Those of some places whose quantity was known to within less than k before."""
        if not self.told or not places:
            return set()
        low, high = self.bounds
        found = {place for place in places if high[place] - low[place] < self.k}
        asked = sorted(set(places) - found)
        if not asked:
            return found
        alone = self.alone
        free = np.flatnonzero(~alone.known)
        programme = Programme.of(alone.matrix, free, alone.values - alone.least, alone.price)
        numbers = np.searchsorted(free, asked).tolist()
        reaches = [list(programme.reaches(numbers, way)) for way in (UP, DOWN)]
        for place, up, down in zip(asked, *reaches, strict=True):
            value = int(alone.values[place])
            most = ENDLESS if up is None else value + int(np.floor(up + NEAR))
            least = 0 if down is None else value - int(np.floor(down + NEAR))
            if most - least < self.k:
                found.add(place)
        return found
