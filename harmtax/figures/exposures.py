"""Figures that reporters state for a span of days: which of them make the whole, and what they cover."""

from __future__ import annotations

from collections.abc import Sequence

from harmtax.figures.levels import Level, held, values
from harmtax.figures.sides import SUBJECT, TREE, day, dim, holds, key, listed, named, value
from harmtax.shapes import Quantity


def placed(side: Quantity, by: Level, grain: str) -> str:
    """The figures of a side, each with the periods of its first and its last day."""
    span, known = key(side.record).span, key(side.record)
    assert span
    last = day(side)
    start = f'r."{span[0]}"' if side.period == (span[1],) else last
    lower, upper = (f'r."{name}"' for name in side.bounds) if side.bounds else ("NULL", "NULL")
    chosen = [
        f"{named(start, grain)} AS first_period",
        f"{named(last, grain)} AS period",
        (f'r."{side.sum}"' if side.sum else "CAST(1 AS BIGINT)") + " AS amount",
        f"CAST({lower} AS BIGINT) AS lower",
        f"CAST({upper} AS BIGINT) AS upper",
        *(f"{value(side, name)} AS {held(side, name)}" for name in by if name in side.dimensions),
        listed((*known.subject, *known.optional), "r."),
    ]
    where = f"{holds(side)} AND {last} IS NOT NULL"
    return f"SELECT {', '.join(chosen)} FROM latest_{side.record} AS r WHERE {where}"


def inside(side: Quantity, level: Level, subjects: Sequence[Level], by: Level, source: str) -> str:
    """The figures inside one period; of figures for a whole and for its parts, only one kind.

    For each subject the figures with the fewest dimensions beyond the asked ones count: the whole
    added to its parts would count twice. Each counts once for each of `subjects`, the sets of
    reporter and service that it is told by.
    """
    known = key(side.record)
    extra = [f'CASE WHEN "{name}" IS NULL THEN 0 ELSE 1 END' for name in known.optional]
    present = "".join(f" AND {held(side, name)} IS NOT NULL" for name in level)
    rows = (
        f"(SELECT *, RANK() OVER (PARTITION BY period, {listed(known.subject)}"
        f" ORDER BY {' + '.join(extra)}, {', '.join(extra)}) AS place FROM {source}"
        f" WHERE first_period = period{present})"
    )
    return (
        f"SELECT {_named(level, subjects, by, 'period')}, amount, lower, upper, 1 AS figures,"
        f" 0 AS partly FROM {rows} AS told{_joined(side, level, subjects)} WHERE place = 1"
    )


def crossing(
    side: Quantity, level: Level, subjects: Sequence[Level], by: Level, source: str
) -> str:
    """The found periods that a figure touches without lying inside one of them."""
    present = "".join(f" AND {held(side, name)} IS NOT NULL" for name in level)
    numbers = ("amount", "lower", "upper", "figures")
    nulls = ", ".join(f"CAST(NULL AS BIGINT) AS {name}" for name in numbers)
    return (
        f"SELECT {_named(level, subjects, by, 'p.period')}, {nulls}, 1 AS partly"
        f" FROM {source} AS told"
        f" JOIN periods AS p ON p.period BETWEEN told.first_period AND told.period"
        f"{_joined(side, level, subjects)} WHERE told.first_period <> told.period{present}"
    )


def _named(level: Level, subjects: Sequence[Level], by: Level, period: str) -> str:
    split = {name for subject in subjects for name in subject}
    codes = {name: f"CASE WHEN shown.{name}_ = 'yes' THEN {dim(name)} END" for name in split}
    codes |= {name: "closure.code" if name == TREE else dim(name) for name in level}
    dims = [f"CAST({codes.get(name, 'NULL')} AS STRING) AS {dim(name)}" for name in by]
    return ", ".join([f"{period} AS period", *dims, *SUBJECT])


def _joined(side: Quantity, level: Level, subjects: Sequence[Level]) -> str:
    """A figure counts in its category and every one above it, and for each set of reporter and service."""
    on = f" JOIN closure ON closure.part = told.{held(side, TREE)}" if TREE in level else ""
    if all(not subject for subject in subjects):
        return on
    flags = [["yes" if name in subject else "no" for name in SUBJECT] for subject in subjects]
    return f"{on} JOIN ({values(flags, [f'{name}_' for name in SUBJECT])}) AS shown ON TRUE"
