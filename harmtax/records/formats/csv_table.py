"""CSV, our own format (RFC 4180, UTF-8): a header of field names, one record per row.

An empty cell means absent. The members of a list are joined by `|`, which no code holds. CSV cannot
tell an empty text from an absent one; the schema has no empty texts to lose.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import pyarrow as pa

from harmtax.records.formats.format import Decoded, Format, column_names, raw_batches, unreadable
from harmtax.shapes import Field, RecordType

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
# A record larger than this is no record of ours; the limit keeps a missing quote from eating a file.
csv.field_size_limit(1 << 20)


def header(head: bytes) -> list[str]:
    """The column names in the first line of a CSV file."""
    first = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").rstrip("\r")
    try:
        return next(csv.reader([first]), [])
    except csv.Error:
        return []


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the header names fields of the record type, its identifier or reporter among them."""
    names = set(header(head))
    return "reporter_id" in names and len(names & {field.name for field in record.fields}) > 2


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the rows, each with its bytes and cells; the line is that of its first byte."""
    lines = _Lines(stream)
    reader = csv.reader(lines, strict=True)
    try:
        names = next(reader, [])
    except csv.Error:
        names = []
    lines.take()
    yield from raw_batches(_records(reader, lines), source, names)


def _records(
    reader: Iterator[list[str]], lines: _Lines
) -> Iterator[tuple[int, bytes, list[str] | None]]:
    while True:
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        number, raw, sound = lines.take()
        yield number, raw, cells if sound else None


class _Lines:
    """Feeds lines to a CSV reader and keeps the bytes that one record was made of."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._number = 0
        self._first = 1
        self._raw: list[bytes] = []
        self._sound = True

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline()
        if not line:
            raise StopIteration
        self._number += 1
        self._raw.append(line)
        text = line.decode("utf-8-sig" if self._number == 1 else "utf-8", "replace")
        # A character that could not be read spoils its record, whose bytes stay as they are.
        self._sound &= "\ufffd" not in text or "\ufffd".encode() in line
        return text

    def take(self) -> tuple[int, bytes, bool]:
        """The first line and the bytes of the record just read, and whether they are UTF-8."""
        taken = self._first, b"".join(self._raw).rstrip(b"\r\n"), self._sound
        self._first, self._raw, self._sound = self._number + 1, [], True
        return taken


def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each row with its cells read by the kind of their field."""
    names = column_names(batch)
    fields = {field.name: field for field in record.fields}
    for cells in batch.column("cells").to_pylist():
        fault = misfit(names, cells)
        if fault is not None:
            yield unreadable(record, fault)
        else:
            pairs = zip(names, cells, strict=True)
            yield Decoded({n: _read(fields.get(n), cell) for n, cell in pairs if cell != ""})


def cells_of(raw: bytes) -> list[str] | None:
    """The cells of the bytes of one record, or None when they cannot be read."""
    lines = _Lines(io.BytesIO(raw))
    try:
        cells = next(csv.reader(lines, strict=True), [])
    except csv.Error:
        return None
    return cells if lines.take()[2] else None


def misfit(names: list[str], cells: list[str] | None) -> str | None:
    """Why a row does not fit its header, or None."""
    if len(set(names)) < len(names):
        return "the header names a column twice"
    if cells is None:
        return "its quotes do not close, or it is not UTF-8"
    return None if len(cells) == len(names) else f"{len(cells)} cells under {len(names)} columns"


def _read(field: Field | None, cell: str) -> object:
    if field is None:
        return cell
    if field.many:
        return cell.split("|")
    if field.kind == "integer" and _INTEGER.fullmatch(cell):
        return int(cell)
    return cell


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes every field of the record type as a column, in the order of the schema."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    names = [field.name for field in record.fields]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    text.detach()


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        return "|".join(value)
    return "" if value is None else value


CSV = Format("csv", "CSV, one record per row", (".csv",), recognise, scan, decode, encode)
