"""The text of the metrics runs on Spark as it stands, and gives the same rows as DuckDB.

Spark lives in an environment of its own, which needs Java 17. Without it these tests are skipped on a
laptop, and in CI, as they take minutes; `make spark` builds it and runs them.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pytest

from harmtax._generated.metrics import METRICS
from harmtax.figures.engine import DuckDB, Files, files
from harmtax.figures.metrics import aggregate
from tests.datasets import drawn

HOME = Path(__file__).resolve().parent.parent
PYTHON = Path(os.environ.get("HARMTAX_SPARK", HOME / ".venv-spark" / "bin" / "python")).absolute()
# Per record type: grain, breakdowns, partial. Dimensions of every kind: rolled up, overlapping, in steps,
# looked up, by reporter.
CASES = (
    ("Incident", "month", (("category", "tier"), ("targeted_group",), ("views_bin",)), False),
    ("Incident", "half", (("decision_visibility", "surface"),), True),
    ("Exposure", "quarter", (("category",),), False),
    ("RemovalRequest", "quarter", (("category", "request_outcome"), ("reporter_id",)), False),
    ("RemovalRequest", "year", (("automated_processing",),), True),
    ("Appeal", "month", (("appeal_outcome", "appealed_decision"),), False),
    ("SystemStatement", "half", (("reporter_id", "service_id"), ("safeguard",)), False),
    ("RegulatoryAction", "year", (("jurisdiction", "action_type"),), False),
)


@dataclass
class Spark:
    """An engine in a process of its own: it hands the text over and reads the rows back."""

    folder: Path
    process: subprocess.Popen[str]
    texts: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)

    def run(self, sql: str, tables: Files) -> pa.Table:
        """As `Engine.run`."""
        self.texts.append(sql)
        target = self.folder / f"{next(self.numbers)}.arrow"
        listed = {name: [str(path) for path in paths] for name, paths in tables.items()}
        request = {"sql": sql, "tables": listed, "target": str(target)}
        _stream(self.process.stdin).write(json.dumps(request) + "\n")
        _stream(self.process.stdin).flush()
        answer = json.loads(_stream(self.process.stdout).readline() or '{"error": "Spark ended"}')
        assert "error" not in answer, answer["error"][:4000]
        with pa.ipc.open_file(target) as file:
            found = file.read_all()
        assert found.num_rows == answer["rows"]
        return found


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    if not PYTHON.exists() and "HARMTAX_SPARK" not in os.environ:
        pytest.skip("Spark is not installed; `make spark` installs it")
    folder = tmp_path_factory.mktemp("spark")
    command = [str(PYTHON), "-W", "ignore", str(Path(__file__).with_name("on_spark.py"))]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            cwd=folder,
        )
        with process:
            yield Spark(folder, process)
            _stream(process.stdin).close()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Records of all types in several files, some of them there again in a higher revision."""
    home = tmp_path_factory.mktemp("records")
    drawn(home / "first", 150, parts=2)
    drawn(home / "again", 30, revision=2)
    return [home / "first", home / "again"]


@pytest.mark.parametrize(("record", "grain", "by", "partial"), CASES)
def test_every_metric_has_the_same_rows_on_spark(
    spark: Spark, records: list[Path], record: str, grain: str, by: Any, partial: bool
) -> None:
    metrics = [
        name
        for name, row in METRICS.items()
        if row.numerator.record == record
        and (row.mergeable or not partial)
        and any(set(each) <= set(row.numerator.dimensions) for each in by)
    ]
    asked: dict[str, Any] = {"period": grain, "metrics": metrics, "by": by, "partial": partial}
    ours = aggregate(*records, **asked).table
    theirs = aggregate(*records, **asked, engine=spark).table
    assert set(ours["metric_id"].to_pylist()) == set(metrics)
    assert theirs.to_pylist() == ours.to_pylist()
    assert theirs.equals(ours)


def test_the_cases_hold_every_metric() -> None:
    held = {
        name
        for record, _, by, partial in CASES
        for name, row in METRICS.items()
        if row.numerator.record == record and not partial
        and any(set(each) <= set(row.numerator.dimensions) for each in by)
    }  # fmt: skip
    assert held == set(METRICS)


def test_spark_runs_the_very_text_that_duckdb_runs(spark: Spark, records: list[Path]) -> None:
    """A text with a fault is refused, so that an answer is known to come from the text."""
    found = spark.run('SELECT COUNT(*) AS n FROM "Appeal"', files(records))
    assert found.to_pylist() == DuckDB().run(spark.texts[-1], files(records)).to_pylist()
    with pytest.raises(AssertionError, match="nowhere"):
        spark.run('SELECT "nowhere" FROM "Appeal"', files(records))
