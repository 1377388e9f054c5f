"""What the sides of metrics come to: one relation for all sides that one pass over the records answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from harmtax.figures.exposures import (
    ALL_DAYS,
    DAYS,
    KIND,
    PART,
    SHAPE,
    crossing,
    inside,
    kinds,
    placed,
)
from harmtax.figures.levels import Level, grouped, held
from harmtax.figures.sides import (
    MICROSECONDS,
    STEP,
    SUBJECT,
    day,
    dim,
    duration,
    first,
    holds,
    in_month,
    key,
    label,
    months,
    named,
    place,
    step,
    value,
    with_tiers,
)
from harmtax.shapes import Quantity
from harmtax.standard.condition import quoted

# The fewest and the most days that one kind of figure covers.
LEAST, MOST = "fewest", "most"
Asked = Mapping[Quantity, tuple[tuple[Level, ...], bool]]


@dataclass
class Telling:
    """A relation with period, dimensions and one column for each side, at all of `levels`.

    `by_subject` says that it has a row per reporter and service. `relations` are its SQL by name.
    """

    name: str
    levels: tuple[Level, ...]
    by_subject: bool
    columns: dict[Quantity, str]
    relations: dict[str, str] = field(default_factory=dict)
    exposed: bool = False
    median: bool = False

    NONE: ClassVar[str] = (
        "0 AS lacks, 0 AS partly, CAST(NULL AS BIGINT) AS lower, CAST(NULL AS BIGINT) AS upper,"
        " CAST(NULL AS BIGINT) AS median, CAST(NULL AS BIGINT) AS figures"
    )

    @property
    def coverage(self) -> str:
        """Which part an amount is about, and between which numbers the days that it covers lie."""
        told = {PART: "STRING", SHAPE: "BIGINT", ALL_DAYS: "BIGINT", LEAST: "BIGINT"}
        told |= {MOST: "BIGINT"}
        return ", ".join(
            f"CAST({name if self.exposed else 'NULL'} AS {kind}) AS {name}"
            for name, kind in told.items()
        )

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of figure that must all be there, where its only side adds up several."""
        return several(self.sides[0]) if self.exposed else ()

    @property
    def sides(self) -> Sequence[Quantity]:
        """The sides that it answers."""
        return list(self.columns)

    def facts(self, side: Quantity, top: bool) -> str:
        """What stands beside an amount: coverage, bounds, median, how many figures it holds."""
        told = {
            "lacks": "0",
            "partly": "partly" if self.exposed else "0",
            "lower": "lower" if self.exposed and side.bounds and top else None,
            "upper": "upper" if self.exposed and side.bounds and top else None,
            "median": "median" if self.median else None,
            "figures": "figures" if self.exposed else None,
        }
        return ", ".join(
            f"{each or 'CAST(NULL AS BIGINT)'} AS {name}" for name, each in told.items()
        )


def several(side: Quantity) -> tuple[str, ...]:
    """The kinds of figure that a side adds up; none where there is one, which is there or not."""
    found = kinds(side) if key(side.record).span else ()
    return found if len(found) > 1 else ()


def tellings(asked: Asked, by: Level, grain: str, exact: bool) -> Iterator[Telling]:
    """The relations for the asked sides; sides of the same records and days share one."""
    shared: dict[object, list[Quantity]] = {}
    for side in asked:
        alone = side.duration or side.distinct or key(side.record).span
        shared.setdefault(side if alone else _pass(side, asked[side][1]), []).append(side)
    for number, found in enumerate(shared.values()):
        levels = tuple(dict.fromkeys(level for side in found for level in asked[side][0]))
        by_subject = any(asked[side][1] for side in found)
        columns = {side: f"s{at}" for at, side in enumerate(found)}
        telling = Telling(f"told_{number}", levels, by_subject, columns)
        _fill(telling, by, grain, exact)
        yield telling


def _pass(side: Quantity, by_subject: bool) -> object:
    return (side.record, side.period, side.in_force, side.ended, side.whole, by_subject)


def _fill(telling: Telling, by: Level, grain: str, exact: bool) -> None:
    side = telling.sides[0]
    if key(side.record).span:
        _exposed(telling, side, by, grain)
    elif side.duration:
        _durations(telling, side, by, grain, exact)
    elif side.distinct:
        _distinct(telling, side, by, grain)
    else:
        _counted(telling, side, by, grain)


# --- records that are counted, or a field of them added up ------------------------------------------


def _counted(telling: Telling, side: Quantity, by: Level, grain: str) -> None:
    """Cells first, one pass over the records for all sides; then the cells at every level."""
    sums = ", ".join(f"CAST(SUM({c}) AS BIGINT) AS {c}" for c in telling.columns.values())
    extra = ["period", *(SUBJECT if telling.by_subject else ())]
    cells = f"{telling.name}_cells"
    telling.relations[cells] = _cells(telling, side, by, grain, sums)
    telling.relations[telling.name] = grouped(side, telling.levels, by, extra, sums, cells)


def _cells(telling: Telling, side: Quantity, by: Level, grain: str, sums: str) -> str:
    year, part, source = _when(side, grain)
    own = _own(side, by)
    columns = {held(side, name): value(side, name) for name in own}
    columns |= {name: f'r."{name}"' for name in (SUBJECT if telling.by_subject else ())}
    tests = {each: holds(each) for each in telling.sides}
    amounts = [
        f"CASE WHEN {tests[each]} THEN {_amount(each)} END AS {column}"
        for each, column in telling.columns.items()
    ]
    chosen = [f"{year} AS year_", f"{part} AS part_", *(f"{e} AS {n}" for n, e in columns.items())]
    rows = (
        f"SELECT {', '.join([*chosen, *amounts])} FROM {source}{with_tiers(side, by)}"
        f" WHERE {year} IS NOT NULL AND ({' OR '.join(dict.fromkeys(tests.values()))})"
    )
    period = _period(side, grain)
    told = ", ".join([f"{period} AS period", *columns, sums])
    return f"SELECT {told} FROM ({rows}) AS rows GROUP BY {', '.join(['year_', 'part_', *columns])}"


def _when(side: Quantity, grain: str) -> tuple[str, str, str]:
    """Year and part of the year of the records of a side, and where the records are read."""
    if side.in_force is None:
        return *place(day(side), grain), f"latest_{side.record} AS r"
    # What holds at the end of a period has begun by then and not yet ended.
    source = f"latest_{side.record} AS r"
    begun, over = (f'r."{name}"' for name in side.in_force)
    after = named(f"CAST({over} + INTERVAL '1' DAY AS DATE)", grain)
    on = f"{named(begun, grain)} <= p.period AND ({over} IS NULL OR {after} > p.period)"
    if side.ended:
        by, days = side.ended
        fields = key(side.record).fields
        ends = (
            f'SELECT r."{fields[0]}" AS owner, r."{by}" AS what, MIN({first(side.record, days)}) AS day'
            f' FROM latest_{side.record} AS r WHERE r."{by}" IS NOT NULL GROUP BY r."{fields[0]}", r."{by}"'
        )
        same = f'e.owner = r."{fields[0]}" AND e.what = r."{fields[1]}"'
        source += f" LEFT JOIN ({ends}) AS e ON {same}"
        on += f" AND (e.day IS NULL OR {named('e.day', grain)} > p.period)"
    return "p.period", "0", f"{source} JOIN periods AS p ON {on}"


def _period(side: Quantity, grain: str) -> str:
    return label("year_", "part_", grain) if side.in_force is None else "year_"


def _amount(side: Quantity) -> str:
    return f'r."{side.sum}"' if side.sum else "CAST(1 AS BIGINT)"


def _own(side: Quantity, by: Level) -> Level:
    """The asked dimensions that the records are split by."""
    return tuple(name for name in by if name in side.dimensions and name not in side.whole)


# --- combinations that are counted once --------------------------------------------------------------


def _distinct(telling: Telling, side: Quantity, by: Level, grain: str) -> None:
    year, part, source = _when(side, grain)
    own = _own(side, by)
    keys = [f"key_{name}" for name in side.distinct]
    chosen = [f"{value(side, n)} AS {held(side, n)}" for n in own]
    chosen += [f'r."{n}" AS {k}' for n, k in zip(side.distinct, keys, strict=True)]
    rows = (
        f"SELECT {', '.join([f'{year} AS year_', f'{part} AS part_', *chosen])} FROM {source}"
        f"{with_tiers(side, by)} WHERE {year} IS NOT NULL AND {holds(side)}"
    )
    named_ = ", ".join([f"{_period(side, grain)} AS period", *(held(side, n) for n in own), *keys])
    cells = f"{telling.name}_cells"
    telling.relations[cells] = f"SELECT DISTINCT {named_} FROM ({rows}) AS rows"
    once = grouped(side, telling.levels, by, ["period", *keys], "COUNT(*) AS times", cells)
    dims = ", ".join(["period", *map(dim, by)])
    column = telling.columns[side]
    telling.relations[telling.name] = (
        f"SELECT {dims}, CAST(COUNT(*) AS BIGINT) AS {column} FROM ({once}) AS once GROUP BY {dims}"
    )


# --- durations ------------------------------------------------------------------------------------


def _durations(telling: Telling, side: Quantity, by: Level, grain: str, exact: bool) -> None:
    """The steps are counted in cells; the exact middle needs every single duration at every level."""
    year, _ = place(day(side), grain)
    own = _own(side, by)
    helds = [held(side, name) for name in own]
    chosen = [f"{value(side, name)} AS {held(side, name)}" for name in own]
    records, cells = f"{telling.name}_records", f"{telling.name}_cells"
    # Read once for each set of margins. A join is worked out once for all of them; DuckDB tests and
    # reckons again each time where there is none. It also lets go of records without a day.
    telling.relations["months"] = months(grain)
    telling.relations[records] = (
        f"SELECT {', '.join([f'{year} AS year_', 'm.part_', *chosen, f'{duration(side)} AS took'])}"
        f" FROM latest_{side.record} AS r{in_month(day(side))}{with_tiers(side, by)} WHERE {holds(side)}"
    )
    keys = ", ".join(["year_", "part_", *helds])
    telling.relations[cells] = (
        f"SELECT {keys}, {STEP}, COUNT(*) AS amount FROM"
        f" (SELECT {keys}, {step(STEP, 'took', MICROSECONDS)} AS {STEP} FROM {records}) AS rows"
        f" GROUP BY {keys}, {STEP}"
    )
    dims = ", ".join([f"{label('year_', 'part_', grain)} AS period", *map(dim, by)])
    places, amount = ["year_", "part_"], "CAST(SUM(amount) AS BIGINT) AS amount"
    steps = grouped(side, telling.levels, by, [*places, STEP], amount, cells)
    telling.relations[f"{telling.name}_steps"] = (
        f"SELECT {dims}, {STEP}, amount FROM ({steps}) AS found"
    )
    telling.median, column = True, telling.columns[side]
    if exact:
        middle = "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY took) AS middle"
        found = grouped(side, telling.levels, by, places, f"COUNT(*) AS amount, {middle}", records)
        # Spark gives the middle as a double, though it is one of the whole numbers.
        median = "CAST(FLOOR(CAST(middle AS BIGINT) * 0.000001) AS BIGINT)"
    else:
        found = grouped(side, telling.levels, by, places, amount, cells)
        median = "CAST(NULL AS BIGINT)"
    telling.relations[telling.name] = (
        f"SELECT {dims}, CAST(amount AS BIGINT) AS {column}, {median} AS median FROM ({found}) AS found"
    )


# --- figures that reporters state ---------------------------------------------------------------------


def _exposed(telling: Telling, side: Quantity, by: Level, grain: str) -> None:
    source, column = f"{telling.name}_rows", telling.columns[side]
    telling.relations[source] = placed(side, by, grain)
    telling.by_subject = telling.exposed = True
    # Whose a figure is, is always told: by reporter and service every level reads the same rows.
    shared: dict[Level, list[Level]] = {}
    for level in telling.levels:
        base = tuple(name for name in level if name not in SUBJECT)
        shared.setdefault(base, []).append(tuple(name for name in level if name in SUBJECT))
    rows = " UNION ALL ".join(
        part
        for level, subjects in shared.items()
        for part in (
            inside(side, level, subjects, by, source),
            crossing(side, level, subjects, by, source),
        )
    )
    places = ["period", *map(dim, by), *SUBJECT, PART, SHAPE]
    # The days of each kind of figure stand for themselves: two counts of the same days are not twice as many.
    by_kind = (
        f"SELECT {', '.join(places)}, {KIND}, {_sums('amount', 'lower', 'upper', 'figures', DAYS)},"
        f" MAX({ALL_DAYS}) AS {ALL_DAYS}, MAX(partly) AS partly FROM ({rows}) AS told"
        f" GROUP BY {', '.join([*places, KIND])}"
    )
    there = "".join(
        f", MAX(CASE WHEN {KIND} = {quoted(each)} THEN 1 ELSE 0 END) AS {KIND}_{at}"
        for at, each in enumerate(telling.kinds)
    )
    telling.relations[telling.name] = (
        f"SELECT {', '.join(places)}, CAST(SUM(amount) AS BIGINT) AS {column},"
        f" {_sums('lower', 'upper', 'figures')}, MAX({ALL_DAYS}) AS {ALL_DAYS},"
        f" MIN({DAYS}) AS {LEAST}, MAX({DAYS}) AS {MOST}, MAX(partly) AS partly{there}"
        f" FROM ({by_kind}) AS kinds GROUP BY {', '.join(places)}"
    )


def _sums(*names: str) -> str:
    return ", ".join(f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in names)
