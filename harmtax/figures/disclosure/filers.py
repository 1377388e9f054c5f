"""Filers: what is filed of one period, beside what our tables count in another.

A filing is that of one service of a reporter. Whether the reporter has others is nothing that the figures
say, but that everybody may know; so where the numbers allow that there is no other, nobody is taken to
doubt it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from harmtax.figures.disclosure.cells import Book, Cell, months
from harmtax.figures.disclosure.plan import TREE
from harmtax.figures.disclosure.spans import LESS, inside
from harmtax.figures.sides import SUBJECT

REPORTER, SERVICE = SUBJECT
# Stands after a period where what others than the filers have of it is meant.
OTHERS = " of others"


def filed(book: Book) -> None:
    """The equations between filings and our tables of longer and shorter periods."""
    cells: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in sorted(book.filed):
        codes = dict(cell.codes)
        if REPORTER in codes and SERVICE in codes:
            cells[cell.quantity, codes[REPORTER], codes[SERVICE]].append(cell)
    ours: dict[str, set[str]] = defaultdict(set)
    for cell in book.values.keys() - book.filed:
        if not cell.period.endswith(OTHERS):
            ours[cell.quantity].add(cell.period)
    for (quantity, who, _), listed in sorted(cells.items()):
        theirs = sorted({cell.period for cell in listed if LESS not in cell.period})
        for period in sorted(ours[quantity]):
            if within := [each for each in theirs if _holds(period, each)]:
                _above(book, period, [cell for cell in listed if cell.period in within], who)
        for period in theirs:
            within = sorted(each for each in ours[quantity] if _holds(period, each))
            if within:
                _below(book, within, [cell for cell in listed if cell.period == period], who)
    _others(book, ours)


def others(book: Book) -> None:
    """What others than the filers have of our totals: a table of its own, under a period of that name.

    Where our tables tell reporters, what is left of each of them is told by those tables.
    """
    filings: dict[tuple[str, str], dict[Cell, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in sorted(book.filed):
        names = cell.breakdown & {*SUBJECT}
        above = [cell.at(name, None) for name in sorted(names)]
        if len(names) == len(SUBJECT) and not any(each in book.values for each in above):
            whole = cell.at(REPORTER, None).at(SERVICE, None)
            filings[cell.quantity, cell.period][whole].append(cell)
    for (quantity, period), parts in sorted(filings.items()):
        breakdowns = {whole.breakdown for whole in parts}
        ours = [
            cell
            for cell in sorted(book.values.keys() - book.filed)
            if (cell.quantity, cell.period) == (quantity, period) and cell.breakdown in breakdowns
        ]
        if any(book.exceeds(whole, some) for whole, some in parts.items()):
            # They are not of one version, and nothing is said.
            continue
        for whole in ours:
            if not book.zero(whole):
                left = whole._replace(period=period + OTHERS)
                book.equate(whole, parts.get(whole, []), left)
                book.values[left] = book.rests.pop(left)
                book.unknown.add(left)


def _others(book: Book, ours: Mapping[str, Set[str]]) -> None:
    """What others than the filers have in a period they have in a longer one as well."""
    broken = {
        (cell.quantity, cell.period, cell.breakdown) for cell in book.values.keys() - book.filed
    }
    for left in sorted(each for each in book.values if each.period.endswith(OTHERS)):
        here = left._replace(period=left.period.removesuffix(OTHERS))
        filers = {
            dict(cell.codes)[REPORTER]
            for cell in book.filed
            if cell.at(SERVICE, None).at(REPORTER, None) == here and REPORTER in cell.breakdown
        }
        for period in sorted(ours[left.quantity]):
            above = here._replace(period=period)
            told = (above.quantity, period, above.breakdown | {REPORTER}) in broken
            if told and above in book.values and _holds(period, here.period):
                terms = [(above, 1), (left, -1)]
                terms += [(above.at(REPORTER, who), -1) for who in sorted(filers)]
                book.relate(terms, above._replace(rest=f"of others nor in {here.period}"))


def _above(book: Book, period: str, listed: Sequence[Cell], who: str) -> None:
    """What was filed of shorter periods is part of what our tables count in a longer one."""
    kept = _longest({cell.period for cell in listed})
    found: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in listed:
        whole = _ours(cell, period)
        above = next(
            (each for each in (whole, whole.at(REPORTER, None)) if each in book.values), None
        )
        if above is not None and cell.period in kept:
            level = above._replace(period=cell.period)
            # Where our tables have the same of the filing's period, that is between the two.
            if level not in book.values:
                found[above].append(cell)
    full = _size(kept) == _length(period) and _all(book, period, listed, who, found)
    for above, parts in sorted(found.items()):
        terms = [(above, 1), *((part, -1) for part in parts)]
        book.relate(terms, None if full else above._replace(rest=f"of others than {who} filed"))


def _all(
    book: Book, period: str, listed: Sequence[Cell], who: str, found: dict[Cell, list[Cell]]
) -> bool:
    """Whether all that our tables count of a reporter is what was filed."""
    mine = [cell for cell in _counted(book, listed[0].quantity, who) if cell.period == period]
    return bool(mine) and all(book.adds(cell, found.get(cell, [])) for cell in mine)


def _below(book: Book, within: Sequence[str], listed: Sequence[Cell], who: str) -> None:
    """What our tables count of a reporter in shorter periods is part of what was filed of a longer one."""
    parts: dict[Cell, list[Cell]] = {}
    for cell in listed:
        between = _ours(cell, cell.period) in book.values
        held = [each for each in within if _ours(cell, each) in book.values and not between]
        parts[cell] = [_ours(cell, period) for period in _longest(held)]
    mine = {cell for cell in _counted(book, listed[0].quantity, who) if cell.period in within}
    # What is ours and not in the filing, or more than it has, is of another service.
    filed_of = {_ours(cell, within[0]).codes for cell in listed}
    if any(cell.codes not in filed_of and not book.zero(cell) for cell in mine):
        return
    if any(book.exceeds(cell, some) for cell, some in parts.items()):
        return
    for cell, some in sorted(parts.items()):
        if some:
            terms = [(cell, 1), *((part, -1) for part in some)]
            book.relate(terms, cell._replace(rest="in none of our periods"))


def _counted(book: Book, quantity: str, who: str) -> Iterator[Cell]:
    """What our tables count of one reporter by category, or in all."""
    for cell in sorted(book.values.keys() - book.filed):
        codes = dict(cell.codes)
        if (
            cell.quantity == quantity
            and codes.pop(REPORTER, None) == who
            and codes.keys() <= {TREE}
        ):
            yield cell


def _ours(cell: Cell, period: str) -> Cell:
    return cell._replace(period=period).at(SERVICE, None)


def _holds(period: str, part: str) -> bool:
    """Whether a period, or what is left of one, holds another."""
    whole, _, taken = period.partition(LESS)
    first, size = months(part) if LESS not in part else (0, 0)
    apart = all(
        start + length <= first or first + size <= start
        for start, length in map(months, taken.split())
    )
    return LESS not in part and part != whole and inside(part, whole) and apart


def _longest(periods: Iterable[str]) -> list[str]:
    listed = sorted(periods)
    return [each for each in listed if not any(_holds(other, each) for other in listed)]


def _size(periods: Iterable[str]) -> int:
    return sum(months(each)[1] for each in periods)


def _length(period: str) -> int:
    whole, _, taken = period.partition(LESS)
    return months(whole)[1] - _size(taken.split())
