"""The one shape of all formats, and the raw batches that they read into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from harmtax.records.findings import Finding
from harmtax.shapes import RecordType

BATCH = 16_384
# A batch of raw records is cut here, and a line of more bytes than LONGEST shows that something is
# wrong with the file as a whole; records have about a thousand.
BYTES, LONGEST = 32 << 20, 16 << 20
# The byte order mark of UTF-8.
MARK = b"\xef\xbb\xbf"
# What a scan knows of a record before it is believed: where it stands and its bytes. `cells` are
# the texts of a table's row; their names stand in the metadata of the batch.
RAW = pa.schema(
    [
        ("source", pa.string()),
        ("line", pa.int64()),
        ("raw", pa.binary()),
        ("cells", pa.list_(pa.string())),
    ]
)


class Loss(NamedTuple):
    """What a conversion did to one field: `kind` is a code of LossKind, `value` the foreign value."""

    field: str
    kind: str
    value: str


class Decoded(NamedTuple):
    """One raw record as a row of JSON types, or why it could not become one."""

    row: Mapping[str, object] | None
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()


Encode = Callable[[Iterable[Mapping[str, object]], BinaryIO, RecordType], None]


@dataclass(frozen=True)
class Format:
    """A way of writing records.

    `scan` reads a binary stream into raw batches in the order of the file; `decode` turns a raw batch
    into one `Decoded` per record; `encode` writes rows of JSON types. `recognise` is asked with the
    first bytes of a file. A format that cannot be written has no `encode`. Where `is_json` holds, the
    bytes of each raw record are our row as a JSON object, which the acceptor reads without `decode`.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    recognise: Callable[[bytes, RecordType], bool]
    scan: Callable[[BinaryIO, str], Iterator[pa.RecordBatch]]
    decode: Callable[[pa.RecordBatch, RecordType], Iterator[Decoded]]
    encode: Encode | None = None
    is_json: bool = False


def raw_batches(
    records: Iterable[tuple[int, bytes, list[str] | None]],
    source: str,
    columns: list[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """Raw batches of (line, bytes, cells); `columns` are the names of the cells."""
    schema = RAW.with_metadata({"columns": "\x1f".join(columns)}) if columns is not None else RAW
    rows: list[tuple[int, bytes, list[str] | None]] = []
    size = 0
    for record in records:
        rows.append(record)
        size += len(record[1])
        if len(rows) == BATCH or size >= BYTES:
            yield _batch(rows, source, schema)
            rows, size = [], 0
    if rows:
        yield _batch(rows, source, schema)


def column_names(batch: pa.RecordBatch) -> list[str]:
    """The names of the cells of a raw batch."""
    metadata = batch.schema.metadata or {}
    return str(metadata[b"columns"].decode()).split("\x1f")


def unreadable(record: RecordType, detail: str) -> Decoded:
    """A raw record that cannot be read at all."""
    return Decoded(None, (Finding("unreadable", "error", record.name, "", detail=detail),))


def _batch(
    rows: list[tuple[int, bytes, list[str] | None]], source: str, schema: pa.Schema
) -> pa.RecordBatch:
    lines, raws, cells = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays(
        [
            pa.array([source] * len(rows), pa.string()),
            pa.array(lines, pa.int64()),
            pa.array(raws, pa.binary()),
            pa.array(cells, pa.list_(pa.string())),
        ],
        schema=schema,
    )
