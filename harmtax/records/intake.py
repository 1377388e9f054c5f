"""The only gate inward for files: reads, judges, judges the set, and commits.

Rows in = accepted + rejected, always. Accepted records are staged with their place and bytes; once the
rules about the whole set have been judged, the losers join the quarantine with their bytes, and
dataset and quarantine take their places by renaming.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Incident
from harmtax.errors import BadUse
from harmtax.records import dataset, formats, gate, quarantine, sets, sources
from harmtax.records.findings import Finding, Group, Tally, pointer
from harmtax.records.formats.format import Format
from harmtax.records.record import Record, schema


@dataclass(frozen=True, slots=True)
class Lost:
    """How often a conversion did the same to one field."""

    field: str
    kind: str
    value: str
    count: int


class Input(NamedTuple):
    """What became of one input."""

    name: str
    format: str
    sha256: str
    rows: int
    accepted: int
    rejected: int


@dataclass(frozen=True)
class Outcome:
    """What a run did. `rows` = `accepted` + `rejected`; `groups` are the findings by equal fault."""

    rows: int
    accepted: int
    rejected: int
    suspects: int
    groups: tuple[Group, ...]
    losses: tuple[Lost, ...]
    files: tuple[Path, ...]
    inputs: tuple[Input, ...] = ()


def validate(
    source: Any,
    target: Path,
    *,
    format: str | Format | None = None,
    record: type[Record] = Incident,
    quarantine: Path | None = None,
) -> Outcome:
    """Validates files into a dataset and a quarantine.

    `source` is a path, a glob, a folder, a binary stream, or a sequence of paths. The format is
    recognised when none is named. The quarantine stands beside the dataset unless told otherwise.
    Raises Unreadable for an input that cannot be read, UnknownFormat, and BadUse for a target that
    is not ours. Bad records raise nothing: they are rejected with their findings.
    """
    target = Path(target)
    beside = Path(quarantine) if quarantine else target.with_name(f"{target.name}.quarantine")
    _refuse_nested(target.resolve(), beside.resolve())
    chosen = formats.named(format) if isinstance(format, str) else format
    with ExitStack() as stack:
        accepted = stack.enter_context(dataset.folder(target))
        rejected = stack.enter_context(dataset.folder(beside))
        run = _Run(accepted, rejected, record)
        for name, stream in sources.opened(source, stack):
            run.take(name, stream, chosen)
        outcome = run.commit()
    files = [target / dataset.part_name(record.RECORD), target / dataset.MANIFEST]
    files += sorted(path for path in beside.glob("*.ndjson"))
    return Outcome(**outcome, files=tuple(files))


def _refuse_nested(target: Path, beside: Path) -> None:
    # Each folder takes its place as a whole, so that one inside the other would be lost.
    if target == beside or target in beside.parents or beside in target.parents:
        raise BadUse("dataset and quarantine need two folders, neither inside the other")


@dataclass
class _Run:
    """One run on its way: what was staged, counted and found."""

    accepted: Path
    rejected: Path
    record: type[Record]
    inputs: list[Input] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    losses: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.staged = self.accepted / ".staged.parquet"
        self.writer = dataset.Part(self.staged, gate.judged_schema(self.record))

    def take(self, name: str, stream: BinaryIO, chosen: Format | None) -> None:
        """Judges one input: accepted rows are staged, the others go to its quarantine."""
        format_ = chosen or formats.recognised(sources.head(stream), name, self.record.table())
        rows = rejected = 0
        with (self.rejected / f"{name}.ndjson").open("wb") as out:
            for batch in gate.judge(format_.scan(stream, name), self.record, format_):
                rows += batch.num_rows
                rejected += self._split(batch, out)
        digest = sources.digest(stream)
        self.inputs.append(Input(name, format_.name, digest, rows, rows - rejected, rejected))

    def _split(self, batch: pa.RecordBatch, out: BinaryIO) -> int:
        kept = gate.accepted(batch)
        for found in gate.findings_of(batch, self.record):
            self.tally.add(found)
        self.losses.update(gate.losses_of(batch))
        mask = pa.array(kept, pa.bool_())
        self.writer.write(batch.filter(mask))
        bad = batch.filter(pc.invert(mask))
        quarantine.write(out, self._entries(bad))
        return int(bad.num_rows)

    def _entries(self, bad: pa.RecordBatch) -> Iterator[dict[str, Any]]:
        places = bad.select(["_line", "_digest", "_raw"]).to_pylist()
        for place, found in zip(places, gate.findings_of(bad, self.record), strict=True):
            yield quarantine.entry(place["_line"], place["_digest"], place["_raw"], found)

    def commit(self) -> dict[str, Any]:
        """Judges the set, writes the dataset without the losers, and says what was done."""
        self.writer.__exit__()
        lost = self._judge_set()
        self._write_dataset(lost)
        self.staged.unlink()
        self.inputs = [self._settled(each, lost) for each in self.inputs]
        rows = sum(each.rows for each in self.inputs)
        accepted = sum(each.accepted for each in self.inputs)
        losses = tuple(Lost(*key, count) for key, count in sorted(self.losses.items()))
        self._write_manifests(losses)
        return {
            "rows": rows,
            "accepted": accepted,
            "rejected": rows - accepted,
            "suspects": rows,
            "groups": self.tally.groups(),
            "losses": losses,
            "inputs": tuple(self.inputs),
        }

    def _judge_set(self) -> dict[int, list[Finding]]:
        """The rows of the staged file that lose, with why; warnings about a set lose nothing."""
        found: dict[int, list[Finding]] = {}
        name = self.record.RECORD
        with sets.connect() as connection:
            connection.execute(
                f'CREATE VIEW "{name}_staged" AS SELECT *, file_row_number AS _row'
                f" FROM read_parquet('{_quoted(self.staged)}', file_row_number = true)"
            )
            sets.enter(connection, name)
            breaches = sorted(sets.broken(connection, [name]))
            for breach in breaches:
                place = self._place(connection, breach.row)
                finding = Finding(
                    breach.rule, breach.severity, name, pointer(breach.at),
                    record=place["record"], detail=breach.detail,
                    line=place["line"], source=place["source"],
                )  # fmt: skip
                self.tally.add([finding])
                if breach.severity == "error":
                    found.setdefault(breach.row, []).append(finding)
        return found

    def _place(self, connection: Any, row: int) -> dict[str, Any]:
        identifier = self.record.table().identifier
        column = f'"{identifier}"' if identifier else "CAST(NULL AS VARCHAR)"
        found = connection.execute(
            f'SELECT _source, _line, {column} FROM "{self.record.RECORD}_staged" WHERE _row = {row}'
        ).fetchone()
        return dict(zip(("source", "line", "record"), found, strict=True))

    def _write_dataset(self, lost: dict[int, list[Finding]]) -> None:
        columns = schema(self.record).names
        losers: dict[str, list[dict[str, Any]]] = {}
        first = 0
        target = self.accepted / dataset.part_name(self.record.RECORD)
        with dataset.Part(target, schema(self.record)) as part:
            for batch in pq.ParquetFile(self.staged).iter_batches(dataset.ROW_GROUP):
                rows = range(first, first + batch.num_rows)
                first += batch.num_rows
                mask = pa.array([row not in lost for row in rows], pa.bool_())
                kept = batch.filter(mask).select(columns)
                part.write(pa.RecordBatch.from_arrays(kept.columns, schema=schema(self.record)))
                for place, row in self._losers(batch, mask, rows, lost):
                    found = lost[row]
                    entry = quarantine.entry(place["_line"], place["_digest"], place["_raw"], found)
                    losers.setdefault(place["_source"], []).append(entry)
        for source, entries in losers.items():
            self._join_quarantine(source, entries)

    def _losers(
        self, batch: pa.RecordBatch, mask: pa.Array, rows: range, lost: dict[int, list[Finding]]
    ) -> Iterator[tuple[dict[str, Any], int]]:
        bad = batch.filter(pc.invert(mask)).select(["_source", "_line", "_digest", "_raw"])
        yield from zip(bad.to_pylist(), [row for row in rows if row in lost], strict=True)

    def _join_quarantine(self, source: str, entries: list[dict[str, Any]]) -> None:
        path = self.rejected / f"{source}.ndjson"
        late, joined = path.with_suffix(".late"), path.with_suffix(".joined")
        with late.open("wb") as stream:
            quarantine.write(stream, entries)
        with joined.open("wb") as stream:
            quarantine.write(stream, quarantine.merged(path, late))
        late.unlink()
        joined.replace(path)

    def _settled(self, each: Input, lost: dict[int, list[Finding]]) -> Input:
        late = sum(1 for found in lost.values() if found[0].source == each.name)
        return each._replace(accepted=each.accepted - late, rejected=each.rejected + late)

    def _write_manifests(self, losses: tuple[Lost, ...]) -> None:
        for each in self.inputs:
            if each.rejected == 0:
                (self.rejected / f"{each.name}.ndjson").unlink()
        told = {
            "harmtax": VERSION,
            "record": self.record.RECORD,
            "inputs": [each._asdict() for each in self.inputs],
            "losses": [asdict(each) for each in losses],
        }
        for folder in (self.accepted, self.rejected):
            files = {
                path.name: dataset.digest(path)
                for path in sorted(folder.iterdir())
                if not path.name.startswith(".")
            }
            dataset.write_json(folder / dataset.MANIFEST, told | {"files": files})


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
