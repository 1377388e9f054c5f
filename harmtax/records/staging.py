"""Accepted records on their way into a dataset: staged in a part, judged as a set, committed.

Each row's place in its input is kept beside the part until the rules about the set have been judged.
The first place wins. Memory is bounded: what the rules need beyond it goes to the disk.
"""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax.records import dataset, sets
from harmtax.records.findings import Finding, pointer
from harmtax.records.record import Record, schema
from harmtax.records.waivers import Waivers
from harmtax.standard.condition import quoted

MEMORY = "64MB"
# So many rows are read at once when the part is written again without its losers.
ROWS = 16_384
PLACES = pa.schema([("_source", pa.string()), ("_line", pa.int64())])


class Loser(NamedTuple):
    """A staged row that breaks rules about the set; `row` is below 0 for one that was there before."""

    row: int
    source: str | None
    line: int | None
    findings: list[Finding]

    @property
    def is_rejected(self) -> bool:
        """Whether it must leave the dataset."""
        return self.row >= 0 and any(each.severity == "error" for each in self.findings)


class Staging:
    """The part of a dataset that a run fills, in a folder that nobody reads yet.

    `joined` are the parts of the same record type that stand in the dataset already; their records
    come first and never lose.
    """

    def __init__(
        self, folder: Path, record: type[Record], waivers: Waivers, joined: Sequence[Path] = ()
    ) -> None:
        self.record, self.waivers, self.joined = record, waivers, tuple(joined)
        self.schema = schema(record)
        self.part = folder / dataset.part_name(record.RECORD, len(self.joined))
        self._hidden = folder / ".staging"
        self._hidden.mkdir()
        self._places = self._hidden / "places.parquet"
        self._part = dataset.Part(self.part, self.schema)
        self._beside = pq.ParquetWriter(self._places, PLACES, compression="zstd")

    def add(self, batch: pa.RecordBatch, accepted: pa.BooleanArray) -> None:
        """Adds the accepted rows of a judged batch."""
        batch = batch.select([*self.schema.names, *PLACES.names])
        if accepted.true_count < batch.num_rows:
            batch = batch.filter(accepted)
        columns = batch.columns[: len(self.schema)]
        self._part.write(pa.RecordBatch.from_arrays(columns, schema=self.schema))
        places = batch.columns[len(self.schema) :]
        self._beside.write_batch(pa.RecordBatch.from_arrays(places, schema=PLACES))

    def losers(self) -> Iterator[Loser]:
        """What breaks rules about the set, in the order of the rows. No row can be added any more."""
        self._part.close()
        self._beside.close()
        # What the batches needed is free for the engine.
        pa.default_memory_pool().release_unused()
        found = self._hidden / "breaches.parquet"
        with sets.connect(MEMORY, self._hidden / "spill") as connection:
            connection.execute(f"CREATE TEMP VIEW places AS {self._numbered(self._places)}")
            name = self.record.RECORD
            connection.execute(f'CREATE TEMP VIEW "{name}_staged" AS {self._all()}')
            sets.judge(connection, [self.waivers.effective(self.record.table())])
            [count] = connection.execute("SELECT COUNT(*) FROM breaches").fetchall()[0]
            if not count:
                return
            connection.execute(f"COPY ({self._placed()}) TO {quoted(str(found))}")
        yield from self._read(found)

    def commit(self, rejected: array[int]) -> None:
        """Leaves the part as it shall be, without the rejected rows, and nothing else."""
        if rejected:
            whole = self._hidden / "whole.parquet"
            self.part.rename(whole)
            with dataset.Part(self.part, self.schema) as part:
                for batch in _without(whole, rejected):
                    part.write(pa.RecordBatch.from_arrays(batch.columns, schema=self.schema))
        if self.joined and pq.read_metadata(self.part).num_rows == 0:
            self.part.unlink()
        shutil.rmtree(self._hidden)

    # --- the set in SQL -----------------------------------------------------------------------------

    def _all(self) -> str:
        before = [f"{self._numbered(path)}" for path in self.joined]
        counts = [pq.read_metadata(path).num_rows for path in self.joined]
        parts = [self._numbered(self.part)]
        for number, select in enumerate(before):
            # Earlier parts have the lower numbers, all of them below 0.
            shift = sum(counts[number:])
            parts.insert(number, f"SELECT * REPLACE (_row - {shift} AS _row) FROM ({select})")
        return " UNION ALL ".join(parts)

    @staticmethod
    def _numbered(path: Path) -> str:
        return (
            "SELECT * EXCLUDE (file_row_number), file_row_number AS _row"
            f" FROM read_parquet({quoted(str(path))}, file_row_number = true)"
        )

    def _placed(self) -> str:
        identifier = self.record.table().identifier
        record = f's."{identifier}"' if identifier else "CAST(NULL AS VARCHAR)"
        return (
            f"SELECT b._row AS row, b.rule, b.severity, b.field, {record} AS record,"
            " p._source AS source, p._line AS line, b.other,"
            " o._source AS other_source, o._line AS other_line"
            f' FROM breaches AS b JOIN "{self.record.RECORD}_staged" AS s ON s._row = b._row'
            " LEFT JOIN places AS p ON p._row = b._row LEFT JOIN places AS o ON o._row = b.other"
            " ORDER BY b._row, b.place"
        )

    def _read(self, path: Path) -> Iterator[Loser]:
        rows = (
            row
            for batch in pq.ParquetFile(path).iter_batches(ROWS)
            for row in batch.to_pylist()
        )  # fmt: skip
        for number, group in groupby(rows, key=lambda row: row["row"]):
            breaches = list(group)
            findings = [self._finding(each) for each in breaches]
            yield Loser(number, breaches[0]["source"], breaches[0]["line"], findings)

    def _finding(self, breach: dict[str, Any]) -> Finding:
        return Finding(
            breach["rule"],
            breach["severity"],
            self.record.RECORD,
            pointer(breach["field"]),
            record=breach["record"],
            detail=_collision(breach),
            line=breach["line"],
            source=breach["source"],
        )


def _collision(breach: dict[str, Any]) -> str | None:
    if breach["other"] is None:
        return None
    if breach["other"] < 0:
        return "the first one stands in the dataset already"
    return f"the first one stands in {breach['other_source']}, line {breach['other_line']}"


def _without(path: Path, rejected: array[int]) -> Iterator[pa.RecordBatch]:
    """The batches of a file without some rows, whose numbers are in order."""
    first = at = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS):
            after = first + batch.num_rows
            start = at
            while at < len(rejected) and rejected[at] < after:
                at += 1
            if at > start:
                gone = pa.array([row - first for row in rejected[start:at]], pa.int64())
                every = pa.array(range(batch.num_rows), pa.int64())
                batch = batch.filter(pc.invert(pc.is_in(every, gone)))
            first = after
            yield batch
