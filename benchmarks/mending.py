"""From a large file with a few wrong codes to a whole dataset: validate, suggest fixes, repair.

    python -m benchmarks.mending --records 10000000 --work DIR

Each step runs as a command of its own, as a person would run it; its peak memory and times are told.
Exit codes: 0 all is accepted in the end, 1 not so.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import records
from harmtax.files import replacing
from harmtax.standard.taxonomy import category

SEED = 11
Row = dict[str, object]
# What people write for a code or a name: each is wrong, and each tells what was meant.
SLIPS: tuple[Callable[[Row], Row], ...] = (
    lambda row: row | {"category": str(row["category"]).lower()},
    lambda row: row | {"category": str(row["category"]).replace("-", "_") + " "},
    lambda row: row | {"category": category(str(row["category"])).title()},
    lambda row: row | {"generation": str(row["generation"]).replace("_", " ").title()},
    lambda row: row | {"content_type": [str(each).upper() for each in listed(row["content_type"])]},
    lambda row: {name.replace("incident_status", "incidentStatus"): row[name] for name in row},
)


class Step(NamedTuple):
    """One command: its exit code, seconds of wall and processor, and peak memory in MiB."""

    code: int
    wall: float
    cpu: float
    peak: float


def main() -> int:
    """Runs the three steps and gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mending", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.001)
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.work) as folder:
        work = Path(folder)
        source, dataset = work / "incidents.ndjson", work / "incidents"
        quarantine, fixes = work / "incidents.quarantine", work / "fixes.csv"
        planted = _written(source, asked.records, asked.share)
        steps = {
            "validate": _run(["validate", str(source), "-o", str(dataset), "-q"]),
            "suggest": _run(["repair", str(quarantine)], fixes),
            "repair": _run(["repair", str(quarantine), str(fixes), "-o", str(dataset), "-q"]),
        }
        [told] = json.loads((dataset / "manifest.json").read_text())["inputs"]
    print(f"{told['rows']} lines, {planted} of them wrong; {told.get('repaired', 0)} repaired")
    print(f"in the end {told['accepted']} accepted, {told['rejected']} rejected")
    for name, step in steps.items():
        print(
            f"{name}: exit {step.code}, {step.wall:.1f} s, cpu {step.cpu:.1f} s, {step.peak:.0f} MiB"
        )
    whole = told["rejected"] == 0 and told["rows"] == asked.records
    return 0 if whole and told.get("repaired") == planted else 1


def _written(path: Path, count: int, share: float) -> int:
    """Writes the input; the number of its wrong lines."""
    every, wrong = round(1 / share), 0
    with replacing(path) as stream:
        for place, line in enumerate(records.incidents(SEED, count)):
            if place % every == every - 1:
                slip = SLIPS[wrong % len(SLIPS)]
                line = msgspec.json.encode(slip(msgspec.json.decode(line))) + b"\n"
                wrong += 1
            stream.write(line)
    return wrong


def listed(value: object) -> list[object]:
    """A list of a row."""
    assert isinstance(value, list)
    return value


def _run(arguments: list[str], output: Path | None = None) -> Step:
    """Runs one command in a process of its own."""
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        target = os.open(output or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(target, 1)
        program = "from harmtax.cli import run; run()"
        os.execv(sys.executable, [sys.executable, "-c", program, *arguments])
    _, status, used = os.wait4(child, 0)
    wall = time.monotonic() - started
    cpu = used.ru_utime + used.ru_stime
    return Step(os.waitstatus_to_exitcode(status), wall, cpu, used.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
