"""Slices: what a cell counts, as cells of another metric that counts all of it, whatever the records are.

Measures on own initiative are measures whose source is own initiative. What is removed of likeness misuse is
removals under some categories as well as likeness misuse under some decisions, though neither of these two
holds the other. So a cell is taken with all its conditions, those of its metric and those of its codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product
from typing import NamedTuple

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax.figures.disclosure.cells import BELOW, PARENT, PLACE, Book, Cell
from harmtax.figures.disclosure.conditions import (
    Tests,
    asks,
    between,
    choices,
    exact,
    field_of,
    implies,
    narrowed,
    related,
)
from harmtax.figures.disclosure.plan import TREE

Pairs = tuple[tuple[str, str], ...]


class Bound(NamedTuple):
    """Codes of one dimension, one of which all that is counted has, and the tests that say so."""

    name: str
    codes: tuple[str, ...]
    tests: Tests
    added: bool = False
    """Whether the cells of the codes are to be added up."""


class Cut(NamedTuple):
    """The bounds under which another quantity holds what a cell counts; `same` if it is all it holds."""

    bounds: tuple[Bound, ...]
    same: bool

    @property
    def names(self) -> frozenset[str]:
        return frozenset(each.name for each in self.bounds)


def slices(book: Book, cells: Mapping[str, Sequence[Cell]]) -> None:
    """The equations between cells of two quantities of which one holds the other, or both are the same."""
    written: set[frozenset[tuple[Cell, int]]] = set()
    for part in sorted(cells):
        for whole in sorted(cells):
            if part != whole and related(book.quantities[part], book.quantities[whole]):
                follows = between(book.quantities, part, whole, cells.keys())
                _Pair(book, part, whole, written, follows=follows).relate(cells[part])


class _Pair:
    """Two quantities of the same records: each cell of the first is held against the second.

    With `follows` a third quantity stands between both, so that what always holds of both needs no equation.
    """

    def __init__(
        self,
        book: Book,
        part: str,
        whole: str,
        written: set[frozenset[tuple[Cell, int]]],
        *,
        follows: bool,
    ) -> None:
        self.book, self.part, self.whole = book, part, whole
        self.written, self.follows = written, follows
        self.mine, self.theirs = book.quantities[part], book.quantities[whole]
        self.fields = {
            test[0] for one in (self.mine, self.theirs) for tests in one.where for test in tests
        }
        self.choices = [
            _categories({*codes}) if name == TREE else Bound(name, codes, (test,), len(codes) > 1)
            for name, codes, test in choices(self.mine, self.theirs)
        ]
        self.always = implies(self.mine, self.theirs)
        self.cuts: dict[tuple[Pairs, frozenset[str]], list[Cut]] = {}

    def relate(self, cells: Sequence[Cell]) -> None:
        for cell in cells:
            if self.book.zero(cell):
                continue
            asked = tuple(pair for pair in cell.codes if self._asked(pair[0]))
            plain = tuple(pair for pair in cell.codes if pair not in asked)
            there = self._there(cell)
            if (asked, there) not in self.cuts:
                self.cuts[asked, there] = list(self._found(asked, there))
            done: list[frozenset[str]] = []
            for cut in self.cuts[asked, there]:
                # What a wider cut says of the cell follows from the tables of the other quantity.
                if not any(cut.names <= names for names in done) and self._cut(cell, plain, cut):
                    done.append(cut.names)

    def _asked(self, name: str) -> bool:
        return field_of(self.mine.record, name) in self.fields

    def _there(self, cell: Cell) -> frozenset[str]:
        """The categories in which everybody sees that something of a cell may be; none where nobody does."""
        if not self._asked(TREE) or (cell.period, cell.breakdown | {TREE}) not in self.book.deep:
            return frozenset()
        if (self.part, cell.period, cell.breakdown | {TREE}) not in self.book.split:
            return frozenset()
        top = dict(cell.codes).get(TREE)
        below = BELOW[top] if top else PARENT.keys()
        return frozenset(
            code for code in below if code == top or not self.book.zero(cell.at(TREE, code))
        )

    def _found(self, asked: Pairs, there: frozenset[str]) -> Iterator[Cut]:
        """All cuts that hold what a cell with these codes counts, from narrow to wide."""
        record = self.mine.record
        mine = narrowed(self.mine, (test for pair in asked for test in asks(record, *pair)))
        if there:
            mine = narrowed(mine, [(TREE, "in", tuple(sorted(there)))])
        inexact = {name for name, code in asked if not exact(record, name, code)}
        options = [(*each, None) for each in self._options(asked, there)]
        found = [tuple(each for each in some if each) for some in product(*options)]
        for bounds in sorted(found, key=len, reverse=True):
            several = [each for each in bounds if each.added and each.name != TREE]
            theirs = narrowed(self.theirs, (test for each in bounds for test in each.tests))
            if len(several) > 1 or not implies(mine, theirs):
                continue
            names = {each.name for each in bounds}
            twice = any(DIMENSION_ROWS[each.name].overlapping for each in several)
            same = not twice and inexact <= names and implies(theirs, mine)
            yield Cut(bounds, same)

    def _options(self, asked: Pairs, there: frozenset[str]) -> Iterator[list[Bound]]:
        """For each dimension the bounds of a cell with these codes, from narrow to wide."""
        own = {
            name: Bound(name, (code,), asks(self.mine.record, name, code)) for name, code in asked
        }
        free = {each.name: each for each in self.choices}
        for name in sorted({*own, *free}, key=PLACE.__getitem__):
            if name == TREE:
                yield list(_nested(own.get(name), free.get(name), there))
            else:
                yield [own[name] if name in own else free[name]]

    def _cut(self, cell: Cell, plain: Pairs, cut: Cut) -> bool:
        """Writes the equation of a cell and a cut; False where no table tells what is in the cut."""
        names = cut.names | {name for name, _ in plain}
        if (self.whole, cell.period, names) not in self.book.split:
            return False
        base = Cell(self.whole, cell.period, plain)
        sums: list[Bound] = []
        for each in cut.bounds:
            if not each.added:
                base = base.at(each.name, each.codes[0])
            elif each.name == TREE and (cell.period, frozenset(names)) not in self.book.deep:
                # Where the plan stops at the top of the tree, nothing below it is an equation.
                return False
            else:
                sums.append(each)
        parts = [base]
        # What is left of a category differs from code to code, so that the tree comes last.
        for each in sorted(sums, key=lambda each: each.name == TREE):
            parts = [part for one in parts for part in self._divided(one, each)]
        beyond = [f"{name}={code}" for name, code in cell.codes if (name, code) not in base.codes]
        listed = [f"in some {each.name}" for each in sums]
        rest = base._replace(rest=" ".join(["not", self.part, *beyond, *listed]))
        self._write(cell, [part for part in parts if not self.book.zero(part)], rest, cut.same)
        return True

    def _divided(self, cell: Cell, bound: Bound) -> list[Cell]:
        if bound.name == TREE:
            return chosen(self.book, cell, {*bound.codes})
        return [cell.at(bound.name, code) for code in bound.codes]

    def _write(self, cell: Cell, parts: Sequence[Cell], rest: Cell, same: bool) -> None:
        if same and self.book.adds(cell, parts):
            terms = frozenset([(cell, 1), *((part, -1) for part in parts)])
            turned = frozenset((each, -sign) for each, sign in terms)
            if not {terms, turned} & self.written:
                self.written.add(terms)
                self.book.equate(cell, parts, None)
        elif self.always and [part.codes for part in parts] == [cell.codes]:
            if self.follows:
                return
            # A part that is more than the whole is a mistake in the observations, and told.
            self.book.equate(parts[0], [cell], rest)
        else:
            self.book.relate([*((part, 1) for part in parts), (cell, -1)], rest)


def _nested(own: Bound | None, free: Bound | None, there: frozenset[str]) -> Iterator[Bound]:
    """The bounds by category, from narrow to wide: what may be there of it, and its own code."""
    found = [{*each.tests[0][2]} for each in (own, free) if each]
    codes = set.intersection(*found, there or found[0])
    inside = _categories(codes)
    yield inside
    if own and own != inside:
        yield own


def _categories(codes: Set[str]) -> Bound:
    """Some categories as a bound, by the name of the one that holds all the others if there is one."""
    tests: Tests = ((TREE, "in", tuple(sorted(codes))),)
    top = [code for code in sorted(codes) if BELOW[code] == codes]
    return Bound(TREE, (*top,) or tests[0][2], tests, not top)


def chosen(book: Book, cell: Cell, codes: Set[str]) -> list[Cell]:
    """The cells, and what is left of cells, that make up some categories of one cell."""
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
