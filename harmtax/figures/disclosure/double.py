"""Double rests: what is left of a total in two dimensions at once.

What counts under a category but under none of its sub-categories is divided by targeted groups as well. It
holds no less than each group of it, which does not follow from the sums of shown cells alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax.figures.disclosure.cells import PLACE, UNTIERED, Book, Cell, complete, enough
from harmtax.figures.disclosure.plan import TIER, TREE
from harmtax.figures.sides import UNKNOWN

Table = tuple[str, str, frozenset[str]]
# A rest of a rest: the rest, the dimension that divides it, and a code of it or a word for all of them.
OTHER, TWICE = "other", "twice"


class Told(NamedTuple):
    """The tables that there are, those that go below the top of the tree, and the codes they have."""

    tables: Set[Table]
    deep: Set[tuple[str, frozenset[str]]]
    codes: Mapping[tuple[Table, str], Set[str]]

    def divides(self, rest: Cell, name: str) -> bool:
        """Whether a table divides what is left by a dimension."""
        table = (rest.quantity, rest.period, rest.breakdown | {rest.rest, name})
        # A plan is the same for all metrics.
        deep = (rest.period, rest.breakdown | {rest.rest, name}) in self.deep
        return table in self.tables and (rest.rest != TREE or deep)


def doubled(book: Book) -> None:
    """The equations of what is left in two dimensions at once, after those of the tables."""
    told = _told(book)
    for rest in sorted(each for each in book.rests if each.rest in PLACE):
        for name in sorted(PLACE):
            # What is left in the category and in another dimension is named by the category first.
            if name in (TREE, rest.rest) or name in rest.breakdown or not told.divides(rest, name):
                continue
            _divided(book, rest, name, told)


def _told(book: Book) -> Told:
    codes: dict[tuple[Table, str], set[str]] = defaultdict(set)
    for cell in book.values:
        for name, code in cell.codes:
            codes[(cell.quantity, cell.period, cell.breakdown), name].add(code)
    return Told(book.split, book.deep, codes)


def _divided(book: Book, rest: Cell, name: str, told: Told) -> None:
    table = (rest.quantity, rest.period, rest.breakdown | {rest.rest, name})
    total = (rest.quantity, rest.period, rest.breakdown | {name})
    codes = sorted({*told.codes.get((table, name), ()), *told.codes.get((total, name), ())})
    parts = {code: left(book, rest.at(name, code)) for code in codes}
    here = {code: part for code, part in parts.items() if part is not None}
    if not DIMENSION_ROWS[name].overlapping:
        if complete(book.quantities[rest.quantity], name, rest._replace(rest="")):
            # Then nothing is left, and the sums of the tables say so already.
            return
        terms = [(rest, 1), *((part, -1) for part in here.values())]
        both: Cell | None = rest._replace(rest=f"{rest.rest}:{name}")
        if (rest.rest, name) == (TREE, TIER):
            # A category itself has tiers or none, whatever is below it.
            if dict(rest.codes)[TREE] in UNTIERED:
                return
            both = None
        book.relate(terms, both)
        return
    for code, part in here.items():
        other = rest.at(name, code)._replace(rest=f"{rest.rest}:{name}:{OTHER}")
        book.relate([(rest, 1), (part, -1)], other)
        if code != UNKNOWN and UNKNOWN in here:
            beyond = rest.at(name, code)._replace(rest=f"{rest.rest}:{name}:some other")
            book.relate([(rest, 1), (part, -1), (here[UNKNOWN], -1)], beyond)
    if asked := enough(book.quantities[rest.quantity], name):
        some = [(part, 1) for code, part in here.items() if code in asked]
        book.relate([*some, (rest, -1)], rest._replace(rest=f"{rest.rest}:{name}:{TWICE}"))


def left(book: Book, rest: Cell) -> Cell | None:
    """What is left of a cell in a dimension that its table has; None where that is nothing."""
    if rest in book.rests:
        return rest
    cell = rest._replace(rest="")
    if complete(book.quantities[rest.quantity], rest.rest, cell):
        return None
    # Without any part the cell is itself what is left.
    return cell if cell in book.values and not book.zero(cell) else None


def apart(book: Book, part: str, whole: str) -> None:
    """What is left of the part in two dimensions is in what is so left of the whole."""
    told = _told(book)
    for rest in sorted(each for each in book.rests if each.quantity == whole):
        if mine := list(_same(book, rest, part, told)):
            book.relate([(rest, 1), *mine], rest._replace(rest=f"{rest.rest} not {part}"))


def _same(book: Book, rest: Cell, part: str, told: Told) -> Iterator[tuple[Cell, int]]:
    """What is left of the part, to be taken away; nothing where that is nothing, or not told."""
    first, _, last = rest.rest.partition(":")
    name, _, word = last.partition(":")
    if first not in PLACE or name not in PLACE or word not in ("", OTHER, TWICE):
        return
    mine = rest._replace(quantity=part)
    if mine in book.rests:
        yield mine, -1
        return
    single = mine.at(name, None)._replace(rest=first)
    all_of_it = left(book, single) if word == OTHER and told.divides(single, name) else None
    if all_of_it is not None:
        yield all_of_it, -1
        if coded := left(book, mine._replace(rest=first)):
            yield coded, 1
