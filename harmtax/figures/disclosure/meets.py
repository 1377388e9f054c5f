"""Meets: what two metrics count together, which nobody is shown and everybody's tables depend on.

Two metrics of the same incidents are two marks on each of them. Their tables by several breakdowns hang
together in a circle, as tables of dimensions do: each two agree, and still no incidents may make all of them.
What both metrics count is the table that ties the circle. Its true values are not in the observations, and
need not be: any that fit the rest are those of possible incidents, which is all that a witness has to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax.errors import BadUse
from harmtax.figures.disclosure.cells import JOINT, Book, Cell
from harmtax.figures.disclosure.conditions import common, disjoint, implies, related
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.programme import feasible, whole
from harmtax.figures.disclosure.system import Matrix
from harmtax.shapes import Quantity

NEAR = 1e-6
FIT = "no incidents have the numbers of these observations: {} do not fit together"


def tangled(plan: Plan) -> bool:
    """Whether the tables of several metrics under a plan can hang together in a circle.

    One table whose codes exclude each other cannot: each of its cells stands alone.
    """
    sets = plan.sets()
    names = frozenset().union(*sets)
    return len({one for one in sets if not any(one < other for other in sets)}) > 1 or any(
        DIMENSION_ROWS[name].overlapping for name in names
    )


def pairs(quantities: Mapping[str, Quantity], held: Iterable[str]) -> Iterator[str]:
    """The names of what every two quantities count together, where neither holds the other."""
    for one, other in _pairs(quantities, held):
        if not disjoint(quantities[one], quantities[other]):
            yield f"{one}{JOINT}{other}"


def meets(
    quantities: Mapping[str, Quantity], cells: Mapping[Cell, int], names: Iterable[str]
) -> tuple[dict[str, Quantity], set[Cell]]:
    """What pairs of quantities count together, by name, and the cells in which that may be something."""
    by_name: dict[str, dict[Cell, int]] = {}
    for cell, value in cells.items():
        by_name.setdefault(cell.quantity, {})[cell] = value
    found: dict[str, Quantity] = {}
    open_: set[Cell] = set()
    for name in sorted(names):
        one, other = name.split(JOINT)
        found[name] = common(quantities[one], quantities[other])
        open_ |= {
            cell._replace(quantity=name)
            for cell, value in by_name.get(one, {}).items()
            if value and by_name.get(other, {}).get(cell._replace(quantity=other))
        }
    return found, open_


def _pairs(quantities: Mapping[str, Quantity], held: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Quantities of the same records of which neither holds the other."""
    names = sorted(name for name in held if JOINT not in name)
    # What is split by fewer dimensions than another count of the same tells nothing of its own.
    names = [name for name in names if not any(_again(quantities, name, each) for each in names)]
    for one, other in combinations(names, 2):
        mine, theirs = quantities[one], quantities[other]
        if related(mine, theirs) and not implies(mine, theirs) and not implies(theirs, mine):
            yield one, other


def _again(quantities: Mapping[str, Quantity], name: str, other: str) -> bool:
    one, all_of_it = quantities[name], quantities[other]
    return bool(one.whole) and name != other and one._replace(whole=()) == all_of_it


def together(book: Book, cells: Mapping[str, Sequence[Cell]]) -> None:
    """The equations of two quantities and one that holds both: it holds what either counts."""
    for one, other in _pairs(book.quantities, cells.keys()):
        meet = f"{one}{JOINT}{other}"
        apart = disjoint(book.quantities[one], book.quantities[other])
        if not apart and meet not in book.quantities:
            continue
        left = f"neither {one} nor {other}" if apart else f"none of {meet}"
        for holder in holders(book.quantities, one, other, cells.keys()):
            for cell in cells[one]:
                top, beside = (cell._replace(quantity=name) for name in (holder, other))
                if top in book.values and beside in book.values and not book.zero(cell):
                    terms = [(top, 1), (cell, -1), (beside, -1), (cell._replace(quantity=meet), 1)]
                    book.relate(terms, top._replace(rest=left))


def holders(
    quantities: Mapping[str, Quantity], one: str, other: str, held: Iterable[str]
) -> list[str]:
    """The quantities that hold both, without those that hold one of these."""
    parts = [quantities[one], quantities[other]]
    found = [
        name
        for name in sorted(held)
        if JOINT not in name and all(implies(part, quantities[name]) for part in parts)
    ]
    return [
        name
        for name in found
        if not any(less != name and implies(quantities[less], quantities[name]) for less in found)
    ]


@dataclass
class Sketch(Book):
    """A book in which the cells of meets are open: no equation with them can fail."""

    open: set[Cell] = field(default_factory=set)

    def adds(self, whole: Cell, parts: Sequence[Cell]) -> bool:  # type: ignore[override]
        """As in every book, and as may be for what is open."""
        return not self.open.isdisjoint([whole, *parts]) or super().adds(whole, parts)

    def exceeds(self, whole: Cell, parts: Sequence[Cell]) -> bool:  # type: ignore[override]
        """As in every book; what is open is taken to fit."""
        return self.open.isdisjoint([whole, *parts]) and super().exceeds(whole, parts)

    def balance(self, terms: Sequence[tuple[Cell, int]]) -> int | None:  # type: ignore[override]
        """As in every book; None for what is open."""
        return super().balance(terms) if self.open.isdisjoint(c for c, _ in terms) else None

    def relate(self, terms: Sequence[tuple[Cell, int]], rest: Cell | None) -> None:
        """As in every book; what is left of something open is open."""
        if rest is not None and not self.open.isdisjoint(cell for cell, _ in terms):
            self.open.add(rest)
        super().relate(terms, rest)

    def equate(self, whole: Cell, parts: Sequence[Cell], rest: Cell | None) -> None:  # type: ignore[override]
        """As in every book; what is left of something open is open."""
        listed = list(parts)
        if self.open.isdisjoint([whole, *listed]):
            super().equate(whole, listed, rest)
            return
        here = [part for part in listed if part in self.values or part in self.rests]
        tail = [] if rest is None else [(rest, -1)]
        if rest is not None:
            self.rests[rest] = 1
            self.open.add(rest)
        self.equations.append([(whole, 1), *((part, -1) for part in here), *tail])

    def solved(self, nodes: int) -> dict[Cell, int]:
        """Values for the cells of meets with which all equations hold. Raises BadUse where there are none."""
        rows = [row for row in self.equations if any(cell in self.open for cell, _ in row)]
        cells = sorted({cell for row in rows for cell, _ in row})
        place = {cell: at for at, cell in enumerate(cells)}
        matrix = Matrix.of([[(place[c], sign) for c, sign in row] for row in rows], len(cells))
        known = np.array([cell not in self.open for cell in cells], dtype=bool)
        values = np.array([self.value(cell) for cell in cells], dtype=np.int64)
        least = np.zeros(len(cells), dtype=np.int64)
        found = feasible(matrix, known, values, least)
        if found is not None and (np.abs(found - np.rint(found)) > NEAR).any():
            found = whole(matrix, known, values, least, nodes)
        if found is None:
            names = sorted({cell.quantity for cell in self.open if JOINT in cell.quantity})
            raise BadUse(FIT.format(", ".join(name.replace(JOINT, " and ") for name in names)))
        rounded = np.rint(found).astype(np.int64).tolist()
        return {
            cell: rounded[place[cell]] if cell in place else 0
            for cell in self.open
            if not cell.rest
        }
