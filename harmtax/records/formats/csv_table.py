"""CSV, our own format (RFC 4180, UTF-8): a header of field names, one record per row.

An empty cell means absent. The members of a list are joined by `|`, which no code holds. CSV cannot
tell an empty text from an absent one; the schema has no empty texts to lose.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, NamedTuple

import pyarrow as pa

from harmtax.errors import Unreadable
from harmtax.records.formats.format import (
    LONGEST,
    Decoded,
    Format,
    column_names,
    raw_batches,
    unreadable,
)
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
    lines = _Lines(stream, source, marked=True)
    try:
        names = next(csv.reader(lines, strict=True), [])
    except csv.Error:
        names = []
    if not names and lines.take().raw:
        raise Unreadable(source, "its first line is no CSV header (an open quote, or a lone CR)")
    lines.take()
    yield from raw_batches(_records(lines), source, names)


def _records(lines: _Lines) -> Iterator[tuple[int, bytes, list[str] | None]]:
    reader = csv.reader(lines, strict=True)
    while True:
        try:
            cells: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A stray quote must not take the lines after it along.
            cells = None
            lines.keep_first()
            reader = csv.reader(lines, strict=True)
        found = lines.take()
        yield found.number, found.raw, cells if found.is_text else None


class _Taken(NamedTuple):
    """The first line of a record, its bytes, and whether they are UTF-8."""

    number: int
    raw: bytes
    is_text: bool


class _Lines:
    """Feeds lines to a CSV reader and keeps the bytes that one record was made of."""

    def __init__(self, stream: BinaryIO, source: str = "", marked: bool = False) -> None:
        self._stream, self._source = stream, source
        # Only the start of a file may have a byte order mark.
        self._encoding = "utf-8-sig" if marked else "utf-8"
        self._first = 1
        self._raw: list[bytes] = []
        self._again: list[bytes] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._stream.readline(LONGEST + 1)
        if not line:
            raise StopIteration
        if len(line) > LONGEST:
            number = self._first + len(self._raw)
            raise Unreadable(self._source, f"line {number} is longer than {LONGEST >> 20} MiB")
        self._raw.append(line)
        return line.decode(self._encoding, "replace")

    def keep_first(self) -> None:
        """Gives all lines but the first of the record just read back, to be read once more."""
        self._again += reversed(self._raw[1:])
        del self._raw[1:]

    def take(self) -> _Taken:
        """What the record just read was made of."""
        raw = b"".join(self._raw)
        taken = _Taken(self._first, raw.rstrip(b"\r\n"), _is_text(raw))
        self._first, self._raw, self._encoding = self._first + len(self._raw), [], "utf-8"
        return taken


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each row with its cells read by the kind of their field."""
    names = column_names(batch)
    fields = {field.name: field for field in record.fields}
    if fields.keys().isdisjoint(names):
        why = (
            "its first line names no field; is there a header, and are its cells parted by commas?"
        )
        raise Unreadable(batch.column("source")[0].as_py(), why)
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
    return cells if lines.take().is_text else None


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
