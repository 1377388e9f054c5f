"""Slices: what a metric counts under some codes of a dimension, where another metric counts just that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, RECORDS
from harmtax.figures.disclosure.cells import PLACE, Book, Cell
from harmtax.figures.disclosure.conditions import Test, Tests, dimension, implies, stepped
from harmtax.figures.disclosure.plan import TREE
from harmtax.figures.sides import UNKNOWN
from harmtax.shapes import Quantity

Codes = dict[str, str]
# Of a field that holds several codes, one code is asked for as well.
_ASKS = ("in", "has")


def slices(book: Book, cells: Mapping[str, Sequence[Cell]]) -> None:
    """The equations between cells of two quantities of which one holds the other, or both are the same.

    A test of one code is a code of the cell: measures on own initiative are measures whose source is
    own initiative. What is asked beyond that leaves a rest.
    """
    names = sorted(cells)
    for part in names:
        for whole in names:
            if part != whole and not _distinct(book, part, whole):
                _between(book, part, whole, cells[part])


def _distinct(book: Book, part: str, whole: str) -> bool:
    return bool(book.quantities[part].distinct or book.quantities[whole].distinct)


def _between(book: Book, part: str, whole: str, cells: Sequence[Cell]) -> None:
    (mine, fixed), (theirs, given) = (_parted(book.quantities[name]) for name in (part, whole))
    same = implies(mine, theirs) and implies(theirs, mine)
    if not implies(mine, theirs):
        _sums(book, part, whole, cells)
        return
    for cell in cells:
        if book.zero(cell):
            continue
        full = {**fixed, **dict(cell.codes)}
        if any(full[name] != code for name, code in fixed.items()):
            continue
        if any(full.get(name) != code for name, code in given.items()):
            continue
        for other in _holders(cell, whole, full, given):
            # The same dimensions are left to the rates and categories.
            if other not in book.values or book.zero(other):
                continue
            if same and {**given, **dict(other.codes)} == full:
                if part < whole and book.value(cell) == book.value(other):
                    book.equate(cell, [other], None)
            elif other.codes != cell.codes and book.value(cell) <= book.value(other):
                book.equate(other, [cell], other._replace(rest=f"not {part}"))
    _sums(book, part, whole, cells)


def _holders(cell: Cell, whole: str, full: Codes, given: Codes) -> Iterator[Cell]:
    """The cells of the other quantity in which all of this one is counted."""
    held = dict(cell.codes)
    needed = {name for name in held if name not in given}
    free = sorted(full.keys() - needed)
    for size in range(len(free) + 1):
        for more in combinations(free, size):
            names = sorted({*needed, *more}, key=PLACE.__getitem__)
            yield Cell(whole, cell.period, tuple((name, full[name]) for name in names))


def _sums(book: Book, part: str, whole: str, cells: Sequence[Cell]) -> None:
    """A test of several codes of one dimension: the part is the sum of the cells of the other.

    Where a record may have several of the codes, each cell is in the part, and some count twice.
    """
    asked = _several(book.quantities[part], book.quantities[whole])
    if asked is None:
        return
    name, codes = asked
    for cell in cells:
        if book.zero(cell) or name in cell.breakdown:
            continue
        other = cell._replace(quantity=whole)
        found = [each for each in (other.at(name, code) for code in codes) if each in book.values]
        total = sum(map(book.value, found))
        if not DIMENSION_ROWS[name].overlapping:
            if total == book.value(cell):
                book.equate(cell, found, None)
        elif total >= book.value(cell) >= max(map(book.value, found), default=0):
            for each in found:
                book.equate(cell, [each], cell._replace(rest=f"not {whole} {name} {each.codes}"))
            twice = cell._replace(rest=f"{whole} {name} twice")
            book.rests[twice] = total - book.value(cell)
            book.equations.append([(cell, 1), (twice, 1), *((each, -1) for each in found)])


def _several(part: Quantity, whole: Quantity) -> tuple[str, tuple[str, ...]] | None:
    """The dimension and codes that the part asks for beyond the whole, where this is all it asks."""
    if not implies(part, whole) or len(part.where) != 1 or len(whole.where) != 1:
        return None
    extra: list[Test] = [test for test in part.where[0] if test not in whole.where[0]]
    if len(extra) != 1:
        return None
    for test in set(whole.where[0]).difference(part.where[0]):
        # A narrower test in place of a wider one is all right.
        if test[0] != extra[0][0]:
            return None
    if extra[0][1] == "present":
        return _every(part.record, extra[0][0])
    name = dimension(part.record, extra[0][0])
    if extra[0][1] not in _ASKS or len(extra[0][2]) < 2 or name in (None, TREE):
        return None
    return str(name), tuple(extra[0][2])


def _every(record: str, field: str) -> tuple[str, tuple[str, ...]] | None:
    """The dimension that tells a field, and all its codes: under one of them is whatever has the field."""
    if steps := stepped(record, field):
        return steps, tuple(code for code, _ in DIMENSION_ROWS[steps].steps)
    name = dimension(record, field)
    listed = next((each.codes for each in RECORDS[record].fields if each.name == field), None)
    if name in (None, TREE) or listed is None or UNKNOWN in CODES[listed]:
        return None
    return str(name), tuple(CODES[listed])


@cache
def _parted(quantity: Quantity) -> tuple[Quantity, Codes]:
    """The quantity without its tests of one code of a dimension, and these codes."""
    if len(quantity.where) != 1:
        return quantity, {}
    codes: Codes = {}
    rest: list[Any] = []
    tests: Tests = quantity.where[0]
    for test in tests:
        name = dimension(quantity.record, test[0])
        if name in (None, TREE) or test[1] not in _ASKS or len(test[2]) != 1:
            rest.append(test)
        else:
            codes[str(name)] = test[2][0]
    return quantity._replace(where=(tuple(rest),)), codes
