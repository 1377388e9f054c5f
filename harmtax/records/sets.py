"""The set reading of the constraint table: rules about many records at once, as SQL.

Each check becomes one SELECT over tables named after their record types. Every table carries `_row`,
the place of the record, so that the first place wins and the others are findings. The text keeps to
ANSI SQL, so that another engine may run it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from harmtax._generated.constraints import RECORDS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.shapes import Apart, Part, RecordType, Refers, Same, SetCheck, Sums, Unique
from harmtax.standard.condition import quoted, sql

# Every breach of a run: `place` is that of the check in its table, `other` the row it collides with.
_BREACHES = """CREATE TEMP TABLE breaches (
    record_type VARCHAR, place INTEGER, _row BIGINT, rule VARCHAR, severity VARCHAR, field VARCHAR,
    other BIGINT
)"""


# Keys of so many records are held against each other at once, so that memory is bounded.
AT_ONCE = 1_000_000


class SetBreach(NamedTuple):
    """A rule about a set that the record at `row` of its table breaks; `other` is an earlier record."""

    record_type: str
    row: int
    rule: str
    severity: str
    at: str
    other: int | None = None


def set_breaches(tables: Mapping[str, pa.Table]) -> list[SetBreach]:
    """Every set rule that rows of the tables break, by record type, row and rule.

    `tables` maps record types to tables of `schema(record)`. A rule that refers to a record type
    without a table is not judged.
    """
    with connect() as connection:
        for name, table in tables.items():
            rows = pa.array(range(table.num_rows), pa.int64())
            connection.register(f"{name}_staged", table.append_column("_row", rows))
        judge(connection, [RECORDS[name] for name in tables])
        found = connection.execute(
            "SELECT record_type, _row, rule, severity, field, other FROM breaches ORDER BY ALL"
        )
        return [SetBreach(*row) for row in found.fetchall()]


@contextmanager
def connect(
    memory: str | None = None, spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private engine: in memory, UTC, and unable to fetch anything.

    Beyond `memory` (such as 200MB) it writes to the folder `spill`. Raises OSError when memory or disk
    do not suffice.
    """
    try:
        with duckdb.connect(":memory:") as connection:
            _confine(connection, memory, spill)
            yield connection
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise OSError(str(error).splitlines()[0]) from error
    except RuntimeError as error:
        # The engine has noticed a signal and says so in its own way.
        if "interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None


def _confine(connection: duckdb.DuckDBPyConnection, memory: str | None, spill: Path | None) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    if memory is not None:
        connection.execute(f"SET memory_limit = {quoted(memory)}")
    if spill is not None:
        connection.execute(f"SET temp_directory = {quoted(str(spill))}")
        # Rows carry their own number, so their order need not be kept; each thread has buffers of its own.
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET threads = 1")


def judge(connection: duckdb.DuckDBPyConnection, tables: Sequence[RecordType]) -> None:
    """Fills the table `breaches` with what the records of some types break together.

    The records of a type stand in the relation `<name>_staged`, which also has `_row`. What loses by
    one rule is out of the race for the next: a record is held against those that stay.
    """
    connection.execute(_BREACHES)
    for table in tables:
        connection.execute(f'CREATE TEMP TABLE "{table.name}_lost" (_row BIGINT)')
        connection.execute(
            f'CREATE TEMP VIEW "{table.name}" AS SELECT * FROM "{table.name}_staged"'
            f' WHERE _row NOT IN (SELECT _row FROM "{table.name}_lost")'
        )
    known = {table.name for table in tables}
    for table in sorted(tables, key=lambda each: each.name):
        for place, check in enumerate(table.set_checks):
            if not (isinstance(check, Refers) and check.to not in known):
                _enter(connection, table, place, check)


def _enter(
    connection: duckdb.DuckDBPyConnection, table: RecordType, place: int, check: SetCheck
) -> None:
    facts = ", ".join(map(quoted, (check.rule, check.severity, check.at)))
    for found in _found(connection, table, check):
        connection.execute(
            f"INSERT INTO breaches SELECT {quoted(table.name)}, {place}, _row, {facts}, other"
            f" FROM (SELECT _row, MIN(other) AS other FROM ({found}) AS f GROUP BY _row) AS found"
        )
    if check.severity == "error":
        connection.execute(
            f'INSERT INTO "{table.name}_lost" SELECT _row FROM breaches'
            f" WHERE record_type = {quoted(table.name)} AND place = {place}"
        )


def _found(
    connection: duckdb.DuckDBPyConnection, table: RecordType, check: SetCheck
) -> Iterator[str]:
    """The SELECTs that together give what breaks a check."""
    if isinstance(check, Apart):
        pairs = _losers(connection, statement(check, table))
        connection.register("overlapping", pairs)
        yield "SELECT _row, other FROM overlapping"
    elif isinstance(check, Unique):
        numbers = _numbers(check, table.name)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE numbers AS {numbers}")
        [rows] = connection.execute("SELECT COUNT(*) FROM numbers").fetchall()[0]
        parts = rows // AT_ONCE + 1
        for part in range(parts):
            twins = _twins("SELECT * FROM numbers", part, parts)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE twins AS {twins}")
            if connection.execute("SELECT COUNT(*) FROM twins").fetchall() != [(0,)]:
                yield statement(check, table, "SELECT _hash FROM twins")
    else:
        yield statement(check, table)


def _losers(connection: duckdb.DuckDBPyConnection, pairs: str) -> pa.Table:
    """Of (later, earlier) rows that overlap, the later ones whose earlier one has not lost itself."""
    lost: dict[int, int] = {}
    found = connection.execute(f"{pairs} ORDER BY 1, 2")
    while rows := found.fetchmany(10_000):
        for later, earlier in rows:
            if earlier not in lost:
                lost.setdefault(later, earlier)
    columns = {"_row": list(lost), "other": list(lost.values())}
    return pa.table({name: pa.array(column, pa.int64()) for name, column in columns.items()})


def statement(check: SetCheck, table: RecordType, twins: str | None = None) -> str:
    """The SELECT that gives (_row, other) of every record that breaks the check.

    `other` is the _row of an earlier record that it collides with, where there is one. `twins` is a
    SELECT of hashes of keys; `unique` looks only at the records that have one of them.
    """
    match check:
        case Unique():
            return _unique(check, table.name, twins or _twins(_numbers(check, table.name)))
        case Apart():
            return _apart(check, table.name)
        case Refers():
            return _refers(check, table.name)
        case Part():
            return _part(check, table)
        case Same():
            return _same(check, table.name)
        case Sums():
            return _sums(check, table.name)


def _unique(check: Unique, name: str, twins: str) -> str:
    key = _listed(check.key)
    # Only records whose number occurs twice can agree on the key.
    rows = f'(SELECT {key}, _row FROM "{name}" WHERE hash({key}) IN ({twins}))'
    return (
        f"SELECT a._row, b.first AS other FROM {rows} AS a JOIN ("
        f"SELECT {key}, MIN(_row) AS first FROM {rows} AS c GROUP BY {key} HAVING COUNT(*) > 1"
        f") AS b ON {_equal(check.key)} WHERE a._row > b.first"
    )


def _numbers(check: Unique, name: str) -> str:
    """A number for the key of each record; equal keys have equal numbers."""
    return f'SELECT hash({_listed(check.key)}) AS _hash FROM "{name}"'


def _twins(numbers: str, part: int = 0, parts: int = 1) -> str:
    """The numbers that occur several times, of those that leave a rest of `part`."""
    return (
        f"SELECT _hash FROM ({numbers}) AS numbered WHERE _hash % {parts} = {part}"
        " GROUP BY _hash HAVING COUNT(*) > 1"
    )


def _apart(check: Apart, name: str) -> str:
    first, then = f'"{check.first}"', f'"{check.then}"'
    return (
        f'SELECT a._row, b._row AS other FROM "{name}" AS a JOIN "{name}" AS b'
        f" ON {_equal(check.key)} AND b._row < a._row"
        f" WHERE a.{first} <= b.{then} AND b.{first} <= a.{then}"
        # The same period again is a revision, or a repetition that `unique` finds.
        f" AND (a.{first} <> b.{first} OR a.{then} <> b.{then})"
    )


def _refers(check: Refers, name: str) -> str:
    fits = [f"({sql(check.where, 'b')})"]
    fits += [f'a."{field}" IS NOT DISTINCT FROM b."{field}"' for field in check.same]
    if check.first is not None:
        fits.append(f'COALESCE(b."{check.first}" <= a."{check.then}", TRUE)')
    if check.to == name:
        fits.append(f'a."{check.target}" <> b."{check.target}"')
    latest = _latest(check.to, ("reporter_id", check.target))
    return (
        f'SELECT a._row, CAST(NULL AS BIGINT) AS other FROM "{name}" AS a JOIN {latest} AS b'
        f' ON a."{check.at}" = b."{check.target}" AND a."reporter_id" = b."reporter_id"'
        f" WHERE ({sql(check.when, 'a')}) AND NOT ({' AND '.join(fits)})"
    )


def _part(check: Part, table: RecordType) -> str:
    current = _current(table, (*check.key, check.of))
    when = f"({sql(check.when, 'a')}) AND ({sql(check.when, 'b')})"
    return (
        f"SELECT a._row, CAST(NULL AS BIGINT) AS other FROM {current} AS a JOIN {current} AS b"
        f" ON {_equal(check.key)}"
        f' WHERE a."{check.of}" IN ({_quoted(check.part)}) AND b."{check.of}" IN ({_quoted(check.whole)})'
        f' AND {when} AND a."{check.at}" > b."{check.at}"'
    )


def _same(check: Same, name: str) -> str:
    part = f"split_part(\"{check.at}\", '.', 1)"
    return (
        f'SELECT _row, CAST(NULL AS BIGINT) AS other FROM "{name}" WHERE {part} <>'
        f' (SELECT {part} FROM "{name}" ORDER BY _row LIMIT 1)'
    )


def _sums(check: Sums, name: str) -> str:
    parents = ", ".join(
        f"({quoted(row.code)}, {quoted(row.parent) if row.parent else 'NULL'})"
        for row in CATEGORIES
    )
    return (
        f"WITH tree(child, parent) AS (VALUES {parents}), parts AS ("
        f'SELECT {_listed(check.key)}, t.parent, SUM("{check.at}") AS total FROM "{name}"'
        f' JOIN tree AS t ON "{check.over}" = t.child GROUP BY {_listed(check.key)}, t.parent)'
        f' SELECT a._row, CAST(NULL AS BIGINT) AS other FROM "{name}" AS a JOIN parts AS b'
        f' ON {_equal(check.key)} AND a."{check.over}" IS NOT DISTINCT FROM b.parent'
        # A record may be coded at a parent itself, but the total has no other parts than the top codes.
        f' WHERE b.total > a."{check.at}" OR (b.parent IS NULL AND b.total <> a."{check.at}")'
    )


def _current(table: RecordType, key: tuple[str, ...]) -> str:
    has_revisions = any(field.name == "revision" for field in table.fields)
    return _latest(table.name, key) if has_revisions else f'"{table.name}"'


def _latest(name: str, key: tuple[str, ...]) -> str:
    """The table with only the highest revision of each key."""
    return (
        f"(SELECT * FROM (SELECT *, MAX(revision) OVER (PARTITION BY {_listed(key)}) AS _last"
        f' FROM "{name}") AS ranked WHERE revision = _last)'
    )


def _equal(key: tuple[str, ...]) -> str:
    return " AND ".join(f'a."{field}" IS NOT DISTINCT FROM b."{field}"' for field in key)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _quoted(codes: tuple[str, ...]) -> str:
    return ", ".join(quoted(code) for code in codes)
