"""CSV as PHP writes it: a quote behind a backslash is not doubled.

PHP's `fputcsv` doubles a quote inside a cell, but for one that stands behind a backslash; and a cell may end
in a backslash, which looks the same. Read by RFC 4180 such a row comes apart. Here both are tried, PHP's own
meaning first, and that reading is taken which has as many cells as the header.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

QUOTE, COMMA, BACKSLASH, LF, CR = b'",\\\n\r'
# So many places in one record may be read in two ways before it is given up.
AMBIGUOUS = 24


class Record(NamedTuple):
    """The cells of one record as bytes, and where the next one starts."""

    cells: tuple[bytes, ...]
    end: int


def cells_of(raw: bytes, count: int) -> list[str] | None:
    """The cells of the bytes of one record, as many as the header has; None when they cannot be read.

    Without a quote behind a backslash there is one way to read a record, that of RFC 4180; then the
    number of cells may be another.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if '\\"' in text:
        found = next((each for each in records(raw, 0, count) if each.end >= len(raw)), None)
        if found is not None:
            return [cell.decode("utf-8") for cell in found.cells]
    try:
        [cells] = csv.reader([text], strict=True) if text else [[]]
    except (csv.Error, ValueError):
        return None
    return cells


def records(data: bytes, start: int, count: int) -> Iterator[Record]:
    """The readings of the record that starts here which have so many cells and end with a line."""
    waiting: list[tuple[int, tuple[bytes, ...]]] = [(start, ())]
    tries = 0
    while waiting and tries < 1 << AMBIGUOUS // 2:
        tries += 1
        at, cells = waiting.pop()
        if len(cells) == count:
            continue
        # What is put down last is looked at first.
        for cell, end in reversed(list(_cells(data, at))):
            after = data[end : end + 1]
            if after == b",":
                waiting.append((end + 1, (*cells, cell)))
            elif len(cells) + 1 == count:
                yield Record((*cells, cell), _behind_line(data, end))


def _cells(data: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    """The readings of the cell that starts here, and where each ends; the likeliest first."""
    if data[start : start + 1] != b'"':
        end = _plain_end(data, start)
        # PHP quotes every cell that holds a quote.
        if b'"' not in data[start:end]:
            yield data[start:end], end
        return
    likely: list[tuple[bytes, int]] = []
    at, parts = start + 1, bytearray()
    for _ in range(AMBIGUOUS):
        quote = _next_single_quote(data, at, parts)
        if quote is None:
            break
        at, is_escaped = quote
        if _ends_cell(data, at + 1):
            likely.append((bytes(parts), at + 1))
        if not is_escaped:
            break
        # Behind a backslash the quote may belong to the text.
        parts.append(QUOTE)
        at += 1
    # With PHP the longer cell is the likelier one: its backslash says that the text goes on.
    yield from reversed(likely)


def _next_single_quote(data: bytes, at: int, parts: bytearray) -> tuple[int, bool] | None:
    """The next quote that is not doubled, and whether it stands behind a backslash."""
    while (quote := data.find(b'"', at)) >= 0:
        parts += data[at:quote]
        is_escaped = quote > 0 and data[quote - 1] == BACKSLASH
        if not is_escaped and data[quote + 1 : quote + 2] == b'"':
            parts.append(QUOTE)
            at = quote + 2
            continue
        return quote, is_escaped
    return None


def _plain_end(data: bytes, start: int) -> int:
    ends = [end for end in (data.find(b",", start), data.find(b"\n", start)) if end >= 0]
    end = min(ends, default=len(data))
    return end - 1 if data[end - 1 : end] == b"\r" and data[end : end + 1] == b"\n" else end


def _ends_cell(data: bytes, at: int) -> bool:
    return at >= len(data) or data[at : at + 1] in (b",", b"\n") or data[at : at + 2] == b"\r\n"


def _behind_line(data: bytes, at: int) -> int:
    if data[at : at + 2] == b"\r\n":
        return at + 2
    return at + 1 if data[at : at + 1] == b"\n" else at
