"""Corrections: the versions of one number over several publications, and the changes that they show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from harmtax.figures.disclosure.cells import Book, Cell, tables
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.releases import Release
from harmtax.figures.disclosure.rows import quantities
from harmtax.figures.disclosure.spans import inside
from harmtax.figures.disclosure.subsets import subsets
from harmtax.figures.publication import STATUTORY


@dataclass(frozen=True, slots=True)
class Versions:
    """All numbers of earlier releases as they stand now, and what each release had of them.

    `values` are the latest. A number that a later version leaves out has become zero.
    """

    values: Mapping[Cell, int]
    releases: Sequence[Release]

    def changes(self, release: Release) -> Iterator[tuple[Cell, int, int]]:
        """The numbers that changed since a release told them: what it was, and what it is."""
        before = release.values()
        told = Told.of(before, release.plan, release.use)
        for cell in sorted(before):
            if self.values[cell] != before[cell]:
                yield cell, before[cell], self.values[cell]
        for cell in sorted(self.values.keys() - before.keys()):
            if self.values[cell] and told.zero(cell):
                yield cell, 0, self.values[cell]

    def changed(self) -> dict[Cell, list[tuple[int, int]]]:
        """The numbers that changed at all, with each earlier value and the value of now."""
        found: dict[Cell, list[tuple[int, int]]] = {}
        for release in self.releases:
            for cell, old, new in self.changes(release):
                found.setdefault(cell, []).append((old, new))
        return found


@dataclass(frozen=True, slots=True)
class Told:
    """The tables of one version, in which a number that does not stand there is zero."""

    cells: Set[Cell]
    plan: Plan
    whole: bool

    @classmethod
    def of(cls, cells: Iterable[Cell], plan: Sequence[tuple[str, ...]], use: str) -> Told:
        """Of a filing only what it prints is told, and no zero."""
        return cls(frozenset(cells), Plan(tuple(plan)), use != STATUTORY)

    def zero(self, cell: Cell) -> bool:
        """Whether the version tells that a number is zero, by leaving it out."""
        counted = Cell(cell.quantity, cell.period, ()) in self.cells
        return self.whole and counted and cell not in self.cells and self.plan.publishes(cell.codes)


def versions(now: Mapping[Cell, int], plan: Plan, earlier: Sequence[Release]) -> Versions:
    """The numbers of earlier releases, one after the other, and at last those of now under their plan.

    What a revision adds to a month it adds to the quarter and to the year, though these are not revised yet.
    """
    values: dict[Cell, int] = {}
    seen: list[Told] = []
    listed = [(each.values(), Told.of(each.values(), each.plan, each.use)) for each in earlier]
    for cells, told in [*listed, (now, Told(frozenset(now), plan, whole=True))]:
        change = {cell: -n for cell, n in values.items() if n and told.zero(cell)}
        for cell, n in cells.items():
            if cell in values or any(each.zero(cell) for each in seen):
                change[cell] = n - values.get(cell, 0)
        values.update(dict.fromkeys(change, 0))
        values.update(cells)
        seen.append(told)
        for cell, step in _carried(change, told, values, seen):
            values[cell] = values.get(cell, 0) + step
    return Versions(values, earlier)


def _carried(
    change: Mapping[Cell, int], told: Told, values: Mapping[Cell, int], seen: Sequence[Told]
) -> list[tuple[Cell, int]]:
    """What the changes of some numbers are in the longer periods that this version does not tell."""
    mine = {cell.period for cell in told.cells}
    longer = sorted({cell.period for cell in values} - mine)
    found = []
    for cell, step in change.items():
        for period in longer if step else ():
            above = cell._replace(period=period)
            held = above in values or any(each.zero(above) for each in seen)
            if held and inside(cell.period, period) and not _between(cell, period, mine, told):
                found.append((above, step))
    return found


def _between(cell: Cell, period: str, mine: Set[str], told: Told) -> bool:
    """Whether the version tells the number of a period between the two, whose change is more."""
    for each in mine:
        if each != cell.period and inside(cell.period, each) and inside(each, period):
            other = cell._replace(period=each)
            if other in told.cells or told.zero(other):
                return True
    return False


def small_changes(
    now: Mapping[Cell, int],
    plan: Plan,
    earlier: Sequence[Release],
    k: int,
    apart: frozenset[Cell] = frozenset(),
) -> list[str]:
    """The numbers, by name, of which a publication would show that fewer than k were added or taken.

    Also what only follows from shown numbers: what is left of a category, and how much that changed.
    """
    found: set[str] = set()
    told = versions(now, plan, earlier)
    periods = {cell.period for cell in now}
    for release in earlier:
        changed = [each for each in told.changes(release) if each[0].period in periods]
        for cell, old, new in changed:
            seen = cell not in release.hidden
            changed_little = 0 < abs(new - old) < k
            if (changed_little and (seen or not new)) or (seen and 0 < new < k):
                found.add(cell.name)
        if changed:
            spoken = {(cell.quantity, cell.period) for cell in now}
            spoken &= {(cell.quantity, cell.period) for cell, _, _ in changed}
            found |= _derived(told, release, spoken, k, apart | release.apart)
    return sorted(found)


def _derived(
    told: Versions,
    release: Release,
    spoken: Set[tuple[str, str]],
    k: int,
    apart: frozenset[Cell],
) -> set[str]:
    """What follows by one equation after the other from the changes of the numbers that are shown."""
    values = {cell: n for cell, n in told.values.items() if (cell.quantity, cell.period) in spoken}
    book = Book(quantities(), dict(values), apart=apart)
    tables(book)
    subsets(book)
    before = release.values()
    zeros = Told.of(before, release.plan, release.use)
    change = {
        cell: n - before.get(cell, 0)
        for cell, n in values.items()
        if cell in release.shown or zeros.zero(cell)
    }
    found: set[str] = set()
    waiting = book.equations
    while True:
        left = []
        for row in waiting:
            open_ = [(cell, sign) for cell, sign in row if cell not in change]
            if len(open_) == 1 and abs(open_[0][1]) == 1:
                [(cell, sign)] = open_
                step = -sum(change[other] * s for other, s in row if other != cell) * sign
                change[cell] = step
                if 0 < abs(step) < k:
                    found.add(cell.name)
            elif open_:
                left.append(row)
        if len(left) == len(waiting):
            return found
        waiting = left
