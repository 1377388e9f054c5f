"""The daily dumps of the EU DSA Transparency Database: CSV, full and light, schema versions 1 and 2.

A cell with several values holds a JSON array, an empty cell means absent, a day is written with the time
00:00:00. What a statement cannot say stands in `dsa_statement`, which reads each one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse
from harmtax.records.formats import csv_table, dsa_statement
from harmtax.records.formats.format import Decoded, Format, column_names, unreadable
from harmtax.shapes import ForeignFormat, RecordType


def recognise(version: str, head: bytes, record: RecordType) -> bool:
    """Whether the header holds the columns of a full or light dump of this version."""
    names = csv_table.header(head)
    ours = [column.name for column in FORMATS[version].columns]
    required = [column.name for column in FORMATS[version].columns if column.required]
    return (
        record.name == "Incident"
        and set(names) <= set(ours)
        and set(required) - _not_in_light(version) <= set(names)
        and _told_apart(version) <= set(names)
    )


def _not_in_light(version: str) -> set[str]:
    # The light dump leaves out long texts; the schema marks those by their length.
    return {c.name for c in FORMATS[version].columns if (c.max_length or 0) > 500}


def _told_apart(version: str) -> set[str]:
    """Columns that no later-named version has: an older dump lacks them."""
    others = [f for name, f in FORMATS.items() if name.startswith("dsa_") and name < version]
    older = {column.name for each in others for column in each.columns}
    return {c.name for c in FORMATS[version].columns if c.name not in older} if others else set()


def decode(version: str, batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each statement as a row of Incident. Raises BadUse for another record type."""
    if record.name != "Incident":
        raise BadUse(f"{FORMATS[version].title} holds incidents, not records of {record.name}")
    names = column_names(batch)
    for cells in batch.column("cells").to_pylist():
        fault = csv_table.misfit(names, cells)
        if fault is not None:
            yield unreadable(record, fault)
        else:
            yield _decoded(FORMATS[version], dict(zip(names, cells, strict=True)), record)


def _decoded(format_: ForeignFormat, cells: dict[str, str], record: RecordType) -> Decoded:
    many = {column.name for column in format_.columns if column.many}
    row: dict[str, object] = {name: cell for name, cell in cells.items() if cell != ""}
    try:
        row |= {name: _members(str(row[name])) for name in many & row.keys()}
    except (ValueError, RecursionError) as error:
        return unreadable(record, str(error))
    return dsa_statement.read(format_, row, record)


def _members(cell: str) -> list[str]:
    """The members of a JSON array in a cell. Raises ValueError when it is none."""
    members = json.loads(cell)
    if not isinstance(members, list) or not all(isinstance(each, str) for each in members):
        raise ValueError("expected a JSON array of codes in a cell")
    return members


def _format(name: str, version: str) -> Format:
    return Format(
        name,
        FORMATS[version].title,
        (),
        partial(recognise, version),
        csv_table.scan,
        partial(decode, version),
    )


DSA_V1 = _format("dsa-v1", "dsa_v1")
DSA_V2 = _format("dsa-v2", "dsa_v2")
