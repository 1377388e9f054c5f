"""The SQL text of the metrics: made from their table alone, in words that DuckDB and Spark share.

The text sums whole numbers only. Every side of a metric is reduced to rows (period, dimensions,
amount); the rows of both sides are put one below the other and grouped, which joins them one to one
and takes absent dimensions as equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set

from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CLOSURE, TIERS
from harmtax.figures.sides import (
    TIER,
    TIER_OF,
    crossing,
    dim,
    inside,
    key,
    latest,
    periods,
    placed,
    rolled,
)
from harmtax.shapes import MetricRow, Quantity
from harmtax.standard.condition import quoted

TOP, BOTTOM = "numerator", "denominator"


def text(metrics: Sequence[MetricRow], by: Sequence[str], grain: str, held: Set[str]) -> str:
    """One SELECT with metric_id, period, the dimensions of `by`, numerator, denominator, status.

    `held` names the record types that the datasets hold: of these a count of nothing is zero, of
    the others it is absent.
    """
    parts = dict(_relations())
    parts |= _found(metrics, grain, held)
    for at, metric in enumerate(metrics):
        for name, side in sides(metric):
            if side.record in held:
                parts[f"{name}_{at}"] = placed(side, by, grain)
    listed = ",\n".join(f"{name} AS ({body})" for name, body in parts.items())
    answers = "\nUNION ALL\n".join(_metric(each, by, held, at) for at, each in enumerate(metrics))
    return f"WITH {listed}\n{answers}"


def sides(metric: MetricRow) -> Iterator[tuple[str, Quantity]]:
    """The numerator and, where there is one, the denominator, each under its name."""
    yield TOP, metric.numerator
    if metric.denominator is not None:
        yield BOTTOM, metric.denominator


def _relations() -> Iterator[tuple[str, str]]:
    tiers = [(*pair, tier) for pair, (tier, _) in TIERS.items()]
    yield "tiers", _values(tiers, (*TIER_OF, TIER))
    yield "closure", _values(CLOSURE, ("part", "whole"))


def _values(rows: Iterable[Sequence[str]], names: Sequence[str]) -> str:
    listed = ", ".join(f"({', '.join(map(quoted, row))})" for row in rows)
    return f"SELECT * FROM (VALUES {listed}) AS listed({', '.join(names)})"


def _found(metrics: Sequence[MetricRow], grain: str, held: Set[str]) -> dict[str, str]:
    """The latest records of each type, and the periods that they lie in.

    Both are read for all metrics of the standard, so that leaving one out changes no other.
    """
    used: dict[str, list[Quantity]] = {}
    for metric in (*METRICS.values(), *metrics):
        for _, side in sides(metric):
            used.setdefault(side.record, []).append(side)
    types = sorted(used.keys() & held)
    days = [day for record in types for day in periods(record, used[record], grain)]
    union = " UNION ".join(days)
    found = f"SELECT DISTINCT period FROM ({union}) AS found WHERE period IS NOT NULL"
    return {f"latest_{name}": latest(name, used[name]) for name in types} | {"periods": found}


def _metric(metric: MetricRow, by: Sequence[str], held: Set[str], at: int) -> str:
    rows = " UNION ALL ".join(
        row
        for name, side in sides(metric)
        if side.record in held
        for row in _rows(name, side, by, f"{name}_{at}")
    )
    # A side that lacks a dimension has no number for the parts, which is not the same as zero.
    zero = {
        name: side.sum is None and side.record in held and set(by) <= set(side.dimensions)
        for name, side in sides(metric)
    }
    grouped = ", ".join(["period", *map(dim, by)])
    sums = ", ".join(f"{_sum(name, zero.get(name, False))} AS {name}" for name in (TOP, BOTTOM))
    inner = (
        f"SELECT {grouped}, {sums}, MAX(partly) AS partly FROM ({rows}) AS told GROUP BY {grouped}"
    )
    named = "".join(f', {dim(name)} AS "{name}"' for name in by)
    return (
        f"SELECT {quoted(metric.id)} AS metric_id, period{named}, {TOP}, {BOTTOM},"
        f" {_status(metric)} AS status FROM ({inner}) AS told"
    )


def _sum(column: str, zero: bool) -> str:
    total = f"CAST(SUM({column}) AS BIGINT)"
    return f"COALESCE({total}, CAST(0 AS BIGINT))" if zero else total


def _status(metric: MetricRow) -> str:
    if metric.denominator is None:
        return f"CASE WHEN {TOP} IS NULL THEN 'not_applicable' ELSE 'normal' END"
    return (
        f"CASE WHEN {BOTTOM} IS NULL THEN 'missing_denominator'"
        f" WHEN {TOP} IS NULL THEN 'not_applicable'"
        " WHEN partly = 1 THEN 'partly_covered' ELSE 'normal' END"
    )


def _rows(name: str, side: Quantity, by: Sequence[str], source: str) -> Iterator[str]:
    """The rows of one side: the total with its zeros, the parts, and what crosses a period."""
    levels: list[Sequence[str]] = [()]
    if by and set(by) <= set(side.dimensions):
        levels.append(by)
    if side.sum is None:
        yield _row(name, by, (), "0", "periods")
    for level in levels:
        yield _row(name, by, level, "amount", rolled(level, inside(side, level, source)))
        if key(side.record).span:
            yield _row(name, by, level, "amount", rolled(level, crossing(side, level, source)), 1)


def _row(
    name: str, by: Sequence[str], level: Sequence[str], amount: str, source: str, partly: int = 0
) -> str:
    dims = [
        f"CAST({dim(each) if each in level else 'NULL'} AS STRING) AS {dim(each)}" for each in by
    ]
    amounts = [
        f"CAST({amount if side == name else 'NULL'} AS BIGINT) AS {side}" for side in (TOP, BOTTOM)
    ]
    return f"SELECT period, {', '.join([*dims, *amounts])}, {partly} AS partly FROM {source}"
