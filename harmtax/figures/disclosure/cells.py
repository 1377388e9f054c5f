"""Cells: observations as quantities with names, and the equations that everybody can write down.

A cell is a quantity that is counted, a period, and codes of some dimensions. Its name is the same in every
publication, so that an earlier one speaks of the same cells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, DIMENSIONS, RECORDS
from harmtax._generated.taxonomy import CATEGORIES, CLOSURE, TIERS
from harmtax.errors import BadUse
from harmtax.figures.disclosure.plan import TIER, TREE
from harmtax.figures.sides import UNKNOWN
from harmtax.shapes import Quantity

PLACE = {name: place for place, name in enumerate(DIMENSIONS)}
PARENT = {row.code: row.parent for row in CATEGORIES}
CHILDREN: dict[str | None, list[str]] = defaultdict(list)
for _row in CATEGORIES:
    CHILDREN[_row.parent].append(_row.code)
BELOW: dict[str, set[str]] = defaultdict(set)
for _part, _whole in CLOSURE:
    BELOW[_whole].add(_part)

# Stands between two quantities in the name of what both count.
JOINT = "&"

# Incidents of these categories have no tier, and nobody has to be told which.
UNTIERED = {row.code for row in CATEGORIES} - {code for code, _ in TIERS}


class Cell(NamedTuple):
    """What a number counts. `rest` names what is left of it when the parts are taken away."""

    quantity: str
    period: str
    codes: tuple[tuple[str, str], ...]
    rest: str = ""

    @property
    def name(self) -> str:
        """The cell in one line, the same everywhere."""
        listed = [f"{name}={code}" for name, code in self.codes]
        return "|".join(
            [self.quantity, self.period, *listed, *([f"~{self.rest}"] if self.rest else [])]
        )

    @classmethod
    def named(cls, name: str) -> Cell:
        """The cell of a name, which no residual has."""
        quantity, period, *codes = name.split("|")
        pairs = [each.partition("=") for each in codes]
        return cls(quantity, period, tuple((dimension, code) for dimension, _, code in pairs))

    @property
    def breakdown(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.codes)

    def at(self, name: str, code: str | None) -> Cell:
        """The same with another code of a dimension, or in total."""
        codes = [pair for pair in self.codes if pair[0] != name]
        if code is not None:
            codes = sorted([*codes, (name, code)], key=lambda pair: PLACE[pair[0]])
        return Cell(self.quantity, self.period, tuple(codes), self.rest)


Table = tuple[str, frozenset[str]]
# A row of a template, its number, and the cells with signs that add up to it.
Filed = tuple[Cell, int, tuple[tuple[Cell, int], ...]]


@dataclass
class Book:
    """All cells with their values, those that are not shown but follow, and the equations.

    `values` are whole numbers. An equation is a list of pairs (cell, sign) that add up to zero.
    """

    quantities: Mapping[str, Quantity]
    values: dict[Cell, int] = field(default_factory=dict)
    rests: dict[Cell, int] = field(default_factory=dict)
    equations: list[list[tuple[Cell, int]]] = field(default_factory=list)
    hideable: bool = False
    """Whether a zero may be hidden, so that its equations are wanted as well."""
    filed: frozenset[Cell] = frozenset()
    """Cells that only a filing has, whose totals may be in no table of ours."""
    apart: frozenset[Cell] = frozenset()
    """Totals that nobody has, since what is counted under them differs: no sums of their parts."""
    unknown: set[Cell] = field(default_factory=set)
    """Cells that nobody is shown, so that nobody knows which of them are zero."""
    told: Mapping[Table, bool] = field(default_factory=dict)
    """The published tables by period and breakdown, and whether they go below the top of the tree."""

    @cached_property
    def deep(self) -> Set[Table]:
        """The tables in which everybody sees what is below a category, and that nothing is."""
        found = {(cell.period, cell.breakdown) for cell in self.values if below(cell)}
        return found | {table for table, deep in self.told.items() if deep}

    @cached_property
    def split(self) -> Set[tuple[str, str, frozenset[str]]]:
        """The tables by quantity, period and breakdown, with those that have nothing in them."""
        found = {(cell.quantity, cell.period, cell.breakdown) for cell in self.values}
        counted = {(cell.quantity, cell.period) for cell in self.values if not cell.codes}
        names = {each: {*row.dimensions} - {*row.whole} for each, row in self.quantities.items()}
        return found | {
            (quantity, period, table)
            for quantity, period in counted
            for when, table in self.told
            if when == period and table <= names[quantity]
        }

    def value(self, cell: Cell) -> int:
        """The value; what stands in no row is zero."""
        return self.values.get(cell, self.rests.get(cell, 0))

    def zero(self, cell: Cell) -> bool:
        """Whether everybody knows that the cell is zero."""
        open_ = cell in self.unknown or cell in self.rests
        return not self.value(cell) and not open_ and not (self.hideable and cell in self.values)

    def exceeds(self, whole: Cell, parts: Iterable[Cell]) -> bool:
        """Whether the parts add up to more than the whole, so that they must overlap."""
        return sum(map(self.value, parts)) > self.value(whole)

    def adds(self, whole: Cell, parts: Iterable[Cell]) -> bool:
        """Whether the parts add up to the whole."""
        return sum(map(self.value, parts)) == self.value(whole)

    def balance(self, terms: Iterable[tuple[Cell, int]]) -> int | None:
        """The sum of cells with signs; None where it is not known."""
        return sum(self.value(cell) * sign for cell, sign in terms)

    def relate(self, terms: Sequence[tuple[Cell, int]], rest: Cell | None) -> None:
        """Cells with signs add up to the rest, or to zero; where they cannot, nothing is said."""
        signs: dict[Cell, int] = defaultdict(int)
        for cell, sign in terms:
            if cell in self.values or cell in self.rests:
                signs[cell] += sign
        # A cell that stands on both sides says nothing, and no cell may stand in an equation twice.
        here = [(cell, sign) for cell, sign in signs.items() if sign]
        left = self.balance(here)
        if left is not None and (left < 0 or (left and rest is None)):
            return
        if rest is not None:
            self.rests[rest] = 1 if left is None else left
            here.append((rest, -1))
        self.equations.append(here)

    def file(self, rows: Iterable[Filed]) -> set[Cell]:
        """The rows of a template as sums of cells; returns those that agree with the values."""
        found: set[Cell] = set()
        for row, value, terms in rows:
            if self.balance(terms) in (value, None):
                self.rests[row] = value
                self.equations.append([*terms, (row, -1)])
                found.add(row)
        return found

    def equate(self, whole: Cell, parts: Iterable[Cell], rest: Cell | None) -> None:
        """whole = parts + rest; the rest gets the value that is left. Raises BadUse below zero."""
        listed = [part for part in parts if part in self.values or part in self.rests]
        left = self.value(whole) - sum(map(self.value, listed))
        if rest is not None:
            self.rests[rest] = left
        if left < 0 or (left and rest is None):
            raise BadUse(
                f"the parts of {whole.name} add up to {self.value(whole) - left}, not {self.value(whole)};"
                " the observations do not hold together"
            )
        tail = [] if rest is None else [(rest, -1)]
        self.equations.append([(whole, 1), *((part, -1) for part in listed), *tail])


def tables(book: Book) -> None:
    """The equations of every table: a total is the sum of its parts, and what no part tells."""
    found: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in sorted(book.values):
        for name, code in cell.codes:
            if name != TREE or PARENT[code] is None:
                found[cell.at(name, None), name].append(cell)
            else:
                found[cell.at(name, PARENT[code]), name].append(cell)
    overlapping = {
        (whole.quantity, whole.breakdown, name)
        for (whole, name), parts in found.items()
        if DIMENSION_ROWS[name].overlapping or (whole in book.values and book.exceeds(whole, parts))
    }
    # Where filings do not add up to our number, others of its reporter have filed nothing.
    partly = {
        (whole.quantity, name)
        for (whole, name), parts in found.items()
        if whole in book.values and book.filed.issuperset(parts) and not book.adds(whole, parts)
    }
    for (whole, name), parts in sorted(found.items()):
        if whole not in book.values and (whole in book.apart or book.filed.issuperset(parts)):
            continue
        if whole not in book.values:
            raise BadUse(f"the observations lack the total {whole.name} of their parts")
        if book.zero(whole):
            continue
        if (whole.quantity, whole.breakdown, name) in overlapping:
            for part in parts:
                book.equate(whole, [part], part._replace(rest=f"{name}:other"))
            _alone(book, name, parts)
            if asked := enough(book.quantities[whole.quantity], name):
                some = [(part, 1) for part in parts if dict(part.codes)[name] in asked]
                book.relate([*some, (whole, -1)], whole._replace(rest=f"{name}:twice"))
        else:
            full = complete(book.quantities[whole.quantity], name, whole)
            full &= not (book.filed.issuperset(parts) and (whole.quantity, name) in partly)
            book.equate(whole, parts, None if full else whole._replace(rest=name))
    _untiered(book)


def _alone(book: Book, name: str, parts: Sequence[Cell]) -> None:
    """What has the code for unknown has no other code: all others are in what is left of it."""
    for unknown in parts:
        if dict(unknown.codes)[name] == UNKNOWN and not book.zero(unknown):
            left = unknown._replace(rest=f"{name}:other")
            for part in parts:
                if part != unknown:
                    book.relate([(left, 1), (part, -1)], part._replace(rest=f"{name}:some other"))


def _untiered(book: Book) -> None:
    """What has no tier is what has a category without one: an equation between two tables."""
    held = {(cell.quantity, cell.period, cell.breakdown) for cell in book.values}
    for rest in sorted(
        cell for cell in book.rests if cell.rest == TIER and TREE not in cell.breakdown
    ):
        whole = rest._replace(rest="")
        if (whole.quantity, whole.period, whole.breakdown | {TREE}) in held:
            parts = [whole.at(TREE, code) for code in sorted(UNTIERED)]
            if book.adds(rest, parts):
                book.equate(rest, parts, None)


def complete(quantity: Quantity, name: str, whole: Cell) -> bool:
    """Whether every record has a code of the dimension, so that nothing is left of the total."""
    if name == TREE:
        return TREE not in whole.breakdown
    if name == TIER:
        code = dict(whole.codes).get(TREE)
        return code is not None and not BELOW[code] & UNTIERED
    row = DIMENSION_ROWS[name]
    looked = row.field if row.record == quantity.record and row.field else name
    # What is counted only where a field is told has a code of it.
    asked = all(any(test[0] == looked for test in tests) for tests in quantity.where)
    return (asked and bool(quantity.where)) or _told(quantity.record, name)


@cache
def enough(quantity: Quantity, name: str) -> frozenset[str]:
    """Codes of which every record has at least one, so that together they count no less than the whole."""
    row = DIMENSION_ROWS[name]
    looked = row.field if row.record == quantity.record and row.field else name
    found: set[str] = set()
    for tests in quantity.where:
        wanted = [test[2] for test in tests if test[:2] == (looked, "has")]
        if not wanted:
            listed = next(
                (each.codes for each in RECORDS[quantity.record].fields if each.name == looked),
                None,
            )
            told = listed is not None and _told(quantity.record, name)
            return frozenset(CODES[listed] if told and listed is not None else ())
        found.update(str(code) for codes in wanted if isinstance(codes, tuple) for code in codes)
    return frozenset(found)


@cache
def _told(record: str, name: str) -> bool:
    """Whether every record tells the dimension, if only as unknown."""
    row = DIMENSION_ROWS[name]
    if row.record is None and row.steps:
        # The steps of a time: what has none is not counted at all.
        return True
    looked = row.field if row.record == record and row.field else name
    for each in RECORDS[record].fields:
        if each.name == looked:
            listed = each.codes is not None and UNKNOWN in CODES[each.codes]
            return not row.steps and (each.required or listed)
    return False


def below(cell: Cell) -> bool:
    """Whether it is broken down to a category below the top of the tree."""
    return any(name == TREE and PARENT[code] is not None for name, code in cell.codes)


def months(period: str) -> tuple[int, int]:
    """The first month of a period, counted from year 0, and how many months it has."""
    year, _, part = period.partition("-")
    start = int(year) * 12
    if not part:
        return start, 12
    kinds = {"H": 6, "Q": 3}
    size = kinds.get(part[0], 1)
    return start + (int(part.lstrip("HQ")) - 1) * size, size
