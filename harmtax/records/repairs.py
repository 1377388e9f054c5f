"""Puts the records of a quarantine through the gate again, amended by fixes that a person settled on.

A repaired record keeps the source and line of its first time. What still fails stays in quarantine as
it was, byte for byte. Rows in = accepted + rejected, also here.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from harmtax._generated import models
from harmtax.errors import BadUse, Unreadable
from harmtax.records import dataset, formats, gate, quarantine
from harmtax.records import fixes as fixing
from harmtax.records.fixes import Fixes
from harmtax.records.formats import csv_table
from harmtax.records.formats.format import BATCH, BYTES, Format, raw_batches
from harmtax.records.formats.ndjson import NDJSON
from harmtax.records.intake import (
    Again,
    Input,
    Outcome,
    Run,
    granted,
    losses_of,
    quarantine_of,
    refuse_nested,
    write_manifest,
)
from harmtax.records.losses import Account, Lost, read
from harmtax.records.quarantine import manifest
from harmtax.records.record import Record
from harmtax.records.staging import Staging
from harmtax.records.waivers import Waivers

Entry = Mapping[str, Any]


def repair(
    quarantine: Path,
    fixes: Path | Fixes,
    target: Path,
    *,
    waivers: Path | Waivers | None = None,
) -> Outcome:
    """Amends the records of a quarantine by a table of fixes and judges them again.

    Where `target` is the dataset that the quarantine comes from, the repaired records join it in a part
    of their own and leave the quarantine; otherwise `target` and the quarantine beside it are new, and
    the first quarantine stays as it is. The rows of the outcome are the records that were in quarantine.
    Raises Unreadable for a folder that is no quarantine, BadUse for a table that does not hold and for
    a target that is not ours.
    """
    folder, target = Path(quarantine), Path(target)
    told = manifest(folder)
    record: type[Record] = getattr(models, told.record)
    known = fixes if isinstance(fixes, Fixes) else fixing.read(Path(fixes), record.table())
    joined = _joined(told.told, target)
    beside = folder if joined else quarantine_of(target)
    refuse_nested(target.resolve(), beside.resolve())
    holding = granted(waivers)
    with dataset.folders(target, beside) as (accepted, rejected):
        parts = _linked(target, accepted) if joined else []
        run = Run(rejected, Staging(accepted, record, holding, parts), record, holding)
        repairs = _Repairs(folder, known, run, told.inputs)
        for each in told.inputs:
            repairs.take(each)
        run.settle(repairs.read_again)
        if joined is None:
            run.write_manifests(accepted)
        else:
            _move(run, {accepted: joined, rejected: told.told})
    files = [*sorted(target.glob("*.parquet")), target / dataset.MANIFEST]
    return run.outcome([*files, *sorted(beside.glob("*.ndjson"))])


def _joined(told: Mapping[str, Any], target: Path) -> Mapping[str, Any] | None:
    """The manifest of the target where it is the dataset of the run that wrote the quarantine."""
    if not (target / dataset.MANIFEST).exists():
        return None
    theirs = dataset.manifest(target)
    if _run_of(theirs) != _run_of(told):
        raise BadUse(f"{target} holds the records of another run; choose another place")
    return theirs


def _run_of(told: Mapping[str, Any]) -> tuple[object, ...]:
    inputs = told.get("inputs", ())
    return told.get("record"), *((each["name"], each["sha256"]) for each in inputs)


def _linked(target: Path, folder: Path) -> list[Path]:
    """The parts of the dataset, which stand in the new folder as well."""
    linked = []
    for part in dataset.parts(target):
        try:
            os.link(part, folder / part.name)
        except OSError:
            shutil.copyfile(part, folder / part.name)
        linked.append(folder / part.name)
    return linked


@dataclass
class _Repairs:
    """The records of a quarantine on their way through the gate."""

    folder: Path
    fixes: Fixes
    run: Run
    inputs: Sequence[Mapping[str, Any]]

    def take(self, told: Mapping[str, Any]) -> None:
        """Judges the records of one input again."""
        name, columns = told["name"], told.get("columns")
        format_ = self._format(told)
        counts = [0, 0]
        with quarantine.file(self.run.rejected, name) as out:
            for entries in _chunks(quarantine.read(quarantine.path(self.folder, name))):
                at = 0
                for batch in self._raws(name, told["format"], columns, entries):
                    [judged] = gate.judge([batch], self.run.record, format_, self.run.waivers)
                    good = gate.accepted(judged)
                    self.run.count(judged)
                    self.run.staging.add(judged, good)
                    these = entries[at : at + batch.num_rows]
                    at += batch.num_rows
                    failing = zip(these, good.to_pylist(), strict=True)
                    counts[1] += quarantine.write(out, (e for e, is_good in failing if not is_good))
                counts[0] += len(entries)
        rows, rejected = counts
        if rows != told["rejected"]:
            path = quarantine.path(self.folder, name)
            raise Unreadable(
                path, f"holds {rows} records where its manifest says {told['rejected']}"
            )
        facts = told["format"], told["sha256"], rows, rows - rejected, rejected
        self.run.inputs[name] = Input(name, *facts, tuple(columns) if columns is not None else None)

    def _raws(
        self, name: str, format_name: str, columns: Sequence[str] | None, entries: Sequence[Entry]
    ) -> Iterator[pa.RecordBatch]:
        header = self.fixes.header(format_name, columns) if columns is not None else None
        records = []
        for each in entries:
            raw = quarantine.raw_of(each)
            amended = self.fixes.amended(raw, format_name, columns)
            raw = raw if amended is None else amended
            cells = csv_table.cells_of(raw) if columns is not None else None
            records.append((each["line"], raw, cells))
        yield from raw_batches(records, name, header)

    def read_again(self, name: str, lines: Iterator[int]) -> Iterator[Again]:
        """The bytes with which some records came the first time, and what they lost when amended."""
        [told] = (each for each in self.inputs if each["name"] == name)
        wanted = next(lines, None)
        for each in quarantine.read(quarantine.path(self.folder, name)):
            if each["line"] == wanted:
                [batch] = self._raws(name, told["format"], told.get("columns"), [each])
                yield quarantine.raw_of(each), losses_of(batch, self._format(told), self.run.record)
                wanted = next(lines, None)

    def _format(self, told: Mapping[str, Any]) -> Format:
        return formats.named(told["format"]) if told.get("columns") is not None else NDJSON


def _chunks(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    size = 0
    for each in entries:
        chunk.append(each)
        size += len(quarantine.raw_of(each))
        if len(chunk) == BATCH or size >= BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _move(run: Run, manifests: Mapping[Path, Mapping[str, Any]]) -> None:
    """Writes both manifests anew, the repaired records having moved from one folder to the other."""
    run.forget_empty()
    for folder, told in manifests.items():
        inputs = [_moved(each, run) for each in told["inputs"]]
        losses = [asdict(each) for each in _added(told["losses"], run)]
        changes = {"inputs": inputs, "losses": losses} | run.waived(told.get("waivers", ()))
        write_manifest(folder, {**told, **changes})


def _added(losses: Sequence[Mapping[str, Any]], run: Run) -> tuple[Lost, ...]:
    account = Account()
    for lost in (read(losses), run.losses):
        account.update(lost)
    return tuple(account)


def _moved(told: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """The counts of an input once its repaired records have moved from rejected to accepted."""
    count = run.inputs[told["name"]].accepted
    return {
        **told,
        "accepted": told["accepted"] + count,
        "rejected": told["rejected"] - count,
        "repaired": told.get("repaired", 0) + count,
    }
