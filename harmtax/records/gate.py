"""The kernel: raw batches in, judged batches out; no file, no engine.

A judged batch has the columns of `schema(record)` and, beside them, where each record stood, its bytes
and its findings. A record with a finding of severity error is rejected: its fields are null and its
bytes are kept. Every raw record gives exactly one judged row, in the same order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from harmtax.records.findings import Finding
from harmtax.records.formats.format import Decoded, Format, Loss
from harmtax.records.record import Record, judge_row, schema, typed

FINDING = pa.struct(
    [
        (name, pa.string())
        for name in ("rule", "severity", "path", "record", "value", "detail", "origin")
    ]
)
LOSS = pa.struct([(name, pa.string()) for name in Loss._fields])
PLACE = [
    ("_source", pa.string()),
    ("_line", pa.int64()),
    ("_digest", pa.string()),
    ("_raw", pa.binary()),
]
NOTES = [("_findings", pa.list_(FINDING)), ("_losses", pa.list_(LOSS))]


def judged_schema(record: type[Record]) -> pa.Schema:
    """The columns of a judged batch; only types that cross to other engines unchanged."""
    base = schema(record)
    added = [pa.field(name, kind) for name, kind in (*PLACE, *NOTES)]
    return pa.schema([*base, *added], metadata=base.metadata)


def judge(
    batches: Iterable[pa.RecordBatch], record: type[Record], format: Format
) -> Iterator[pa.RecordBatch]:
    """Decodes and judges raw batches of a format as records of one type."""
    for batch in batches:
        yield _judged(batch, record, format)


def accepted(batch: pa.RecordBatch) -> list[bool]:
    """For each row of a judged batch whether it has no error."""
    return [
        all(finding["severity"] != "error" for finding in findings)
        for findings in batch.column("_findings").to_pylist()
    ]


def findings_of(batch: pa.RecordBatch, record: type[Record]) -> Iterator[list[Finding]]:
    """The findings of each row of a judged batch, with their place."""
    columns = (batch.column(name).to_pylist() for name in ("_findings", "_line", "_source"))
    for found, line, source in zip(*columns, strict=True):
        yield [
            Finding(record_type=record.RECORD, line=line, source=source, **finding)
            for finding in found
        ]


def losses_of(batch: pa.RecordBatch) -> Iterator[tuple[str, str, str]]:
    """Field, kind and value of everything that the conversion of accepted rows lost."""
    for losses in batch.column("_losses").to_pylist():
        yield from ((each["field"], each["kind"], each["value"]) for each in losses)


def _judged(batch: pa.RecordBatch, record: type[Record], format: Format) -> pa.RecordBatch:
    rows: list[Mapping[str, object]] = []
    notes: list[list[dict[str, str | None]]] = []
    losses: list[list[dict[str, str]]] = []
    for decoded in format.decode(batch, record.table()):
        findings = _findings(decoded, record)
        sound = decoded.row is not None and all(f.severity != "error" for f in findings)
        rows.append(decoded.row if sound and decoded.row is not None else {})
        losses.append([loss._asdict() for loss in decoded.losses] if sound else [])
        notes.append([_struct(finding) for finding in findings])
    fields = typed(rows, schema(record))
    raws = batch.column("raw")
    digests = [hashlib.sha256(raw).hexdigest() for raw in raws.to_pylist()]
    return pa.RecordBatch.from_arrays(
        [
            *fields.columns,
            batch.column("source"),
            batch.column("line"),
            pa.array(digests, pa.string()),
            raws,
            pa.array(notes, pa.list_(FINDING)),
            pa.array(losses, pa.list_(LOSS)),
        ],
        schema=judged_schema(record),
    )


def _findings(decoded: Decoded, record: type[Record]) -> list[Finding]:
    if decoded.row is None:
        return list(decoded.findings)
    # A field that the converter could not fill is told once; rules about it are not guessed.
    unsound = {finding.path.removeprefix("/") for finding in decoded.findings}
    return [*decoded.findings, *judge_row(decoded.row, record, unsound=unsound)]


def _struct(finding: Finding) -> dict[str, str | None]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "path": finding.path,
        "record": finding.record,
        "value": finding.value,
        "detail": finding.detail,
        "origin": finding.origin,
    }
