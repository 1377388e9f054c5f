"""Finds the records of a dump in blocks, at the speed of the disk.

A record ends with the line feed that stands outside quotes. Which one does follows from the number of
quotes before it, as long as each quote stands where RFC 4180 has it: one that opens behind a comma or a line
end, one that closes before them, or two together inside. The first quote that stands elsewhere shows a
record that another hand wrote; that one is read by itself, as PHP may have meant it, and the next block
starts behind it. So a bad record takes no neighbour along.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from harmtax.errors import Unreadable
from harmtax.records.formats import php_csv
from harmtax.records.formats.format import LONGEST, MARK, RAW
from harmtax.records.formats.php_csv import COMMA, CR, LF, QUOTE

BLOCK = 6 << 20
# How far to look behind a record that was written by another hand, and for its end.
NEAR, FAR = 64 << 10, 256 << 10
_KEY = re.compile(rb'\n"?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"?,')
# What may stand before a quote that opens, and behind one that closes.
_BEFORE, _BEHIND = (
    pa.array([COMMA, LF, QUOTE], pa.uint8()),
    pa.array([COMMA, LF, CR, QUOTE], pa.uint8()),
)


class _Ends(NamedTuple):
    """Where records end (behind their line feed), as far as the block is sound, and whether it all is."""

    ends: list[int]
    is_sound: bool


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the records, each with the line of its first byte; the header is in the metadata.

    `cells` holds the cells of a record that was read by itself, none where that failed as well, and is
    null for all others.
    Raises Unreadable when the first line is no header, or when no record ends for too long.
    """
    first = stream.readline(LONGEST).removeprefix(MARK)
    names = _header(first, source)
    yield from _Scan(stream, source, names).batches()


def _header(line: bytes, source: str) -> list[str]:
    try:
        return next(csv.reader([line.decode("utf-8").rstrip("\r\n")], strict=True), [])
    except (csv.Error, UnicodeDecodeError):
        raise Unreadable(source, "its first line is no CSV header") from None


class _Scan:
    """One stream on its way into batches."""

    def __init__(self, stream: BinaryIO, source: str, names: list[str]) -> None:
        self._stream, self._source, self._count = stream, source, len(names)
        self._schema = RAW.with_metadata({"columns": "\x1f".join(names)})
        # What has been read, where the next record starts in it, and how far to look from there.
        self._data, self._at, self._window = b"", 0, BLOCK
        self._at_end = False
        self._line = 2
        self._start()

    def _start(self) -> None:
        self._raws: list[bytes] = []
        self._lines: list[int] = []
        self._cells: list[list[str] | None] = []
        self._size = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The batches, about one for each block."""
        while self._fill(self._window):
            self._look()
            if self._size >= BLOCK:
                yield self._batch()
        if self._raws:
            yield self._batch()

    def _fill(self, least: int) -> bool:
        """Reads on until there are so many bytes ahead, or the end; whether there is anything."""
        if len(self._data) - self._at < least and not self._at_end:
            parts = [self._data[self._at :]]
            missing = max(least, BLOCK) - len(parts[0])
            while missing > 0 and (part := self._stream.read(missing)):
                parts.append(part)
                missing -= len(part)
            self._at_end = missing > 0
            self._data, self._at = b"".join(parts), 0
        return self._at < len(self._data)

    def _look(self) -> None:
        """Takes the records ahead that are written like all others, and the one that is not."""
        ahead = self._data[self._at : self._at + self._window]
        is_last = self._at_end and self._at + len(ahead) == len(self._data)
        found = _ends(ahead, is_last)
        self._take(ahead, found.ends)
        if not found.is_sound:
            self._take_alone()
            # Where one was odd the next may be odd too, and looking far would be in vain.
            self._window = NEAR
        elif found.ends:
            self._window = min(2 * self._window, BLOCK)
        elif self._window <= LONGEST:
            self._window *= 4
        else:
            raise Unreadable(self._source, f"no record ends within {LONGEST >> 20} MiB")

    def _take(self, ahead: bytes, ends: list[int]) -> None:
        if not ends:
            return
        # The last record of a file may go without its line feed.
        closed = len(ends) - (ahead[ends[-1] - 1] != LF)
        has_breaks = ahead.count(b"\n", 0, ends[-1]) > closed
        start = 0
        for end in ends:
            raw = ahead[start:end]
            self._raws.append(raw.rstrip(b"\r\n"))
            self._lines.append(self._line)
            self._line += raw.count(b"\n") if has_breaks else 1
            start = end
        self._cells += [None] * len(ends)
        self._size += start
        self._at += start

    def _take_alone(self) -> None:
        """Takes the record that starts here by itself, at worst all up to what looks like the next."""
        self._fill(FAR)
        end, cells = self._meant()
        raw = self._data[self._at : self._at + end]
        self._raws.append(raw.rstrip(b"\r\n"))
        self._lines.append(self._line)
        self._cells.append(cells or [])
        self._line += raw.count(b"\n")
        self._size += end
        self._at += end

    def _meant(self) -> tuple[int, list[str] | None]:
        near = self._data[self._at : self._at + FAR]
        for record in php_csv.records(near, 0, self._count):
            if self._is_start(near, record.end):
                try:
                    return record.end, [cell.decode("utf-8") for cell in record.cells]
                except UnicodeDecodeError:
                    return record.end, None
        following = _KEY.search(near, 1)
        if following is not None:
            return following.start() + 1, None
        return near.find(b"\n") + 1 or len(near), None

    def _is_start(self, near: bytes, at: int) -> bool:
        """Whether a record may start there: it starts like all of them, or there is nothing more."""
        if at >= len(near):
            return self._at_end and self._at + at >= len(self._data)
        return _KEY.match(near, at - 1) is not None or _KEY.search(b"\n" + near[:64]) is None

    def _batch(self) -> pa.RecordBatch:
        columns = [
            pa.repeat(pa.scalar(self._source, pa.string()), len(self._raws)),
            pa.array(self._lines, pa.int64()),
            pa.array(self._raws, pa.binary()),
            self._cells_column(),
        ]
        self._start()
        return pa.RecordBatch.from_arrays(columns, schema=self._schema)

    def _cells_column(self) -> pa.Array:
        kind = RAW.field("cells").type
        is_plain = self._cells.count(None) == len(self._cells)
        return pa.nulls(len(self._cells), kind) if is_plain else pa.array(self._cells, kind)


def _ends(block: bytes, is_last: bool) -> _Ends:
    """Where the records of a block end, up to the first one that is not written like the others."""
    data = pa.Array.from_buffers(pa.uint8(), len(block), [None, pa.py_buffer(block)])
    is_either = pc.or_(pc.equal(data, _byte(QUOTE)), pc.equal(data, _byte(LF)))
    places = pc.indices_nonzero(is_either).cast(pa.int64())
    is_quote = pc.equal(data.take(places), _byte(QUOTE))
    is_inside = _odd(pc.cumulative_sum(is_quote.cast(pa.int32())))
    ends = places.filter(pc.invert(pc.or_(is_quote, is_inside)))
    odd = _misplaced(block, data, places.filter(is_quote), is_inside.filter(is_quote))
    if odd is not None:
        ends = ends.filter(pc.less(ends, odd))
    listed = pc.add(ends, 1).to_pylist()
    is_closed = not len(is_inside) or not is_inside[-1].as_py()
    if odd is None and is_last and is_closed and (not listed or listed[-1] < len(block)):
        listed.append(len(block))
    return _Ends(listed, odd is None and (is_closed or not is_last))


def _misplaced(
    block: bytes, data: pa.Array, quotes: pa.Array, opens: pa.BooleanArray
) -> int | None:
    """The first quote that stands where RFC 4180 has none."""
    if not len(quotes):
        return None
    # Quotes side by side are doubled ones, which most are, and need no look at what stands there.
    apart = pc.not_equal(pc.subtract(quotes.slice(1), quotes.slice(0, len(quotes) - 1)), 1)
    end = pa.array([True])
    opening = quotes.filter(pc.and_(opens, pa.concat_arrays([end, apart])))
    closing = quotes.filter(pc.and_not(pa.concat_arrays([apart, end]), opens))
    opening = opening.filter(pc.greater(opening, 0))
    inner = closing.filter(pc.less(closing, len(data) - 1))
    wrong = [
        opening.filter(pc.invert(pc.is_in(data.take(pc.subtract(opening, 1)), value_set=_BEFORE))),
        inner.filter(pc.invert(pc.is_in(data.take(pc.add(inner, 1)), value_set=_BEHIND))),
    ]
    # Behind a backslash a quote may not be what it looks like.
    doubtful = block.find(b'\\"') if b"\\" in block else -1
    firsts = [each[0].as_py() for each in wrong if len(each)]
    return min([*firsts, doubtful + 1] if doubtful >= 0 else firsts, default=None)


def _byte(value: int) -> pa.Scalar:
    # Without its type a number would widen the whole block.
    return pa.scalar(value, pa.uint8())


def _odd(numbers: pa.Array) -> pa.BooleanArray:
    one = pa.scalar(1, numbers.type)
    return pc.equal(pc.bit_wise_and(numbers, one), one)
