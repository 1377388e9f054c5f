"""Records outward: the same records in another of our formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from harmtax._generated.models import Incident
from harmtax.errors import BadUse
from harmtax.files import replacing
from harmtax.records import formats, gate, sources
from harmtax.records.findings import Tally
from harmtax.records.formats.format import Format
from harmtax.records.intake import Input, Lost, Outcome
from harmtax.records.record import Record, schema


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
    with ExitStack() as stack:
        rows = run.rows(sources.opened(source, stack), chosen)
        if target is None:
            for _ in rows:
                pass
        else:
            with replacing(Path(target), parents=True) as stream:
                wanted.encode(rows, stream, record.table())
    return run.outcome(() if target is None else (Path(target),))


class _Run:
    """Judges while the rows flow through, and counts."""

    def __init__(self, record: type[Record]) -> None:
        self.record = record
        self.tally = Tally()
        self.inputs: list[Input] = []
        self.losses: Counter[tuple[str, str, str]] = Counter()

    def rows(
        self, streams: Iterable[tuple[str, BinaryIO]], chosen: Format | None
    ) -> Iterator[Mapping[str, object]]:
        names = schema(self.record).names
        for name, stream in streams:
            head = sources.head(stream)
            format_ = chosen or formats.recognised(head, name, self.record.table())
            rows = accepted = 0
            for batch in gate.judge(format_.scan(stream, name), self.record, format_):
                for found in gate.findings_of(batch, self.record):
                    self.tally.add(found)
                self.losses.update(gate.losses_of(batch))
                kept = gate.accepted(batch)
                rows, accepted = rows + len(kept), accepted + sum(kept)
                for row, good in zip(batch.select(names).to_pylist(), kept, strict=True):
                    if good:
                        yield _json_types(row)
            self.inputs.append(Input(name, format_.name, "", rows, accepted, rows - accepted))

    def outcome(self, files: tuple[Path, ...]) -> Outcome:
        rows = sum(each.rows for each in self.inputs)
        accepted = sum(each.accepted for each in self.inputs)
        losses = tuple(Lost(*key, count) for key, count in sorted(self.losses.items()))
        groups = self.tally.groups()
        inputs = tuple(self.inputs)
        return Outcome(rows, accepted, rows - accepted, rows, groups, losses, files, inputs)


def _json_types(row: Mapping[str, object]) -> Mapping[str, object]:
    present = {name: value for name, value in row.items() if value is not None}
    plain = msgspec.to_builtins(present)
    assert isinstance(plain, dict)
    return plain
