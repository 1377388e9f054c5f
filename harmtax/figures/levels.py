"""Breakdowns and their margins: which sets of dimensions are counted, and how rows spread over codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, groupby

from harmtax._generated.constraints import CODES, DIMENSIONS, RECORDS
from harmtax.figures.sides import TREE, UNKNOWN, dim, several
from harmtax.shapes import Quantity
from harmtax.standard.condition import quoted

Level = tuple[str, ...]


def margins(breakdowns: Iterable[Sequence[str]]) -> tuple[Level, ...]:
    """Every set of dimensions within the breakdowns, the total first, in the order of the standard."""
    found = {
        tuple(sorted(part, key=DIMENSIONS.index))
        for each in (*breakdowns, ())
        for size in range(len(each) + 1)
        for part in combinations(each, size)
    }
    return tuple(sorted(found, key=lambda level: (len(level), [*map(DIMENSIONS.index, level)])))


def fitting(breakdowns: Iterable[Sequence[str]], dimensions: Sequence[str]) -> tuple[Level, ...]:
    """The margins of those breakdowns that have no other than these dimensions."""
    return margins(each for each in breakdowns if set(each) <= set(dimensions))


def all_of(levels: Iterable[Level]) -> Level:
    """Every dimension of the levels, in the order of the standard."""
    named = {name for level in levels for name in level}
    return tuple(name for name in DIMENSIONS if name in named)


def is_spread(side: Quantity, name: str) -> bool:
    """Whether a row counts under several codes of the dimension."""
    return name == TREE or name in side.whole or several(side.record, name)


def held(side: Quantity, name: str) -> str:
    """The column of a row that leads to a dimension: its code, or what it is spread by."""
    return f"of_{name}" if is_spread(side, name) else dim(name)


def codes(name: str) -> tuple[str, ...]:
    """The codes of a dimension."""
    field = next(field for field in RECORDS["Observation"].fields if field.name == name)
    return CODES[field.codes] if field.codes else ()


def grouped(
    side: Quantity, levels: Sequence[Level], by: Level, extra: Sequence[str], sums: str, source: str
) -> str:
    """The rows of `source`, which has the columns `held`, added up for every level.

    The answer has the columns `extra`, by which every level is grouped, one per dimension of `by`, and
    `sums`. A row without a code of a dimension has no place where it is broken down by it.
    """

    def spreading(level: Level) -> Level:
        return tuple(name for name in level if is_spread(side, name))

    return " UNION ALL ".join(
        _together(list(group), by, extra, sums, _spread(side, names, source))
        for names, group in groupby(sorted(levels, key=spreading), spreading)
    )


def _together(
    levels: Sequence[Level], by: Level, extra: Sequence[str], sums: str, source: str
) -> str:
    """The levels that spread alike, in one pass."""
    present = all_of(levels)
    # Spark takes GROUPING of a column only where no other column of the answer has its name.
    columns = [dim(n) if n in present else f"CAST(NULL AS STRING) AS {dim(n)}" for n in by]
    sets = ", ".join(f"({', '.join([*extra, *map(dim, level)])})" for level in levels)
    having = [f"(GROUPING({dim(name)}) = 1 OR {dim(name)} IS NOT NULL)" for name in present]
    return (
        f"SELECT {', '.join([*extra, *columns, sums])} FROM {source} AS spread"
        f" GROUP BY GROUPING SETS ({sets})" + (f" HAVING {' AND '.join(having)}" if having else "")
    )


def _spread(side: Quantity, names: Level, source: str) -> str:
    """The rows once for each code that they count under."""
    if not names:
        return source
    chosen = "".join(f", {_relation(name)}.code AS {dim(name)}" for name in names)
    joins = "".join(f" JOIN {_relation(name)} ON {_on(side, name)}" for name in names)
    return f"(SELECT rows.*{chosen} FROM {source} AS rows{joins})"


def relations(used: Iterable[str]) -> dict[str, str]:
    """The codes of each spread dimension, and of the tree what each category counts under."""
    return {
        _relation(name): values([(c,) for c in codes(name)], ("code",))
        for name in used
        if name != TREE
    }


def values(rows: Iterable[Sequence[str]], names: Sequence[str]) -> str:
    """A relation of texts."""
    listed = ", ".join(f"({', '.join(map(quoted, row))})" for row in rows)
    return f"SELECT * FROM (VALUES {listed}) AS listed({', '.join(names)})"


def _relation(name: str) -> str:
    return "closure" if name == TREE else f"codes_{name}"


def _on(side: Quantity, name: str) -> str:
    column, code = f"rows.{held(side, name)}", f"{_relation(name)}.code"
    if name == TREE:
        return f"closure.part = {column}"
    if name in side.whole:
        return "TRUE"
    found = f"ARRAY_CONTAINS({column}, {code})"
    if UNKNOWN not in codes(name):
        return found
    return f"({found} OR ({column} IS NULL AND {code} = {quoted(UNKNOWN)}))"
