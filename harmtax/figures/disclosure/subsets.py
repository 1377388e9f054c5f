"""Subsets: metrics that are part of others, and so tell something about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from harmtax.figures.disclosure.cells import PLACE, Book, Cell, complete
from harmtax.figures.disclosure.conditions import between, implies
from harmtax.figures.disclosure.double import OTHER, TWICE, apart, doubled
from harmtax.figures.disclosure.meets import together
from harmtax.figures.disclosure.slices import slices
from harmtax.figures.disclosure.unions import unions
from harmtax.shapes import Quantity


def subsets(book: Book) -> None:
    """The equations between quantities: of those that are part of another, the others are the rest.

    A rate has its numerator in its denominator; a metric may be what another counts under some codes.
    """
    cells: dict[str, list[Cell]] = defaultdict(list)
    for cell in sorted(book.values):
        cells[cell.quantity].append(cell)
    doubled(book)
    slices(book, cells)
    for part, whole in _pairs(book.quantities, cells.keys()):
        if between(book.quantities, part, whole, cells.keys()):
            # It follows from two others.
            continue
        _left(book, part, whole)
        apart(book, part, whole)
    unions(book, cells)
    together(book, cells)


def _left(book: Book, part: str, whole: str) -> None:
    """What no code of a table tells of the part is in what no code tells of the whole.

    Where a record may have several codes, or none, this does not follow from the sums of both.
    """
    for rest in sorted(each for each in book.rests if each.quantity == whole):
        name, _, other = rest.rest.partition(":")
        if name not in PLACE or other not in ("", OTHER, TWICE):
            # What is left in two dimensions at once has an equation of its own.
            continue
        above = rest._replace(quantity=part, rest="")
        if other:
            above = above.at(name, None)
        mine = rest._replace(quantity=part)
        if mine not in book.rests:
            if not other and complete(book.quantities[part], name, above):
                continue
            # Nothing of the part has these codes, so that all of it is left.
            mine = above
        told = (part, rest.period, above.breakdown | {name}) in book.split
        if told and (mine in book.rests or mine in book.values) and not book.zero(mine):
            left = rest._replace(rest=f"{rest.rest} not {part}")
            book.relate([(rest, 1), (mine, -1)], left)


def _pairs(quantities: Mapping[str, Quantity], held: Iterable[str]) -> Iterator[tuple[str, str]]:
    names = sorted(held)
    for part in names:
        for whole in names:
            if part != whole and implies(quantities[part], quantities[whole]):
                yield part, whole
