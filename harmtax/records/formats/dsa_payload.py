"""The interface of the EU DSA Transparency Database: what is posted to it, and what it answers.

Written: one payload per line, each with at most 100 statements, since the server takes no more at once
and stores none of them when it refuses one (`dsa`); or one statement per line (`dsa-single`). Read:
payloads and answers, as one document, as a list or line by line. The platform is known to the server by
its token and stands in no payload, so that declared defaults must name it. Of an answer, what the server
added is dropped, and so is what belongs to a ground that was not chosen. A statement whose category or
keyword only the first version of the schema knows is read by that version.

What a statement cannot say stands in `dsa_statement` and `dsa_expression`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from itertools import islice
from typing import Any, BinaryIO

import msgspec

from harmtax._generated.foreign import FORMATS
from harmtax.records.findings import Finding, pointer
from harmtax.records.formats import dsa_expression, dsa_statement, json_values, ndjson, receiver
from harmtax.records.formats.dsa_statement import MAIN, WORDS
from harmtax.records.formats.format import (
    MARK,
    Decoded,
    Format,
    Loss,
    Row,
)
from harmtax.shapes import ForeignColumn, RecordType
from harmtax.standard import condition, crosswalk

VERSION, BEFORE = "dsa_v2", "dsa_v1"
# The server takes so many statements in one call.
MOST = 100
_STATEMENTS = "statements"
_GROUND = "decision_ground"


# --- inward -------------------------------------------------------------------------------------------


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the first bytes speak of statements by the names of the interface."""
    start = head.removeprefix(MARK).lstrip()
    if record.name != "Incident" or not start.startswith((b"{", b"[")):
        return False
    return all(f'"{name}"'.encode() in head for name in (_once()[0], _GROUND))


def read(row: Row, record: RecordType) -> Decoded:
    """A statement by the names of the interface as a row of Incident."""
    by_name = {sent: name for name, sent in _names().items()}
    stated = {by_name.get(name, name): value for name, value in row.items() if value is not None}
    excluded = list(_excluded(stated))
    kept = {name: value for name, value in stated.items() if name not in excluded}
    findings = list(_misfits(kept, record))
    sound = {name: kept[name] for name in kept.keys() - {each.origin for each in findings}}
    decoded = dsa_statement.read(FORMATS[_version(sound)], sound, record)
    losses = (*decoded.losses, *(Loss(name, "dropped") for name in excluded))
    return Decoded(decoded.row, (*findings, *decoded.findings), losses)


def _misfits(stated: Row, record: RecordType) -> Iterator[Finding]:
    for column in FORMATS[VERSION].columns:
        if column.name in stated and not _fits(column, stated[column.name]):
            yield Finding("type", "error", record.name, _path(column), origin=column.name)


def _fits(column: ForeignColumn, value: object) -> bool:
    if column.lost is not None:
        return True
    if not column.many:
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


def _excluded(statement: Row) -> Iterator[str]:
    """What the server drops: the texts of the ground that was not chosen."""
    pair = crosswalk.place(VERSION, f"{_GROUND}/{statement.get(_GROUND)}")
    ground = {_GROUND: pair.ours if pair else None}
    for column in FORMATS[VERSION].columns:
        if column.name in statement and not condition.holds(column.when, ground):
            yield column.name


def _version(statement: Row) -> str:
    """The version of the schema that knows the category and the keywords."""
    words = statement.get(WORDS, ())
    assert isinstance(words, list | tuple)
    said = {statement.get(MAIN), *words} - {None}
    return BEFORE if not said <= _codes(VERSION) and said <= _codes(BEFORE) else VERSION


@cache
def _codes(version: str) -> frozenset[str]:
    format_ = FORMATS[version]
    lists = (c.codes for c in format_.columns if c.name in (MAIN, WORDS) and c.codes)
    return frozenset(code for name in lists for code in format_.codes[name])


def _path(column: ForeignColumn) -> str:
    return pointer(column.ours[0]) if column.ours else ""


# --- outward ------------------------------------------------------------------------------------------


def express(row: Row, record: RecordType) -> Any:
    """The statement of an incident by the names of the interface."""
    expressed = dsa_expression.express(VERSION, row, record)
    if expressed.row is None:
        return expressed
    names = _names()
    return expressed._replace(row={names[name]: value for name, value in expressed.row.items()})


def judge(row: Row) -> Iterable[Finding]:
    """What the server would refuse or drop of a statement."""
    by_name = {sent: name for name, sent in _names().items()}
    return receiver.judge(
        VERSION, {by_name.get(name, name): value for name, value in row.items()}, "Incident"
    )


def encode_batches(rows: Iterable[Row], stream: BinaryIO, record: RecordType) -> None:
    """Writes one payload per line, with at most 100 statements each."""
    rows = iter(rows)
    while batch := list(islice(rows, MOST)):
        stream.write(msgspec.json.encode({_STATEMENTS: batch}) + b"\n")


@cache
def _names() -> Mapping[str, str]:
    """The columns of the dump by name, and what the interface calls them."""
    return {column.name: column.interface or column.name for column in FORMATS[VERSION].columns}


@cache
def _once() -> tuple[str, str]:
    """The column that no two statements agree on, by its name in the interface, and the rule."""
    column, rule = receiver.once(VERSION)
    return _names()[column], rule


def _format(name: str, title: str, encode: Callable[..., None]) -> Format:
    return Format(
        name, title, (), recognise, partial(json_values.scan, (_STATEMENTS,)),
        partial(json_values.decode, read), encode,
        express=express, read=read, judge=judge, rows=json_values.rows, records=("Incident",), once=_once(),
    )  # fmt: skip


DSA = _format("dsa", "DSA interface, payloads of 100 statements", encode_batches)
DSA_SINGLE = _format("dsa-single", "DSA interface, one statement per line", ndjson.encode)
