"""Unions: a metric with several conditions of which one is enough, and the cells of another that meet each.

Children are affected where the category sexualises them, where a minor is depicted, or where children are
targeted. Whoever knows how many incidents meet each condition, and how many meet two of them, knows the
union. He adds the cells of single conditions, takes away those of two, and adds those of three again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax.figures.disclosure.cells import BELOW, PARENT, Book, Cell
from harmtax.figures.disclosure.conditions import Test, dimension, excludes, implies
from harmtax.figures.disclosure.plan import TREE
from harmtax.shapes import Quantity


class Choice(NamedTuple):
    """One of the conditions: a dimension and codes that exclude each other, of which one is enough."""

    name: str
    codes: tuple[str, ...]
    test: Test


def unions(book: Book, cells: Mapping[str, Sequence[Cell]]) -> None:
    """The equations of metrics with several conditions, as far as the cells of their conditions are told."""
    for part in sorted(cells):
        for whole in sorted(cells):
            one, other = book.quantities[part], book.quantities[whole]
            if part == whole or len(one.where) < 2 or not implies(one, other):
                continue
            choices = _choices(one, other)
            if choices:
                for cell in cells[part]:
                    if not book.zero(cell):
                        _union(book, cell, whole, choices)


def _choices(part: Quantity, whole: Quantity) -> list[Choice] | None:
    """The conditions, where each asks for codes of one dimension beyond what the whole asks for."""
    found = []
    for tests in part.where:
        extra = [test for test in tests if test not in whole.where[0]]
        if len(whole.where) != 1 or set(whole.where[0]) - set(tests) or len(extra) != 1:
            return None
        name = dimension(part.record, extra[0][0])
        if name is None or extra[0][1] not in ("in", "has"):
            return None
        listed: Any = extra[0][2]
        codes = tuple(map(str, listed))
        if DIMENSION_ROWS[name].overlapping and len(codes) > 1:
            return None
        found.append(Choice(name, _tops(codes) if name == TREE else codes, extra[0]))
    return found


def _tops(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The categories that hold all the others."""
    wanted = {*codes}
    return tuple(code for code in codes if BELOW[code] <= wanted and PARENT.get(code) not in wanted)


def _union(
    book: Book,
    cell: Cell,
    whole: str,
    choices: Sequence[Choice],
) -> None:
    record = book.quantities[whole].record
    open_ = [each for each in choices if not excludes(each.test, record, cell.codes)]
    base = cell._replace(quantity=whole)
    held = {place: _met(book, base, (each,)) for place, each in enumerate(open_)}
    # A condition that nothing meets, and everybody knows it, is as good as none.
    open_ = [each for place, each in enumerate(open_) if held[place] != []]
    told = [each for each in open_ if _met(book, base, (each,))]
    for size in range(1, len(told) + 1):
        for some in combinations(told, size):
            terms = _terms(book, base, some)
            if terms is not None:
                alone = len(some) == len(open_)
                left = cell._replace(rest=f"{whole} neither {' nor '.join(map(_word, some))}")
                book.relate([(cell, 1), *terms], None if alone else left)
    if len(told) == len(open_) > 1:
        twice = cell._replace(rest=f"{whole} more than one condition")
        sums = [(each, 1) for one in told for each in _met(book, base, (one,)) or ()]
        book.relate([*sums, (cell, -1)], twice)


def _word(choice: Choice) -> str:
    return f"{choice.name} {'+'.join(choice.codes)}"


def _terms(
    book: Book,
    base: Cell,
    some: Sequence[Choice],
) -> list[tuple[Cell, int]] | None:
    """What is to be taken from the union so that nothing of these conditions is left; None if not told."""
    terms: list[tuple[Cell, int]] = []
    for size in range(1, len(some) + 1):
        for together in combinations(some, size):
            met = _met(book, base, together)
            if met is None:
                return None
            terms += [(each, -1 if size % 2 else 1) for each in met]
    return terms


def _met(
    book: Book,
    base: Cell,
    together: Sequence[Choice],
) -> list[Cell] | None:
    """The cells that count what meets all of some conditions; None where no table tells."""
    names = {each.name for each in together}
    if len(names) < len(together):
        # Two conditions about one dimension: whether both can be met is not looked into.
        return None
    codes = dict(base.codes)
    for each in together:
        if (
            DIMENSION_ROWS[each.name].overlapping
            and codes.get(each.name, each.codes[0]) not in each.codes
        ):
            # Who is counted under another code may have this one as well.
            return None
    wanted = base.breakdown | names
    if (base.quantity, base.period, wanted) not in book.split:
        return None
    return [each for each in _cells(base, together) if not book.zero(each)]


def _cells(base: Cell, together: Sequence[Choice]) -> Iterator[Cell]:
    if not together:
        yield base
        return
    first, *others = together
    codes = dict(base.codes)
    if first.name in codes:
        # Under a code of its own the condition asks for what is both.
        under = codes[first.name]
        inside = [code for code in first.codes if under == code]
        if first.name == TREE:
            inside = [under] if any(under in BELOW[code] for code in first.codes) else []
            inside = inside or [code for code in first.codes if code in BELOW[under]]
        for code in inside:
            yield from _cells(base.at(first.name, code), others)
        return
    for code in first.codes:
        yield from _cells(base.at(first.name, code), others)
