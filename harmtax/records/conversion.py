"""Records outward: the same records in another format, with an account of what it could not say.

Each accepted record is expressed in the format, judged by the rules of its receiver, and, where the
format can be read as well, read back: what comes back differently is what was lost. A residue keeps
that, so that the way back is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from harmtax._generated.models import Incident
from harmtax.errors import BadUse
from harmtax.files import replacing
from harmtax.records import dataset, formats, gate, notes, sources
from harmtax.records import residue as residue_room
from harmtax.records.defaults import Values
from harmtax.records.findings import Tally
from harmtax.records.formats.format import Format, Row
from harmtax.records.intake import Input, Outcome, Progress, Watch, declared
from harmtax.records.inward import Inward
from harmtax.records.losses import Lost
from harmtax.records.outward import Outward
from harmtax.records.record import Record, explain, schema
from harmtax.records.sources import Source


def convert(
    source: Any,
    target: Path | None,
    to: str | Format,
    *,
    format: str | Format | None = None,
    record: type[Record] = Incident,
    defaults: Path | Values | None = None,
    residue: Path | None = None,
    restore: Path | None = None,
    progress: Watch | None = None,
) -> Outcome:
    """Writes the accepted records of a source in another format; without a target it only checks.

    What the receiver of the format would refuse is found and not written, as are records that we
    reject; both count as rejected. `defaults` supply what a record or the input leaves open (a TOML
    file, or fields and values). `residue` is where to keep what the format cannot say, `restore` a
    residue kept when the source was made, which makes it exact again. Rules about the whole set,
    such as identifiers that occur twice, are judged when a dataset is written and not here, but for
    what the receiver takes once only. Beside the target stands `<target>.losses.json`. `progress` is
    called after each batch.

    Raises BadUse for a format that cannot be written or cannot hold the record type, for a residue that
    does not fit and for defaults that are not ours; Unreadable and UnknownFormat.
    """
    wanted = formats.writing(formats.named(to) if isinstance(to, str) else to, record.table())
    chosen = formats.named(format) if isinstance(format, str) else format
    apart(target, residue, restore, defaults)
    values = declared(defaults, record)
    is_outward = wanted.express is not None
    # Outward, the defaults stand in for what a record leaves open, and are no part of it.
    inward = Inward(record.table(), {} if is_outward else values)
    outward = Outward(wanted, record.table(), values)
    if restore is not None:
        (outward if is_outward else inward).restore_from(Path(restore))
    run = _Run(record, inward, outward, chosen, progress)
    rows = run.rows(elsewhere(sources.inputs(source), *results(target, residue)))
    with ExitStack() as stack:
        if residue is not None:
            way = _kept(inward, outward)
            way.keep_in(stack.enter_context(replacing(Path(residue), parents=True)))
        _write(rows, Path(target) if target is not None else None, outward)
        inward.finish()
        outward.finish()
    files = [Path(each) for each in (target, residue) if each is not None]
    if target is not None:
        files.append(_account(Path(target), run))
    return run.outcome(tuple(files))


def _kept(inward: Inward, outward: Outward) -> Inward | Outward:
    """The way on which something is lost that a residue can hold. Raises BadUse where none can."""
    wanted = outward.format
    if not outward.is_foreign:
        return inward
    if wanted.read is None:
        raise BadUse(
            f"{wanted.title} cannot be read back, so a residue of it would restore nothing"
        )
    return outward


def _write(rows: Iterator[Row], target: Path | None, outward: Outward) -> None:
    if target is None:
        for _ in rows:
            pass
        return
    assert outward.format.encode is not None
    with replacing(target, parents=True) as stream:
        outward.format.encode(rows, stream, outward.record)


def results(target: Path | None, residue: Path | None) -> list[Path]:
    """The files that a run writes."""
    written = [] if target is None else [Path(target), account_of(Path(target))]
    return written if residue is None else [*written, Path(residue)]


def apart(
    target: Path | None, residue: Path | None, restore: Path | None, defaults: Path | Values | None
) -> None:
    """Raises BadUse when a result would replace another one, or a file that the run reads."""
    read = [each for each in (restore, defaults) if isinstance(each, str | Path)]
    taken = {Path(each).resolve() for each in read}
    for each in results(target, residue):
        if each.resolve() in taken:
            raise BadUse(f"{each} is read or written twice; choose another place for the result")
        taken.add(each.resolve())


def elsewhere(given: Iterable[Source], *results: Path | None) -> Iterator[Source]:
    """The sources, none of which a result would replace."""
    for each in given:
        for result in results:
            if result is not None and each.is_at(Path(result)):
                raise BadUse(f"{result} is one of the inputs; choose another place for the result")
        yield each


class _Run:
    """Judges what comes in, sends what goes out, and counts."""

    def __init__(
        self,
        record: type[Record],
        inward: Inward,
        outward: Outward,
        chosen: Format | None,
        progress: Watch | None,
    ) -> None:
        self.record, self.inward, self.outward, self.chosen = record, inward, outward, chosen
        self._progress = progress
        self.tally = Tally()
        self.inputs: list[Input] = []
        self.suspects = 0
        # How many records came, of which input or inputs, and how many of this input are fine.
        self._came = self._accepted = 0

    def rows(self, given: Iterable[Source]) -> Iterator[Row]:
        """The records as the format wants them."""
        for source in given:
            yield from self._of_source(source)
        if self.inward.restored is not None:
            yield from self._of_residue(self.inward.restored)
        self.outward.gather()
        yield from self.outward.kept_before()

    def _of_source(self, source: Source) -> Iterator[Row]:
        format_ = formats.reading(
            self.chosen, source.head(), source.content_name, self.record.table()
        )
        before, self._accepted = self._came, 0
        completed = self.inward.completed(format_)
        with source.open() as stream:
            raws = self.inward.seen(format_.scan(stream, source.name))
            for batch in gate.judge(raws, self.record, completed):
                yield from self._of_batch(batch, format_, source.name)
                if self._progress is not None:
                    taken = self._came - before, source.name, source.position(), source.size
                    self._progress(Progress(*taken))
        self._finish(source.name, format_.name, source.sha256(), self._came - before)

    def _of_batch(self, batch: pa.RecordBatch, format_: Format, source: str) -> Iterator[Row]:
        for counted in notes.counted(batch, self.record.RECORD):
            self.tally.count(*counted)
        gate.count_losses(batch, self.record, self.inward.account)
        self.suspects += gate.suspects(batch)
        rows = self._accepted_rows(batch)
        self.inward.keep(format_, rows)
        for line, row in zip(batch.column("_line").to_pylist(), rows, strict=True):
            yield from self._kept_before()
            self._came += 1
            if row is not None:
                yield from self._sent(row, line, source)

    def _accepted_rows(self, batch: pa.RecordBatch) -> list[Row | None]:
        """The rows of JSON types, None where one is rejected."""
        good = gate.accepted(batch).to_pylist()
        rows = batch.select(schema(self.record).names).to_pylist()
        return [
            json_types(row) if is_good else None for is_good, row in zip(good, rows, strict=True)
        ]

    def _sent(self, row: Row, line: int | None, source: str) -> Iterator[Row]:
        sent = self.outward.sent(row)
        self.tally.add([each.at(line, source, None) for each in sent.findings])
        self._accepted += not sent.is_refused
        yield from self.outward.kept_before()
        if sent.row is not None:
            yield sent.row

    def _finish(self, name: str, format: str, sha256: str, rows: int) -> None:
        counts = rows, self._accepted, rows - self._accepted
        self.inputs.append(Input(name, format, sha256, *counts))

    # --- what was not written the first time ------------------------------------------------------

    def _kept_before(self) -> Iterator[Row]:
        """The records of the residue that stood before the next one."""
        if self.inward.restored is not None:
            for row in self.inward.restored.left_out.pop(self._came, ()):
                yield from self._judged(row)

    def _judged(self, row: Row) -> Iterator[Row]:
        # What a residue holds is believed no more than any other input.
        findings = explain(row, self.record)
        assert self.inward.restored is not None
        self.inward.restored.rows += 1
        self.tally.add(findings)
        if not any(each.severity == "error" for each in findings):
            self.inward.restored.accepted += 1
            sent = self.outward.sent(row)
            self.tally.add(list(sent.findings))
            if sent.row is not None:
                yield sent.row

    def _of_residue(self, restored: residue_room.Reader) -> Iterator[Row]:
        """The records of the residue behind the last one, and the residue among the inputs."""
        restored.finish()
        yield from self._kept_before()
        counts = restored.rows, restored.accepted, restored.rows - restored.accepted
        digest = dataset.digest(restored.path)
        self.inputs.append(Input(str(restored.path), residue_room.RESIDUE, digest, *counts))

    # --- what is told -----------------------------------------------------------------------------

    def losses(self) -> tuple[Lost, ...]:
        """Both accounts: of the way in, and of the way out."""
        return (*self.inward.account, *self.outward.account)

    def outcome(self, files: tuple[Path, ...]) -> Outcome:
        """What the run did."""
        rows = sum(each.rows for each in self.inputs)
        accepted = sum(each.accepted for each in self.inputs)
        return Outcome(
            rows, accepted, rows - accepted, self.suspects,
            self.tally.groups(), self.losses(), files, tuple(self.inputs),
        )  # fmt: skip


def account_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.losses.json")


def _account(target: Path, run: _Run) -> Path:
    """Writes the account of losses beside the target."""
    path = account_of(target)
    told = {"format": run.outward.format.name, "record": run.record.RECORD}
    dataset.write_json(path, told | {"losses": [asdict(each) for each in run.losses()]})
    return path


def json_types(row: Mapping[str, object]) -> Mapping[str, object]:
    present = {name: value for name, value in row.items() if value is not None}
    plain = msgspec.to_builtins(present)
    assert isinstance(plain, dict)
    return plain
