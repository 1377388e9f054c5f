"""The residue: what was lost of each record on its way, out or in, so that the way back is exact.

NDJSON. The first line says what the file is. Each further line belongs to one record that was written,
by its place among them, and names the fields to set and to remove; or it holds a whole record that was
not written at all, and how many were written before it. The last line ends the file: it tells how many
records were written, and a digest of all of them as they come back without the residue. So a file whose
records were changed, moved or taken away is told from the one that the residue was kept for. On the way
out the rows are ours, on the way in they are those of the foreign format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa

from harmtax._generated.constraints import VERSION
from harmtax.errors import BadUse, Unreadable
from harmtax.records.formats.format import Decoded, Format
from harmtax.shapes import RecordType

RESIDUE = "residue"
Row = Mapping[str, object]


class _About(msgspec.Struct, forbid_unknown_fields=True):
    """The first line."""

    holds: str
    harmtax: str
    record: str
    way: str


class _Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One of the others: what was lost of a record, one that was not written, or the end."""

    at: int | None = None
    digest: str | None = None
    set: dict[str, Any] = {}
    unset: list[str] = []
    before: int | None = None
    row: dict[str, Any] | None = None
    end: int | None = None
    # Over the line without it, so that none is changed by hand and believed.
    sum: str = ""

    def signed(self) -> _Line:
        return msgspec.structs.replace(self, sum=digest(msgspec.to_builtins(self._plain())))

    def is_sound(self) -> bool:
        kinds = [self.at, self.before if self.row is not None else None, self.end]
        is_one = sum(each is not None for each in kinds) == 1
        return is_one and self.sum == self.signed().sum

    def _plain(self) -> _Line:
        return msgspec.structs.replace(self, sum="")


class Writer:
    """Writes a residue line by line, while the records are written elsewhere."""

    def __init__(self, stream: BinaryIO, record: RecordType, way: str) -> None:
        self._stream = stream
        self._written = 0
        self._all = hashlib.sha256()
        self._stream.write(msgspec.json.encode(_About(RESIDUE, VERSION, record.name, way)) + b"\n")

    def add(self, row: Row, back: Row) -> None:
        """Notes what is lost of a record that was written; `back` is what comes back of it."""
        lost = {name: value for name, value in row.items() if back.get(name) != value}
        added = sorted(back.keys() - row.keys())
        found = digest(back)
        self._all.update(found.encode())
        if lost or added:
            self._line(_Line(at=self._written, digest=found, set=lost, unset=added))
        self._written += 1

    def leave_out(self, row: Row) -> None:
        """Notes a record that was not written."""
        self._line(_Line(before=self._written, row=dict(row)))

    def finish(self) -> None:
        """Writes the end."""
        self._line(_Line(end=self._written, digest=self._all.hexdigest()))

    def _line(self, line: _Line) -> None:
        self._stream.write(msgspec.json.encode(line.signed()) + b"\n")


class Reader:
    """Gives back what a residue holds, in the order of the records."""

    def __init__(self, path: Path, record: RecordType, way: str) -> None:
        self.path = Path(path)
        # Of the records that were not written: how many came back, and how many of them are fine.
        self.rows = self.accepted = 0
        self._lines = self._read(record, way)
        self._next = next(self._lines, None)
        self._place = 0
        self._all = hashlib.sha256()
        # Records that were not written, by the place of the one that they stood before.
        self.left_out: dict[int, list[Row]] = {}

    def restored(self, row: Row | None) -> Row | None:
        """The next record as it was; None stands for one that could not be read.

        Raises BadUse when the residue belongs to another file.
        """
        self._gather()
        line, place = self._next, self._place
        self._place += 1
        found = None if row is None else digest(row)
        self._all.update((found or "").encode())
        if line is None or line.at != place:
            return row
        self._next = next(self._lines, None)
        if row is None or line.digest != found:
            raise BadUse(f"{self.path} does not fit: record {place + 1} is not the one written")
        kept = {name: value for name, value in row.items() if name not in line.unset}
        return {**kept, **line.set}

    def finish(self) -> None:
        """Gathers what stood behind the last record. Raises BadUse for other records than were written."""
        self._gather()
        end, self._next = self._next, None
        if end is None or end.end is None:
            raise BadUse(f"{self.path} does not fit: it speaks of records that are not there")
        if (end.end, end.digest) != (self._place, self._all.hexdigest()):
            raise BadUse(
                f"{self.path} does not fit: it was kept for {end.end} records, and of the"
                f" {self._place} that came some are others or stand elsewhere"
            )

    def _gather(self) -> None:
        while (line := self._next) is not None and line.before == self._place:
            assert line.row is not None
            self.left_out.setdefault(self._place, []).append(line.row)
            self._next = next(self._lines, None)

    def _read(self, record: RecordType, way: str) -> Iterator[_Line]:
        try:
            with self.path.open("rb") as stream:
                self._check(stream.readline(), record, way)
                line = _Line()
                for number, text in enumerate(stream, 2):
                    line = msgspec.json.decode(text, type=_Line)
                    if not line.is_sound():
                        raise BadUse(f"{self.path}, line {number}: it is not as harmtax wrote it")
                    yield line
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(self.path, str(error)) from error
        if line.end is None:
            raise BadUse(f"{self.path} is cut off: its last line is missing")

    def _check(self, first: bytes, record: RecordType, way: str) -> None:
        """Raises BadUse when the first line is not that of such a residue."""
        try:
            about = msgspec.json.decode(first, type=_About)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            about = _About("", "", "", "")
        if about.holds != RESIDUE or about.record != record.name:
            raise BadUse(f"{self.path} is no residue of records of {record.name}")
        if about.way != way:
            raise BadUse(f"{self.path} was kept on the way {about.way}; it restores the way back")


def applied(format: Format, reader: Reader) -> Format:
    """A format whose rows are restored as they are decoded."""

    def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
        for decoded in format.decode(batch, record):
            row = reader.restored(decoded.row)
            # Whatever was presumed, masked or unplaced is settled by what was kept.
            yield decoded if row is None else Decoded(row)

    return replace(format, decode=decode, translate=None, is_json=False)


def digest(row: Row) -> str:
    """A digest of a row of JSON types, whatever the order of its fields."""
    return hashlib.sha256(msgspec.json.encode(dict(row), order="sorted")).hexdigest()[:16]
