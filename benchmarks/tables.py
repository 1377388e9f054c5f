"""The measured figures as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks.contestants import Contestant
from benchmarks.series import Series, Spread, yardstick
from harmtax import VERSION

LIBRARIES = (
    "duckdb", "jsonschema-rs", "linkml", "msgspec", "pyarrow", "pydantic", "pydantic-core",
)  # fmt: skip
MEGA = 1e6


class Peak(NamedTuple):
    """The peak memory of a program on so many lines and, where measured, on ten times as many."""

    contestant: Contestant
    label: str
    cores: int
    lines: int
    memory: tuple[int, ...]


class Target(NamedTuple):
    """What is asked for: `found` at most `bound`, or at least where `least`."""

    says: str
    bound: float
    found: Spread
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the median keeps to the bound."""
        return self.found.median >= self.bound if self.least else self.found.median <= self.bound


def document(
    timed: Sequence[tuple[str, Sequence[Series]]],
    peaks: Sequence[Peak],
    targets: Sequence[Target],
    rounds: int,
) -> str:
    """All tables of a run; `timed` holds a heading and the series of each setting."""
    parts = ["\n".join(_machine(rounds))]
    parts += [f"### {heading}\n\n" + _table(_times(series)) for heading, series in timed]
    parts.append("### Memory\n\n" + _table(_memory(peaks)))
    parts.append("### Targets\n\n" + _table(_targets(targets)))
    return "\n\n".join(parts) + "\n"


def _machine(rounds: int) -> Iterator[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"- harmtax {VERSION}, Python {platform.python_version()}, {libraries}"
    yield (
        f"- {_processor()}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB of memory,"
        f" {platform.system()} {platform.machine()}"
    )
    yield f"- {rounds} round{'s' if rounds > 1 else ''}; medians, least and greatest in brackets"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


# --- rows -------------------------------------------------------------------------------------------


def _times(series: Sequence[Series]) -> Iterator[tuple[str, ...]]:
    yield (
        "program", "validates", "input", "lines", "rejected", "CPU µs/line", "CPU ratio",
        "wall ratio", "lines/s", "peak MB", "Parquet B/line",
    )  # fmt: skip
    unit = yardstick(series)
    for each in series:
        entry, last = each.entry, each.last
        yield (
            entry.contestant.title,
            entry.contestant.checks,
            entry.label,
            f"{entry.data.lines:,}",
            f"{last.rejected:,}",
            _spread(Spread.of(each.cpu), ".1f"),
            _spread(each.against(unit), ".2f"),
            _spread(each.against_by_clock(unit), ".2f"),
            f"{MEGA / Spread.of(each.wall).median:,.0f}",
            f"{each.memory / MEGA:.0f}",
            f"{last.output / last.accepted:.0f}" if entry.contestant.writes else "none",
        )


def _memory(peaks: Sequence[Peak]) -> Iterator[tuple[str, ...]]:
    yield "program", "input", "cores", "lines", "peak MB", "peak MB at ten times the lines"
    for each in peaks:
        memory = [f"{peak / MEGA:.0f}" for peak in each.memory]
        once, tenfold = [*memory, "not measured"][:2]
        yield each.contestant.title, each.label, f"{each.cores}", f"{each.lines:,}", once, tenfold


def _targets(targets: Sequence[Target]) -> Iterator[tuple[str, ...]]:
    yield "asked for", "measured", "met"
    for each in targets:
        word = "at least" if each.least else "at most"
        yield (
            f"{each.says}: {word} {each.bound:g}",
            _spread(each.found, ".2f"),
            "yes" if each.met else "no",
        )


def _spread(spread: Spread, form: str) -> str:
    middle, least, most = (format(value, form) for value in spread)
    return middle if least == most else f"{middle} ({least} to {most})"


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    head, *body = rows
    rule = ["---" if place == 0 else "---:" for place in range(len(head))]
    lines = [head, rule, *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
