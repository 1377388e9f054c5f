"""The residue: what was lost of each record on its way, out or in, so that the way back is exact.

NDJSON. The first line says what the file is. Each further line belongs to one record that was written,
by its place among them, and names the fields to set and to remove; or it holds a whole record that was
not written at all, and how many were written before it. A digest of what comes back without the
residue tells whether a line still belongs to its record. On the way out the rows are ours, on the way in
they are those of the foreign format.
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


class Writer:
    """Writes a residue line by line, while the records are written elsewhere."""

    def __init__(self, stream: BinaryIO, record: RecordType, way: str) -> None:
        self._stream = stream
        self._written = 0
        self._line({"holds": RESIDUE, "harmtax": VERSION, "record": record.name, "way": way})

    def add(self, row: Row, back: Row) -> None:
        """Notes what is lost of a record that was written; `back` is what comes back of it."""
        lost = {name: value for name, value in row.items() if back.get(name) != value}
        added = sorted(back.keys() - row.keys())
        if lost or added:
            line = {"at": self._written, "digest": digest(back), "set": lost, "unset": added}
            self._line(line)
        self._written += 1

    def leave_out(self, row: Row) -> None:
        """Notes a record that was not written."""
        self._line({"before": self._written, "row": dict(row)})

    def _line(self, line: Mapping[str, object]) -> None:
        self._stream.write(msgspec.json.encode(line) + b"\n")


class Reader:
    """Gives back what a residue holds, in the order of the records."""

    def __init__(self, path: Path, record: RecordType, way: str) -> None:
        self.path = Path(path)
        # Of the records that were not written: how many came back, and how many of them are fine.
        self.rows = self.accepted = 0
        self._lines = self._read()
        about = next(self._lines, {})
        if about.get("holds") != RESIDUE or about.get("record") != record.name:
            raise BadUse(f"{path} is no residue of records of {record.name}")
        if about.get("way") != way:
            raise BadUse(f"{path} was kept on the way {about.get('way')}; it restores the way back")
        self._next = next(self._lines, None)
        self._place = 0
        # Records that were not written, by the place of the one that they stood before.
        self.left_out: dict[int, list[Row]] = {}

    def restored(self, row: Row | None) -> Row | None:
        """The next record as it was; None stands for one that could not be read.

        Raises BadUse when the residue belongs to another file.
        """
        self._gather()
        line, place = self._next, self._place
        self._place += 1
        if line is None or line.get("at") != place:
            return row
        self._next = next(self._lines, None)
        if row is None or line["digest"] != digest(row):
            raise BadUse(f"{self.path} does not fit: record {place + 1} is not the one written")
        kept = {name: value for name, value in row.items() if name not in line["unset"]}
        return {**kept, **line["set"]}

    def finish(self) -> None:
        """Gathers what stood behind the last record. Raises BadUse when there is still more."""
        self._gather()
        if self._next is not None:
            raise BadUse(f"{self.path} does not fit: it speaks of records that are not there")

    def _gather(self) -> None:
        while self._next is not None and self._next.get("before") == self._place:
            self.left_out.setdefault(self._place, []).append(self._next["row"])
            self._next = next(self._lines, None)

    def _read(self) -> Iterator[dict[str, Any]]:
        try:
            with self.path.open("rb") as stream:
                for line in stream:
                    yield msgspec.json.decode(line, type=dict[str, Any])
        except (OSError, msgspec.MsgspecError) as error:
            raise Unreadable(self.path, str(error)) from error


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
