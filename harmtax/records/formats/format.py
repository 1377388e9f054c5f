"""The one shape of all formats, and the raw batches that they read into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
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


Row = Mapping[str, object]


class Loss(NamedTuple):
    """What a conversion did to one field: `kind` is a code of LossKind.

    `given` is the code that was stated, or a remark such as "time of day"; `became` is the code that
    stands in its place. No free text is ever told here.
    """

    field: str
    kind: str
    given: str = ""
    became: str = ""


class Decoded(NamedTuple):
    """One raw record as a row of JSON types, or why it could not become one.

    `origins` names what the sender called a field where that is not its name of today.
    """

    row: Row | None
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()
    origins: Mapping[str, str] = MappingProxyType({})


class Expressed(NamedTuple):
    """One record of ours as a foreign format words it, or why it cannot be said there.

    `losses` says which code became which and what the format has no place for; a format that can also
    `read` needs to tell the first only, since what comes back shows the rest.
    """

    row: Mapping[str, object] | None
    findings: tuple[Finding, ...] = ()
    losses: tuple[Loss, ...] = ()


class Translation(NamedTuple):
    """A raw batch as columns: what `decode` gives for its rows, and which rows it is not sure of.

    `columns` stand in the order of the fields, as the acceptor gives them (see `Acceptance`). A row
    among `suspects` is decoded by itself. `losses` lists the different losses of the batch; `lost` has
    for each row their places in that list, but for those of `common`, which every row has that is no
    suspect. `screened` names the texts in which nothing was found that a rule refuses to texts.
    """

    columns: tuple[pa.Array, ...]
    suspects: tuple[int, ...]
    losses: tuple[Loss, ...]
    lost: pa.ListArray
    common: tuple[int, ...] = ()
    screened: frozenset[str] = frozenset()


Translate = Callable[[pa.RecordBatch, RecordType], Translation]
Encode = Callable[[Iterable[Row], BinaryIO, RecordType], None]


@dataclass(frozen=True)
class Format:
    """A way of writing records.

    Inward: `recognise` is asked with the first bytes of a file; `scan` reads a binary stream into raw
    batches in the order of the file; `decode` turns a raw batch into one `Decoded` per record. A format
    that is read in bulk also has `translate`, which does the same for a whole batch by columns. Where
    `is_json` holds, the bytes of each raw record are our row as a JSON object, which the acceptor reads
    without `decode`.

    Outward: `encode` writes rows of JSON types; a format that cannot be written has none. A foreign
    format gets the rows that `express` made of ours, one by one, and `judge` finds what its receiver
    would refuse. `read` takes such a row back; a format with both directions has it, and the account of
    losses follows from what comes back. `rows` gives the foreign rows of a raw batch, None where one cannot
    be read: with it, what an import loses can be kept as well.

    `records` names the record types that the format can hold; none means all. `once` is the foreign
    column whose content the receiver takes one time only, and the rule that says so. `is_read` is false for a
    format that is written only.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    recognise: Callable[[bytes, RecordType], bool]
    scan: Callable[[BinaryIO, str], Iterator[pa.RecordBatch]]
    decode: Callable[[pa.RecordBatch, RecordType], Iterator[Decoded]]
    encode: Encode | None = None
    is_json: bool = False
    express: Callable[[Row, RecordType], Expressed] | None = None
    read: Callable[[Row, RecordType], Decoded] | None = None
    judge: Callable[[Row], Iterable[Finding]] | None = None
    rows: Callable[[pa.RecordBatch], Iterator[Row | None]] | None = None
    translate: Translate | None = None
    records: tuple[str, ...] = ()
    once: tuple[str, str] | None = None
    is_read: bool = True


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
