"""What the row reading says of a file, line by line, and whether a run agrees with it.

`explain` is the sole authority on verdicts and the model on values. Both are slow, and neither knows
anything of acceptors, columns, batches or jobs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from benchmarks.inputs import Input, kind_at
from benchmarks.stopwatch import Failed
from harmtax._generated.models import Incident
from harmtax.records import quarantine
from harmtax.records.formats import ndjson
from harmtax.records.formats.format import Decoded
from harmtax.records.record import explain, schema

# The errors of a line as (path, rule); none means that it is accepted.
Errors = frozenset[tuple[str, str]]
SHOWN = 10
# Rows become columns in portions, because a row of Python objects takes far more room.
PORTION = 5_000


class Judgement(NamedTuple):
    """The rejected lines with their errors, and the values of the accepted ones in their order."""

    rejected: dict[int, Errors]
    values: pa.Table


def judgement(data: Input) -> Judgement:
    """What the authority says of a file. Raises Failed where it contradicts itself."""
    rejected: dict[int, Errors] = {}
    tables, rows = [], []
    for number, line in _lines(data.path):
        decoded = ndjson.row_of(line, Incident.table())
        errors = _errors(decoded)
        if errors or decoded.row is None:
            rejected[number] = errors
        else:
            rows.append(_values(number, decoded.row))
        if len(rows) == PORTION:
            tables.append(pa.Table.from_pylist(rows, schema=schema(Incident)))
            rows = []
    tables.append(pa.Table.from_pylist(rows, schema=schema(Incident)))
    return Judgement(rejected, pa.concat_tables(tables).combine_chunks())


def disagreements(data: Input, truth: Judgement, folder: Path, parquet: list[Path]) -> list[str]:
    """Where a run of ours on a file differs from the authority, a sentence each; none is agreement."""
    found = _quarantined(folder)
    return [*_verdicts(truth.rejected, found, kind_at(data)), *values(truth.values, parquet)]


def values(truth: pa.Table, parquet: list[Path]) -> list[str]:
    """The columns in which Parquet files differ from the values of the authority."""
    table = pa.concat_tables(pq.read_table(path) for path in parquet)
    if table.num_rows != truth.num_rows:
        return [f"{table.num_rows} rows were written, {truth.num_rows} should be"]
    return [
        f"the column {name} differs first in row {_first(truth.column(name), table, name)}"
        for name in truth.column_names
        if name not in table.column_names or not _equal(truth.column(name), table.column(name))
    ]


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            yield number, line.removesuffix(b"\n")


def _values(number: int, row: Mapping[str, object]) -> dict[str, Any]:
    try:
        return Incident.from_row(row).model_dump()
    except ValidationError as error:
        raise Failed(f"line {number}: explain accepts it, the model does not: {error}") from None


def _errors(decoded: Decoded) -> Errors:
    found = decoded.findings if decoded.row is None else explain(decoded.row, Incident)
    return frozenset((each.path, each.rule) for each in found if each.severity == "error")


def _quarantined(folder: Path) -> dict[int, Errors]:
    return {
        entry["line"]: frozenset(
            (each["path"], each["rule"])
            for each in entry["findings"]
            if each["severity"] == "error"
        )
        for path in sorted(folder.glob("*.ndjson"))
        for entry in quarantine.read(path)
    }  # fmt: skip


def _verdicts(
    truth: Mapping[int, Errors], found: Mapping[int, Errors], kinds: Mapping[int, str]
) -> list[str]:
    differing = sorted(
        line for line in truth.keys() | found.keys() if truth.get(line) != found.get(line)
    )
    told = [
        f"line {line} ({kinds.get(line, 'no fault')}): {_told(found.get(line))},"
        f" the authority says {_told(truth.get(line))}"
        for line in differing[:SHOWN]
    ]
    counts = Counter(kinds.get(line, "no fault") for line in differing)
    by_kind = ", ".join(f"{kind} {count}x" for kind, count in sorted(counts.items()))
    return [*told, f"{len(differing)} lines differ: {by_kind}"] if differing else []


def _told(errors: Errors | None) -> str:
    if errors is None:
        return "accepted"
    return "rejected for " + ", ".join(f"{rule} at {path!r}" for path, rule in sorted(errors))


def _equal(truth: pa.ChunkedArray, found: pa.ChunkedArray) -> bool:
    # A list's member has another name with each writer; the cast takes ours.
    try:
        return bool(found.cast(truth.type).equals(truth))
    except pa.ArrowInvalid:
        return False


def _first(truth: pa.ChunkedArray, table: pa.Table, name: str) -> Any:
    if name not in table.column_names:
        return "1, where it is missing"
    pairs = zip(truth.to_pylist(), table.column(name).to_pylist(), strict=True)
    return next(
        (row for row, (ours, theirs) in enumerate(pairs, 1) if ours != theirs), "0, its type"
    )
