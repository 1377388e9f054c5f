"""Subsets: metrics that are part of others, and so tell something about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set

from harmtax.figures.disclosure.cells import BELOW, PARENT, PLACE, Book, Cell, below
from harmtax.figures.disclosure.conditions import Tests, implies, settled
from harmtax.figures.disclosure.double import apart, doubled
from harmtax.figures.disclosure.plan import TREE
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
    broken = {(cell.quantity, cell.period, cell.breakdown) for cell in book.values}
    deep = {(cell.quantity, cell.period) for cell in book.values if below(cell)}
    doubled(book)
    for part, whole in _pairs(book.quantities, cells.keys()):
        codes = _categories(book.quantities[part], book.quantities[whole])
        for cell in cells[part]:
            other = cell._replace(quantity=whole)
            told = (whole, cell.period, cell.breakdown | {TREE}) in broken
            # Where the plan stops at the top of the tree, nothing below it is an equation.
            told &= codes is None or (whole, cell.period) in deep or not any(map(PARENT.get, codes))
            chosen = _chosen(book, other, codes) if told and codes is not None else None
            if chosen is not None and book.adds(cell, chosen):
                book.equate(cell, chosen, None)
            elif other in book.values and not book.zero(other):
                same = settled(book.quantities[part], book.quantities[whole], cell.codes)
                rest = other._replace(rest=f"not {part}")
                book.equate(other, [cell], None if same and book.adds(other, [cell]) else rest)
        _left(book, part, whole, broken)
        apart(book, part, whole)
    slices(book, cells)
    unions(book, cells)


def _left(book: Book, part: str, whole: str, broken: Set[tuple[str, str, frozenset[str]]]) -> None:
    """What no code of a table tells of the part is in what no code tells of the whole.

    Where a record may have several codes, or none, this does not follow from the sums of both.
    """
    for rest in sorted(each for each in book.rests if each.quantity == whole):
        name, _, other = rest.rest.partition(":")
        if name not in PLACE or other.partition(":")[0] in PLACE:
            # What is left in two dimensions at once has an equation of its own.
            continue
        above = rest._replace(quantity=part, rest="")
        if other:
            above = above.at(name, None)
        mine = rest._replace(quantity=part)
        if mine not in book.rests:
            # Nothing of the part has these codes, so that all of it is left.
            mine = above
        told = (part, rest.period, above.breakdown | {name}) in broken
        if told and (mine in book.rests or mine in book.values) and not book.zero(mine):
            left = rest._replace(rest=f"{rest.rest} not {part}")
            book.relate([(rest, 1), (mine, -1)], left)


def _pairs(quantities: Mapping[str, Quantity], held: Iterable[str]) -> Iterator[tuple[str, str]]:
    names = sorted(held)
    for part in names:
        for whole in names:
            if part != whole and implies(quantities[part], quantities[whole]):
                yield part, whole


def _categories(part: Quantity, whole: Quantity) -> set[str] | None:
    """The categories of which the part is made, if it is the whole in these categories and no more."""
    if len(part.where) != 1 or len(whole.where) != 1:
        return None
    extra: Tests = tuple(test for test in part.where[0] if test not in whole.where[0])
    if set(whole.where[0]) - set(part.where[0]) or len(extra) != 1:
        return None
    name, word, codes = extra[0]
    return set(codes) if (name, word) == (TREE, "in") else None


def _chosen(book: Book, cell: Cell, codes: set[str]) -> list[Cell]:
    """The cells of the whole that make up one cell of the part."""
    at = dict(cell.codes).get(TREE)
    wanted = codes & BELOW[at] if at else codes
    found: list[Cell] = []
    for code in sorted(wanted):
        parent = PARENT[code]
        if BELOW[code] <= wanted and not (parent and BELOW[parent] <= wanted):
            found.append(cell.at(TREE, code))
        elif not BELOW[code] <= wanted:
            here = cell.at(TREE, code)
            rest = here._replace(rest=TREE)
            # A category without codes below it in the figures is itself what is left of it.
            found.append(rest if rest in book.rests else here)
    return found
