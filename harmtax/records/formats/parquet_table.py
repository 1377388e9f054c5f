"""Parquet, our own format: one column per field, with the types of `schema(record)`.

Other integer and timestamp widths, dictionaries, and whole numbers held as floats or decimals are
read as well; a day must be a date. A column that stands twice makes the file unreadable.

A typed file has no lines: the line of a record is its place in the file, from 1, and its raw bytes
are its row as JSON.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from harmtax.errors import Unreadable
from harmtax.records.formats import ndjson
from harmtax.records.formats.format import BATCH, Format, raw_batches
from harmtax.records.record import arrow_schema, typed
from harmtax.shapes import RecordType

# What stands for a value that no field can hold; every field refuses it as being of the wrong type.
_NOT_JSON = {"unreadable": True}


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the file starts with Parquet's mark."""
    return head.startswith(b"PAR1")


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the rows as JSON. Raises Unreadable when the file is damaged."""
    try:
        file = pq.ParquetFile(stream)
        if len(set(file.schema_arrow.names)) < len(file.schema_arrow.names):
            raise Unreadable(source, "a column stands twice")
        yield from raw_batches(_raws(file), source)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise Unreadable(source, str(error).splitlines()[0]) from None


def _raws(file: pq.ParquetFile) -> Iterator[tuple[int, bytes, list[str] | None]]:
    place = 0
    for batch in file.iter_batches(BATCH):
        for row in _rows(batch):
            place += 1
            yield place, msgspec.json.encode(row), None


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    names = batch.schema.names
    try:
        columns = [column.to_pylist() for column in batch.columns]
    except (ValueError, OverflowError):
        # One value that Python cannot hold must not hide the others.
        columns = [[_python(scalar) for scalar in column] for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield {
            name: _json(value)
            for name, value in zip(names, values, strict=True)
            if value is not None
        }


def _python(scalar: pa.Scalar) -> object:
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        return _NOT_JSON


def _json(value: object) -> object:
    if isinstance(value, float | Decimal):
        # Other writers keep counts as floats or decimals; a whole number loses nothing.
        finite = math.isfinite(value)
        return (
            int(value) if finite and value == int(value) else float(value) if finite else _NOT_JSON
        )
    if isinstance(value, bytes | timedelta | time):
        return _NOT_JSON
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


PARQUET = Format(
    "parquet", "Parquet, one record per row", (".parquet",), recognise, scan, ndjson.decode, encode
)
