"""Parquet, our own format: one column per field, with the types of `schema(record)`.

Other types are read as well when nothing is lost, whoever wrote them; `column_texts` says which. A
column that stands twice makes the file unreadable. A column of bytes is no text, also when a writer
meant one (Spark's `binaryAsString`).

A time must say its zone. The old 96-bit times have no room for it: they count as UTC where Spark's own
description of the file calls the column a `timestamp`, which is a moment (Spark's default writes
them so), and name no moment otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax.records.formats import ndjson
from harmtax.records.formats.column_texts import moments
from harmtax.records.formats.format import Format
from harmtax.records.formats.typed_rows import (
    ROWS,
    days,
    raw_batches,
    reading,
    refuse_twins,
    seekable,
    typed_batches,
)
from harmtax.records.record import arrow_schema
from harmtax.shapes import RecordType

_BUFFER = 1 << 20
_SPARK = b"org.apache.spark.sql.parquet.row.metadata"
# Seconds from 1970 between which a count of nanoseconds fits 64 bits; Arrow does not look.
_LEAST, _MOST = -(2**63) // 10**9 + 1, 2**63 // 10**9 - 1


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the file starts with Parquet's mark."""
    return head.startswith(b"PAR1")


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the rows as JSON. Raises Unreadable when the file is damaged."""
    with reading(source), seekable(stream) as whole:
        file = pq.ParquetFile(whole, buffer_size=_BUFFER, pre_buffer=False)
        refuse_twins(file.schema_arrow, source)
        yield from raw_batches(_batches(file, whole), source, file.schema_arrow.metadata)


def _batches(file: pq.ParquetFile, stream: BinaryIO) -> Iterator[pa.RecordBatch]:
    old = _old_times(file)
    if not old:
        yield from file.iter_batches(ROWS)
        return
    coarse = pq.ParquetFile(stream, pre_buffer=False, coerce_int96_timestamp_unit="s")
    zones = _zones(file.schema_arrow.metadata or {})
    for group in range(file.num_row_groups):
        seconds = coarse.read_row_group(group, columns=old).combine_chunks()
        first = 0
        for batch in file.iter_batches(ROWS, row_groups=[group]):
            yield _with_texts(batch, seconds.slice(first, batch.num_rows), zones)
            first += batch.num_rows


def _old_times(file: pq.ParquetFile) -> list[str]:
    columns = (file.schema.column(place) for place in range(len(file.schema)))
    return [
        c.path for c in columns if c.physical_type == "INT96" and c.path in file.schema_arrow.names
    ]


def _zones(metadata: Mapping[bytes, bytes]) -> dict[str, str]:
    """The zone of each column of which Spark says that it holds moments."""
    try:
        fields = json.loads(metadata[_SPARK])["fields"]
        return {field["name"]: "UTC" for field in fields if field["type"] == "timestamp"}
    except (KeyError, ValueError, TypeError):
        return {}


def _with_texts(
    batch: pa.RecordBatch, seconds: pa.Table, zones: Mapping[str, str]
) -> pa.RecordBatch:
    """The batch with its old times as texts: exact ones, or whole seconds where those do not fit."""
    for name in seconds.column_names:
        place = batch.schema.get_field_index(name)
        whole = seconds.column(name).combine_chunks()
        whole = whole.view(pa.timestamp("s", zones.get(name)))
        exact = batch.column(name).view(pa.timestamp("ns", zones.get(name)))
        is_day = name in days()
        texts = (moments(each, is_day=is_day) for each in (exact, whole))
        batch = batch.set_column(place, name, pc.if_else(_fits(whole), *texts))
    return batch


def _fits(seconds: pa.Array) -> pa.Array:
    numbers = seconds.view(pa.int64())
    return pc.and_(pc.greater_equal(numbers, _LEAST), pc.less_equal(numbers, _MOST))


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes a Parquet file with the schema of the record type."""
    with pq.ParquetWriter(stream, arrow_schema(record), compression="zstd") as writer:
        for batch in typed_batches(rows, record):
            writer.write_batch(batch)


PARQUET = Format(
    "parquet",
    "Parquet, one record per row",
    (".parquet",),
    recognise,
    scan,
    ndjson.decode,
    encode,
    is_json=True,
)
