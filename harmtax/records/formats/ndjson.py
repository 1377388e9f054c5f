"""NDJSON, our own format: one JSON object per line.

UTF-8 without a byte order mark; lines end with LF or CRLF; a blank line is a record that cannot be
read. A name that stands twice in one object counts with its last value, as JSON readers have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import msgspec
import pyarrow as pa

from harmtax.records.formats.format import Decoded, Format, raw_batches, unreadable
from harmtax.shapes import RecordType


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the first line is a JSON object; an empty file is an empty NDJSON file."""
    return not head.strip() or head.lstrip().startswith(b"{")


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the lines, numbered from 1."""
    lines = ((number, line.rstrip(b"\r\n"), None) for number, line in enumerate(stream, 1))
    yield from raw_batches(lines, source)


def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each line as a row."""
    for raw in batch.column("raw").to_pylist():
        yield row_of(raw, record)


def row_of(raw: bytes, record: RecordType) -> Decoded:
    """The row of one JSON object."""
    try:
        row = msgspec.json.decode(raw)
    # A deeply nested value exhausts the decoder rather than being wrong JSON.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unreadable(record, str(error))
    if not isinstance(row, dict):
        return unreadable(record, "expected a JSON object")
    return Decoded(row)


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes one object per line, fields in the order of the schema."""
    for row in rows:
        stream.write(msgspec.json.encode(row) + b"\n")


NDJSON = Format(
    "ndjson", "NDJSON, one record per line", (".ndjson", ".jsonl"), recognise, scan, decode, encode
)
