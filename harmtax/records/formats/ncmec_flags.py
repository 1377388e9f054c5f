"""Flags and counts of reports to NCMEC's CyberTipline, as a platform may keep them beside its incidents.

Never a report: a file that is no JSON, or that holds anything but listed flags, counts, days and keys, is
refused as a whole before a record of it is kept anywhere. What the flags cannot say, and how an import
deals with it:

- whether imagery is synthetic: only the flag for generative AI says so, and its absence says nothing;
- what was done about the item: the incident is pending until a further revision tells;
- who reports, what kind of item it is, how it was found: declared defaults must name it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.foreign import FORMATS
from harmtax.errors import Unreadable
from harmtax.records.formats import foreign, json_values
from harmtax.records.formats.format import Decoded, Format, Loss
from harmtax.records.formats.presumptions import UNKNOWN, presumable
from harmtax.shapes import ForeignColumn, RecordType
from harmtax.standard import crosswalk

NAME = "ncmec"
PREMISES = {"harmtax_version": VERSION, "revision": 1}
PENDING = {"incident_status": "pending"}


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the first bytes show flags; a report in XML shows none."""
    return record.name == "Incident" and b'"incident_type"' in head


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of flags. Raises Unreadable for a file that holds anything else."""
    for batch in json_values.scan((), stream, source):
        for line, raw in zip(
            batch.column("line").to_pylist(), batch.column("raw").to_pylist(), strict=True
        ):
            if not _is_flags(raw):
                known = ", ".join(foreign.columns(NAME))
                detail = (
                    f"value {line} holds more than flags and counts ({known}); nothing was kept"
                )
                raise Unreadable(source, detail)
        yield batch


def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """The flags of each incident as a row of Incident."""
    for raw in batch.column("raw").to_pylist():
        yield _Reading(record).of(msgspec.json.decode(raw, type=dict[str, Any]))


def _is_flags(raw: bytes) -> bool:
    try:
        members = json.loads(raw, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return False
    if not isinstance(members, list):
        return False
    names = [each[0] for each in members if isinstance(each, tuple)]
    if len(names) != len(members) or len(set(names)) != len(names) or not members:
        return False
    columns = foreign.columns(NAME)
    return all(name in columns and _fits(columns[name], value) for name, value in members)


def _fits(column: ForeignColumn, value: Any) -> bool:
    """Whether a member is what its column holds, to the last sign: a code, a number, a day, a key."""
    if value is None:
        return True
    if column.codes is not None:
        members = value if column.many else [value]
        codes = FORMATS[NAME].codes[column.codes]
        return isinstance(members, list) and all(isinstance(m, str) and m in codes for m in members)
    if column.kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    pattern = next(f.pattern for f in RECORDS["Incident"].fields if f.name in column.ours)
    return isinstance(value, str) and re.fullmatch(pattern or "", value) is not None


class _Reading:
    """Flags on their way to a row."""

    def __init__(self, record: RecordType) -> None:
        self.record = record
        self.row: dict[str, Any] = {**PREMISES, **PENDING}
        self.losses = {name: Loss(name, "exact") for name in PREMISES}
        self.losses |= {name: Loss(name, "defaulted", "", code) for name, code in PENDING.items()}

    def of(self, flags: dict[str, Any]) -> Decoded:
        for name, column in foreign.columns(NAME).items():
            value = flags.get(name)
            for each in value if isinstance(value, list) else [] if value is None else [value]:
                self._member(column, each)
        for name in presumable(self.record.name):
            if name not in self.row:
                self._presume(name, UNKNOWN)
        return Decoded(self.row, (), tuple(self.losses.values()))

    def _member(self, column: ForeignColumn, value: Any) -> None:
        if column.lost is not None:
            self.losses[column.name] = Loss(column.name, "dropped")
        elif column.codes is None:
            [field] = column.ours
            self.row[field], self.losses[field] = value, Loss(field, "exact")
        else:
            self._code(column, str(value))

    def _code(self, column: ForeignColumn, code: str) -> None:
        """What a code is with us: the field that it goes to, and what it implies."""
        pair = crosswalk.place(NAME, f"{foreign.listed(NAME, column)}/{code}")
        [field] = column.ours
        if pair is not None and pair.ours is not None:
            self.row[field], self.losses[field] = pair.ours, Loss(field, pair.loss, code, pair.ours)
            for name, codes in pair.sets:
                many = next(f.many for f in self.record.fields if f.name == name)
                self._presume(name, list(codes) if many else codes[0])
        elif field == "category":
            self.row[field], self.losses[field] = "OTH", Loss(field, "forced_other", code, "OTH")
        else:
            self.losses[code] = Loss(column.name, "dropped", code)

    def _presume(self, name: str, value: Any) -> None:
        self.row[name] = value
        told = value if isinstance(value, str) else ", ".join(value)
        self.losses[name] = Loss(name, "defaulted", "", told)


NCMEC = Format(
    NAME, "NCMEC CyberTipline flags", (), recognise, scan, decode, records=("Incident",)
)  # fmt: skip
