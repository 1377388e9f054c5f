"""NDJSON, our own format: one JSON object per line.

UTF-8; a byte order mark at the very start is skipped (RFC 8259, section 8.1). A line ends with LF; a
CR before it is white space to JSON and stays among the bytes of the record. A blank line is a record
that cannot be read. A name that stands twice in one object counts with its last value, as most JSON
readers have it.
"""

from __future__ import annotations

import io
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, islice
from typing import BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from harmtax.errors import Unreadable
from harmtax.records.formats.format import BYTES, LONGEST, MARK, RAW, Decoded, Format, unreadable
from harmtax.shapes import RecordType

# A batch is read in pieces that fit the processor's cache.
PIECE = 256 << 10
# No record has an object in it, and no list of lists.
DEEPEST = 200
_STRING, _BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"'), re.compile(rb"[][{}]")


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the first line is a JSON object; an empty file is an empty NDJSON file."""
    start = head.removeprefix(MARK).lstrip()
    return not start or start.startswith(b"{")


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the lines, numbered from 1. Raises Unreadable for a line beyond all measure."""
    lines, rest = _Lines(source), b""
    piece = stream.read(PIECE).removeprefix(MARK)
    while piece:
        end = piece.rfind(b"\n") + 1
        if end:
            lines.add(b"".join((rest, memoryview(piece)[:end])))
            rest = piece[end:]
        else:
            rest += piece
        if len(rest) > LONGEST:
            raise lines.too_long(0)
        if lines.size >= BYTES:
            yield lines.taken()
        piece = stream.read(PIECE)
    if rest:
        lines.add(rest + b"\n")
    if lines.size:
        yield lines.taken()


class _Lines:
    """Lines on their way into a batch: their text without line feeds, and where each ends."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.next = 1
        self._start()

    def _start(self) -> None:
        self._texts: list[bytes] = []
        self._ends = array("i", [0])
        self.size = 0

    def add(self, text: bytes) -> None:
        """Adds whole lines, each of which ends with LF."""
        # Reading lines from memory is the fastest search for line feeds that Python offers.
        lengths = list(map(len, io.BytesIO(text).readlines()))
        if max(lengths) > LONGEST + 1:
            raise self.too_long(lengths.index(max(lengths)))
        self._ends.extend(islice(accumulate(lengths, initial=self.size), 1, None))
        self._texts.append(text.replace(b"\n", b""))
        self.size += len(text)

    def too_long(self, place: int) -> Unreadable:
        """What is said of a line beyond all measure, so many places after the last one."""
        line = self.next + len(self._ends) - 1 + place
        return Unreadable(self._source, f"line {line} is longer than {LONGEST >> 20} MiB")

    def taken(self) -> pa.RecordBatch:
        """The lines so far as a raw batch."""
        count = len(self._ends) - 1
        ends = pa.Array.from_buffers(pa.int32(), count + 1, [None, pa.py_buffer(self._ends)])
        # Without their line feeds the lines touch, so that the end of one is the start of the next.
        offsets = pc.subtract(ends, _numbers(count + 1).cast(pa.int32()))
        text = pa.py_buffer(b"".join(self._texts))
        raws = pa.Array.from_buffers(pa.binary(), count, [None, offsets.buffers()[1], text])
        sources = pa.repeat(pa.scalar(self._source, pa.string()), count)
        cells = pa.nulls(count, pa.list_(pa.string()))
        lines = pc.add(_numbers(count), self.next)
        self.next += count
        self._start()
        return pa.RecordBatch.from_arrays([sources, lines, raws, cells], schema=RAW)


def _numbers(count: int) -> pa.Array:
    """The numbers from 0 on, cut from a table that serves many batches."""
    return _upward(1 << count.bit_length()).slice(0, count)


@lru_cache(maxsize=8)
def _upward(count: int) -> pa.Array:
    return pa.array(range(count), pa.int64())


def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each line as a row."""
    for raw in batch.column("raw").to_pylist():
        yield row_of(raw, record)


def row_of(raw: bytes, record: RecordType) -> Decoded:
    """The row of one JSON object."""
    # How deep a reader gets depends on who called it; the answer must not.
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(raw) > DEEPEST:
        return unreadable(record, f"nested deeper than {DEEPEST} levels")
    try:
        row = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unreadable(record, str(error))
    if not isinstance(row, dict):
        return unreadable(record, "expected a JSON object")
    return Decoded(row)


def _depth(raw: bytes) -> int:
    """How deep the brackets of a JSON text are nested, those in its strings left out."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def encode(rows: Iterable[Mapping[str, object]], stream: BinaryIO, record: RecordType) -> None:
    """Writes one object per line, fields in the order of the schema."""
    for row in rows:
        stream.write(msgspec.json.encode(row) + b"\n")


NDJSON = Format(
    "ndjson",
    "NDJSON, one record per line",
    (".ndjson", ".jsonl"),
    recognise,
    scan,
    decode,
    encode,
    is_json=True,
)
