"""The observations as they are, one to a row: CSV (RFC 4180) and Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated.constraints import RECORDS
from harmtax._generated.models import Observation
from harmtax.figures.report import provenance
from harmtax.figures.report.breakdowns import ordered
from harmtax.figures.report.marks import of_row, shown
from harmtax.records.record import schema

if TYPE_CHECKING:
    from harmtax.figures.publication import Publication

MARKS = ("OBS_STATUS", "CONF_STATUS")
SOURCE = "publication"
_MEANINGS = {
    "OBS_STATUS": "Status of the numerator, or of the rate, in SDMX's code list CL_OBS_STATUS.",
    "CONF_STATUS": "F where the number is free, C where it is hidden (SDMX's CL_CONF_STATUS).",
    SOURCE: "Digest (SHA-256) of the publication that the row belongs to; see the notes of the table.",
}
_KINDS = {"integer": "integer", "text": "string"}


def csv_files(publication: Publication, name: str, _: str = "en") -> dict[str, bytes]:
    """The table, and beside it its description in CSV on the Web (W3C), which holds the provenance.

    An empty cell is a null; `status` and the marks say which: hidden, or absent for a reason. Zero is 0.
    """
    facts = provenance.told(publication)
    text = io.StringIO()
    writer = csv.writer(text)
    names = (*schema(Observation).names, *MARKS, SOURCE)
    writer.writerow(names)
    for row in ordered(publication.table):
        told = shown(row)
        cells = [_cell(told[field]) for field in schema(Observation).names]
        writer.writerow([*cells, *of_row(row), str(facts[SOURCE])])
    return {
        name: text.getvalue().encode(),
        f"{name}-metadata.json": _description(name, names, facts),
    }


def parquet_files(publication: Publication, name: str, _: str = "en") -> dict[str, bytes]:
    """The table with the marks as columns; the provenance is in the metadata under `harmtax`."""
    rows = ordered(publication.table)
    table = pa.Table.from_pylist([shown(row) for row in rows], schema=schema(Observation))
    for at, mark in enumerate(MARKS):
        table = table.append_column(mark, pa.array([of_row(row)[at] for row in rows], pa.string()))
    about = {
        "record": "Observation",
        "use": "published table",
        "about": provenance.told(publication),
    }
    metadata = {b"harmtax": json.dumps(about, sort_keys=True).encode()}
    stream = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), stream, compression="zstd")
    return {name: stream.getvalue()}


def _cell(value: object) -> str:
    if value is None:
        return ""
    # A list of bins is one cell.
    return json.dumps(value, separators=(",", ":")) if isinstance(value, list) else str(value)


def _description(name: str, columns: tuple[str, ...], facts: Mapping[str, object]) -> bytes:
    """The table in CSV on the Web: each column with its meaning, and the provenance as a note."""
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": name,
        "dc:title": "Observations of a harmtax publication",
        "dc:conformsTo": "https://w3id.org/harmtax/report",
        "dialect": {"encoding": "utf-8", "header": True},
        "tableSchema": {"columns": [_column(each) for each in columns]},
        "notes": [facts],
    }
    return (json.dumps(described, indent=2, ensure_ascii=False) + "\n").encode()


def _column(name: str) -> dict[str, object]:
    fields = {field.name: field for field in RECORDS["Observation"].fields}
    field = fields.get(name)
    kind = _KINDS.get(field.kind, "string") if field else "string"
    return {
        "name": name,
        "titles": name,
        "dc:description": field.definition if field else _MEANINGS[name],
        "datatype": "string" if field and field.many else kind,
        "required": bool(field and field.required) or name in _MEANINGS,
    }
