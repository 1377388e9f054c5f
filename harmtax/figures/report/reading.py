"""What a report says, read from a publication: totals, the tree of categories, steps of durations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, RECORDS
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.figures.publication import Publication
from harmtax.figures.report.breakdowns import named, ordered
from harmtax.figures.report.marks import UNRATED, Number, number

# Dimensions that may be the same in every row: then they say whose figures these are.
WHOSE = ("reporter_id", "service_id")
STEPS = "duration_bin"
_LISTS = {field.name: field.codes for field in RECORDS["Observation"].fields}
_GRAINS = (r"[0-9]{4}-[01][0-9]", r"[0-9]{4}-Q[1-4]", r"[0-9]{4}-H[12]", r"[0-9]{4}")


_PARTS = {"Q": 4, "H": 2}


def index(period: str) -> int:
    """The place of a period among all of its grain: those next to each other differ by one."""
    year, _, part = period.partition("-")
    if not part:
        return int(year)
    parts = _PARTS.get(part[0])
    if parts is None:
        return int(year) * 12 + int(part) - 1
    return int(year) * parts + int(part[1:]) - 1


class Figure(NamedTuple):
    """A metric in one period; `bottom` is None for a plain count, `status` is of the two together."""

    metric: str
    period: str
    top: Number
    bottom: Number | None
    median: tuple[int | None, int | None]
    status: str

    @property
    def rated(self) -> tuple[int, int] | None:
        """Numerator and denominator where a rate can be given."""
        if self.bottom is None or self.top.value is None or self.bottom.value is None:
            return None
        return None if self.status in UNRATED else (self.top.value, self.bottom.value)


class Node(NamedTuple):
    """A category with everything below it: its number, and its numbers by tier, strictest first."""

    code: str
    depth: int
    base: str | None
    whole: Number
    tiers: tuple[tuple[str, Number], ...]


class Step(NamedTuple):
    """A step of durations with its last second (None: it is open) and how many fell into it."""

    code: str
    upper: int | None
    amount: Number


class Reading:
    """The rows of a publication, asked in the way that a page needs them.

    `periods` are those of the finest grain, in order; `latest` is the last one of the coarsest grain,
    which has the most in it and so the least hidden.
    """

    def __init__(self, publication: Publication) -> None:
        rows = ordered(publication.table)
        self.whose = {name: _same(rows, name) for name in WHOSE}
        self._rows = [_without(row, self.whose) for row in rows]
        self.all = len(rows)
        self.hidden = sum(row["status"] == "suppressed" for row in rows)
        grains = _by_grain({row["period"] for row in rows})
        self.periods = grains[0] if grains else []
        self.latest = grains[-1][-1] if grains else ""
        self.every = [period for grain in grains for period in grain]

    def total(self, metric: str, period: str | None = None) -> Figure | None:
        """The total of a metric in a period, the latest if none is named."""
        wanted = period or self.latest
        found = (f for f in self.totals(metric, [wanted]) if f.period == wanted)
        return next(found, None)

    def totals(self, metric: str, periods: Sequence[str] | None = None) -> list[Figure]:
        """The total of each period, in the order of the periods."""
        found = {row["period"]: row for row in self._of(metric, ())}
        asked = self.periods if periods is None else periods
        return [_figure(found[period]) for period in asked if period in found]

    def metrics(self, *, rates: bool) -> list[str]:
        """The metrics whose totals are there, rates or all others."""
        held = {row["metric_id"] for row in self._rows if not named(row)}
        return [m.id for m in METRICS.values() if m.id in held and (m.kind == "ratio") == rates]

    def tree(self, metric: str) -> list[Node]:
        """The categories that occur in the latest period, each before its parts."""
        wholes = {r["category"]: _top(r) for r in self._latest(metric, ("category",))}
        parts = {
            (r["category"], r["tier"]): _top(r) for r in self._latest(metric, ("category", "tier"))
        }
        return list(_nodes(None, 0, wholes, parts))

    def parts(self, metric: str, dimension: str) -> list[tuple[str, Number]]:
        """The numbers of a metric in the latest period by one dimension, in the order of its codes."""
        found = {row[dimension]: _top(row) for row in self._latest(metric, (dimension,))}
        order = CODES.get(_LISTS[dimension] or "") or sorted(found)
        return [(code, found[code]) for code in order if code in found]

    def breakdowns(self) -> list[tuple[tuple[str, ...], list[tuple[tuple[str, ...], Figure]]]]:
        """All rows by what they are broken down by, each with its codes; the totals first."""
        found: dict[tuple[str, ...], list[tuple[tuple[str, ...], Figure]]] = {}
        for row in self._rows:
            dims = named(row)
            found.setdefault(dims, []).append((tuple(row[name] for name in dims), _figure(row)))
        return [(dims, found[dims]) for dims in sorted(found, key=lambda dims: (len(dims), dims))]

    def steps(self, metric: str) -> list[Step]:
        """The histogram of durations in the latest period; a step without a row holds none."""
        found = {row[STEPS]: _top(row) for row in self._latest(metric, (STEPS,))}
        none = Number(0, "A", "F", "normal")
        if not found:
            return []
        return [
            Step(code, upper, found.get(code, none)) for code, upper in DIMENSION_ROWS[STEPS].steps
        ]

    def shown_and_hidden(self) -> list[tuple[tuple[str, ...], int, int]]:
        """How many rows of each breakdown are shown and how many hidden, the totals first."""
        found: dict[tuple[str, ...], list[int]] = {}
        for row in self._rows:
            found.setdefault(named(row), [0, 0])[row["status"] == "suppressed"] += 1
        order = sorted(found, key=lambda dims: (len(dims), dims))
        return [(dims, found[dims][0], found[dims][1]) for dims in order]

    def named(self, dimension: str) -> list[str]:
        """The values of a dimension that occur, sorted."""
        if (one := self.whose.get(dimension)) is not None:
            return [one]
        return sorted({row[dimension] for row in self._rows if row[dimension] is not None})

    def _latest(self, metric: str, dimensions: tuple[str, ...]) -> list[Mapping[str, Any]]:
        return [row for row in self._of(metric, dimensions) if row["period"] == self.latest]

    def _of(self, metric: str, dimensions: tuple[str, ...]) -> list[Mapping[str, Any]]:
        rows = (row for row in self._rows if row["metric_id"] == metric)
        return [row for row in rows if set(named(row)) == set(dimensions)]


def _figure(row: Mapping[str, Any]) -> Figure:
    median = (row["median_lower"], row["median_upper"])
    bottom = number(row, "denominator")
    return Figure(row["metric_id"], row["period"], _top(row), bottom, median, row["status"])


def _top(row: Mapping[str, Any]) -> Number:
    found = number(row, "numerator")
    assert found is not None
    return found


def _nodes(
    parent: str | None,
    depth: int,
    wholes: Mapping[str, Number],
    parts: Mapping[tuple[str, str], Number],
) -> Iterator[Node]:
    for code, base in _children(parent):
        whole = wholes.get(code)
        if whole is not None and whole.value != 0:
            tiers = [(tier, parts[code, tier]) for tier in CODES["Tier"] if (code, tier) in parts]
            yield Node(code, depth, base, whole, tuple(tiers))
        yield from _nodes(code, depth + 1, wholes, parts)


@cache
def _children(parent: str | None) -> tuple[tuple[str, str | None], ...]:
    return tuple((row.code, row.base_tier) for row in CATEGORIES if row.parent == parent)


def _same(rows: Sequence[Mapping[str, Any]], name: str) -> str | None:
    values = {row[name] for row in rows}
    return values.pop() if len(values) == 1 else None


def _without(row: Mapping[str, Any], whose: Mapping[str, str | None]) -> dict[str, Any]:
    return {**row, **{name: None for name, value in whose.items() if value is not None}}


def _by_grain(periods: set[str]) -> list[list[str]]:
    """The periods by grain, months before quarters before years."""
    found = [sorted(p for p in periods if re.fullmatch(grain, p)) for grain in _GRAINS]
    return [grain for grain in found if grain]
