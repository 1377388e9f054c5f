"""Intervals by linear programmes on public numbers alone: what anybody can find out about hidden ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from harmtax.errors import Disclosive
from harmtax.figures.disclosure.assembly import Roles, assembled
from harmtax.figures.disclosure.cells import Book, Cell
from harmtax.figures.disclosure.filed import Sum
from harmtax.figures.disclosure.interval import Interval
from harmtax.figures.disclosure.knowledge import written
from harmtax.figures.disclosure.programme import DOWN, UP, Programme, feasible
from harmtax.figures.disclosure.rows import quantities
from harmtax.figures.disclosure.spans import Plans
from harmtax.figures.disclosure.system import Floats, Ints, System, floors

NEAR = 1e-6
PARTS = 4


def intervals(
    shown: dict[Cell, int],
    hidden: frozenset[Cell],
    k: int,
    hideable: bool,
    filed: Sequence[Sum] = (),
    exact: Set[Cell] = frozenset(),
    plans: Plans = MappingProxyType({}),
    apart: frozenset[Cell] = frozenset(),
) -> list[Interval]:
    """The intervals of the hidden cells, and of what follows by subtraction, in the order of names.

    `filed` are rows of templates that are sums, `exact` the cells that filings show, `plans` the tables that
    are published of each period. What only filings
    speak of is not told. Raises Disclosive where the numbers contradict each other, so that nothing can be
    said.
    """
    public = _public(shown, hidden, hideable, filed, exact, plans, apart)
    system, cells, foreign = public
    low, most_of = floors(system.matrix, system.least, system.known, system.values)
    # What two equations settle is settled, and asks for no programme.
    sure = low == most_of
    values, told = np.where(sure, low, system.values), system.known
    system = replace(system, known=system.known | sure, values=values)
    free = np.flatnonzero(~system.known)
    base = feasible(system.matrix, system.known, system.values, system.least)
    if base is None:
        raise Disclosive("the public numbers contradict each other")
    found = [
        Interval(*cells[place], int(low[place]), int(low[place]), small=bool(0 < low[place] < k))
        for place in np.flatnonzero(sure & ~told).tolist()
        if cells[place]._replace(rest="") not in foreign
    ]
    down, up = _reach(system, free, base, low, k) if len(free) else (base, base)
    for number, place in enumerate(free.tolist()):
        cell = cells[place]
        if cell._replace(rest="") in foreign:
            continue
        least, most = int(np.ceil(down[number] - NEAR)), up[number]
        open_ = most >= least + k - NEAR
        high = None if open_ else int(np.floor(most + NEAR))
        found.append(
            Interval(
                cell.quantity, cell.period, cell.codes, cell.rest, least, high,
                small=high is not None and least > 0 and high < k,
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: each[:4])


def _public(
    shown: dict[Cell, int],
    hidden: frozenset[Cell],
    hideable: bool,
    filed: Sequence[Sum],
    exact: Set[Cell],
    plans: Plans,
    apart: frozenset[Cell],
) -> tuple[System, list[Cell], Set[Cell]]:
    """The system as the public sees it: a hidden value stands there as 1 and is never read.

    With it the cells that only filings speak of.
    """
    within = {cell for each in filed for cell, _ in each.terms} - shown.keys() - hidden
    foreign = within | exact
    values = {**shown, **dict.fromkeys(hidden | within, 1)}
    book = Public(
        quantities(),
        values,
        shown=shown,
        hideable=hideable,
        filed=frozenset(foreign),
        unknown=set(within),
        apart=apart,
    )
    written(book, plans)
    rows = book.file(filed)
    roles = Roles(mine=hidden, open=shown.keys() | rows, unseen=within, hideable=hideable)
    return *assembled(book, roles, 1), foreign


@dataclass
class Public(Book):
    """A book without the true values: what is left of a total is unknown, and nothing is added up."""

    shown: Mapping[Cell, int] = field(default_factory=dict)

    def exceeds(self, whole: Cell, parts: Iterable[Cell]) -> bool:
        """As in a book of true values, as far as they are shown."""
        return (
            whole in self.shown
            and sum(self.shown.get(part, 0) for part in parts) > self.shown[whole]
        )

    def adds(self, whole: Cell, parts: Iterable[Cell]) -> bool:
        """As in a book of true values, as far as they are shown."""
        listed = list(parts)
        if whole in self.shown and all(part in self.shown for part in listed):
            return sum(map(self.shown.__getitem__, listed)) == self.shown[whole]
        return not self.exceeds(whole, listed)

    def balance(self, terms: Iterable[tuple[Cell, int]]) -> int | None:
        """As in a book of true values, where all of them are shown."""
        listed = list(terms)
        if any(cell not in self.shown for cell, _ in listed):
            return None
        return sum(self.shown[cell] * sign for cell, sign in listed)

    def equate(self, whole: Cell, parts: Iterable[Cell], rest: Cell | None) -> None:
        """As in a book of true values, but nothing is known of the rest."""
        listed = [part for part in parts if part in self.values or part in self.rests]
        tail = [] if rest is None else [(rest, -1)]
        if rest is not None:
            self.rests[rest] = 1
        self.equations.append([(whole, 1), *((part, -1) for part in listed), *tail])


def _reach(system: System, free: Ints, base: Floats, low: Ints, k: int) -> tuple[Floats, Floats]:
    """For each free quantity how low it can be, and how high as far as k above that.

    Each bound is exact where it falls short of the goal. Many are pulled together, and what does not
    come all the way is asked for in ever smaller parts, in the end alone.
    """
    whole = Programme.of(system.matrix, free, base - system.least, np.full(len(base), 0.01))
    down, up = base[free].copy(), base[free].copy()
    for way in (DOWN, UP):
        waiting = [np.arange(len(free))]
        while waiting:
            batch = waiting.pop()
            lowest = low[free] if way == DOWN else np.ceil(down - NEAR)
            short = down > lowest + NEAR if way == DOWN else up < lowest + k - NEAR
            batch = batch[short[batch]]
            if not len(batch):
                continue
            steps = base[free] - lowest if way == DOWN else lowest + k - base[free]
            moved = base[free] + whole.pulled(batch, np.maximum(steps[batch], 0.0), way)
            np.minimum(down, moved, out=down)
            np.maximum(up, moved, out=up)
            if len(batch) > 1:
                waiting += [part for part in np.array_split(batch, PARTS) if len(part)]
    return down, up
