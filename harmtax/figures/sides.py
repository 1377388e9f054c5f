"""Where the rows of a metric come from: the records of a type, each once, with their dimensions and days.

The pieces are SQL that DuckDB and Spark read alike. `r` is always the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, RECORDS
from harmtax.shapes import Apart, Field, Quantity, Unique
from harmtax.standard.condition import columns, quoted, sql

# Where the code list has this code, an absent dimension of a record is counted under it.
UNKNOWN = "unknown"
# The dimension that is looked up in the relation `tiers`, and the fields that lead to it.
TIER, TIER_OF = "tier", ("category", "treatment")
# The dimension that is rolled up with the relation `closure`.
TREE = "category"
# The dimension that a duration has.
STEP = "duration_bin"
# Whose figure it is.
SUBJECT = ("reporter_id", "service_id")
MICROSECONDS = 1_000_000

_YEAR, _MONTH, _QUARTER = (
    f"CAST(EXTRACT({w} FROM {{0}}) AS BIGINT)" for w in ("YEAR", "MONTH", "QUARTER")
)
# A period is found as a pair of numbers, since most rows are grouped before anybody reads its name.
_PLACES = {
    "month": (
        _MONTH,
        "CONCAT({0}, CASE WHEN {1} < 10 THEN '-0' ELSE '-' END, CAST({1} AS STRING))",
    ),
    "quarter": (_QUARTER, "CONCAT({0}, '-Q', CAST({1} AS STRING))"),
    "half": (f"CASE WHEN {_MONTH} < 7 THEN 1 ELSE 2 END", "CONCAT({0}, '-H', CAST({1} AS STRING))"),
    "year": ("0", "CAST({0} AS STRING)"),
}
GRAINS = tuple(_PLACES)


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


def listed(names: Sequence[str], alias: str = "") -> str:
    """Columns, quoted."""
    return ", ".join(f'{alias}"{name}"' for name in names)


def latest(record: str, used: Sequence[Quantity], by: Set[str]) -> Iterator[tuple[str, str]]:
    """The highest revision of each record; ties fall to the content, never to the place.

    Records that are there once, nearly all, are not ranked. `used` are all sides that read the type,
    so that no metric changes what another sees; of the dimensions only those of `by` are kept.
    """
    known = key(record)
    told = sorted(
        {name for side in used for name in _columns(side, None)} - {*known.fields, "revision"}
    )
    kept = sorted({name for side in used for name in _columns(side, by)} | {*known.fields})
    order = "".join(f', "{name}" NULLS LAST' for name in told)
    ranked = (
        f"SELECT {listed([*known.fields, *told])}, ROW_NUMBER() OVER (PARTITION BY"
        f' {listed(known.fields)} ORDER BY "revision" DESC{order}) AS place FROM "{record}" AS r'
    )
    if known.optional:
        yield f"latest_{record}", f"SELECT {listed(kept)} FROM ({ranked}) AS ranked WHERE place = 1"
        return
    same = " AND ".join(f'd."{name}" = r."{name}"' for name in known.fields)
    again = f"EXISTS (SELECT 1 FROM again_{record} AS d WHERE {same})"
    fields = listed(known.fields)
    yield (
        f"again_{record}",
        f'SELECT {fields} FROM "{record}" GROUP BY {fields} HAVING COUNT(*) > 1',
    )
    yield (
        f"latest_{record}",
        f'SELECT {listed(kept, "r.")} FROM "{record}" AS r WHERE NOT {again} UNION ALL'
        f" SELECT {listed(kept)} FROM ({ranked} WHERE {again}) AS ranked WHERE place = 1",
    )


def place(day: str, grain: str) -> tuple[str, str]:
    """Year and part of the year of a day, as numbers."""
    return _YEAR.format(day), _PLACES[grain][0].format(day)


def months(grain: str) -> str:
    """The relation of the part of the year that each month lies in."""
    size = {"month": 1, "quarter": 3, "half": 6}.get(grain)
    listed_ = ", ".join(f"({m}, {(m - 1) // size + 1 if size else 0})" for m in range(1, 13))
    return f"SELECT * FROM (VALUES {listed_}) AS listed(month_, part_)"


def in_month(day: str) -> str:
    """The join that finds the part of the year of a day in `months`; no day has none."""
    return f" JOIN months AS m ON m.month_ = {_MONTH.format(day)}"


def label(year: str, part: str, grain: str) -> str:
    """The name of a period from its two numbers; absent for no day."""
    name = _PLACES[grain][1].format(f"CAST({year} AS STRING)", part)
    return f"CASE WHEN {year} IS NOT NULL THEN {name} END"


def named(day: str, grain: str) -> str:
    """The name of the period of a day."""
    return label(*place(day, grain), grain)


def day(side: Quantity) -> str:
    """The day that decides: of the first field that is present."""
    return first(side.record, side.period or (side.in_force or ())[:1])


def first(record: str, fields: Sequence[str]) -> str:
    """The day of the first field that is present."""
    kinds = {field.name: field.kind for field in RECORDS[record].fields}
    found = [f'CAST(r."{n}" AS DATE)' if kinds[n] == "time" else f'r."{n}"' for n in fields]
    return f"COALESCE({', '.join(found)})" if len(found) > 1 else found[0]


def holds(side: Quantity) -> str:
    """What a record must meet to be counted."""
    tests = [f"({sql(side.where, 'r')})"]
    if side.in_time:
        tests.append(f'COALESCE(r."{side.in_time[0]}" <= r."{side.in_time[1]}", FALSE)')
    tests += [f'r."{name}" IS NOT NULL' for name in side.duration or ()]
    return " AND ".join(tests)


def duration(side: Quantity) -> str:
    """Microseconds between the two times."""
    start, end = side.duration or ("", "")
    return f'(UNIX_MICROS(r."{end}") - UNIX_MICROS(r."{start}"))'


def step(name: str, number: str, scale: int = 1) -> str:
    """The step of a binned dimension that a number falls into; absent for no number."""
    steps = DIMENSION_ROWS[name].steps
    closed = "".join(
        f" WHEN {number} <= {upper * scale} THEN {quoted(code)}"
        for code, upper in steps
        if upper is not None
    )
    return f"CASE WHEN {number} IS NULL THEN NULL{closed} ELSE {quoted(steps[-1][0])} END"


def value(side: Quantity, name: str) -> str:
    """A dimension of a record: its code, or its list of codes where it has several."""
    if name == TIER:
        return f"t.{TIER}"
    field = source(side.record, name)
    if DIMENSION_ROWS[name].steps:
        return step(name, f'r."{field.name}"')
    optional = name in key(side.record).optional
    if field.codes and not field.many and UNKNOWN in CODES[field.codes] and not optional:
        return f'COALESCE(r."{field.name}", {quoted(UNKNOWN)})'
    return f'r."{field.name}"'


def source(record: str, name: str) -> Field:
    """The field that holds a dimension."""
    row = DIMENSION_ROWS[name]
    wanted = row.field if row.record == record else name
    return next(field for field in RECORDS[record].fields if field.name == wanted)


def several(record: str, name: str) -> bool:
    """Whether a record holds a list of codes of the dimension."""
    return name != TIER and source(record, name).many


def with_tiers(side: Quantity, by: Sequence[str]) -> str:
    """The join that a tier needs, where it is asked for."""
    on = " AND ".join(f'r."{name}" = t.{name}' for name in TIER_OF)
    return f" LEFT JOIN tiers AS t ON {on}" if TIER in by and TIER in side.dimensions else ""


def _columns(side: Quantity, by: Set[str] | None) -> set[str]:
    """The fields that a side reads; of its dimensions only those in `by`, or all."""
    named_ = {*columns(side.where), *side.period, *(side.in_force or ()), *(side.duration or ())}
    named_ |= {*side.distinct, *(side.in_time or ()), *(side.bounds or ()), *SUBJECT}
    named_ |= {*(key(side.record).span or ())} | ({side.sum} if side.sum else set())
    if side.ended:
        named_ |= {side.ended[0], *side.ended[1], *key(side.record).fields}
    dimensions = [name for name in side.dimensions if by is None or name in by]
    looked_up = set(TIER_OF if TIER in dimensions else ())
    return named_ | looked_up | {source(side.record, n).name for n in dimensions if n != TIER}
