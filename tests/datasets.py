"""Small datasets for the tests of figures: records of every type, drawn from their tables."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated import models
from harmtax._generated.constraints import CODES, RECORDS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax.records.record import Record, schema

Row = dict[str, Any]
COUNTED = tuple(
    name for name in RECORDS if any(each.numerator.record == name for each in METRICS.values())
)


def dataset(folder: Path, record: type[Record], rows: Sequence[Row], parts: int = 1) -> Path:
    """A dataset of a few files in which the rows are dealt out in turn."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in range(parts):
        table = pa.Table.from_pylist(list(rows[part::parts]), schema=schema(record))
        pq.write_table(table, folder / f"{record.RECORD}-{part:05d}.parquet")
    return folder


def rows_of(name: str, size: int, seed: object = 0, **fixed: Any) -> list[Row]:
    """Rows with values of every field of a record type: sound one by one, not in their rules."""
    chance = random.Random(f"{name}{seed}")
    rows = []
    for number in range(size):
        row: Row = {}
        for field in RECORDS[name].fields:
            if field.required or chance.random() < 0.75:
                row[field.name] = _value(field, chance)
        _in_order(name, row)
        if name == "RegulatoryAction" and row.get("follows_action_id"):
            row["follows_action_id"] = f"{seed}-{chance.randrange(size)}"
        row |= {"harmtax_version": VERSION, "revision": 1, "reporter_id": chance.choice("ab")}
        rows.append(row | {RECORDS[name].identifier or "value": _id(name, seed, number)} | fixed)
    return rows


def drawn(
    folder: Path, size: int, seed: object = 0, parts: int = 1, **fixed: Any
) -> dict[str, list[Row]]:
    """A dataset of all record types that are counted; gives back its rows."""
    rows = {name: rows_of(name, size, seed, **fixed) for name in COUNTED}
    rows["Exposure"] = exposures(size, seed, **fixed)
    for name, found in rows.items():
        dataset(folder, getattr(models, name), found, parts)
    return rows


def _in_order(name: str, row: Row) -> None:
    """Times follow each other in the order of the fields, so that no duration is negative."""
    times = [f.name for f in RECORDS[name].fields if f.kind == "time" and row.get(f.name)]
    row |= dict(zip(times, sorted(row[each] for each in times), strict=True))


def exposures(size: int, seed: object = 0, **fixed: Any) -> list[Row]:
    """Exposures for single months, each key once, some for the whole and some for its parts."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows_of("Exposure", size, seed, **fixed):
        start = date(2026, row["period_start"].month, 1)
        end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        row |= {"period_start": start, "period_end": end, "method": "census"}
        row |= {"value": abs(hash_of(row)) % 50, "value_lower": None, "value_upper": None}
        key = tuple(
            row.get(each) for each in
            (
                "reporter_id", "service_id", "surface", "category", "content_language", "scope",
                "measure", "period_start",
            )
        )  # fmt: skip
        found[key] = row
    return list(found.values())


def hash_of(row: Mapping[str, Any]) -> int:
    """A number that depends on the row alone, and stays the same from version to version."""
    told = sorted((name, value) for name, value in row.items() if name != "harmtax_version")
    return random.Random(repr(told)).randrange(1 << 30)


def _id(name: str, seed: object, number: int) -> Any:
    return f"{seed}-{number}" if RECORDS[name].identifier else number


def _value(field: Any, chance: random.Random) -> Any:
    codes = CODES[field.codes][:40] if field.codes else ("one", "two")
    if field.many:
        return chance.sample(codes, chance.randint(1, min(3, len(codes))))
    if field.kind in ("code", "text"):
        return chance.choice(codes)
    if field.kind == "integer":
        return chance.choice([0, 1, 9, 10, 12_345])
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
        days=chance.randrange(360), microseconds=chance.randrange(86_400_000_000)
    )
    return moment.date() if field.kind == "date" else moment
