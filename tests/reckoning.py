"""A second, plain reading of the metrics: one row of Python at a time, without any SQL.

It knows the metrics from their table alone and shares nothing with the query but that table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, RECORDS
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CLOSURE, TIERS
from harmtax.shapes import MetricRow, Quantity

Row = Mapping[str, Any]
Place = tuple[tuple[str, str], ...]
KEYS = ("surface", "category", "content_language", "scope")


def reckoned(
    metric: MetricRow, records: Mapping[str, Sequence[Row]], by: Sequence[str]
) -> dict[tuple[str, Place], dict[str, Any]]:
    """(quarter, codes by dimension) to the numbers of the metric, at every margin of `by`."""
    periods = sorted({quarter(day) for day in _days(records)})
    found: dict[tuple[str, Place], dict[str, Any]] = defaultdict(dict)
    for name, side in (("numerator", metric.numerator), ("denominator", metric.denominator)):
        if side is None:
            continue
        for size in range(len(by) + 1):
            for level in combinations(by, size):
                if set(level) <= set(side.dimensions):
                    for key, value in _amounts(side, records[side.record], level, periods).items():
                        found[key][name] = value
    for name, side in (("numerator", metric.numerator), ("denominator", metric.denominator)):
        # Of records themselves, and of what each of them holds, none found is none.
        if side and (side.sum is None or (side.record != "Exposure" and _required(side))):
            for period in periods:
                found[period, ()].setdefault(name, 0)
            if set(by) <= set(side.dimensions):
                for numbers in found.values():
                    numbers.setdefault(name, 0)
    return dict(found)


def quarter(day: date) -> str:
    """The quarter of a day."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _required(side: Quantity) -> bool:
    return next(f for f in RECORDS[side.record].fields if f.name == side.sum).required


def _days(records: Mapping[str, Sequence[Row]]) -> Iterator[date]:
    for metric in METRICS.values():
        for side in (metric.numerator, metric.denominator):
            for row in records.get(side.record, ()) if side else ():
                fields = side.period or side.in_force[:1]
                fields = (*fields, *(("period_start",) if side.record == "Exposure" else ()))
                if (day := _day(row, side.period or side.in_force[:1])) is not None:
                    yield day
                if "period_start" in fields and row.get("period_start"):
                    yield row["period_start"]


def _day(row: Row, fields: Sequence[str]) -> date | None:
    found = next((row[name] for name in fields if row.get(name) is not None), None)
    return found.date() if isinstance(found, datetime) else found


def _amounts(
    side: Quantity, rows: Sequence[Row], level: Sequence[str], periods: Sequence[str]
) -> dict[tuple[str, Place], Any]:
    """What the rows of one side come to at one level."""
    cells: dict[tuple[str, Place], list[Row]] = defaultdict(list)
    kept = [row for row in rows if _counts(side, row)]
    if side.record == "Exposure":
        kept = list(_wholes(side, kept, level))
    for row in kept:
        for period in _periods(side, row, rows, periods):
            for place in _places(side, row, level):
                cells[period, place].append(row)
    told = {key: _value(side, found) for key, found in cells.items()}
    return {key: value for key, value in told.items() if value is not None}


def _counts(side: Quantity, row: Row) -> bool:
    if not any(all(_passes(row.get(f), w, a) for f, w, a in option) for option in side.where):
        return False
    if side.in_time and not (
        row.get(side.in_time[0]) is not None
        and row.get(side.in_time[1]) is not None
        and row[side.in_time[0]] <= row[side.in_time[1]]
    ):
        return False
    return all(row.get(name) is not None for name in side.duration or ())


def _passes(value: Any, word: str, argument: Any) -> bool:
    match word:
        case "present":
            return value is not None
        case "absent":
            return value is None
        case "in":
            return value in argument
        case "has":
            return bool(set(value or ()) & set(argument))
        case "lacks":
            return not set(value or ()) & set(argument)
    raise AssertionError(word)


def _periods(
    side: Quantity, row: Row, rows: Sequence[Row], periods: Sequence[str]
) -> Sequence[str]:
    if side.in_force is None:
        day = _day(row, side.period)
        return [] if day is None else [quarter(day)]
    begun, over = (row.get(name) for name in side.in_force)
    if begun is None:
        return []
    ends = [over + timedelta(days=1)] if over else []
    if side.ended:
        field, days = side.ended
        identifier = RECORDS[side.record].identifier
        ends += [
            day
            for other in rows
            if other["reporter_id"] == row["reporter_id"] and other.get(field) == row[identifier]
            for day in [_day(other, days)]
            if day is not None
        ]
    # In force at the end of a quarter: begun in it or before, ended in none up to it.
    return [p for p in periods if quarter(begun) <= p and all(quarter(end) > p for end in ends)]


def _places(side: Quantity, row: Row, level: Sequence[str]) -> list[Place]:
    places: list[Place] = [()]
    for name in level:
        places = [(*place, (name, code)) for place in places for code in _codes(side, row, name)]
    return places


def _codes(side: Quantity, row: Row, name: str) -> list[str]:
    if name == "tier":
        tier = TIERS.get((row["category"], row["treatment"]))
        return [tier[0]] if tier else []
    known = DIMENSION_ROWS[name]
    listed = next(f for f in RECORDS["Observation"].fields if f.name == name).codes
    if name in side.whole:
        return list(CODES[listed or ""])
    value = row.get(known.field if known.record == side.record else name)
    if name == "category":
        return [whole for part, whole in CLOSURE if part == value]
    if known.steps:
        return [] if value is None else [_step(name, value)]
    if isinstance(value, list):
        return value
    if value is None and listed and "unknown" in CODES[listed] and name not in _optional(side):
        return ["unknown"]
    return [] if value is None else [value]


def _optional(side: Quantity) -> Sequence[str]:
    return KEYS if side.record == "Exposure" else ()


def _step(name: str, value: float) -> str:
    return next(c for c, upper in DIMENSION_ROWS[name].steps if upper is None or value <= upper)


def _wholes(side: Quantity, rows: Sequence[Row], level: Sequence[str]) -> Iterator[Row]:
    """Of whole and parts only one kind for each subject, measure and quarter."""
    groups: dict[tuple[Any, ...], list[tuple[tuple[int, ...], Row]]] = defaultdict(list)
    for row in rows:
        if all(row.get(name) is not None for name in level):
            shape = tuple(int(row.get(name) is not None) for name in KEYS)
            subject = ("reporter_id", "service_id", "measure", "method")
            group = (quarter(row["period_end"]), *(row[name] for name in subject))
            groups[group].append(((sum(shape), *shape), row))
    for found in groups.values():
        least = min(rank for rank, _ in found)
        yield from (row for rank, row in found if rank == least)


def _value(side: Quantity, rows: Sequence[Row]) -> Any:
    if side.distinct:
        return len({tuple(row[name] for name in side.distinct) for row in rows})
    if side.sum:
        told = [row[side.sum] for row in rows if row.get(side.sum) is not None]
        return sum(told) if told else None
    return len(rows)


def durations(
    metric: MetricRow, rows: Sequence[Row], level: Sequence[str]
) -> dict[tuple[str, Place], list[timedelta]]:
    """(quarter, codes) to the sorted durations of a median."""
    side = metric.numerator
    assert side.duration
    found: dict[tuple[str, Place], list[timedelta]] = defaultdict(list)
    for row in rows:
        day = _day(row, side.period)
        if day is not None and _counts(side, row):
            for place in _places(side, row, level):
                found[quarter(day), place].append(row[side.duration[1]] - row[side.duration[0]])
    return {key: sorted(each) for key, each in found.items()}
