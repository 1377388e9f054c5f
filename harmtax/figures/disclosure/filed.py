"""Filed sums: what the rows of a law's template say of our categories, of which several share a row.

A row is the sum of what is coded at the categories that go to it. Where the conditions of a category send it
to several rows, only their sum is used: how much went to each is nobody's equation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import NamedTuple

from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.eu_template import COLUMNS, LISTS, PARTS, WORDS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.figures.disclosure.cells import CHILDREN, PLACE, Cell
from harmtax.figures.disclosure.plan import TREE
from harmtax.figures.disclosure.printing import ORDERS, STATES, WHOSE
from harmtax.figures.disclosure.rows import TOP, named

GROUND = "decision_ground"
KEYWORD = "KEYWORD_"
Codes = tuple[tuple[str, str], ...]


class Sum(NamedTuple):
    """One row of a filled template, or several together: its number, and the cells that add up to it."""

    row: Cell
    value: int
    terms: tuple[tuple[Cell, int], ...]


class Column(NamedTuple):
    """A column of counts: what it counts, under which codes, and to which rows each category may go."""

    quantity: str
    options: tuple[Codes, ...]
    part: str

    @property
    def ground(self) -> str | None:
        """The ground that all of its counts have."""
        grounds = {dict(codes).get(GROUND) for codes in self.options}
        return grounds.pop() if len(grounds) == 1 else None


def sums(cells: Mapping[Cell, int]) -> list[Sum]:
    """The sums that the template prints of the exact cells of a filing, those of one cell included."""
    held: dict[tuple[str, frozenset[str]], set[tuple[str, Codes]]] = defaultdict(set)
    for cell in cells:
        whose = tuple(pair for pair in cell.codes if pair[0] in WHOSE)
        held[cell.quantity, cell.breakdown - {*WHOSE}].add((cell.period, whose))
    told = {(quantity, names) for quantity, names in held}
    found: dict[Cell, Sum] = {}
    for column in _columns():
        names = frozenset({TREE, *dict(column.options[0])})
        # What the figures do not tell apart goes where it goes without the condition.
        seen = {
            name for of, more in told if of == column.quantity and names <= more for name in more
        }
        groups = _groups(column.part, column.ground, frozenset(seen))
        for period, whose in sorted(held.get((column.quantity, names), ())):
            for rows, codes in groups:
                for each in _sum(cells, column, period, whose, rows, codes):
                    found[each.row] = each
    return [found[row] for row in sorted(found)]


def _sum(
    cells: Mapping[Cell, int],
    column: Column,
    period: str,
    whose: Codes,
    rows: tuple[str, ...],
    codes: tuple[str, ...],
) -> Iterator[Sum]:
    signs: dict[Cell, int] = defaultdict(int)
    for option in column.options:
        base = _ordered((*whose, *option))
        for code in codes:
            signs[Cell(column.quantity, period, base).at(TREE, code)] += 1
            for child in CHILDREN.get(code, ()):
                signs[Cell(column.quantity, period, base).at(TREE, child)] -= 1
    terms = tuple((cell, sign) for cell, sign in sorted(signs.items()) if sign and cell in cells)
    if terms:
        under = " or ".join(
            ",".join(code for _, code in option) for option in column.options if option
        )
        first = Cell(column.quantity, period, _ordered(whose))
        row = first._replace(rest=f"filed {' '.join(rows)} {under}".rstrip())
        yield Sum(row, sum(cells[cell] * sign for cell, sign in terms), terms)


def _ordered(codes: Codes) -> Codes:
    return tuple(sorted(codes, key=lambda pair: PLACE[pair[0]]))


@cache
def _columns() -> tuple[Column, ...]:
    found = []
    for part, columns in COLUMNS.items():
        for metric, value, where in columns:
            quantity = named(metric, TOP)
            if value != "count" or quantity is None:
                continue
            states = [((STATES, (state,)),) for state in LISTS["member_states"]]
            for more in ((), *(states if part == ORDERS else ())):
                asked = (*where, *more)
                options = product(*(codes for _, codes in asked))
                names = [name for name, _ in asked]
                listed = tuple(tuple(zip(names, each, strict=True)) for each in options)
                found.append(Column(quantity, listed, part))
    return tuple(found)


@cache
def _groups(
    part: str, ground: str | None, seen: frozenset[str]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Rows that share categories, each group once, with all the categories that go to them."""
    goes = {row.code: _rows(part, row.code, ground, seen) for row in CATEGORIES}
    leader: dict[str, str] = {}

    def root(of: str) -> str:
        while leader.setdefault(of, of) != of:
            of = leader[of]
        return of

    for rows in goes.values():
        first = root(rows[0])
        for other in rows[1:]:
            leader[root(other)] = first
    groups: dict[str, tuple[set[str], list[str]]] = {}
    for code, rows in goes.items():
        names, codes = groups.setdefault(root(rows[0]), (set(), []))
        names.update(rows)
        codes.append(code)
    return [(tuple(sorted(names)), tuple(codes)) for names, codes in groups.values()]


def _rows(part: str, code: str, ground: str | None, seen: frozenset[str]) -> tuple[str, ...]:
    """The rows that a category may go to: by conditions that can be seen, and at last by none."""
    found: list[str] = []
    for pair in CROSSWALKS[WORDS["crosswalk"]]:
        if (pair.ours, pair.code_list) != (code, "CategoryCode") or "*" in (pair.theirs or ""):
            continue
        tests = [test for each in pair.where for test in each]
        if any(test[0] != GROUND and test[0] not in seen for test in tests):
            continue
        if any(test[0] == GROUND and not _holds(test, ground) for test in tests):
            continue
        row = _row(part, pair.theirs)
        if row not in found:
            found.append(row)
        if all(test[0] == GROUND for test in tests):
            return tuple(found)
    return tuple(found) or (WORDS["total"],)


def _holds(test: tuple[object, ...], ground: str | None) -> bool:
    codes = test[2] if isinstance(test[2], tuple) else ()
    return (ground in codes) == (test[1] == "in")


def _row(part: str, theirs: str | None) -> str:
    """The most precise row of a part, as the template is filled; the total for what fits in none."""
    _, category, keyword = [*(theirs or "").split("/"), "", ""][:3]
    keys = _keys(part)
    if category.startswith(WORDS["unspecified"]):
        category = next((c for c, _ in keys if c.startswith(WORDS["unspecified"])), category)
    other = (category, WORDS["other"])
    for key in ((category, keyword), other, (category, "")):
        if key in keys and (key[1] or other not in keys):
            return "/".join(each for each in key if each)
    return WORDS["total"]


@cache
def _keys(part: str) -> dict[tuple[str, str], None]:
    """Category and keyword of each row of a part; a keyword belongs to the category above it."""
    [rows] = [grid[1:] for name, grid in PARTS.items() if name.partition("_")[0] == part]
    found: dict[tuple[str, str], None] = {}
    category = ""
    for row in rows:
        if row[3].startswith(KEYWORD):
            found[category, row[3]] = None
        else:
            category = row[3]
            found[category, ""] = None
    return found
