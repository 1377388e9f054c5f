"""Writing statements of reasons as a daily dump of the DSA Transparency Database (full, second schema).

For those who want to look at their own statements with the tools that read dumps. What the database makes
itself is made up here, the same each time: a key derived from platform and identifier, the reporter as
the platform's name, and midnight of the first day as the time of filing. With a residue of the dump that
the records came from, the dump comes out again as it was.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5

from harmtax._generated.foreign import FORMATS
from harmtax.records.findings import Finding
from harmtax.records.formats import dsa_expression, dsa_statement, receiver
from harmtax.records.formats.dsa_dump import DSA_V2 as READ
from harmtax.records.formats.format import Decoded, Expressed, Row
from harmtax.shapes import ForeignColumn, RecordType

VERSION = "dsa_v2"
_MIDNIGHT = " 00:00:00"
_KEYS = "https://w3id.org/harmtax/statement/"


def express(row: Row, record: RecordType) -> Expressed:
    """The statement of an incident by the columns of the dump."""
    expressed = dsa_expression.express(VERSION, row, record)
    if expressed.row is None:
        return expressed
    made = {c.name: _made(c, row, expressed.row) for c in _columns() if c.made_by is not None}
    days = {c.name for c in _columns() if c.kind == "date"}
    told = {n: f"{v}{_MIDNIGHT}" if n in days else v for n, v in expressed.row.items()} | made
    return expressed._replace(row={c.name: told[c.name] for c in _columns() if c.name in told})


def read(row: Row, record: RecordType) -> Decoded:
    """A statement by the columns of the dump, with lists as lists, as a row of Incident."""
    return dsa_statement.read(FORMATS[VERSION], row, record)


def encode(rows: Iterable[Row], stream: BinaryIO, record: RecordType) -> None:
    """Writes all columns of the full dump."""
    text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in _columns()]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    text.detach()


def _columns() -> tuple[ForeignColumn, ...]:
    return FORMATS[VERSION].columns


def _made(column: ForeignColumn, row: Row, statement: Row) -> str:
    """What stands in for something that the database makes."""
    if column.ours:
        return str(row[column.ours[0]])
    if column.kind == "time":
        first_day = next(c.name for c in _columns() if "actioned_at" in c.ours)
        return f"{statement[first_day]}{_MIDNIGHT}"
    return str(uuid5(NAMESPACE_URL, f"{_KEYS}{row['reporter_id']}/{row['incident_id']}"))


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return json.dumps(value, separators=(",", ":"))
    return "" if value is None else str(value)


def judge(row: Row) -> Iterable[Finding]:
    """What the server would refuse of the statement that a row of the dump tells."""
    days = {column.name for column in _columns() if column.kind == "date"}
    sent = {column.name for column in _columns() if column.made_by is None}
    told = {
        n: v.removesuffix(_MIDNIGHT) if n in days and isinstance(v, str) else v
        for n, v in row.items()
        if n in sent
    }
    return receiver.judge(VERSION, told, "Incident")


DSA_V2 = replace(
    READ, encode=encode, express=express, read=read, judge=judge, once=receiver.once(VERSION)
)
