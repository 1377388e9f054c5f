"""JSON, our own format: one array of objects, or one object; read as a whole, so for small files.

The line of a record is its place in the array, from 1, since a JSON reader keeps no lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

import msgspec
import pyarrow as pa

from harmtax.errors import Unreadable
from harmtax.records.formats import ndjson
from harmtax.records.formats.format import MARK, Format, raw_batches
from harmtax.shapes import RecordType

# It is held in memory as a whole.
MOST = 64 << 20


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the file is a JSON array, or one object that goes over several lines."""
    start = head.removeprefix(MARK).strip()
    first, _, rest = start.partition(b"\n")
    if start.startswith(b"{"):
        # A record is small enough to be seen whole.
        return bool(rest) and not _is_whole(first) and _is_whole(start)
    # A whole list on the first of several lines is a bad line of NDJSON.
    return start.startswith(b"[") and not (rest and _is_whole(first))


def _is_whole(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the array's members; any other value is one record."""
    content = stream.read(MOST + 1).removeprefix(MARK)
    if len(content) > MOST:
        raise Unreadable(source, f"it is larger than {MOST >> 20} MiB; save it as NDJSON")
    try:
        members = msgspec.json.decode(content, type=list[msgspec.Raw])
        raws = [bytes(member) for member in members]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raws = [content]
    yield from raw_batches(((place, raw, None) for place, raw in enumerate(raws, 1)), source)


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes one array, a record per line."""
    separator = b"[\n"
    for row in rows:
        stream.write(separator + msgspec.json.encode(row))
        separator = b",\n"
    stream.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


JSON = Format(
    "json", "JSON, one array of records", (".json",), recognise, scan, ndjson.decode, encode, True
)
