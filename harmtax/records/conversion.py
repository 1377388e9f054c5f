"""Records outward: the same records in another of our formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from harmtax._generated.models import Incident
from harmtax.errors import BadUse
from harmtax.files import replacing
from harmtax.records import formats, gate, notes, sources
from harmtax.records.findings import Tally
from harmtax.records.formats.format import Format
from harmtax.records.intake import Input, Outcome
from harmtax.records.losses import Account
from harmtax.records.record import Record, schema
from harmtax.records.sources import Source


def convert(
    source: Any,
    target: Path | None,
    to: str | Format,
    *,
    format: str | Format | None = None,
    record: type[Record] = Incident,
) -> Outcome:
    """Writes the accepted records of a source in another format; without a target it only checks.

    Rejected records are counted and found, not written. Rules about the whole set, such as identifiers
    that occur twice, are judged when a dataset is written and not here. Raises BadUse for a format
    that cannot be written, Unreadable and UnknownFormat.
    """
    wanted = formats.named(to) if isinstance(to, str) else to
    if wanted.encode is None:
        raise BadUse(f"harmtax does not write {wanted.title}")
    chosen = formats.named(format) if isinstance(format, str) else format
    run = _Run(record)
    rows = run.rows(_elsewhere(sources.inputs(source), target), chosen)
    if target is None:
        for _ in rows:
            pass
    else:
        with replacing(Path(target), parents=True) as stream:
            wanted.encode(rows, stream, record.table())
    return run.outcome(() if target is None else (Path(target),))


def _elsewhere(given: Iterable[Source], target: Path | None) -> Iterator[Source]:
    """The sources, none of which the result would replace."""
    for each in given:
        if target is not None and each.is_at(Path(target)):
            raise BadUse(f"{target} is one of the inputs; choose another place for the result")
        yield each


class _Run:
    """Judges while the rows flow through, and counts."""

    def __init__(self, record: type[Record]) -> None:
        self.record = record
        self.tally = Tally()
        self.inputs: list[Input] = []
        self.losses = Account()
        self.suspects = 0

    def rows(
        self, given: Iterable[Source], chosen: Format | None
    ) -> Iterator[Mapping[str, object]]:
        names = schema(self.record).names
        for source in given:
            format_ = chosen or formats.recognised(
                source.head(), source.content_name, self.record.table()
            )
            rows = accepted = 0
            with source.open() as stream:
                raws = format_.scan(stream, source.name)
                for batch in gate.judge(raws, self.record, format_):
                    good = self._counted(batch)
                    rows, accepted = rows + batch.num_rows, accepted + good.true_count
                    for row in batch.select(names).filter(good).to_pylist():
                        yield _json_types(row)
            counts = rows, accepted, rows - accepted
            self.inputs.append(Input(source.name, format_.name, source.sha256(), *counts))

    def _counted(self, batch: pa.RecordBatch) -> pa.BooleanArray:
        for counted in notes.counted(batch, self.record.RECORD):
            self.tally.count(*counted)
        self.losses.update(gate.losses_of(batch, self.record))
        self.suspects += gate.suspects(batch)
        return gate.accepted(batch)

    def outcome(self, files: tuple[Path, ...]) -> Outcome:
        rows = sum(each.rows for each in self.inputs)
        accepted = sum(each.accepted for each in self.inputs)
        groups = self.tally.groups()
        inputs = tuple(self.inputs)
        return Outcome(
            rows, accepted, rows - accepted, self.suspects, groups, tuple(self.losses), files, inputs
        )


def _json_types(row: Mapping[str, object]) -> Mapping[str, object]:
    present = {name: value for name, value in row.items() if value is not None}
    plain = msgspec.to_builtins(present)
    assert isinstance(plain, dict)
    return plain
