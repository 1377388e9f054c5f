"""How fast the intake is, beside programs that convert or validate the same incidents.

    python -m benchmarks.intake --help

Before anything is timed, verdicts and values of a sample are held against the row reading; where they
differ, no time is printed. Exit codes: 0 measured, 1 a contestant did not do its work, 2 bad use.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import authority, inputs, tables
from benchmarks.contestants import (
    CONTESTANTS,
    HARMTAX,
    JSONSCHEMA,
    LINKML,
    PYARROW,
    PYDANTIC,
    YARDSTICK,
    Folder,
    all_cores,
)
from benchmarks.inputs import HOME, Input
from benchmarks.series import Entry, Series, Spread, measured, yardstick
from benchmarks.stopwatch import Failed
from benchmarks.tables import MEGA, Peak, Target
from harmtax.files import replacing

PAGE = HOME / "docs" / "performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
SHARES = (0.001, 0.05)
# The least fault that a sample needs so that each kind stands in it several times.
FAULTS = 2_000
# Those that take too long for all the data: a part of it, or so many lines.
PYDANTIC_PART, LINKML_LINES = 20, 2_000
PART = "clean, a part"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the benchmark and gives the exit code."""
    asked = _arguments(arguments)
    with ExitStack() as stack:
        work = asked.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder = Folder(work.resolve())
        try:
            told = _benchmark(work.resolve(), folder, asked)
        except Failed as error:
            print(f"no times: {error}", file=sys.stderr)
            return 1
        finally:
            folder.clear()
    print(told)
    if asked.write:
        write(told, asked.page)
    return 0


def write(told: str, page: Path) -> None:
    """Puts the tables between the marks of the page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    with replacing(page) as stream:
        stream.write(f"{before}{BEGIN}\n\n{told}\n{END}{after}".encode())


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument("--records", type=_positive, default=1_000_000, help="lines of an input")
    parser.add_argument("--pairs", type=_positive, default=5, help="rounds of runs")
    parser.add_argument(
        "--sample", type=_positive, default=60_000, help="lines that are checked first"
    )
    parser.add_argument(
        "--tenfold", action="store_true", help="memory at ten times the lines as well"
    )
    parser.add_argument("--work", type=Path, help="folder of the inputs, kept for the next run")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page that --write writes into")
    return parser.parse_args(given)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not above 0")
    return number


def _benchmark(work: Path, folder: Folder, asked: argparse.Namespace) -> str:
    _agree(_ours_differs(work, folder, asked))
    _agree(_rivals_differ(inputs.clean(work, LINKML_LINES), folder))
    data = _inputs(work, asked.records)
    timed = list(_timed(work, folder, data, asked))
    peaks = list(_peaks(work, folder, asked))
    _, one_core = timed[0]
    return tables.document(timed, peaks, list(_targets(one_core, peaks)), asked.pairs)


def _inputs(work: Path, records: int) -> list[Input]:
    return [inputs.clean(work, records), *(inputs.faulty(work, records, share) for share in SHARES)]


# --- the check --------------------------------------------------------------------------------------


def _agree(differences: Iterator[str]) -> None:
    """Raises Failed with all differences, if there are any."""
    told = list(differences)
    if told:
        raise Failed("\n".join(["what was done differs from the authority", *told]))


def _ours_differs(work: Path, folder: Folder, asked: argparse.Namespace) -> Iterator[str]:
    """Where ours differs from the authority on a sample of all kinds."""
    sample = inputs.sample(work, asked.sample, min(0.5, FAULTS / asked.sample))
    truth = authority.judgement(sample)
    if len(truth.rejected) != sample.rejected:
        yield f"the authority rejects {len(truth.rejected)} lines, {sample.rejected} are faulty"
    for cores in _settings():
        folder.run(HARMTAX, sample, cores)
        found = authority.disagreements(sample, truth, folder.quarantine, folder.parquet())
        yield from (f"harmtax on {len(cores)} core(s): {each}" for each in found)


def _rivals_differ(clean: Input, folder: Folder) -> Iterator[str]:
    """Where any contestant differs from the authority on clean lines, so that all do the same work."""
    truth = authority.judgement(clean)
    for contestant in CONTESTANTS:
        folder.run(contestant, clean, all_cores()).settled(contestant, clean)
        if contestant.writes:
            found = authority.values(truth.values, folder.parquet())
            yield from (f"{contestant.name} on clean lines: {each}" for each in found)


def _settings() -> list[tuple[int, ...]]:
    """One core, then all; a machine with one core has one setting."""
    cores = all_cores()
    return [cores[-1:], cores] if len(cores) > 1 else [cores]


# --- the times --------------------------------------------------------------------------------------


def _timed(
    work: Path, folder: Folder, data: list[Input], asked: argparse.Namespace
) -> Iterator[tuple[str, list[Series]]]:
    clean, *faulty = data
    parallel = [Entry(YARDSTICK, "clean", clean), Entry(HARMTAX, "clean", clean)]
    parallel += [
        Entry(HARMTAX, _label(share), each) for share, each in zip(SHARES, faulty, strict=True)
    ]
    parallel.append(Entry(PYARROW, "clean", clean))
    slow = inputs.clean(work, max(clean.lines // PYDANTIC_PART, LINKML_LINES))
    single = [
        Entry(JSONSCHEMA, "clean", clean),
        Entry(PYDANTIC, PART, slow, part=True),
        Entry(LINKML, PART, inputs.clean(work, LINKML_LINES), part=True),
    ]
    for cores in _settings():
        entries = [*parallel, *single] if len(cores) == 1 else parallel
        heading = "One core" if len(cores) == 1 else f"All {len(cores)} cores"
        yield heading, measured(folder, entries, cores, asked.pairs)


# --- memory and targets -----------------------------------------------------------------------------


def _peaks(work: Path, folder: Folder, asked: argparse.Namespace) -> Iterator[Peak]:
    """Peak memory on clean lines and on few faults, on one core and on all."""
    sizes = [asked.records, 10 * asked.records] if asked.tenfold else [asked.records]
    clean = [inputs.clean(work, size) for size in sizes]
    few = [inputs.faulty(work, size, SHARES[0]) for size in sizes]
    for contestant, label, files in (
        (YARDSTICK, "clean", clean),
        (HARMTAX, "clean", clean),
        (HARMTAX, _label(SHARES[0]), few),
    ):
        for cores in _settings():
            # Where several processes may share the work, none of them alone tells the memory.
            tree = len(cores) > 1
            runs = [folder.run(contestant, data, cores, tree=tree) for data in files]
            for run, data in zip(runs, files, strict=True):
                run.settled(contestant, data)
            memory = tuple(run.cost.memory for run in runs)
            yield Peak(contestant, label, len(cores), files[0].lines, memory)


def _targets(series: Sequence[Series], peaks: Sequence[Peak]) -> Iterator[Target]:
    """What is asked of us on one core, and what was found."""
    found = {(each.entry.contestant, each.entry.label): each for each in series}
    ours, faulty = found[HARMTAX, "clean"], found[HARMTAX, _label(SHARES[-1])]
    alone = [peak for peak in peaks if peak.contestant == HARMTAX and peak.cores == 1]
    yield Target("CPU, clean, to DuckDB", 2.5, ours.against(yardstick(series)))
    yield Target(f"CPU, {_label(SHARES[-1])}, to our own clean run", 1.5, faulty.against(ours))
    yield Target("peak MB", 400, _one(max(max(p.memory) for p in alone) / MEGA))
    if all(len(peak.memory) > 1 for peak in alone):
        growth = max(peak.memory[1] / peak.memory[0] for peak in alone)
        yield Target("peak at ten times the lines, to that at once", 1.1, _one(growth))
    yield Target("CPU of pydantic to ours", 3, found[PYDANTIC, PART].against(ours), least=True)
    yield Target("CPU of linkml to ours", 30, found[LINKML, PART].against(ours), least=True)


def _one(value: float) -> Spread:
    return Spread(value, value, value)


def _label(share: float) -> str:
    return f"{share * 100:g} % faulty"


if __name__ == "__main__":
    sys.exit(main())
