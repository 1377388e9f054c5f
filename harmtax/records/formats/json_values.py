"""JSON of others: the values of one document, of a list, or of lines, found without being read."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa

from harmtax._generated.constraints import RECORDS
from harmtax.errors import Unreadable
from harmtax.records.formats.format import LONGEST, MARK, Decoded, Row, raw_batches
from harmtax.records.formats.ndjson import row_of
from harmtax.shapes import RecordType

Read = Callable[[Row, RecordType], Decoded]

# A document is held in memory as a whole.
LARGEST = 64 << 20


def scan(members: Collection[str], stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the values, numbered from 1.

    A list stands for its members, and so does an object for those of the list under a name of `members`.
    Raises Unreadable for a document that is too large.
    """
    raws = chain.from_iterable(_values(each, members) for each in _documents(stream, source))
    yield from raw_batches(((place, raw, None) for place, raw in enumerate(raws, 1)), source)


def rows(batch: pa.RecordBatch) -> Iterator[Row | None]:
    """The objects of a raw batch, None for what is none."""
    for raw in batch.column("raw").to_pylist():
        yield row_of(raw, RECORDS["Incident"]).row


def decode(read: Read, batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each object of a raw batch as `read` reads it; what is none is unreadable."""
    for raw in batch.column("raw").to_pylist():
        found = row_of(raw, record)
        yield found if found.row is None else read(found.row, record)


def _documents(stream: BinaryIO, source: str) -> Iterator[bytes]:
    """The lines where one of them is a JSON value by itself, or else the whole."""
    first = stream.readline(LONGEST + 1).removeprefix(MARK)
    if is_whole(first):
        yield from _lines(chain([first], iter(lambda: stream.readline(LONGEST + 1), b"")), source)
        return
    content = first + stream.read(LARGEST + 1)
    if is_whole(content):
        yield content
        return
    if len(content) > LARGEST:
        raise Unreadable(source, f"it is larger than {LARGEST >> 20} MiB; give one value per line")
    lines = io.BytesIO(content).readlines()
    if any(map(_is_object, lines)):
        yield from _lines(lines, source)
    elif content.strip():
        yield content


def _lines(lines: Iterable[bytes], source: str) -> Iterator[bytes]:
    for line in lines:
        if len(line) > LONGEST:
            raise Unreadable(source, f"a line is longer than {LONGEST >> 20} MiB")
        yield line.rstrip(b"\r\n")


def _is_object(line: bytes) -> bool:
    return line.lstrip().startswith((b"{", b"[")) and is_whole(line)


def is_whole(text: bytes) -> bool:
    """Whether a text is one JSON value."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _values(document: bytes, members: Collection[str]) -> list[bytes]:
    for kind in (dict[str, msgspec.Raw], list[msgspec.Raw]):
        try:
            found: Any = msgspec.json.decode(document, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        if isinstance(found, list):
            return [bytes(each) for each in found]
        for name in members:
            if name in found:
                return _values(bytes(found[name]), ())
    return [document]
