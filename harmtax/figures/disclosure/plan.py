"""Plans of tables: whether their equations are the whole truth, and what they publish."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from harmtax._generated.taxonomy import CATEGORIES
from harmtax.figures.policy import TOPS, Breakdown

TREE, TIER = "category", "tier"
_ROOTS = frozenset(row.code for row in CATEGORIES if row.parent is None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The tables that are published together, by their breakdowns; all their totals belong to it."""

    breakdowns: tuple[Breakdown, ...]

    def publishes(self, cell: Sequence[tuple[str, str]]) -> bool:
        """Whether a cell, given by its dimensions and codes, stands in one of the tables."""
        return any(_in(cell, breakdown) for breakdown in self.breakdowns)

    def sets(self) -> set[frozenset[str]]:
        """The dimensions of each table; the levels of one tree are one dimension."""
        return {frozenset(map(_plain, breakdown)) for breakdown in self.breakdowns}

    def tables(self) -> dict[frozenset[str], bool]:
        """The breakdowns of all tables and their totals, and whether they go below the top of the tree."""
        found: dict[frozenset[str], bool] = {}
        for breakdown in self.breakdowns:
            for size in range(1, len(breakdown) + 1):
                for some in combinations(breakdown, size):
                    names = frozenset(map(_plain, some))
                    found[names] = found.get(names, False) or TREE in some
        return found

    def told(self) -> list[list[str]]:
        """The plan as plain values."""
        return [list(breakdown) for breakdown in self.breakdowns]


def cyclic(sets: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """The sets that no join tree holds; none left means that every consistent table has its records.

    Drops, as long as it can, a dimension that stands in one set only, and a set inside another.
    """
    left = set(sets)
    while True:
        lonely = {
            name for name in frozenset().union(*left) if sum(name in one for one in left) == 1
        }
        fewer = {one - lonely for one in left}
        fewer = {one for one in fewer if one and not any(one < other for other in fewer)}
        if fewer == left:
            return left
        left = fewer


def from_fine_to_coarse(breakdowns: Iterable[Iterable[str]]) -> list[Plan]:
    """The plans that a policy without its own tries: all, without tiers, top categories, totals."""
    finest = _finest(tuple(each) for each in breakdowns)
    without = _finest(tuple(name for name in each if name != TIER) or each for each in finest)
    tops = _finest(
        tuple(TOPS + name if name == TREE else name for name in each) for each in without
    )
    alone = _finest((name,) for each in tops for name in each if _plain(name) in (TREE, TIER))
    plans: list[Plan] = []
    for each in (finest, without, tops, alone, ((),)):
        if each and Plan(each) not in plans:
            plans.append(Plan(each))
    return plans


def _finest(breakdowns: Iterable[Breakdown]) -> tuple[Breakdown, ...]:
    listed = sorted(set(breakdowns))
    return tuple(each for each in listed if not any(set(each) < set(other) for other in listed))


def _plain(name: str) -> str:
    return name.removeprefix(TOPS)


def _in(cell: Sequence[tuple[str, str]], breakdown: Breakdown) -> bool:
    for name, code in cell:
        if name in breakdown:
            continue
        if TOPS + name not in breakdown or code not in _ROOTS:
            return False
    return True
