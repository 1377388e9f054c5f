"""Observations at rest: the table that figures stand in, its order, its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated.constraints import DIMENSIONS, VERSION
from harmtax._generated.models import Observation
from harmtax.errors import SchemaMismatch, Unreadable, reason
from harmtax.files import replacing
from harmtax.records.record import schema

NOT_FOR_PUBLICATION = "not for publication"
# What tells one number from another.
KEY = ("metric_id", "period", *DIMENSIONS)
_FIXED = ("record", "version", "use", "counted")


@dataclass(frozen=True, slots=True)
class Observations:
    """Numbers that are not yet protected against disclosure.

    `table` has the schema of the record type Observation, sorted by metric, period and dimensions,
    the total before its parts. `counted` says how many records of each type the datasets held.
    `about` says in plain JSON values how they came about: `inputs` (file, sha256, rows), `period`,
    `by`, `partial`, `definitions` (a digest of each metric), and after a merge its parts.
    """

    table: pa.Table
    counted: Mapping[str, int]
    about: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def inputs(self) -> Sequence[Mapping[str, Any]]:
        """The Parquet files that were read: file, sha256, rows."""
        return tuple(self.about.get("inputs", ()))

    def write(self, path: Path) -> None:
        """Writes a Parquet file; its metadata says "not for publication" and how it came about.

        Raises Unreadable when the file cannot be written.
        """
        about = {
            "record": "Observation",
            "version": VERSION,
            "use": NOT_FOR_PUBLICATION,
            "counted": dict(sorted(self.counted.items())),
            **{name: self.about[name] for name in sorted(self.about) if name not in _FIXED},
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
            raise Unreadable(path, reason(error)) from error
        try:
            about = json.loads((table.schema.metadata or {})[b"harmtax"])
            counted = {str(name): int(count) for name, count in about["counted"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(path, "does not say that it holds observations") from error
        more = {name: each for name, each in about.items() if name not in _FIXED}
        return cls(_fitting(table), MappingProxyType(counted), MappingProxyType(more))


def ordered(rows: pa.Table) -> pa.Table:
    """The rows with every column of the schema, in one order whatever they came in.

    A column that is absent is null, but for the version, which is ours.
    """
    full = schema(Observation)
    size = rows.num_rows
    # A column without a value sorts nothing and need not be moved.
    told = [n for n in full.names if n in rows.column_names and rows[n].null_count < size]
    table = pa.table({n: rows[n].cast(full.field(n).type) for n in told}).combine_chunks()
    ranks = {name: _rank(table[name]) for name in KEY if name in told}
    if ranks:
        keys = [(name, "ascending", "at_start") for name in ranks]
        table = table.take(pc.sort_indices(pa.table(ranks), sort_keys=keys))
    columns = [
        table[field.name]
        if field.name in told
        else pa.array([VERSION], field.type).take(pa.array([0] * size, pa.int32()))
        if field.name == "harmtax_version" and field.name not in rows.column_names
        else pa.nulls(size, field.type)
        for field in full
    ]
    return pa.table(columns, schema=full)


def _rank(column: pa.ChunkedArray) -> pa.Array:
    """Whole numbers that order rows as the texts do: few different texts stand in many rows."""
    coded = column.dictionary_encode().combine_chunks()
    return pc.rank(coded.dictionary, "ascending").take(coded.indices)


def _fitting(table: pa.Table) -> pa.Table:
    full = schema(Observation)
    for name in {*full.names, *table.column_names}:
        expected = str(full.field(name).type) if name in full.names else "absent"
        found = str(table.schema.field(name).type) if name in table.column_names else "absent"
        if found != expected:
            raise SchemaMismatch(name, found, expected)
    return table.select(full.names).replace_schema_metadata(full.metadata)
