"""Observations: what the records of datasets add up to, metric by metric."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated.constraints import DIMENSIONS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Observation
from harmtax.errors import BadUse, SchemaMismatch, UnknownMetric, Unreadable
from harmtax.figures import query
from harmtax.figures.engine import DuckDB, Engine, Files, files
from harmtax.figures.sides import GRAINS
from harmtax.files import replacing
from harmtax.records.record import schema
from harmtax.shapes import MetricRow

NOT_FOR_PUBLICATION = "not for publication"
_FORMS = {
    "year": r"[0-9]{4}",
    "half": r"[0-9]{4}-H[12]",
    "quarter": r"[0-9]{4}-Q[1-4]",
    "month": r"[0-9]{4}-(0[1-9]|1[0-2])",
}


@dataclass(frozen=True, slots=True)
class Observations:
    """Numbers that are not yet protected against disclosure.

    `table` has the schema of the record type Observation, sorted by metric, period and dimensions,
    the total before its parts. `counted` says how many records of each type the datasets held.
    """

    table: pa.Table
    counted: Mapping[str, int]

    def write(self, path: Path) -> None:
        """Writes a Parquet file; its metadata says "not for publication" and what was counted.

        Raises Unreadable when the file cannot be written.
        """
        about = {
            "record": "Observation",
            "version": VERSION,
            "use": NOT_FOR_PUBLICATION,
            "counted": dict(sorted(self.counted.items())),
        }
        metadata = dict(schema(Observation).metadata or {}) | {
            b"harmtax": json.dumps(about).encode()
        }
        table = self.table.replace_schema_metadata(metadata)
        with replacing(path) as stream:
            pq.write_table(table, stream, compression="zstd", compression_level=1)

    @classmethod
    def read(cls, path: Path) -> Observations:
        """What `write` wrote.

        Raises Unreadable for another file, SchemaMismatch for other columns.
        """
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise Unreadable(path, str(error).splitlines()[0]) from error
        try:
            about = json.loads((table.schema.metadata or {})[b"harmtax"])
            counted = {str(name): int(count) for name, count in about["counted"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(path, "does not say that it holds observations") from error
        return cls(_fitting(table), MappingProxyType(counted))


def aggregate(
    *datasets: Path,
    period: str,
    metrics: Sequence[str] | None = None,
    by: Sequence[str] = (),
    engine: Engine | None = None,
) -> Observations:
    """The metrics of the datasets for each period: in total, and broken down by all of `by`.

    `period` is month, quarter, half or year, for every period found in the data, or one period such
    as 2026-Q1. Only the latest revision of a record counts. Numerator and denominator are summed
    apart. An incident counts in its category and in every category above it. A metric whose
    numerator lacks a dimension of `by` is left out, or refused when it was named; a denominator that
    lacks one is absent from the parts.

    An absent dimension of an incident, request or appeal is counted as unknown where the code list
    has that code; otherwise the record counts in the total only. An exposure without a dimension
    speaks of the whole. Where a reporter states wholes and parts, the wholes make the total; where
    it states parts only, their sum does. An exposure counts in a period only if it lies inside; what
    crosses its edge is left out, and the ratio is partly covered.

    Raises UnknownMetric, BadUse for an unknown period or dimension or a named metric that the
    datasets cannot give, Unreadable for a missing dataset.
    """
    grain, only = _period(period)
    asked = _dimensions(by)
    tables = files(datasets)
    chosen = _metrics(metrics, asked, tables.keys())
    if not chosen:
        return Observations(schema(Observation).empty_table(), _counted(tables))
    text = query.text(chosen, asked, grain, tables.keys())
    found = (engine or DuckDB()).run(text, tables)
    rows = found.filter(pc.equal(found["period"], only)) if only else found
    return Observations(_table(rows), _counted(tables))


def _period(period: str) -> tuple[str, str | None]:
    """The grain, and the period if one was named."""
    if period in GRAINS:
        return period, None
    for grain, form in _FORMS.items():
        if re.fullmatch(form, period):
            return grain, period
    known = f"{', '.join(GRAINS)}, or a period such as 2026, 2026-H1, 2026-Q1, 2026-01"
    raise BadUse(f"the period {period!r} is not known; known: {known}")


def _dimensions(by: Sequence[str]) -> tuple[str, ...]:
    """The asked dimensions in the order of the standard."""
    for name in by:
        if name not in DIMENSIONS:
            raise BadUse(f"the dimension {name!r} is not known; known: {', '.join(DIMENSIONS)}")
    return tuple(name for name in DIMENSIONS if name in by)


def _metrics(named: Sequence[str] | None, by: Sequence[str], held: Set[str]) -> list[MetricRow]:
    if named is None:
        return [each for each in METRICS.values() if not _lacks(each, by) and _held(each, held)]
    for name in named:
        if name not in METRICS:
            raise UnknownMetric(name, METRICS)
        _refuse(METRICS[name], by, held)
    return [metric for name, metric in METRICS.items() if name in named]


def _refuse(metric: MetricRow, by: Sequence[str], held: Set[str]) -> None:
    if missing := _lacks(metric, by):
        has = ", ".join(metric.numerator.dimensions)
        raise BadUse(f"{metric.id} has no dimension {', '.join(missing)}; it has: {has}")
    if not _held(metric, held):
        raise BadUse(
            f"{metric.id} counts {metric.numerator.record}, of which the datasets hold no file"
        )


def _lacks(metric: MetricRow, by: Sequence[str]) -> list[str]:
    return [name for name in by if name not in metric.numerator.dimensions]


def _held(metric: MetricRow, held: Set[str]) -> bool:
    return metric.numerator.record in held


def _table(rows: pa.Table) -> pa.Table:
    """The rows with every column of the schema, in one order whatever the engine gave."""
    full = schema(Observation)
    size = rows.num_rows
    columns = [
        rows[field.name].cast(field.type)
        if field.name in rows.column_names
        else pa.array([VERSION] * size, field.type)
        if field.name == "harmtax_version"
        else pa.nulls(size, field.type)
        for field in full
    ]
    table = pa.table(columns, schema=full)
    keys = [(name, "ascending", "at_start") for name in ("metric_id", "period", *DIMENSIONS)]
    return table.take(pc.sort_indices(table, sort_keys=keys)).combine_chunks()


def _counted(tables: Files) -> Mapping[str, int]:
    """How many records of each type the files hold, superseded revisions included."""
    counts = {name: sum(map(_rows, paths)) for name, paths in sorted(tables.items())}
    return MappingProxyType(counts)


def _rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowInvalid) as error:
        raise Unreadable(path, str(error).splitlines()[0]) from error


def _fitting(table: pa.Table) -> pa.Table:
    full = schema(Observation)
    for name in {*full.names, *table.column_names}:
        expected = str(full.field(name).type) if name in full.names else "absent"
        found = str(table.schema.field(name).type) if name in table.column_names else "absent"
        if found != expected:
            raise SchemaMismatch(name, found, expected)
    return table.select(full.names).replace_schema_metadata(full.metadata)
