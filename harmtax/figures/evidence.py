"""Evidence: for which records there is reason to think that a report counted them otherwise.

A record may have come after the report, stand there several times or in several revisions, happen near
midnight at the edge of a period, or have been filed with the report in another form. Nothing else is
taken for a cause: that some record could explain a number is no evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated import models
from harmtax._generated.constraints import RECORDS
from harmtax._generated.metrics import METRICS
from harmtax.errors import Unreadable
from harmtax.figures.engine import Files
from harmtax.figures.filing import belonging
from harmtax.figures.manifest import days, digest_of
from harmtax.figures.query import sides
from harmtax.figures.sides import key
from harmtax.figures.statements import Statement
from harmtax.records.record import schema

# So many records may be read otherwise than the rest of their kind.
EXCEPTIONS = 8
# Clocks differ from UTC by no more than that.
ZONES = timedelta(hours=14)


class Reading(NamedTuple):
    """Another reading of one record: the rows `on` count in place of the rows `off`.

    `sure` says that the report is known to have read it so; else it may have.
    """

    cause: str
    record: str
    id: str
    off: tuple[int, ...]
    on: tuple[int, ...]
    sure: bool


@dataclass(slots=True)
class Rows:
    """All rows of one record type; `current` maps the key of a record to the row that counts.

    `gap` says how many more rows the report counted than there are, None where it does not say. `last`
    are the readings of the last rows as late, the very last first: not evidence by themselves.
    """

    record: str
    table: pa.Table
    seen: list[bool]
    current: dict[tuple[Any, ...], int] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    gap: int | None = None
    tail: tuple[int, ...] = ()
    last: list[Reading] = field(default_factory=list)


def gathered(tables: Files, statement: Statement) -> dict[str, Rows]:
    """The rows of each record type, with the readings that there is evidence for."""
    periods = sorted({p for p in pc.unique(statement.table["period"]).to_pylist() if p})
    found = {}
    for name in sorted({*tables, *statement.filed}):
        rows = _rows(name, tables.get(name, ()), statement)
        if name in statement.filed:
            _compare(rows, _read(name, statement.filed[name]), statement.subject, periods)
        _revise(rows, name in statement.filed)
        if name not in statement.filed:
            rows.last = list(_last(rows))
        _shift(rows, _edges(periods))
        found[name] = rows
    return found


def _rows(name: str, paths: Sequence[Path], statement: Statement) -> Rows:
    tables = [_read(name, [path]) for path in paths] or [_read(name, [])]
    known = [digest_of(path) in statement.inputs for path in paths] if statement.inputs else []
    known += [False] * (len(tables) - len(known))
    many = statement.counted.get(name)
    own = [_of(table, statement.subject) for table in tables]
    if not any(known) and many is not None and many <= sum(each.num_rows for each in own):
        # It may have counted the records of its reporter alone: those of others are not late then.
        tables = own
    table = pa.concat_tables(tables)
    # Files that were written anew keep the order of their rows, and new ones follow.
    same = sum(t.num_rows for t, flag in zip(tables, known, strict=True) if flag)
    left = many - same if many is not None else (0 if any(known) else table.num_rows)
    seen: list[bool] = []
    for part, flag in zip(tables, known, strict=True):
        kept = part.num_rows if flag else min(max(left, 0), part.num_rows)
        left -= 0 if flag else kept
        seen += [True] * kept + [False] * (part.num_rows - kept)
    sure = [flag for t, flag in zip(tables, known, strict=True) for _ in range(t.num_rows)]
    numbers = table.append_column("_row", pa.array(range(table.num_rows), pa.int64()))
    numbers = _of(numbers, statement.subject)
    places = numbers["_row"].to_pylist()
    rows = Rows(name, numbers.drop_columns(["_row"]), [seen[at] for at in places])
    rows.gap = max(left, 0) if many is not None else None
    rows.tail = tuple(n for n, at in enumerate(places) if seen[at] and not sure[at])
    return rows


def _of(table: pa.Table, subject: Mapping[str, str]) -> pa.Table:
    """The rows about one subject."""
    for name, value in subject.items():
        table = table.filter(pc.equal(table[name], value))
    return table


def _read(name: str, paths: Sequence[Path]) -> pa.Table:
    """The rows of the files, without what is restricted: no figure is made from it."""
    full = schema(getattr(models, name))
    shown = [f.name for f in RECORDS[name].fields if f.audience != "restricted"]
    tables = [pa.table({n: pa.nulls(0, full.field(n).type) for n in shown})]
    for path in paths:
        try:
            held = pq.read_schema(path).names
            table = pq.read_table(path, columns=[n for n in shown if n in held])
        except (OSError, pa.ArrowInvalid) as error:
            raise Unreadable(path, str(error).splitlines()[0]) from error
        columns = {
            n: table[n].cast(full.field(n).type)
            if n in held
            else pa.nulls(table.num_rows, full.field(n).type)
            for n in shown
        }
        tables.append(pa.table(columns))
    return pa.concat_tables(tables)


# --- what was filed with the report -------------------------------------------------------------------


def _compare(
    rows: Rows, filed: pa.Table, subject: Mapping[str, str], periods: Sequence[str]
) -> None:
    """Each record against its form in the filing: later, changed, or gone."""
    numbered = rows.table.append_column("_row", pa.array(range(rows.table.num_rows), pa.int64()))
    # A filing holds the records of its period; those of another one are not late.
    here = {
        at
        for period in periods
        for at in belonging(rows.record, numbered, subject, period)["_row"].to_pylist()
    }
    ours, theirs = _current(rows.record, rows.table), _current(rows.record, filed)
    start = rows.table.num_rows
    rows.table = pa.concat_tables([rows.table, filed])
    rows.current = ours
    same = [n for n in rows.table.column_names if n not in ("revision", "revision_reason")]
    changed = _differing(rows.table.select(same), ours, theirs, start)
    for each in ours:
        if each not in theirs and ours[each] in here:
            _add(rows, "late", each, (ours[each],), (), sure=True)
    for each, at in theirs.items():
        if each not in ours:
            _add(rows, "missing", each, (), (start + at,), sure=True)
        elif each in changed:
            off, on = ours[each], start + at
            _add(rows, _kind(rows, off, on), each, (off,), (on,), sure=True)


def _differing(
    table: pa.Table, ours: Mapping[Any, int], theirs: Mapping[Any, int], start: int
) -> set[Any]:
    both = [each for each in theirs if each in ours]
    one = table.take(pa.array([ours[each] for each in both], pa.int64()))
    two = table.take(pa.array([start + theirs[each] for each in both], pa.int64()))
    found: set[Any] = set()
    for name in table.column_names:
        if one[name].equals(two[name]):
            continue
        pairs = zip(both, one[name].to_pylist(), two[name].to_pylist(), strict=True)
        found |= {each for each, left, right in pairs if left != right}
    return found


def _current(record: str, table: pa.Table) -> dict[tuple[Any, ...], int]:
    """The row of the highest revision by key; the first of equal ones."""
    found: dict[tuple[Any, ...], int] = {}
    revisions = table["revision"].to_pylist()
    for at, each in enumerate(_keys(record, table)):
        if each not in found or revisions[at] > revisions[found[each]]:
            found[each] = at
    return found


def _keys(record: str, table: pa.Table) -> Iterator[tuple[Any, ...]]:
    columns = [table[name].to_pylist() for name in key(record).fields]
    return zip(*columns, strict=True)


# --- revisions, copies, later files -------------------------------------------------------------------


def _revise(rows: Rows, filed: bool) -> None:
    """Records that came later, and records of which several rows could be counted."""
    several: dict[tuple[Any, ...], list[int]] = {}
    held = len(rows.seen)
    for at, each in enumerate(_keys(rows.record, rows.table.slice(0, held))):
        several.setdefault(each, []).append(at)
    rows.current = _current(rows.record, rows.table.slice(0, held))
    for each, places in several.items():
        now = rows.current[each]
        seen = [at for at in places if rows.seen[at]]
        if not filed and not seen:
            _add(rows, "late", each, (now,), (), sure=True)
        elif not filed and not rows.seen[now]:
            then = max(seen, key=lambda at: (rows.table["revision"][at].as_py(), -at))
            _add(rows, _kind(rows, now, then), each, (now,), (then,), sure=True)
        if len(seen) > 1:
            _add(rows, "duplicate", each, (now,), tuple(seen), sure=False)
            for other in seen if not filed else ():
                if other != now and rows.table["revision"][other] != rows.table["revision"][now]:
                    _add(rows, _kind(rows, now, other), each, (now,), (other,), sure=False)


def _last(rows: Rows) -> Iterator[Reading]:
    """The last rows as late, from the end, up to the first that is not the only row of its record."""
    keys = list(_keys(rows.record, rows.table.slice(0, len(rows.seen))))
    several = Counter(keys)
    for at in rows.tail[: -EXCEPTIONS - 1 : -1]:
        if several[keys[at]] > 1:
            return
        yield _reading(rows.record, "late", keys[at], (at,), (), sure=False)


def _kind(rows: Rows, now: int, then: int) -> str:
    """Moved where only the days of a record differ, else recoded."""
    timed = {f.name for f in RECORDS[rows.record].fields if f.kind in ("date", "time")}
    aside = {"revision", "revision_reason", "harmtax_version"}
    names = [n for n in rows.table.column_names if n not in aside]
    other = [n for n in names if rows.table[n][now].as_py() != rows.table[n][then].as_py()]
    return "moved" if other and set(other) <= timed else "recoded"


# --- midnight -----------------------------------------------------------------------------------------


def _edges(periods: Sequence[str]) -> list[datetime]:
    found = set()
    for period in periods:
        first, last = days(period)
        found |= {first, last + timedelta(days=1)}
    return [datetime(each.year, each.month, each.day) for each in sorted(found)]


def _shift(rows: Rows, edges: Sequence[datetime]) -> None:
    """Records whose day is another one on some clock, so that they lie beyond the edge of a period."""
    kinds = {f.name: f.kind for f in RECORDS[rows.record].fields}
    metrics = [side for m in METRICS.values() for _, side in sides(m)]
    placing = sorted(
        {n for s in metrics if s.record == rows.record for n in s.period if kinds[n] == "time"}
    )
    by_row = {at: each for each, at in rows.current.items()}
    extra: list[dict[str, Any]] = []
    for name in placing:
        column = rows.table[name].slice(0, len(rows.seen))
        for at in _near(column, edges):
            moved = _beyond(column[at].as_py(), edges) if at in by_row else None
            if moved is not None:
                place = rows.table.num_rows + len(extra)
                extra.append(rows.table.slice(at, 1).to_pylist()[0] | {name: moved})
                _add(rows, "moved", by_row[at], (at,), (place,), sure=False)
    if extra:
        more = pa.Table.from_pylist(extra, schema=rows.table.schema)
        rows.table = pa.concat_tables([rows.table, more])


def _near(column: pa.ChunkedArray, edges: Sequence[datetime]) -> list[int]:
    """The rows whose time is near the edge of a period."""
    found: set[int] = set()
    for edge in edges:
        first, last = (
            pa.scalar(edge + by, pa.timestamp("us")).cast(column.type) for by in (-ZONES, ZONES)
        )
        near = pc.and_(pc.greater_equal(column, first), pc.less_equal(column, last))
        found |= set(pc.indices_nonzero(pc.fill_null(near, False)).to_pylist())
    return sorted(found)


def _beyond(value: datetime, edges: Sequence[datetime]) -> datetime | None:
    """The same moment on a clock that shows a day beyond the nearest edge, None when no clock does."""
    for edge in edges:
        limit = edge.replace(tzinfo=value.tzinfo)
        if limit - ZONES <= value < limit:
            return limit
        if limit <= value < limit + ZONES:
            return limit - timedelta(seconds=1)
    return None


def _add(
    rows: Rows,
    cause: str,
    each: tuple[Any, ...],
    off: tuple[int, ...],
    on: tuple[int, ...],
    *,
    sure: bool,
) -> None:
    rows.readings.append(_reading(rows.record, cause, each, off, on, sure=sure))


def _reading(
    record: str,
    cause: str,
    each: tuple[Any, ...],
    off: tuple[int, ...],
    on: tuple[int, ...],
    *,
    sure: bool,
) -> Reading:
    return Reading(cause, record, name_of(record, each), off, on, sure)


def name_of(record: str, each: tuple[Any, ...]) -> str:
    """The name of a record by its key: its identifier, or all of its key where it has none."""
    identifier = RECORDS[record].identifier
    if identifier is not None:
        return str(each[key(record).fields.index(identifier)])
    return " ".join(_text(part) for part in each if part is not None)


def _text(part: object) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)
