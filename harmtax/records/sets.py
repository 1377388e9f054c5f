"""The set reading of the constraint table: rules about many records at once, as SQL.

Each check becomes one SELECT over tables named after their record types. Every table carries `_row`,
the place of the record, so that the first place wins and the others are findings. The text keeps to
ANSI SQL, so that another engine may run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import duckdb
import pyarrow as pa

from harmtax._generated.constraints import RECORDS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.shapes import Apart, Part, RecordType, Refers, Same, SetCheck, Sums, Unique
from harmtax.standard.condition import quoted, sql


class SetBreach(NamedTuple):
    """A rule about a set that the record at `row` of its table breaks."""

    record_type: str
    row: int
    rule: str
    severity: str
    at: str
    detail: str | None = None


def set_breaches(tables: Mapping[str, pa.Table]) -> list[SetBreach]:
    """Every set rule that rows of the tables break, by record type, row and rule.

    `tables` maps record types to tables of `schema(record)`. A rule that refers to a record type
    without a table is not judged.
    """
    with connect() as connection:
        for name, table in tables.items():
            rows = pa.array(range(table.num_rows), pa.int64())
            connection.register(f"{name}_staged", table.append_column("_row", rows))
            enter(connection, name)
        return sorted(broken(connection, tables))


def enter(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Lets the relation `<name>_staged` take part: those of its rows that have not lost yet."""
    connection.execute(f'CREATE TEMP TABLE "{name}_lost" (_row BIGINT)')
    connection.execute(
        f'CREATE TEMP VIEW "{name}" AS SELECT * FROM "{name}_staged"'
        f' WHERE _row NOT IN (SELECT _row FROM "{name}_lost")'
    )


def connect(memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A private engine: in memory, UTC, and unable to fetch anything."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    if memory is not None:
        connection.execute(f"SET memory_limit = {quoted(memory)}")
    return connection


def broken(
    connection: duckdb.DuckDBPyConnection, record_types: Iterable[str]
) -> Iterator[SetBreach]:
    """The breaches among the record types that were entered.

    What loses by one rule is out of the race for the next: a record is held against those that stay.
    """
    known = set(record_types)
    for name in sorted(known):
        table = RECORDS[name]
        for check in table.set_checks:
            if isinstance(check, Refers) and check.to not in known:
                continue
            rows = connection.execute(statement(check, table)).fetchall()
            found = _losers(rows) if isinstance(check, Apart) else rows
            if check.severity == "error" and found:
                lost = f'INSERT INTO "{name}_lost" VALUES (?)'
                connection.executemany(lost, [[row] for row, _ in found])
            for row, detail in found:
                yield SetBreach(name, row, check.rule, check.severity, check.at, detail)


def _losers(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, None]]:
    """Of (later, earlier) rows that overlap, the later ones whose earlier one has not lost itself."""
    lost: dict[int, None] = {}
    for later, earlier in sorted(pairs):
        if earlier not in lost:
            lost[later] = None
    return list(lost.items())


def statement(check: SetCheck, table: RecordType) -> str:
    """The SELECT that gives (_row, detail) of every record that breaks the check.

    That of `apart` gives (_row, _row of an earlier one) of all that overlap.
    """
    match check:
        case Unique():
            return _unique(check, table.name)
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


def _unique(check: Unique, name: str) -> str:
    key = _listed(check.key)
    return (
        f"SELECT _row, 'the first one stands at place ' || CAST(first + 1 AS VARCHAR) FROM ("
        f'SELECT _row, MIN(_row) OVER (PARTITION BY {key}) AS first FROM "{name}"'
        f") AS placed WHERE _row > first"
    )


def _apart(check: Apart, name: str) -> str:
    first, then = f'"{check.first}"', f'"{check.then}"'
    return (
        f'SELECT a._row, b._row FROM "{name}" AS a JOIN "{name}" AS b'
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
        f'SELECT a._row, CAST(NULL AS VARCHAR) FROM "{name}" AS a JOIN {latest} AS b'
        f' ON a."{check.at}" = b."{check.target}" AND a."reporter_id" = b."reporter_id"'
        f" WHERE ({sql(check.when, 'a')}) AND NOT ({' AND '.join(fits)})"
    )


def _part(check: Part, table: RecordType) -> str:
    current = _current(table, (*check.key, check.of))
    when = f"({sql(check.when, 'a')}) AND ({sql(check.when, 'b')})"
    return (
        f"SELECT a._row, CAST(NULL AS VARCHAR) FROM {current} AS a JOIN {current} AS b"
        f" ON {_equal(check.key)}"
        f' WHERE a."{check.of}" IN ({_quoted(check.part)}) AND b."{check.of}" IN ({_quoted(check.whole)})'
        f' AND {when} AND a."{check.at}" > b."{check.at}"'
    )


def _same(check: Same, name: str) -> str:
    part = f"split_part(\"{check.at}\", '.', 1)"
    return (
        f'SELECT _row, CAST(NULL AS VARCHAR) FROM "{name}" WHERE {part} <>'
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
        f' SELECT a._row, CAST(NULL AS VARCHAR) FROM "{name}" AS a JOIN parts AS b'
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
