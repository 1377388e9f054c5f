"""Parquet, our own format: one column per field, types as `schema(record)` or castable without loss.

A typed file has no lines: the line of a record is its place in the file, from 1, and its raw bytes
are its row as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from harmtax.errors import Unreadable
from harmtax.records.formats import ndjson
from harmtax.records.formats.format import BATCH, Format, raw_batches
from harmtax.records.record import arrow_schema
from harmtax.shapes import RecordType


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the file starts with Parquet's mark."""
    return head.startswith(b"PAR1")


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the rows as JSON. Raises Unreadable when the file is damaged."""
    try:
        yield from raw_batches(_raws(pq.ParquetFile(stream)), source)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Unreadable(source, str(error).splitlines()[0]) from None


def _raws(file: pq.ParquetFile) -> Iterator[tuple[int, bytes, list[str] | None]]:
    place = 0
    for batch in file.iter_batches(BATCH):
        for row in batch.to_pylist():
            place += 1
            present = {name: _json(value) for name, value in row.items() if value is not None}
            yield place, msgspec.json.encode(present), None


def _json(value: object) -> object:
    if isinstance(value, datetime):
        # A time without a zone says no moment; left as it is, the row reading refuses it.
        moved = value.astimezone(UTC) if value.tzinfo else value
        return moved.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes a Parquet file with the schema of the record type."""
    schema = arrow_schema(record)
    iterator = iter(rows)
    with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        while chunk := list(islice(iterator, BATCH)):
            writer.write_batch(typed(chunk, schema))


def typed(rows: list[Mapping[str, object]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows of JSON types as a typed batch; the rows have been judged and fit."""
    columns = []
    for field in schema:
        values = [row.get(field.name) for row in rows]
        if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
            columns.append(pa.array(values, pa.string()).cast(field.type))
        else:
            columns.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


PARQUET = Format(
    "parquet", "Parquet, one record per row", (".parquet",), recognise, scan, ndjson.decode, encode
)
