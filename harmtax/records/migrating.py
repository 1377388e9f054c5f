"""Files of records in another version of the standard, forwards and backwards, with an account of losses.

Towards the current version every record is judged as on any other way in, and only accepted ones are
written. Towards an older version nothing is judged, since no old rule set is kept: what that version has no
word for is told, and a record that it cannot say is rejected. A residue keeps what is lost, so that the way
back is exact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Incident
from harmtax.errors import BadUse
from harmtax.files import replacing
from harmtax.records import bringing, dataset, formats, gate, notes, residue, sources
from harmtax.records.conversion import account_of, apart, elsewhere, json_types, results
from harmtax.records.findings import Finding, Tally, pointer, shown
from harmtax.records.formats.format import Decoded, Format, Loss, Row
from harmtax.records.formats.typed_rows import typed_batches
from harmtax.records.intake import Input, Outcome, Progress, Watch
from harmtax.records.losses import Account
from harmtax.records.record import Record, arrow_schema, explain, out_of_time, schema
from harmtax.records.sources import Source
from harmtax.shapes import RecordType
from harmtax.standard import migration

# A residue of a migration restores migrations alone.
WAY = "migration"


def migrate(
    source: Any,
    target: Path,
    *,
    to: str = VERSION,
    record: type[Record] = Incident,
    format: str | Format | None = None,
    residue: Path | None = None,
    restore: Path | None = None,
    progress: Watch | None = None,
) -> Outcome:
    """Writes records or observations of any released version in another one.

    `source` is what `validate` takes, in one of our own formats; the suffix of `target` says in which of
    them it is written: NDJSON, JSON, CSV, Parquet or Arrow. `residue` is where to keep what the other
    version cannot say, `restore` a residue kept on the way here, which makes the records again what they
    were. Rows in are accepted + rejected; beside the target stands `<target>.losses.json`. Memory does not
    grow with the input. `progress` is called after each batch.

    Raises UnsupportedVersion, BadUse for a format that is not ours or a residue that does not fit,
    Unreadable and UnknownFormat.
    """
    migration.known(to)
    if all(field.name != migration.VERSION_FIELD for field in record.table().fields):
        raise BadUse(f"{record.RECORD} is part of the standard and has no version of its own")
    chosen = formats.named(format) if isinstance(format, str) else format
    writing = _ours(formats.by_suffix(Path(target).name))
    apart(target, residue, restore, None)
    run = _Run(record, to, chosen, progress)
    if restore is not None:
        run.restored = _reader(Path(restore), record)
    table = migration.table_at(record.RECORD, to)
    assert writing.encode is not None
    rows = run.rows(elsewhere(sources.inputs(source), *results(target, residue)))
    with ExitStack() as stack:
        if residue is not None:
            run.keep_in(stack.enter_context(replacing(Path(residue), parents=True)))
        stream = stack.enter_context(replacing(Path(target), parents=True))
        if told := _told(source, writing):
            _figures(rows, stream, table, told)
        else:
            writing.encode(rows, stream, table)
        run.finish()
    return run.outcome(_account(Path(target), run), Path(target), residue)


def _told(source: Any, writing: Format) -> Mapping[str, Any]:
    """What a Parquet file of observations says of itself: how they came about, and their use."""
    if (
        writing.name != "parquet"
        or not isinstance(source, str | Path)
        or not Path(source).is_file()
    ):
        return {}
    try:
        told = json.loads((pq.read_schema(source).metadata or {})[b"harmtax"])
    except (OSError, pa.ArrowInvalid, KeyError, ValueError):
        return {}
    return told if isinstance(told, dict) and told.get("use") else {}


def _figures(
    rows: Iterable[Row], stream: BinaryIO, table: RecordType, told: Mapping[str, Any]
) -> None:
    """Writes observations with what their file said of itself, which is true of the migrated ones too."""
    about = json.dumps({**told, "version": table.version or VERSION})
    kept = arrow_schema(table).with_metadata({"harmtax": about})
    with pq.ParquetWriter(stream, kept, compression="zstd", compression_level=1) as writer:
        for batch in typed_batches(rows, table):
            writer.write_batch(batch.replace_schema_metadata(kept.metadata))


def _ours(found: Format) -> Format:
    """The format where it holds our own rows. Raises BadUse."""
    if not bringing.is_ours(found):
        raise BadUse(f"{found.title} is not a format of records of ours; convert it instead")
    return found


def _reader(path: Path, record: type[Record]) -> residue.Reader:
    return residue.Reader(path, record.table(), WAY)


def _account(target: Path, run: _Run) -> Path:
    path = account_of(target)
    told = {"version": run.to, "record": run.record.RECORD}
    dataset.write_json(path, told | {"losses": [asdict(each) for each in run.account]})
    return path


class _Run:
    """Takes records from version to version, and counts."""

    def __init__(
        self, record: type[Record], to: str, chosen: Format | None, progress: Watch | None
    ) -> None:
        self.record, self.to, self.chosen, self._progress = record, to, chosen, progress
        self.account, self.tally = Account(), Tally()
        self.inputs: list[Input] = []
        self.suspects = 0
        self.restored: residue.Reader | None = None
        self._kept: residue.Writer | None = None
        self._home: str | None = None
        # How many records came, of all inputs, and how many of this input are fine.
        self._came = self._accepted = 0

    def keep_in(self, stream: Any) -> None:
        """Keeps in a stream what the other version cannot say."""
        self._kept = residue.Writer(stream, self.record.table(), WAY)

    def finish(self) -> None:
        """Ends what is kept."""
        if self._kept is not None:
            self._kept.finish()

    def rows(self, given: Iterable[Source]) -> Iterator[Row]:
        """The records in the other version."""
        for source in given:
            yield from self._of_source(source)
        if self.restored is not None:
            self.restored.finish()
            yield from self._kept_before()
            self._tell_residue(self.restored)

    def _of_source(self, source: Source) -> Iterator[Row]:
        format_ = _ours(
            formats.reading(self.chosen, source.head(), source.content_name, self.record.table())
        )
        before, self._accepted = self._came, 0
        judged = self._judged if self.to == VERSION else self._turned
        with source.open() as stream:
            for raw in format_.scan(stream, source.name):
                yield from judged(raw, format_)
                if self._progress is not None:
                    taken = self._came - before, source.name, source.position(), source.size
                    self._progress(Progress(*taken))
        rows = self._came - before
        counts = rows, self._accepted, rows - self._accepted
        self.inputs.append(Input(source.name, format_.name, source.sha256(), *counts))

    # --- towards the current version ---------------------------------------------------------------

    def _judged(self, raw: pa.RecordBatch, format_: Format) -> Iterator[Row]:
        completed = format_ if self.restored is None else self._restoring(format_, self.restored)
        [batch] = gate.judge([raw], self.record, completed)
        for counted in notes.counted(batch, self.record.RECORD):
            self.tally.count(*counted)
        gate.count_losses(batch, self.record, self.account)
        self.suspects += gate.suspects(batch)
        good = gate.accepted(batch).to_pylist()
        rows = batch.select(schema(self.record).names).to_pylist()
        given: Iterable[Row | None] = self._given(raw, format_)
        for is_good, row, told in zip(good, rows, given, strict=True):
            yield from self._kept_before()
            self._came += 1
            if is_good:
                yield self._accept(told, json_types(row))
            elif told is not None and self._kept is not None:
                self._kept.leave_out(told)

    def _restoring(self, format_: Format, restored: residue.Reader) -> Format:
        """The format with each row brought to this version and made again what it was."""

        def brought(batch: pa.RecordBatch, record: Any) -> Iterator[Decoded]:
            return bringing.brought(format_.decode(batch, record), self.record)

        return residue.applied(bringing.decoding(format_, brought), restored)

    def _given(self, raw: pa.RecordBatch, format_: Format) -> Iterator[Row | None]:
        """The rows as they came, where a residue is to keep what is lost of them."""
        if self._kept is None:
            yield from [None] * raw.num_rows
            return
        for decoded in format_.decode(raw, migration.widened(self.record.RECORD)):
            yield None if decoded.row is None else _present(decoded.row)

    # --- towards an older version ------------------------------------------------------------------

    def _turned(self, raw: pa.RecordBatch, format_: Format) -> Iterator[Row]:
        table = migration.widened(self.record.RECORD)
        lines, names = raw.column("line").to_pylist(), raw.column("source").to_pylist()
        for place, decoded in enumerate(format_.decode(raw, table)):
            given = None if decoded.row is None else _present(decoded.row)
            found = None if given is None else self._found(given, lines[place], names[place])
            if decoded.findings:
                self._tell(decoded.findings, given, lines[place], names[place])
            if found is not None and self.restored is not None:
                found = dict(self.restored.restored(found) or {})
            yield from self._kept_before()
            self._came += 1
            if found is not None:
                yield self._accept(given, found)
            elif given is not None and self._kept is not None:
                self._kept.leave_out(given)

    def _found(self, given: Row, line: int | None, source: str) -> dict[str, object] | None:
        """The row in the other version, or None with findings that say why it has no place there."""
        version = given.get(migration.VERSION_FIELD)
        if not migration.is_released(version):
            word = "missing" if version is None else "version"
            self._tell([self._finding(word, migration.VERSION_FIELD, given)], given, line, source)
            return None
        found = migration.migrated(given, self.record.RECORD, self.to)
        if found.stuck or found.unknown or found.early:
            told = [self._finding("code", name, given) for name in found.stuck]
            told += out_of_time(found, self.record)
            self._tell(told, given, line, source)
            return None
        for each in found.turned:
            self.account.add(Loss(*each), 1, [self._name(given)])
        return found.row

    def _finding(self, rule: str, field: str, row: Row) -> Finding:
        path, name = pointer(field), self.record.RECORD
        return Finding(rule, "error", name, path, value=shown(name, path, row.get(field)))

    def _tell(
        self, findings: Iterable[Finding], row: Row | None, line: int | None, source: str
    ) -> None:
        name = None if row is None else self._name(row)
        self.tally.add([each.at(line, source, name) for each in findings])

    def _name(self, row: Row) -> str | None:
        name = row.get(self.record.table().identifier or "")
        return name if isinstance(name, str) else None

    # --- both ways ---------------------------------------------------------------------------------

    def _accept(self, given: Row | None, row: Row) -> Row:
        self._accepted += 1
        if self._kept is not None and given is not None:
            # All of a file goes back to one version; a record of another differs in that as well.
            self._home = self._home or str(given[migration.VERSION_FIELD])
            self._kept.add(given, migration.migrated(row, self.record.RECORD, self._home).row)
        return row

    def _kept_before(self) -> Iterator[Row]:
        """The records of the residue that stood before the next one, as they were."""
        if self.restored is None:
            return
        for row in self.restored.left_out.pop(self._came, ()):
            self.restored.rows += 1
            findings = explain(row, self.record) if self.to == VERSION else []
            self.tally.add(findings)
            if not any(each.severity == "error" for each in findings):
                self.restored.accepted += 1
                yield row

    def _tell_residue(self, restored: residue.Reader) -> None:
        counts = restored.rows, restored.accepted, restored.rows - restored.accepted
        digest = dataset.digest(restored.path)
        self.inputs.append(Input(str(restored.path), residue.RESIDUE, digest, *counts))

    def outcome(self, *files: Path | None) -> Outcome:
        """What the run did."""
        rows = sum(each.rows for each in self.inputs)
        accepted = sum(each.accepted for each in self.inputs)
        return Outcome(
            rows, accepted, rows - accepted, self.suspects, self.tally.groups(),
            tuple(self.account), tuple(Path(each) for each in files if each is not None),
            tuple(self.inputs),
        )  # fmt: skip


def _present(row: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if value is not None}
