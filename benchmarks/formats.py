"""How fast a daily dump of the DSA Transparency Database comes in, beside DuckDB that only copies it.

    python -m benchmarks.formats --help

DuckDB reads the same CSV and writes it as Parquet, every cell as text: no code is translated and nothing is
judged. Both run on one core, in turn. Before anything is timed, a part of the dump is read by columns and
statement by statement, which must give the same dataset, quarantine and account; where they differ, no time
is printed. Exit codes: 0 measured, 1 the two readings differ or a run failed, 2 bad use.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.dumps import dump
from benchmarks.stopwatch import Cost, Failed, timed

TARGET = 4.0
MEGA = 1_000_000
CHECKED = 20_000
COPY = (
    "import duckdb, sys; duckdb.connect(config={'threads': 1}).execute("
    "f\"COPY (SELECT * FROM read_csv('{sys.argv[1]}', all_varchar=true, header=true))"
    " TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)\")"
)


class Round(NamedTuple):
    """What each of the two took for the same dump."""

    ours: Cost
    theirs: Cost

    @property
    def ratio(self) -> float:
        """How many times DuckDB's CPU time ours is."""
        return self.ours.cpu / self.theirs.cpu


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formats", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="statements in the dump")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each")
    parser.add_argument("--work", type=Path, help="folder of the dump, kept for the next run")
    asked = parser.parse_args(arguments)
    with ExitStack() as stack:
        work = asked.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:
            _agree(work, min(asked.rows, CHECKED))
            data = dump(work, asked.rows)
            rounds = [_round(work, data) for _ in range(asked.rounds)]
        except Failed as error:
            print(f"no times: {error}", file=sys.stderr)
            return 1
    print(_told(rounds, asked.rows))
    return 0


def _agree(work: Path, rows: int) -> None:
    """Raises Failed when the column reading and the reading one by one differ in anything."""
    data = dump(work, rows)
    folders = []
    for acceptor in ("msgspec", "none"):
        _timed_intake(work, data, work / acceptor, acceptor)
        folders.append(work / acceptor)
    for part in ("Incident-00000.parquet", "manifest.json"):
        if not filecmp.cmp(folders[0] / part, folders[1] / part, shallow=False):
            raise Failed(f"{part} differs between columns and single statements")
    accounts = [json.loads((f / "manifest.json").read_text())["losses"] for f in folders]
    if accounts[0] != accounts[1]:
        raise Failed("the accounts of losses differ")


def _round(work: Path, data: Path) -> Round:
    theirs = timed(
        [sys.executable, "-c", COPY, str(data), str(work / "copy.parquet")],
        work / "duckdb.log", cores=_core(),
    )  # fmt: skip
    return Round(_timed_intake(work, data, work / "out", "msgspec"), theirs)


def _timed_intake(work: Path, data: Path, target: Path, acceptor: str) -> Cost:
    program = [sys.executable, "-c", "from harmtax.cli import run; run()"]
    environment = ["env", f"HARMTAX_ACCEPTOR={acceptor}"]
    command = [*environment, *program, "validate", str(data), "-o", str(target), "--quiet"]
    return timed(command, work / "harmtax.log", cores=_core(), good=(0, 1))


def _core() -> tuple[int, ...]:
    return (max(os.sched_getaffinity(0)),)


def _told(rounds: Sequence[Round], rows: int) -> str:
    ratios = [each.ratio for each in rounds]
    lines = [f"{rows:,} statements, one core, medians of {len(rounds)} rounds", ""]
    for name, costs in (
        ("harmtax", [r.ours for r in rounds]),
        ("DuckDB", [r.theirs for r in rounds]),
    ):
        cpu = median(cost.cpu for cost in costs) / rows * MEGA
        peak = max(cost.memory for cost in costs) / MEGA
        lines.append(f"{name:<8}{cpu:8.1f} us of CPU a statement {peak:8.0f} MB at most")
    met = "met" if median(ratios) <= TARGET else "missed"
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return "\n".join(
        [*lines, "", f"ratio {median(ratios):.2f} ({spread}), target {TARGET:g}: {met}"]
    )


if __name__ == "__main__":
    sys.exit(main())
