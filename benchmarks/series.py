"""Rounds of runs, one contestant after the other in each, so that all meet the same weather."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.contestants import YARDSTICK, Contestant, Folder, Result
from benchmarks.inputs import Input

MICRO = 1e6


class Entry(NamedTuple):
    """A contestant on an input.

    One that is too slow for all the data gets a `part`. Its start would weigh more than it does on all
    the data, so that it is taken off: only what comes after the first line counts.
    """

    contestant: Contestant
    label: str
    data: Input
    part: bool = False


class Spread(NamedTuple):
    """The median of the rounds between the least and the greatest."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))


class Series(NamedTuple):
    """The rounds of one entry: CPU and wall time per line in microseconds, and the largest memory."""

    entry: Entry
    cpu: tuple[float, ...]
    wall: tuple[float, ...]
    memory: int
    last: Result

    def against(self, other: Series) -> Spread:
        """How many times the CPU time per line of another series it took, round by round."""
        return Spread.of([ours / theirs for ours, theirs in zip(self.cpu, other.cpu, strict=True)])

    def against_by_clock(self, other: Series) -> Spread:
        """The same for the time of the clock."""
        return Spread.of(
            [ours / theirs for ours, theirs in zip(self.wall, other.wall, strict=True)]
        )


def measured(
    folder: Folder, entries: Sequence[Entry], cores: Sequence[int], rounds: int
) -> list[Series]:
    """A series for each entry. Raises Failed when a run did not do all of its work."""
    runs: list[list[tuple[float, float, Result]]] = [[] for _ in entries]
    for number in range(1, rounds + 1):
        for place, entry in enumerate(entries):
            cpu, wall, result = _run(folder, entry, cores)
            runs[place].append((cpu, wall, result))
            _tell(
                f"round {number} of {rounds}, {len(cores)} core(s), {entry.contestant.name} on"
                f" {entry.data.name}: {cpu * MICRO:.1f} us of CPU per line, {result.cost.wall:.1f} s"
            )
    return [_series(entry, each) for entry, each in zip(entries, runs, strict=True)]


def yardstick(series: Sequence[Series]) -> Series:
    """The series that the others are held against."""
    return next(each for each in series if each.entry.contestant == YARDSTICK)


def _run(folder: Folder, entry: Entry, cores: Sequence[int]) -> tuple[float, float, Result]:
    """CPU and wall time per line in seconds."""
    found = folder.run(entry.contestant, entry.data, cores).settled(entry.contestant, entry.data)
    cpu, wall, lines = found.cost.cpu, found.cost.wall, entry.data.lines
    if entry.part and found.after_first is not None:
        (cpu, wall), lines = found.after_first, lines - 1
    return cpu / lines, wall / lines, found


def _series(entry: Entry, runs: Sequence[tuple[float, float, Result]]) -> Series:
    cpu, wall, results = zip(*runs, strict=True)
    return Series(
        entry,
        tuple(each * MICRO for each in cpu),
        tuple(each * MICRO for each in wall),
        max(result.cost.memory for result in results),
        results[-1],
    )


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
