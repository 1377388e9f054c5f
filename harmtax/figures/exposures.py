"""Figures that reporters state for a span of days: which of them make the whole, and what they cover.

The days that figures cover are one whole number, the same however they are cut into spans: over the
spans the cube of the number of the day after the last, less that of the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from harmtax.figures.levels import Level, held, values
from harmtax.figures.sides import (
    SUBJECT,
    TREE,
    day,
    dim,
    holds,
    key,
    label,
    listed,
    named,
    place,
    value,
)
from harmtax.shapes import Quantity

# Which part of the whole a figure is about, the dimensions that tell it from the others, what is measured.
PART, SHAPE, KIND = "portion", "shape", "kind"
# The days of a figure, and those of the period that it lies in.
DAYS, ALL_DAYS = "days", "all_days"
_NUMBERS = ("amount", "lower", "upper", "figures", DAYS, ALL_DAYS)
_PARTS = {"month": 12, "quarter": 4, "half": 2, "year": 1}
# The type Date of the standard has these centuries.
_CENTURIES = (1900, 2000)


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
        listed(known.fields, "r."),
        f"{_together(known.optional)} AS {PART}",
        f"{_together([n for n in known.subject if n not in SUBJECT])} AS {KIND}",
        f"{_shape(known.optional)} AS {SHAPE}",
        f"{_cube(_number(_after(last)))} - {_cube(_number(start))} AS {DAYS}",
        f"{_all_days(last, grain)} AS {ALL_DAYS}",
    ]
    where = f"{holds(side)} AND {last} IS NOT NULL"
    # No two rows are alike, as all of the key is there; DuckDB would else read them anew for every level.
    return f"SELECT DISTINCT {', '.join(chosen)} FROM latest_{side.record} AS r WHERE {where}"


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
    numbers = ["1 AS figures" if name == "figures" else name for name in _NUMBERS]
    return (
        f"SELECT {_named(level, subjects, by, 'period')}, {', '.join([PART, KIND, SHAPE, *numbers])},"
        f" 0 AS partly FROM {rows} AS told{_joined(side, level, subjects)} WHERE place = 1"
    )


def crossing(
    side: Quantity, level: Level, subjects: Sequence[Level], by: Level, source: str
) -> str:
    """The found periods that a figure touches without lying inside one of them."""
    present = "".join(f" AND {held(side, name)} IS NOT NULL" for name in level)
    texts = [f"CAST(NULL AS STRING) AS {name}" for name in (PART, KIND)]
    nulls = [f"CAST(NULL AS BIGINT) AS {name}" for name in (SHAPE, *_NUMBERS)]
    return (
        f"SELECT {_named(level, subjects, by, 'p.period')}, {', '.join([*texts, *nulls])}, 1 AS partly"
        f" FROM {source} AS told"
        f" JOIN periods AS p ON p.period BETWEEN told.first_period AND told.period"
        f"{_joined(side, level, subjects)} WHERE told.first_period <> told.period{present}"
    )


def kinds(side: Quantity) -> tuple[str, ...]:
    """The kinds of figure that a side adds up, where it names each of them; none where it does not."""
    names = [name for name in key(side.record).subject if name not in SUBJECT]
    found: dict[str, None] = {}
    for option in side.where:
        told = {field: codes for field, word, codes in option if word == "in"}
        if not names or any(name not in told for name in names):
            return ()
        lists = [codes if isinstance(codes := told[name], tuple) else () for name in names]
        found |= dict.fromkeys("|".join(map(str, each)) for each in product(*lists))
    return tuple(found)


def touched(record: str, grain: str) -> str:
    """Every period that a span of a record type touches, those between its ends included."""
    span = key(record).span
    assert span
    first, last = (named(f'r."{name}"', grain) for name in span)
    lists = {"c": _CENTURIES, "d": range(0, 100, 10), "y": range(10), "p": _parts(grain)}
    first_, *others = (_listed(numbers, name) for name, numbers in lists.items())
    joined = " ".join([first_, *(f"JOIN {each} ON TRUE" for each in others)])
    name = label("(c.c_ + d.d_ + y.y_)", "p.p_", grain)
    return (
        f"SELECT DISTINCT known.period FROM (SELECT {name} AS period FROM {joined}) AS known"
        f" JOIN (SELECT DISTINCT {first} AS first_, {last} AS last_ FROM latest_{record} AS r) AS spans"
        " ON known.period BETWEEN spans.first_ AND spans.last_"
    )


def _listed(numbers: Sequence[int], name: str) -> str:
    listed_ = ", ".join(f"({each})" for each in numbers)
    return f"(SELECT * FROM (VALUES {listed_}) AS listed({name}_)) AS {name}"


def _parts(grain: str) -> Sequence[int]:
    """The parts of a year as they are numbered."""
    return range(1, _PARTS[grain] + 1) if _PARTS[grain] > 1 else (0,)


def _together(names: Sequence[str]) -> str:
    """The values of several fields as one text."""
    told = ", '|', ".join(f"COALESCE(CAST(r.\"{name}\" AS STRING), '')" for name in names)
    return f"CONCAT({told}, '')"


def _shape(names: Sequence[str]) -> str:
    """Which of the fields are there, as a number."""
    return " + ".join(
        f'CASE WHEN r."{name}" IS NULL THEN 0 ELSE {1 << at} END' for at, name in enumerate(names)
    )


def _number(day: str) -> str:
    """A number of its own for each day; a month on is 31 more."""
    year, month = place(day, "month")
    return f"(({year} * 12 + {month}) * 31 + CAST(EXTRACT(DAY FROM {day}) AS BIGINT))"


def _after(day: str) -> str:
    return f"CAST({day} + INTERVAL '1' DAY AS DATE)"


def _all_days(day: str, grain: str) -> str:
    """The days of the period of a day."""
    year, part = place(day, grain)
    months = 12 // _PARTS[grain]
    start = f"(({year} * 12 + ({part} - {_parts(grain)[0]}) * {months} + 1) * 31 + 1)"
    return f"{_cube(f'({start} + {31 * months})')} - {_cube(start)}"


def _cube(number: str) -> str:
    return f"{number} * {number} * {number}"


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
