"""Writes what is shown of the standard: a sample of incidents, and every valid record of the corpus.

The sample holds one incident per category. The examples hold each record that the corpus has as valid, with
the file that it is from, so that nobody needs the corpus to see how a code is used.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax.shapes import Field

from schema.writers.plan import Plan

TYPES = {
    "code": pa.string(),
    "text": pa.string(),
    "integer": pa.int64(),
    "time": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
}


def write(plan: Plan, valid: Path) -> dict[str, bytes]:
    """The sample as NDJSON and as Parquet, and the examples as NDJSON, by path."""
    files = sorted(valid.glob("category-*.json"))
    rows = [json.loads(path.read_text(encoding="utf-8"))["record"] for path in files]
    fields = plan.records["Incident"].fields
    ndjson = "".join(map(_line, rows))
    return {
        "exports/next/examples.ndjson": "".join(map(_line, _examples(valid))).encode(),
        "exports/next/sample.ndjson": ndjson.encode(),
        "exports/next/sample.parquet": _parquet(rows, fields, plan.version),
    }


def _examples(valid: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(valid.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        for each in told.get("records", [told]):
            yield {
                "example": path.stem, "says": told["says"],
                "record_type": each["record_type"], "record": each["record"],
            }  # fmt: skip


def _line(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def _parquet(rows: list[dict[str, Any]], fields: tuple[Field, ...], version: str) -> bytes:
    schema = pa.schema(
        [
            pa.field(f.name, pa.list_(pa.field("item", TYPES[f.kind])) if f.many else TYPES[f.kind])
            for f in fields
        ],
        metadata={"harmtax": json.dumps({"record": "Incident", "version": version})},
    )
    typed = [{f.name: _typed(f, row.get(f.name)) for f in fields} for row in rows]
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(typed, schema), buffer, compression="zstd")
    return buffer.getvalue()


def _typed(field: Field, value: Any) -> Any:
    if value is None or field.kind not in ("time", "date"):
        return value
    return datetime.fromisoformat(value) if field.kind == "time" else date.fromisoformat(value)
