"""Statements: what a report says, whatever its form, and what it says of how it came about."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated.constraints import DIMENSIONS, VERSION
from harmtax._generated.models import Observation
from harmtax.errors import BadUse, SchemaMismatch, Unreadable, reason
from harmtax.figures.engine import files
from harmtax.figures.manifest import FIGURES, NAME
from harmtax.figures.manifest import read as read_manifest
from harmtax.figures.observations import KEY, Observations, ordered
from harmtax.figures.sides import SUBJECT
from harmtax.figures.verification import verify
from harmtax.records.record import schema

# What the metadata of a publication and of its table say of their use, and a column that only the latter has.
_PUBLISHED, _MARK = ("publication", "published table"), "CONF_STATUS"


@dataclass(frozen=True, slots=True)
class Statement:
    """The figures of a report, with the schema of Observation.

    `inputs` are the SHA-256 of the record files it was made from and `counted` how many records of
    each type those held, both empty where the report does not say. `filed` are files of records
    that came with it, by record type, and `subject` whose figures all of them are. What is `published`
    is rounded in places.
    """

    table: pa.Table
    inputs: frozenset[str] = frozenset()
    counted: Mapping[str, int] = field(default_factory=dict)
    filed: Mapping[str, list[Path]] = field(default_factory=dict)
    subject: Mapping[str, str] = field(default_factory=dict)
    published: bool = False


def read(report: Path) -> Statement:
    """A submission, a file of observations, a publication, or a table of them as Parquet or CSV.

    Raises Unreadable for anything else and for two different numbers in one place, BadUse for a
    submission that does not verify.
    """
    if report.is_dir():
        return _submission(report)
    found = _file(report)
    _refuse_twice(report, found.table)
    return found


def _refuse_twice(report: Path, table: pa.Table) -> None:
    """Of two numbers for one figure nobody knows which is meant."""
    once = table.group_by(table.column_names).aggregate([])
    keyed = once.group_by(list(KEY)).aggregate([([], "count_all")])
    for row in keyed.filter(pc.greater(keyed["count_all"], 1)).slice(0, 1).to_pylist():
        place = " ".join(str(row[name]) for name in KEY if row[name] is not None)
        raise Unreadable(report, f"it tells different numbers for one figure: {place}")


def _file(report: Path) -> Statement:
    if report.suffix.lower() == ".csv":
        table, published = _csv(report)
        return Statement(ordered(table), published=published)
    try:
        table = pq.read_table(report)
        told = json.loads((table.schema.metadata or {}).get(b"harmtax", b"{}"))
    except (OSError, pa.ArrowInvalid, ValueError) as error:
        raise Unreadable(report, reason(error)) from error
    missing = {"metric_id", "period", "numerator", "status"} - set(table.column_names)
    if missing or not isinstance(told, dict):
        raise Unreadable(report, "it holds no observations")
    about = told.get("about") if isinstance(told.get("about"), dict) else {}
    facts = {**told, **(about or {})}
    published = told.get("use") in _PUBLISHED
    # What a publication says of the number of records may be rounded as well.
    counted = {} if published else _counts(facts.get("counted"))
    return Statement(_fitted(table), _digests(facts.get("inputs")), counted, published=published)


def _submission(folder: Path) -> Statement:
    errors = [each for each in verify(folder) if each.severity == "error"]
    if errors:
        raise BadUse(f"{folder} does not verify: {errors[0].rule}, {errors[0].detail}")
    found = Observations.read(folder / FIGURES)
    manifest = read_manifest(folder)
    parts = set(manifest.files) - {FIGURES, NAME}
    subject = dict(zip(SUBJECT, (manifest.reporter, manifest.service), strict=True))
    filed = files([folder]) if parts else {}
    return Statement(found.table, _digests(found.inputs), found.counted, filed, subject)


def _fitted(table: pa.Table) -> pa.Table:
    full = schema(Observation)
    try:
        return ordered(table.select([name for name in full.names if name in table.column_names]))
    except pa.ArrowInvalid as error:
        raise SchemaMismatch("numerator", str(error).splitlines()[0], "a whole number") from error


def _csv(report: Path) -> tuple[pa.Table, bool]:
    """The table of a CSV file with our column names, and whether it says that it is a publication.

    Further columns are left aside.
    """
    full = schema(Observation)
    try:
        with report.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            rows, names = list(reader), reader.fieldnames or ()
    except (OSError, ValueError, csv.Error) as error:
        raise Unreadable(report, reason(error)) from error
    if not {"metric_id", "period", "numerator"} <= set(names):
        raise Unreadable(
            report, "it has no columns metric_id, period and numerator with commas between them"
        )
    if not rows:
        raise Unreadable(report, "it holds no figure")
    named = [f for f in full if f.name in rows[0]]
    try:
        columns = {
            f.name: pa.array([_cell(r[f.name], f.type) for r in rows], f.type) for f in named
        }
    except (ValueError, pa.ArrowInvalid) as error:
        raise Unreadable(report, f"a number is none: {error}") from error
    for name, value in (("harmtax_version", VERSION), ("status", "normal")):
        columns.setdefault(name, pa.array([value] * len(rows), pa.string()))
    return pa.table(columns), _MARK in rows[0]


def _cell(text: str | None, kind: pa.DataType) -> object:
    if text is None or text == "":
        return None
    return int(text) if pa.types.is_integer(kind) else text


def _digests(inputs: Any) -> frozenset[str]:
    return frozenset(_digest_texts(inputs))


def _digest_texts(inputs: Any) -> Iterator[str]:
    """The digests in any of the shapes that files tell them in: a list of facts, or names and digests."""
    for each in inputs.values() if isinstance(inputs, Mapping) else inputs or ():
        found = each.get("sha256") if isinstance(each, Mapping) else each
        if isinstance(found, str):
            yield found


def _counts(counted: Any) -> dict[str, int]:
    if not isinstance(counted, Mapping):
        return {}
    return {str(k): v for k, v in counted.items() if isinstance(v, int)}


def level(row: Mapping[str, Any]) -> frozenset[str]:
    """The dimensions that a row is broken down by."""
    return frozenset(name for name in DIMENSIONS if row[name] is not None)
