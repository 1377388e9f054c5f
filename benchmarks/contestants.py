"""Who takes part, how each is started, and what came of one run."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.inputs import HOME, Input
from benchmarks.stopwatch import Cost, Failed, timed
from harmtax._generated.models import Incident
from harmtax.records import dataset

SCHEMA = HOME / "schema" / "harmtax.yaml"
JSON_SCHEMA = HOME / "exports" / "next" / "jsonschema" / "Incident.schema.json"
CLI = "from harmtax.cli import run; run()"


class Contestant(NamedTuple):
    """A program that reads incidents.

    `checks` says in words what it validates; `parallel` whether it can use several cores, `writes`
    whether it writes Parquet.
    """

    name: str
    title: str
    checks: str
    parallel: bool = False
    writes: bool = True


YARDSTICK = Contestant("duckdb", "DuckDB, `read_json(columns)`", "nothing", parallel=True)
HARMTAX = Contestant("harmtax", "**harmtax validate**", "everything", parallel=True)
PYARROW = Contestant("pyarrow", "pyarrow.json, explicit schema", "nothing", parallel=True)
JSONSCHEMA = Contestant(
    "jsonschema-rs", "jsonschema-rs, `is_valid`", "fields, most rules", writes=False
)
PYDANTIC = Contestant("pydantic", "pydantic, `Table.from_pylist`", "fields, rules of a row")
LINKML = Contestant("linkml", "linkml's validator", "fields", writes=False)
CONTESTANTS = (YARDSTICK, HARMTAX, PYARROW, JSONSCHEMA, PYDANTIC, LINKML)


class Result(NamedTuple):
    """One run of a contestant.

    `output` is the size of the Parquet that it wrote, `after_first` the CPU and wall time of what came
    after the first line, as far as a contestant can tell.
    """

    cost: Cost
    accepted: int
    rejected: int
    after_first: tuple[float, float] | None
    output: int

    def settled(self, contestant: Contestant, data: Input) -> Result:
        """The result itself. Raises Failed when lines were lost, or other ones rejected than planned."""
        if (self.accepted + self.rejected, self.rejected) != (data.lines, data.rejected):
            raise Failed(
                f"{contestant.name} on {data.name}: {self.accepted} accepted and {self.rejected} rejected"
                f" of {data.lines} lines, {data.rejected} of which are faulty"
            )
        return self


class Folder:
    """Where runs write; a run replaces what the one before it left."""

    def __init__(self, work: Path) -> None:
        self._path = work / "runs"
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir(parents=True)
        self.output = self._path / "output"
        self.quarantine = self._path / "output.quarantine"

    def run(
        self, contestant: Contestant, data: Input, cores: Sequence[int], *, tree: bool = False
    ) -> Result:
        """One run on as many cores as are given. Raises Failed when the contestant did not get through."""
        self.clear()
        command = self._command(contestant, data, len(cores))
        # Ours says with 1 that some records were rejected.
        good = (0, 1) if contestant == HARMTAX else (0,)
        log = self._path / "log"
        cost = timed(command, log, cores=cores, tree=tree, good=good)
        output = sum(path.stat().st_size for path in self.parquet())
        return Result(cost, *_told(contestant, self.output, log), output)

    def parquet(self) -> list[Path]:
        """The Parquet files of the last run: the parts of a dataset, or the one file of a rival, if any."""
        if self.output.is_dir():
            return dataset.parts(self.output)
        return [self.output] if self.output.exists() else []

    def clear(self) -> None:
        """Removes what the last run wrote."""
        for path in (self.output, self.quarantine):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _command(self, contestant: Contestant, data: Input, threads: int) -> list[str]:
        if contestant == HARMTAX:
            jobs = ["--jobs", str(threads)] if threads > 1 else []
            arguments = ["validate", str(data.path), "-o", str(self.output), "--quiet", *jobs]
            return [sys.executable, "-c", CLI, *arguments]
        task = self._path / "task.json"
        fields = [(field.name, field.kind, field.many) for field in Incident.table().fields]
        task.write_text(
            json.dumps(
                {
                    "input": str(data.path), "output": str(self.output), "threads": threads,
                    "fields": fields, "schema": str(SCHEMA), "json_schema": str(JSON_SCHEMA),
                }
            )
        )  # fmt: skip
        return [sys.executable, "-m", "benchmarks.rivals", contestant.name, str(task)]


def all_cores() -> tuple[int, ...]:
    """The cores that this process may use."""
    return tuple(sorted(os.sched_getaffinity(0)))


def _told(
    contestant: Contestant, output: Path, log: Path
) -> tuple[int, int, tuple[float, float] | None]:
    """Accepted, rejected, and the time after the first line."""
    if contestant == HARMTAX:
        found = dataset.manifest(output)["inputs"]
        return (
            sum(each["accepted"] for each in found),
            sum(each["rejected"] for each in found),
            None,
        )
    told = json.loads(log.read_text(encoding="utf-8"))
    after = next(((cpu, wall) for cpu, wall in told["after_first"]), None)
    return told["accepted"], told["rejected"], after
