"""One side of a metric as SQL: its records, reduced to rows (period, dimensions, amount)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES, RECORDS
from harmtax.shapes import Apart, Quantity, Unique
from harmtax.standard.condition import columns, quoted, sql

# Where the code list has this code, an absent dimension of a record is counted under it.
UNKNOWN = "unknown"
# The dimension that is looked up in the relation `tiers`, and the fields that lead to it.
TIER, TIER_OF = "tier", ("category", "treatment")
# The dimension that is rolled up with the relation `closure`.
TREE = "category"

_MONTH = "EXTRACT(MONTH FROM {0})"
_QUARTER = "CAST(CAST(EXTRACT(QUARTER FROM {0}) AS BIGINT) AS STRING)"
_YEAR = "CAST(CAST(EXTRACT(YEAR FROM {0}) AS BIGINT) AS STRING)"
_LABELS = {
    "month": f"CONCAT({_YEAR}, CASE WHEN {_MONTH} < 10 THEN '-0' ELSE '-' END,"
    f" CAST(CAST({_MONTH} AS BIGINT) AS STRING))",
    "quarter": f"CONCAT({_YEAR}, '-Q', {_QUARTER})",
    "half": f"CONCAT({_YEAR}, CASE WHEN {_MONTH} < 7 THEN '-H1' ELSE '-H2' END)",
    "year": _YEAR,
}
GRAINS = tuple(_LABELS)


class Key(NamedTuple):
    """What tells records of a type apart, revisions aside.

    `optional` holds the dimensions in the key that a record may leave out: then it speaks of the
    whole (an exposure without a surface is about all surfaces) and not of something unknown. `span`
    names the first and the last day, where a record has both.
    """

    fields: tuple[str, ...]
    optional: tuple[str, ...]
    span: tuple[str, str] | None

    @property
    def subject(self) -> tuple[str, ...]:
        """The fields that say whose and which figure a record is, whatever its period and parts."""
        return tuple(f for f in self.fields if f not in {*self.optional, *(self.span or ())})


@cache
def key(record: str) -> Key:
    """The key of a record type, read from its rules about sets."""
    checks = RECORDS[record].set_checks
    unique = next(check for check in checks if isinstance(check, Unique))
    span = next(((c.first, c.then) for c in checks if isinstance(c, Apart)), None)
    required = {field.name for field in RECORDS[record].fields if field.required}
    fields = tuple(name for name in unique.key if name != "revision")
    return Key(fields, tuple(name for name in fields if name not in required), span)


def dim(name: str) -> str:
    """The column of a dimension, apart from the field, which may be absent where it is not."""
    return f"by_{name}"


def latest(record: str, used: Sequence[Quantity]) -> str:
    """The highest revision of each record; ties fall to the content, never to the place."""
    names = {name for side in used for name in _columns(side)} - {*key(record).fields, "revision"}
    chosen = _listed([*key(record).fields, *sorted(names)])
    order = "".join(f', "{name}" NULLS LAST' for name in sorted(names))
    return (
        f"SELECT {chosen} FROM (SELECT {chosen}, ROW_NUMBER() OVER (PARTITION BY"
        f' {_listed(key(record).fields)} ORDER BY "revision" DESC{order}) AS place'
        f' FROM "{record}") AS ranked WHERE place = 1'
    )


def periods(record: str, used: Sequence[Quantity], grain: str) -> Iterator[str]:
    """One SELECT for each day that places records of this type in time."""
    spans = {f'r."{name}"' for name in key(record).span or ()}
    for day in sorted({_day(side) for side in used} | spans):
        yield f"SELECT {_label(day, grain)} AS period FROM latest_{record} AS r"


def placed(side: Quantity, by: Sequence[str], grain: str) -> str:
    """The records of one side, each with the periods of its first and its last day."""
    last, span = _day(side), key(side.record).span
    first = f'r."{span[0]}"' if span and side.period == (span[1],) else last
    chosen = [
        f"{_label(first, grain)} AS first_period",
        f"{_label(last, grain)} AS period",
        (f'r."{side.sum}"' if side.sum else "CAST(1 AS BIGINT)") + " AS amount",
        *(f"{_dimension(side, name)} AS {dim(name)}" for name in by if name in side.dimensions),
        *(f'r."{name}"' for name in _scope(side.record)),
    ]
    on = " AND ".join(f'r."{name}" = t.{name}' for name in TIER_OF)
    tiers = f" LEFT JOIN tiers AS t ON {on}" if TIER in by and TIER in side.dimensions else ""
    where = f"({sql(side.where, 'r')}) AND {last} IS NOT NULL"
    return f"SELECT {', '.join(chosen)} FROM latest_{side.record} AS r{tiers} WHERE {where}"


def inside(side: Quantity, by: Sequence[str], source: str) -> str:
    """The rows inside one period; of figures for a whole and figures for its parts, only one kind.

    For each subject the figures with the fewest dimensions beyond the asked ones count: the whole
    added to its parts would count twice.
    """
    present = "".join(f" AND {dim(name)} IS NOT NULL" for name in by)
    rows = f"(SELECT * FROM {source} WHERE first_period = period{present}) AS inside"
    known = key(side.record)
    if not known.optional:
        return rows
    extra = [f'CASE WHEN "{name}" IS NULL THEN 0 ELSE 1 END' for name in known.optional]
    return (
        f"(SELECT * FROM (SELECT *, RANK() OVER (PARTITION BY period, {_listed(known.subject)}"
        f" ORDER BY {' + '.join(extra)}, {', '.join(extra)}) AS place FROM {rows}) AS ranked"
        f" WHERE place = 1) AS chosen"
    )


def crossing(side: Quantity, by: Sequence[str], source: str) -> str:
    """The found periods that a record touches without lying inside one of them."""
    dims = "".join(f", {dim(name)}" for name in by)
    present = "".join(f" AND {dim(name)} IS NOT NULL" for name in by)
    return (
        f"(SELECT p.period AS period, CAST(NULL AS BIGINT) AS amount{dims}"
        f" FROM (SELECT first_period, period AS last_period{dims} FROM {source}"
        f" WHERE first_period <> period{present}) AS s"
        f" JOIN periods AS p ON p.period BETWEEN s.first_period AND s.last_period) AS crossing"
    )


def rolled(by: Sequence[str], source: str) -> str:
    """The rows once for their category and once for each category above it."""
    if TREE not in by:
        return source
    dims = [f"c.whole AS {dim(name)}" if name == TREE else dim(name) for name in by]
    chosen = ", ".join(["period", "amount", *dims])
    return f"(SELECT {chosen} FROM {source} JOIN closure AS c ON {dim(TREE)} = c.part) AS rolled"


def _columns(side: Quantity) -> set[str]:
    names = {*columns(side.where), *side.period, *side.dimensions, *(key(side.record).span or ())}
    looked_up = set(TIER_OF if TIER in side.dimensions else ())
    return (names - {TIER}) | looked_up | ({side.sum} if side.sum else set())


def _scope(record: str) -> tuple[str, ...]:
    known = key(record)
    return (*known.subject, *known.optional) if known.optional else ()


def _day(side: Quantity) -> str:
    kinds = {field.name: field.kind for field in RECORDS[side.record].fields}
    days = [
        f'CAST(r."{name}" AS DATE)' if kinds[name] == "time" else f'r."{name}"'
        for name in side.period
    ]
    return f"COALESCE({', '.join(days)})" if len(days) > 1 else days[0]


def _label(day: str, grain: str) -> str:
    return f"CASE WHEN {day} IS NOT NULL THEN {_LABELS[grain].format(day)} END"


def _dimension(side: Quantity, name: str) -> str:
    if name == TIER:
        return f"t.{TIER}"
    field = next(field for field in RECORDS[side.record].fields if field.name == name)
    listed = field.codes is not None and UNKNOWN in CODES[field.codes]
    if listed and name not in key(side.record).optional:
        return f'COALESCE(r."{name}", {quoted(UNKNOWN)})'
    return f'r."{name}"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
