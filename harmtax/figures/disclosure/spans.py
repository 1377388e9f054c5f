"""Spans: periods within periods, and what is left of a longer one.

A year is the sum of its quarters. Where only some of them are published, the year less these is a period as
well: its cells are shown by nobody, and everybody can work them out. So they are quantities like all others,
with the same equations between them, under the name of the period that they are left of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from harmtax.figures.disclosure.cells import PLACE, Book, Cell, months
from harmtax.figures.disclosure.plan import TREE, Plan

# Stands between a period and the parts that are taken from it.
LESS = " less "
# By period the plans of the tables that were published of it.
Plans = Mapping[str, Sequence[Plan]]


@dataclass(frozen=True, slots=True)
class Telling:
    """Which numbers of which periods are told: those that stand in a row, and zeros of published tables."""

    cells: Set[Cell]
    plans: Plans

    def tells(self, cell: Cell) -> bool:
        """Whether a cell is told, be it as a zero that stands in no row."""
        if cell in self.cells:
            return True
        counted = Cell(cell.quantity, cell.period, ()) in self.cells
        return counted and any(
            plan.publishes(cell.codes) for plan in self.plans.get(cell.period, ())
        )


def gaps(book: Book, plans: Plans) -> None:
    """The equations between periods, and the cells of what is left of each.

    The parts of a period are the longest published ones inside it. Where they make it up, they add up to it;
    else what is left gets a cell under every breakdown that the parts tell. Raises BadUse where the parts
    are more than the whole.
    """
    telling = Telling(frozenset(book.values), plans)
    found = sorted({cell.period for cell in book.values})
    for whole in found:
        shorter = [each for each in found if each != whole and inside(each, whole)]
        if shorter:
            _within(book, whole, shorter, telling)


def _within(book: Book, whole: str, shorter: Sequence[str], telling: Telling) -> None:
    here = sorted(cell for cell in telling.cells if cell.period == whole and not book.zero(cell))
    parts = {cell: _parts(cell, shorter, telling) for cell in here}
    open_: dict[tuple[str, tuple[str, ...]], set[frozenset[str]]] = defaultdict(set)
    for cell, told in parts.items():
        if told and _full(whole, told):
            _equate(book, cell, told, None)
        elif told:
            open_[cell.quantity, told].add(cell.breakdown)
    for (quantity, told), breakdowns in sorted(open_.items()):
        left = whole + LESS + " ".join(told)
        # What is no sum in the period or in one of the parts is none in what is left.
        book.apart |= {
            cell._replace(period=left) for cell in book.apart if cell.period in (whole, *told)
        }
        for cell in here:
            # The totals of a table are left of the same parts as the table.
            if (
                cell.quantity == quantity
                and any(cell.breakdown <= each for each in breakdowns)
                and all(telling.tells(cell._replace(period=part)) for part in told)
            ):
                _equate(book, cell, told, left)


def _parts(cell: Cell, shorter: Sequence[str], telling: Telling) -> tuple[str, ...]:
    """The longest periods inside the whole that tell a cell."""
    told = [each for each in shorter if telling.tells(cell._replace(period=each))]
    return tuple(
        each for each in told if not any(each != other and inside(each, other) for other in told)
    )


def _full(whole: str, parts: Iterable[str]) -> bool:
    return sum(months(each)[1] for each in parts) == months(whole)[1]


def _equate(book: Book, cell: Cell, told: Sequence[str], left: str | None) -> None:
    parts = [cell._replace(period=part) for part in told]
    rest = None if left is None else cell._replace(period=left)
    book.equate(cell, parts, rest)
    if rest is not None:
        # It has parts and rests of its own, as the cells of every other period.
        book.values[rest] = book.rests.pop(rest)
        book.unknown.add(rest)
        if cell in book.filed:
            book.filed |= {rest}


def summed(values: Mapping[Cell, int], period: str, plans: Plans) -> dict[Cell, int]:
    """The numbers of a period that nobody published, where the published ones within it add up to them."""
    telling = Telling(frozenset(values), plans)
    shorter = sorted({cell.period for cell in values if inside(cell.period, period)} - {period})
    found: dict[Cell, int] = {}
    for cell in {cell._replace(period=period) for cell in values if cell.period in shorter}:
        parts = _parts(cell, shorter, telling)
        if _full(period, parts):
            found[cell] = sum(values.get(cell._replace(period=part), 0) for part in parts)
    return found


def rests(book: Book, plans: Plans) -> None:
    """What is left of a total in a period is what is left of it in all the parts of the period.

    This follows from the other equations, but not by one of them at a time: floors would miss it.
    """
    telling = Telling(frozenset(book.values) - book.unknown, plans)
    found = sorted({cell.period for cell in telling.cells})
    held = {(cell.quantity, cell.period, cell.breakdown) for cell in telling.cells}
    for rest in sorted(cell for cell in book.rests if cell.period in found):
        total = rest._replace(rest="")
        shorter = [each for each in found if each != rest.period and inside(each, rest.period)]
        parts = _parts(total, shorter, telling)
        told = [
            (rest.quantity, part, total.breakdown | {rest.rest}) in held
            and (rest.rest != TREE or (part, total.breakdown | {TREE}) in book.deep)
            for part in parts
        ]
        listed = [rest._replace(period=part) for part in parts]
        # Without any part below it the total is itself what is left.
        listed = [each if each in book.rests else each._replace(rest="") for each in listed]
        whole = bool(parts) and _full(rest.period, parts) and all(told)
        if rest.rest in PLACE and whole and book.adds(rest, listed):
            book.equate(rest, listed, None)


def inside(part: str, whole: str) -> bool:
    """Whether a period lies in another."""
    (first, size), (start, length) = months(part), months(whole)
    return start <= first and first + size <= start + length
