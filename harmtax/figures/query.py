"""The SQL text of the metrics: made from their table alone, in words that DuckDB and Spark share.

The text sums whole numbers only. Every side of a metric is reduced to rows (period, dimensions,
amount); rows of both sides are then put one below the other and grouped, which joins them one to one
and treats absent dimensions as equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from harmtax._generated.constraints import CODES, RECORDS
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CLOSURE, TIERS
from harmtax.shapes import Apart, MetricRow, Quantity, Unique
from harmtax.standard.condition import columns, quoted, sql

# Where the code list has this code, an absent dimension of a record is counted under it.
UNKNOWN = "unknown"
# The dimension that is looked up in a relation, and the fields that lead to it.
TIER, TIER_OF = "tier", ("category", "treatment")
ROLLED_UP = "category"

_MONTH = "EXTRACT(MONTH FROM {0})"
_YEAR = "CAST(CAST(EXTRACT(YEAR FROM {0}) AS BIGINT) AS STRING)"
_GRAINS = {
    "month": f"CONCAT({_YEAR}, CASE WHEN {_MONTH} < 10 THEN '-0' ELSE '-' END,"
    f" CAST(CAST({_MONTH} AS BIGINT) AS STRING))",
    "quarter": f"CONCAT({_YEAR}, '-Q', CAST(CAST(EXTRACT(QUARTER FROM {{0}}) AS BIGINT) AS STRING))",
    "half": f"CONCAT({_YEAR}, CASE WHEN {_MONTH} < 7 THEN '-H1' ELSE '-H2' END)",
    "year": _YEAR,
}
GRAINS = tuple(_GRAINS)


class Key(NamedTuple):
    """What tells records of a type apart, revisions aside.

    `optional` holds the dimensions in the key that a record may leave out: then it speaks of the whole
    (an exposure without a surface is about all surfaces), and not of something unknown.
    """

    fields: tuple[str, ...]
    optional: tuple[str, ...]
    span: tuple[str, str] | None


def key(record: str) -> Key:
    """The key of a record type, read from its rules about sets."""
    checks = RECORDS[record].set_checks
    unique = next(check for check in checks if isinstance(check, Unique))
    span = next(((c.first, c.then) for c in checks if isinstance(c, Apart)), None)
    required = {field.name for field in RECORDS[record].fields if field.required}
    fields = tuple(name for name in unique.key if name != "revision")
    return Key(fields, tuple(name for name in fields if name not in required), span)


def text(metrics: Sequence[MetricRow], by: Sequence[str], grain: str, held: Set[str]) -> str:
    """One SELECT with metric_id, period, the dimensions of `by`, numerator, denominator, status.

    `held` names the record types that the datasets hold: of these a count of nothing is zero, of the
    others it is absent.
    """
    parts = dict(_relations())
    # Periods are found in the fields of all metrics, so that leaving one out changes no other.
    used = [side for metric in (*METRICS.values(), *metrics) for side in sides(metric)]
    for record in sorted({side.record for metric in metrics for side in sides(metric)} & held):
        mine = [side for side in used if side.record == record]
        parts[f"latest_{record}"] = _latest(record, mine)
        parts[f"periods_{record}"] = _periods(record, mine, grain)
    answers = []
    for at, metric in enumerate(metrics):
        for name, side in zip(("top", "bottom"), sides(metric), strict=False):
            if side.record in held:
                parts[f"{name}_{at}"] = _placed(side, by, grain)
        answers.append(_metric(metric, by, held, at))
    listed = ",\n".join(f"{name} AS ({body})" for name, body in parts.items())
    return f"WITH {listed}\n" + "\nUNION ALL\n".join(answers)


def sides(metric: MetricRow) -> tuple[Quantity, ...]:
    """The numerator and, where there is one, the denominator."""
    return (metric.numerator, *([metric.denominator] if metric.denominator else []))


def _relations() -> Iterator[tuple[str, str]]:
    tiers = [(*pair, tier) for pair, (tier, _) in TIERS.items()]
    yield "tiers", _values(tiers, (*TIER_OF, TIER))
    yield "closure", _values(CLOSURE, ("part", "whole"))


def _values(rows: Sequence[Sequence[str]], names: Sequence[str]) -> str:
    listed = ", ".join(f"({', '.join(map(quoted, row))})" for row in rows)
    return f"SELECT * FROM (VALUES {listed}) AS listed({', '.join(names)})"


def _latest(record: str, used: Sequence[Quantity]) -> str:
    """The highest revision of each record; ties fall to the content, never to the place in a file."""
    known = key(record)
    names = {name for side in used for name in _columns(side)} - {*known.fields, "revision"}
    chosen = _listed([*known.fields, *sorted(names)])
    order = ", ".join(f'"{name}" NULLS LAST' for name in sorted(names))
    return (
        f"SELECT {chosen} FROM (SELECT {chosen}, ROW_NUMBER() OVER (PARTITION BY {_listed(known.fields)}"
        f' ORDER BY "revision" DESC{", " + order if order else ""}) AS place FROM "{record}") AS ranked'
        " WHERE place = 1"
    )


def _columns(side: Quantity) -> set[str]:
    known = key(side.record)
    names = {*columns(side.where), *side.period, *side.dimensions, *(known.span or ())} - {TIER}
    return names | set(TIER_OF if TIER in side.dimensions else ()) | ({side.sum} if side.sum else set())


def _day(side: Quantity, alias: str = "") -> str:
    kinds = {field.name: field.kind for field in RECORDS[side.record].fields}
    read = {"time": "CAST({} AS DATE)", "date": "{}"}
    return f"COALESCE({', '.join(read[kinds[f]].format(alias + _name(f)) for f in side.period)})"


def _label(day: str, grain: str) -> str:
    return f"CASE WHEN {day} IS NOT NULL THEN {_GRAINS[grain].format(day)} END"


def _periods(record: str, used: Sequence[Quantity], grain: str) -> str:
    days = sorted({_day(side) for side in used} | {_name(f) for f in key(record).span or ()})
    found = " UNION ".join(f"SELECT {_label(day, grain)} AS period FROM latest_{record}" for day in days)
    return f"SELECT DISTINCT period FROM ({found}) AS found WHERE period IS NOT NULL"


def _placed(side: Quantity, by: Sequence[str], grain: str) -> str:
    """The records of one side with the periods of their first and last day."""
    span = key(side.record).span
    last = _day(side, "r.")
    first = f"r.{_name(span[0])}" if span and side.period == (span[1],) else last
    wanted = [f"{_dimension(side, name)} AS {_dim(name)}" for name in by if name in side.dimensions]
    shape = [f"r.{_name(field)}" for field in _scope(side)]
    amount = f"r.{_name(side.sum)}" if side.sum else "CAST(1 AS BIGINT)"
    chosen = [f"{_label(first, grain)} AS first_period", f"{_label(last, grain)} AS period",
              f"{amount} AS amount", *wanted, *shape]  # fmt: skip
    on = " AND ".join(f"r.{_name(field)} = t.{field}" for field in TIER_OF)
    tiers = f" LEFT JOIN tiers AS t ON {on}" if TIER in by and TIER in side.dimensions else ""
    where = f"({sql(side.where, 'r')}) AND {last} IS NOT NULL"
    return f"SELECT {', '.join(chosen)} FROM latest_{side.record} AS r{tiers} WHERE {where}"


def _scope(side: Quantity) -> tuple[str, ...]:
    known = key(side.record)
    return tuple(f for f in known.fields if f not in (known.span or ())) if known.optional else ()


def _dimension(side: Quantity, name: str) -> str:
    if name == TIER:
        return f"t.{TIER}"
    field = next(field for field in RECORDS[side.record].fields if field.name == name)
    unknown = field.codes is not None and UNKNOWN in CODES[field.codes]
    if unknown and not field.required and name not in key(side.record).optional:
        return f"COALESCE(r.{_name(name)}, {quoted(UNKNOWN)})"
    return f"r.{_name(name)}"


def _metric(metric: MetricRow, by: Sequence[str], held: Set[str], at: int) -> str:
    """Both sides of one metric below one another, grouped, with the status of each number."""
    rows = [part for name, side in zip(("top", "bottom"), sides(metric), strict=False)
            if side.record in held for part in _rows(name, side, by, f"{name}_{at}")]  # fmt: skip
    dims = [_dim(name) for name in by]
    grouped = ", ".join(["period", *dims])
    zero = {
        name: side.sum is None and side.record in held
        for name, side in zip(("top", "bottom"), sides(metric), strict=False)
    }
    # A side that lacks a dimension has no number for its parts, which is not the same as zero.
    whole = metric.denominator is not None and set(by) <= set(metric.denominator.dimensions)
    top = _sum("top", zero["top"])
    bottom = _sum("bottom", zero.get("bottom", False) and whole)
    inner = (
        f"SELECT {grouped}, {top} AS numerator, {bottom} AS denominator, MAX(partly) AS partly"
        f" FROM ({' UNION ALL '.join(rows)}) AS told GROUP BY {grouped}"
    )
    named = [f"{_dim(name)} AS {_name(name)}" for name in by]
    chosen = [f"{quoted(metric.id)} AS metric_id", "period", *named, "numerator", "denominator",
              f"{_status(metric)} AS status"]  # fmt: skip
    return f"SELECT {', '.join(chosen)} FROM ({inner}) AS grouped"


def _sum(column: str, counted: bool) -> str:
    total = f"CAST(SUM({column}) AS BIGINT)"
    return f"COALESCE({total}, CAST(0 AS BIGINT))" if counted else total


def _status(metric: MetricRow) -> str:
    ratio = (
        " WHEN denominator IS NULL THEN 'missing_denominator'" if metric.denominator else ""
    )
    partly = " WHEN partly = 1 THEN 'partly_covered'" if metric.denominator else ""
    return f"CASE{ratio} WHEN numerator IS NULL THEN 'not_applicable'{partly} ELSE 'normal' END"


def _rows(name: str, side: Quantity, by: Sequence[str], source: str) -> Iterator[str]:
    """The rows of one side: the total, the parts, the zeros, and what crosses a period."""
    total: Mapping[str, str] = {}
    parts = {dim: _dim(dim) for dim in by}
    yield _row(name, by, total, "amount", _whole(side, (), source))
    if side.sum is None:
        yield _row(name, by, total, "0", f"periods_{side.record}")
    broken_down = bool(by) and set(by) <= set(side.dimensions)
    if broken_down:
        yield _row(name, by, parts, "amount", _rolled(side, by, _whole(side, by, source)))
    if key(side.record).span:
        for dims in [total, parts] if broken_down else [total]:
            yield _row(name, by, dims, "NULL", _crossing(side, list(dims), source), partly="1")


def _row(
    name: str, by: Sequence[str], dims: Mapping[str, str], amount: str, source: str, partly: str = "0"
) -> str:
    shown = [f"CAST({dims.get(dim, 'NULL')} AS STRING) AS {_dim(dim)}" for dim in by]
    amounts = [f"CAST({amount if side == name else 'NULL'} AS BIGINT) AS {side}" for side in ("top", "bottom")]
    return f"SELECT period, {', '.join([*shown, *amounts])}, {partly} AS partly FROM {source}"


def _whole(side: Quantity, by: Sequence[str], source: str) -> str:
    """The rows inside one period; of statements about a whole and about its parts, only one kind.

    For each reporter, service and measure the statement with the fewest dimensions beyond the asked
    ones counts: adding the whole to its parts would count twice.
    """
    inside = " AND ".join(["first_period = period", *(f"{_dim(name)} IS NOT NULL" for name in by)])
    rows = f"(SELECT * FROM {source} WHERE {inside})"
    optional = key(side.record).optional
    if not optional:
        return f"{rows} AS inside"
    extra = [f"CASE WHEN {_name(field)} IS NULL THEN '0' ELSE '1' END" for field in optional]
    count = " + ".join(extra).replace("'", "")
    fixed = _listed([name for name in _scope(side) if name not in optional])
    ranked = (
        f"SELECT *, RANK() OVER (PARTITION BY period, {fixed}"
        f" ORDER BY {count}, CONCAT({', '.join(extra)})) AS place FROM {rows} AS inside"
    )
    return f"(SELECT * FROM ({ranked}) AS ranked WHERE place = 1) AS chosen"


def _rolled(side: Quantity, by: Sequence[str], source: str) -> str:
    """The rows once for their category and once for each category above it."""
    if ROLLED_UP not in by:
        return source
    others = [_dim(name) for name in by if name != ROLLED_UP]
    chosen = ", ".join(["period", "amount", *others, f"c.whole AS {_dim(ROLLED_UP)}"])
    return f"(SELECT {chosen} FROM {source} JOIN closure AS c ON {_dim(ROLLED_UP)} = c.part) AS rolled"


def _crossing(side: Quantity, by: Sequence[str], source: str) -> str:
    """The periods that a record touches without lying inside one of them."""
    dims = "".join(f", {_dim(name)}" for name in by)
    present = "".join(f" AND {_dim(name)} IS NOT NULL" for name in by)
    rows = (
        f"(SELECT p.period AS period{dims} FROM (SELECT first_period, period AS last_period{dims}"
        f" FROM {source} WHERE first_period <> period{present}) AS s"
        f" JOIN periods_{side.record} AS p ON p.period >= s.first_period AND p.period <= s.last_period)"
    )
    return _rolled_crossing(by, rows)


def _rolled_crossing(by: Sequence[str], rows: str) -> str:
    if ROLLED_UP not in by:
        return f"{rows} AS crossing"
    others = "".join(f", {_dim(name)}" for name in by if name != ROLLED_UP)
    return (
        f"(SELECT period{others}, c.whole AS {_dim(ROLLED_UP)} FROM {rows} AS crossing"
        f" JOIN closure AS c ON {_dim(ROLLED_UP)} = c.part) AS rolled"
    )


def _name(field: str) -> str:
    return f'"{field}"'


def _dim(name: str) -> str:
    # A dimension keeps apart from the field of the same name, which may be absent where it is not.
    return f"by_{name}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_name, names))
