"""The daily dumps of the EU DSA Transparency Database: CSV, full and light, schema versions 1 and 2.

A cell with several values holds a JSON array, an empty cell means absent, a day is written with the time
00:00:00. What a statement cannot say stands in `dsa_statement`, which reads each one.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pyarrow as pa

from harmtax._generated.foreign import FORMATS
from harmtax.records.formats import csv_table, dsa_columns, dsa_scan, dsa_statement, php_csv
from harmtax.records.formats.dsa_columns import members
from harmtax.records.formats.format import (
    Decoded,
    Format,
    Row,
    Translation,
    column_names,
    unreadable,
)
from harmtax.shapes import RecordType


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
    """Each statement as a row of Incident."""
    for row in _rows(version, batch):
        if isinstance(row, str):
            yield unreadable(record, row)
        else:
            yield dsa_statement.read(FORMATS[version], row, record)


def translate(version: str, batch: pa.RecordBatch, record: RecordType) -> Translation:
    """A batch of statements as columns of Incident."""
    return dsa_columns.translate(version, batch, record)


def rows(version: str, batch: pa.RecordBatch) -> Iterator[Row | None]:
    """The statements of a raw batch by the columns of the dump, None where one cannot be read."""
    for row in _rows(version, batch):
        yield None if isinstance(row, str) else row


def _rows(version: str, batch: pa.RecordBatch) -> Iterator[Row | str]:
    """Each statement with its lists as lists, or why it could not be read."""
    names = column_names(batch)
    many = {column.name for column in FORMATS[version].columns if column.many}
    raws = zip(batch.column("raw").to_pylist(), batch.column("cells").to_pylist(), strict=True)
    for raw, alone in raws:
        cells = php_csv.cells_of(raw, len(names)) if alone is None else alone or None
        fault = csv_table.misfit(names, cells)
        if fault is not None or cells is None:
            yield fault or ""
            continue
        row: dict[str, object] = {
            n: cell for n, cell in zip(names, cells, strict=True) if cell != ""
        }
        try:
            yield row | {name: list(members(str(row[name]))) for name in many & row.keys()}
        except (ValueError, RecursionError) as error:
            yield str(error)


def _format(name: str, version: str) -> Format:
    return Format(
        name,
        FORMATS[version].title,
        (),
        partial(recognise, version),
        dsa_scan.scan,
        partial(decode, version),
        rows=partial(rows, version),
        translate=partial(translate, version),
        records=("Incident",),
    )


DSA_V1 = _format("dsa-v1", "dsa_v1")
DSA_V2 = _format("dsa-v2", "dsa_v2")
