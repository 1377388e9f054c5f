"""The only gate inward for files: reads, judges, judges the set, and commits.

Rows in = accepted + rejected, always. Accepted records are staged; once the rules about the whole set
have been judged, the losers join the quarantine with their bytes, which are read again from the input,
and dataset and quarantine take their places by renaming.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Incident
from harmtax.errors import BadUse, Unreadable
from harmtax.records import (
    acceptor,
    collector,
    dataset,
    formats,
    gate,
    notes,
    quarantine,
    sources,
    workers,
)
from harmtax.records import defaults as defaulting
from harmtax.records import waivers as waiving
from harmtax.records.defaults import Values
from harmtax.records.findings import Group, Tally
from harmtax.records.formats.format import Format, Loss, column_names
from harmtax.records.losses import Account, Lost
from harmtax.records.record import Record
from harmtax.records.sources import Source
from harmtax.records.staging import Loser, Staging
from harmtax.records.waivers import Use, Waiver, Waivers

# Below this many bytes on disk a second process costs more than it saves.
SMALL = 4 << 20


class Input(NamedTuple):
    """What became of one input; `columns` is its header where its records are rows of cells."""

    name: str
    format: str
    sha256: str
    rows: int
    accepted: int
    rejected: int
    columns: tuple[str, ...] | None = None

    def facts(self) -> dict[str, Any]:
        """The input as JSON types."""
        told = self._asdict()
        return {name: fact for name, fact in told.items() if fact is not None}


@dataclass(frozen=True)
class Outcome:
    """What a run did. `rows` = `accepted` + `rejected`; `groups` are the findings by equal fault.

    `suspects` counts the rows that went to the row reading. `waivers` says what each waiver that holds
    did, `expired` lists those that hold no more.
    """

    rows: int
    accepted: int
    rejected: int
    suspects: int
    groups: tuple[Group, ...]
    losses: tuple[Lost, ...]
    files: tuple[Path, ...]
    inputs: tuple[Input, ...] = ()
    waivers: tuple[Use, ...] = ()
    expired: tuple[Waiver, ...] = ()


class Progress(NamedTuple):
    """How far a run has come: records so far, and bytes of the present input on disk, taken and all."""

    rows: int
    name: str
    taken: int
    size: int


Watch = Callable[[Progress], None]


def validate(
    source: Any,
    target: Path,
    *,
    format: str | Format | None = None,
    record: type[Record] = Incident,
    quarantine: Path | None = None,
    waivers: Path | Waivers | None = None,
    defaults: Path | Values | None = None,
    jobs: int = 1,
    progress: Watch | None = None,
) -> Outcome:
    """Validates files into a dataset and a quarantine.

    `source` is a path, a glob, a folder, a binary stream, or a sequence of these; gzip, zstd and zip
    are unpacked. The format is recognised when none is named. The quarantine stands beside the dataset
    unless told otherwise. `waivers` is a file of them; `defaults` (a TOML file, or fields and values)
    supply what a foreign record leaves open; `jobs` processes judge at once, which changes nothing in
    the result. `progress` is called after each batch.
    Raises Unreadable for an input that cannot be read or an output that cannot be written,
    UnknownFormat, and BadUse for a target that is not ours or a waiver that cannot be granted. Bad
    records raise nothing: they are rejected with their findings.
    """
    target = Path(target)
    beside = Path(quarantine) if quarantine else quarantine_of(target)
    refuse_nested(target.resolve(), beside.resolve())
    chosen = formats.named(format) if isinstance(format, str) else format
    holding = granted(waivers)
    values = declared(defaults, record)
    with dataset.folders(target, beside) as (accepted, rejected):
        run = Run(rejected, Staging(accepted, record, holding), record, holding, values)
        for each in sources.inputs(source):
            run.take(each, chosen, jobs, progress)
        run.settle(run.read_again)
        run.write_manifests(accepted)
    files = [target / dataset.part_name(record.RECORD), target / dataset.MANIFEST]
    return run.outcome([*files, *sorted(beside.glob("*.ndjson"))])


def quarantine_of(target: Path) -> Path:
    """Where the quarantine of a dataset stands unless told otherwise. Raises BadUse without a name."""
    if not target.name:
        raise BadUse(f"{target} has no name of its own; name a folder for the dataset")
    return target.with_name(f"{target.name}.quarantine")


def refuse_nested(target: Path, beside: Path) -> None:
    """Raises BadUse when dataset and quarantine are not two folders side by side."""
    # Each folder takes its place as a whole, so that one inside the other would be lost.
    if target == beside or target in beside.parents or beside in target.parents:
        raise BadUse("dataset and quarantine need two folders, neither inside the other")


def granted(waivers: Path | Waivers | None) -> Waivers:
    """The waivers that hold today. Raises Unreadable and BadUse for a file that cannot be granted."""
    if isinstance(waivers, Waivers):
        return waivers
    return waiving.read(Path(waivers), datetime.now(UTC).date()) if waivers else Waivers()


def declared(defaults: Path | Values | None, record: type[Record]) -> Values:
    """The defaults that were declared. Raises Unreadable, and BadUse for what is not ours."""
    if defaults is None:
        return {}
    if isinstance(defaults, Mapping):
        return defaulting.checked(defaults, record)
    return defaulting.read(defaults, record)


# The bytes of a record that is read once more, and what its conversion lost.
Again = tuple[bytes, tuple[Loss, ...]]
Raws = Callable[[str, Iterator[int]], Iterator[Again]]


@dataclass
class Run:
    """One run on its way: what was staged, counted and found. `rejected` is the quarantine's folder."""

    rejected: Path
    staging: Staging
    record: type[Record]
    waivers: Waivers
    defaults: Values = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    losses: Account = field(default_factory=Account)
    suspects: int = 0
    _opened: dict[str, tuple[Source, Format]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A wrong choice is told before the work.
        acceptor.chosen(self.record.RECORD)

    def take(
        self, source: Source, chosen: Format | None, jobs: int = 1, progress: Watch | None = None
    ) -> None:
        """Judges one input: accepted rows are staged, the others go to its quarantine."""
        format_ = formats.reading(chosen, source.head(), source.content_name, self.record.table())
        format_ = defaulting.inward(format_, self.defaults)
        jobs = jobs if source.size > SMALL else min(jobs, 1)
        header: list[str] = []
        rows = rejected = 0
        with source.open() as stream, quarantine.file(self.rejected, source.name) as out:
            raws = _with_header(format_.scan(stream, source.name), header)
            for batch in workers.judged(raws, self.record, format_, self.waivers, jobs):
                rows += batch.num_rows
                with collector.paused():
                    rejected += self._split(batch, out)
                del batch
                if progress is not None:
                    progress(Progress(rows, source.name, source.position(), source.size))
        counts = rows, rows - rejected, rejected
        columns = tuple(header) or None
        self.inputs[source.name] = Input(
            source.name, format_.name, source.sha256(), *counts, columns
        )
        self._opened[source.name] = source, format_

    def _split(self, batch: pa.RecordBatch, out: BinaryIO) -> int:
        self.count(batch)
        good = gate.accepted(batch)
        self.staging.add(batch, good)
        if good.true_count == batch.num_rows:
            return 0
        bad = batch.filter(pc.invert(good))
        quarantine.write(out, self._entries(bad))
        return int(bad.num_rows)

    def count(self, batch: pa.RecordBatch) -> None:
        """Counts the findings, losses and suspects of a judged batch."""
        for counted in notes.counted(batch, self.record.RECORD):
            self.tally.count(*counted)
        gate.count_losses(batch, self.record, self.losses)
        self.suspects += gate.suspects(batch)

    def _entries(self, bad: pa.RecordBatch) -> Iterator[dict[str, Any]]:
        places = bad.select(["_line", "_digest", "_raw"]).to_pylist()
        for place, found in zip(places, gate.findings_of(bad, self.record), strict=True):
            yield quarantine.entry(place["_line"], place["_digest"], place["_raw"], found)

    # --- the set ------------------------------------------------------------------------------------

    def settle(self, raws: Raws) -> None:
        """Judges the set; the losers leave what is staged and join the quarantine with their bytes.

        `raws` reads some lines of an input again, which come in order.
        """
        rows: array[int] = array("q")
        for name, group in groupby(self.staging.losers(), key=lambda loser: loser.source):
            losers = self._rejected(group, rows)
            if name is None:
                list(losers)
            else:
                self._reject_late(name, losers, raws)
        self.staging.commit(rows)

    def _rejected(self, losers: Iterable[Loser], rows: array[int]) -> Iterator[Loser]:
        for loser in losers:
            self.tally.add(loser.findings)
            if loser.is_rejected:
                rows.append(loser.row)
                yield loser

    def _reject_late(self, name: str, losers: Iterator[Loser], raws: Raws) -> None:
        path = quarantine.path(self.rejected, name)
        late, joined = path.with_suffix(".late"), path.with_suffix(".joined")
        with late.open("wb") as stream:
            count = quarantine.write(stream, self._late(name, losers, raws))
        with joined.open("wb") as stream:
            quarantine.write(stream, quarantine.merged(path, late))
        late.unlink()
        joined.replace(path)
        told = self.inputs[name]
        self.inputs[name] = told._replace(
            accepted=told.accepted - count, rejected=told.rejected + count
        )

    def _late(self, name: str, losers: Iterator[Loser], raws: Raws) -> Iterator[dict[str, Any]]:
        """The entries of losers; their lines are asked for one by one, as their bytes are found."""
        waiting: list[Loser] = []

        def lines() -> Iterator[int]:
            for loser in losers:
                waiting.append(loser)
                yield loser.line or 0

        for raw, losses in raws(name, lines()):
            loser = waiting.pop(0)
            # What is rejected is no part of the result, and so are its losses.
            self.losses.remove(losses)
            yield quarantine.entry(loser.line or 0, quarantine.digest(raw), raw, loser.findings)
        if waiting or next(losers, None) is not None:
            raise Unreadable(name, "it changed while it was read")

    def read_again(self, name: str, lines: Iterator[int]) -> Iterator[Again]:
        """Some records of an input, which is opened once more."""
        source, format_ = self._opened[name]
        wanted = next(lines, None)
        with source.open() as stream:
            for batch in format_.scan(stream, name) if wanted is not None else ():
                numbers = batch.column("line")
                while wanted is not None and wanted <= numbers[-1].as_py():
                    found = batch.slice(pc.index(numbers, wanted).as_py(), 1)
                    losses = losses_of(found, format_, self.record)
                    yield found.column("raw")[0].as_py(), losses
                    wanted = next(lines, None)
                if wanted is None:
                    return

    # --- what is told -------------------------------------------------------------------------------

    def write_manifests(self, accepted: Path) -> None:
        """Writes what was done into both folders; a quarantine without records is removed."""
        self.forget_empty()
        holds = {accepted: "dataset", self.rejected: quarantine.QUARANTINE}
        for folder, what in holds.items():
            write_manifest(folder, {"holds": what} | self.facts())

    def forget_empty(self) -> None:
        """Removes the files of the quarantine that hold no record."""
        for each in self.inputs.values():
            if each.rejected == 0:
                quarantine.path(self.rejected, each.name).unlink()

    def facts(self) -> dict[str, Any]:
        """What the manifests say of the run."""
        return {
            "harmtax": VERSION,
            "record": self.record.RECORD,
            "inputs": [each.facts() for each in self.inputs.values()],
            "losses": [asdict(each) for each in self.losses],
        } | self.waived()

    def waived(self, before: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """What the manifests say of waivers, after those of earlier runs; nothing without any."""
        used = [*before, *(use.facts() for use in self.uses())]
        return {"waivers": used} if used else {}

    def uses(self) -> tuple[Use, ...]:
        """What each waiver that holds did."""
        return self.waivers.in_use(self.tally.groups())

    def outcome(self, files: Iterable[Path]) -> Outcome:
        """What the run did, once all is written."""
        inputs = tuple(self.inputs.values())
        groups = self.tally.groups()
        rows, accepted = sum(each.rows for each in inputs), sum(each.accepted for each in inputs)
        uses, expired = self.waivers.in_use(groups), self.waivers.expired
        return Outcome(
            rows, accepted, rows - accepted, self.suspects,
            groups, tuple(self.losses), tuple(files), inputs, uses, expired,
        )  # fmt: skip


def write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    """Writes the manifest of a folder, with the digests of the files in it."""
    files = {
        path.name: dataset.digest(path)
        for path in sorted(folder.iterdir())
        if not path.name.startswith(".") and path.name != dataset.MANIFEST
    }
    dataset.write_json(folder / dataset.MANIFEST, facts | {"files": files})


def losses_of(raw: pa.RecordBatch, format_: Format, record: type[Record]) -> tuple[Loss, ...]:
    """What the conversion of raw records lost."""
    if format_.is_json:
        return ()
    return tuple(loss for each in format_.decode(raw, record.table()) for loss in each.losses)


def _with_header(batches: Iterable[pa.RecordBatch], header: list[str]) -> Iterator[pa.RecordBatch]:
    """The same batches, while the names of their cells are noted."""
    for batch in batches:
        if not header and batch.schema.metadata:
            header += column_names(batch)
        yield batch
        del batch
