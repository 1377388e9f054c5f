"""Arrow IPC, our own format: the file (Feather 2) and the stream, with the types of `schema(record)`.

It is written as a file. Other types are read as well when nothing is lost, as `column_texts` says. A
stream that was cut off between two of its messages cannot be told from one that ends there; a file can.
The memory it takes to read depends on the batches that its writer made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from harmtax.records.formats import ndjson
from harmtax.records.formats.column_texts import is_text_sound
from harmtax.records.formats.format import Format
from harmtax.records.formats.typed_rows import (
    raw_batches,
    reading,
    refuse_twins,
    seekable,
    typed_batches,
)
from harmtax.records.record import arrow_schema
from harmtax.shapes import RecordType

_FILE = b"ARROW1"
_CONTINUATION = b"\xff\xff\xff\xff"
# A schema is a few kilobytes; four letters read as a length would be far more.
_LONGEST_SCHEMA = 64 << 20


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the file starts with the mark of a file, or as the first message of a stream."""
    length = int.from_bytes(head[4:8], "little")
    is_stream = head.startswith(_CONTINUATION) and 0 < length < _LONGEST_SCHEMA
    return head.startswith(_FILE) or is_stream


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the rows as JSON. Raises Unreadable when the file is damaged."""
    with reading(source), seekable(stream) as whole:
        is_file = whole.read(len(_FILE)) == _FILE
        whole.seek(0)
        reader = pa.ipc.open_file(whole) if is_file else pa.ipc.open_stream(whole)
        refuse_twins(reader.schema, source)
        batches = _of_file(reader) if is_file else reader
        yield from raw_batches(map(_sound, batches), source, reader.schema.metadata)


def _of_file(reader: pa.ipc.RecordBatchFileReader) -> Iterator[pa.RecordBatch]:
    return (reader.get_batch(place) for place in range(reader.num_record_batches))


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch, once its layout is known to be sound: Arrow trusts that of a file and would crash."""
    for column in batch.columns:
        # It may hold a time of day where there is none to be; that is a finding, no damage.
        if not pa.types.is_date64(column.type):
            is_text_sound(column)
    return batch


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes an Arrow IPC file with the schema of the record type, not compressed."""
    with pa.ipc.new_file(stream, arrow_schema(record)) as writer:
        for batch in typed_batches(rows, record):
            writer.write_batch(batch)


ARROW = Format(
    "arrow",
    "Arrow IPC, one record per row",
    (".arrow", ".feather", ".ipc"),
    recognise,
    scan,
    ndjson.decode,
    encode,
    is_json=True,
)
