"""Intervals by linear programmes on public numbers alone: what anybody can find out about hidden ones."""

from __future__ import annotations

import numpy as np

from harmtax.errors import Disclosive
from harmtax.figures.disclosure.assembly import Roles, assembled
from harmtax.figures.disclosure.cells import Book, Cell, periods, subsets, tables
from harmtax.figures.disclosure.interval import Interval
from harmtax.figures.disclosure.programme import DOWN, UP, Programme, feasible
from harmtax.figures.disclosure.rows import quantities
from harmtax.figures.disclosure.system import Floats, Ints, System, floors

NEAR = 1e-6
# How many quantities one programme pulls together.
TOGETHER = 200


def intervals(
    shown: dict[Cell, int], hidden: frozenset[Cell], k: int, hideable: bool
) -> list[Interval]:
    """The intervals of the hidden cells, and of what follows by subtraction, in the order of names.

    Raises Disclosive where the numbers contradict each other, so that nothing can be said.
    """
    system, cells = _public(shown, hidden, hideable)
    free = np.flatnonzero(~system.known)
    if not len(free):
        return []
    base = feasible(system.matrix, system.known, system.values, system.least)
    if base is None:
        raise Disclosive("the public numbers contradict each other")
    low, _ = floors(system.matrix, system.least, system.known, system.values)
    down, up = _reach(system, free, base, low, k)
    found = []
    for number, place in enumerate(free.tolist()):
        cell = cells[place]
        least, most = int(np.ceil(down[number] - NEAR)), up[number]
        open_ = most >= least + k - NEAR
        high = None if open_ else int(np.floor(most + NEAR))
        found.append(
            Interval(
                cell.quantity, cell.period, cell.codes, cell.rest, least, high,
                narrow=high is not None and high > 0 and least < k,
            )
        )  # fmt: skip
    return found


def _public(
    shown: dict[Cell, int], hidden: frozenset[Cell], hideable: bool
) -> tuple[System, list[Cell]]:
    """The system as the public sees it: a hidden value stands there as -1 and is never read."""
    book = Public(quantities(), {**shown, **dict.fromkeys(hidden, 1)})
    tables(book)
    periods(book)
    subsets(book)
    roles = Roles(mine=hidden, open=shown.keys(), hideable=hideable)
    return assembled(book, roles, 1)


class Public(Book):
    """A book without the true values: what is left of a total is unknown, and nothing is added up."""

    def equate(self, whole: Cell, parts, rest) -> None:  # type: ignore[no-untyped-def]
        """As in a book of true values, but nothing is known of the rest."""
        listed = [part for part in parts if part in self.values or part in self.rests]
        if rest is not None:
            self.rests[rest] = 1
        tail = [] if rest is None else [(rest, -1)]
        self.equations.append([(whole, 1), *((part, -1) for part in listed), *tail])


def _reach(system: System, free: Ints, base: Floats, low: Ints, k: int) -> tuple[Floats, Floats]:
    """For each free quantity how low it can be, and how high as far as low + k."""
    room = base - system.least
    whole = Programme.of(system.matrix, free, room, np.full(len(base), 0.01))
    down, up = base[free].copy(), base[free].copy()
    everything = np.arange(len(free))
    for way, best in ((DOWN, down), (UP, up)):
        for batch in np.array_split(everything, max(1, len(free) // TOGETHER)):
            steps = _steps(base[free][batch], low[free][batch], k, way)
            moved = base[free] + whole.pulled(batch, steps, way)
            np.minimum(down, moved, out=down)
            np.maximum(up, moved, out=up)
        # What the batch did not take all the way is asked for alone, and told exactly.
        goal = low[free] + NEAR if way == DOWN else np.ceil(down - NEAR) + k - NEAR
        short = best > goal if way == DOWN else best < goal
        for one in np.flatnonzero(short).tolist():
            batch = np.array([one])
            steps = _steps(base[free][batch], low[free][batch], k, way)
            moved = base[free] + whole.pulled(batch, steps, way)
            np.minimum(down, moved, out=down)
            np.maximum(up, moved, out=up)
    return down, up


def _steps(base: Floats, low: Ints, k: int, way: int) -> Floats:
    return np.maximum(base - low, 0.0) if way == DOWN else np.maximum(low + 2 * k - base, 0.0)
