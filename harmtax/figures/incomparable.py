"""What does not add up: figures of several reporters that stand side by side, and why.

Figures are asked about in three ways, as they are added up: over all, by reporter, by service. Those of one
reporter may add up where those of all do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

import pyarrow as pa

from harmtax._generated.metrics import METRICS
from harmtax.figures.manifest import days
from harmtax.figures.sides import SUBJECT

# By which of reporter and service figures may be added up; by both of them nothing is.
SUMS: tuple[tuple[str, ...], ...] = ((), *((name,) for name in SUBJECT))
# Metric, period and who of `SUMS`.
Place = tuple[str, ...]


class Doubts(NamedTuple):
    """What sums cannot say: what is `apart` has no sum, and what is `short` or `torn` lacks somebody."""

    apart: Mapping[Place, str]
    short: Mapping[Place, str]
    torn: Set[tuple[Place, int]]


NONE = Doubts({}, {}, frozenset())


def doubts(
    rows: pa.Table, levels: Mapping[tuple[str, str, str], Set[int]], of: tuple[str, ...] = ()
) -> Doubts:
    """The doubts about sums over all, by reporter or by service; `levels` are those of each statement."""
    return Doubts(differing(rows, of), lengths(rows, of), uneven(rows, levels, of))


def differing(rows: pa.Table, of: tuple[str, ...] = ()) -> dict[Place, str]:
    """The metrics and periods whose figures are not added up, with the reason."""
    names = ["metric_id", "period", *SUBJECT, "harmtax_version", "definition"]
    seen: dict[Place, list[dict[str, str]]] = {}
    for each in rows.group_by(names).aggregate([]).select(names).to_pylist():
        seen.setdefault(_place(each, "period", *of), []).append(each)
    told = ((place, _why(place[0], stated)) for place, stated in sorted(seen.items()))
    return {place: why for place, why in told if why is not None}


def _why(metric: str, stated: list[dict[str, str]]) -> str | None:
    majors = sorted({each["harmtax_version"].split(".")[0] for each in stated})
    if len(majors) > 1:
        return f"major versions {' and '.join(majors)} of the standard"
    if len({each["definition"] for each in stated}) > 1:
        return "the reporters define it differently"
    if not METRICS[metric].mergeable and len({_subject(each) for each in stated}) > 1:
        return "its figures are not additive"
    return None


def lengths(rows: pa.Table, of: tuple[str, ...] = ()) -> dict[Place, str]:
    """The metrics and periods that somebody states for a longer or shorter period only, with the reason."""
    names = ["metric_id", "period", *SUBJECT]
    seen: dict[Place, dict[str, set[tuple[str, ...]]]] = {}
    for each in rows.group_by(names).aggregate([]).select(names).to_pylist():
        periods = seen.setdefault(_place(each, *of), {})
        periods.setdefault(each["period"], set()).add(_subject(each))
    found = {}
    for (metric, *who), periods in sorted(seen.items()):
        for period, missing in _elsewhere(periods).items():
            why = f"others state it for {missing}, a period of another length"
            found[(metric, period, *who)] = why
    return found


def uneven(
    rows: pa.Table, levels: Mapping[tuple[str, str, str], Set[int]], of: tuple[str, ...] = ()
) -> set[tuple[Place, int]]:
    """The metrics and periods, each with the levels that somebody who states them is not broken down by."""
    names = ["metric_id", "period", *SUBJECT]
    seen: dict[Place, tuple[set[int], list[Set[int]]]] = {}
    known = rows.group_by([*names, "level"]).aggregate([]).to_pylist()
    for each in known:
        there, told = seen.setdefault(_place(each, "period", *of), (set(), []))
        there.add(each["level"])
        told.append(levels.get((*_subject(each), each["period"]), frozenset()))
    return {
        (place, level)
        for place, (there, told) in seen.items()
        for level in there
        if any(level not in own for own in told)
    }


def _elsewhere(periods: Mapping[str, set[tuple[str, ...]]]) -> dict[str, str]:
    """Each period with one that it overlaps and for which somebody states what is not stated for it."""
    if len({_length(period) for period in periods}) < 2:
        return {}
    spans = {period: days(period) for period in sorted(periods)}
    found: dict[str, str] = {}
    for period, (first, last) in spans.items():
        for other, (start, end) in spans.items():
            overlap = period != other and start <= last and first <= end
            if overlap and periods[other] - periods[period]:
                found.setdefault(period, other)
    return found


def _length(period: str) -> int:
    """What tells months, quarters, halves and years apart."""
    first, last = days(period)
    return (last.year - first.year) * 12 + last.month - first.month


def _place(row: Mapping[str, str], *names: str) -> Place:
    return tuple(row[name] for name in ("metric_id", *names))


def _subject(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in SUBJECT)
