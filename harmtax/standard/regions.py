"""Decides exactly whether one condition holds wherever another does.

A region is a set of records: per field the values that it may still have. Every test of the normal form
cuts a region in two, one part for which it holds and one for which it does not, and each is a region
again (or two). So whether conjunctions cover a region is decided by cutting away one after the other until
nothing is left, or something is: a witness. Nothing is drawn and nothing guessed. The work can grow beyond
all bounds only for conditions that nobody writes; past `STEPS` the answer is `Undecided`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from harmtax.shapes import Conjunction, Test

STEPS = 20_000
# The value of a field that a rule only asks to be there.
THERE = "present"
Atom = str | int | None
Single = frozenset[Atom]


class Undecided(Exception):
    """The question took too many steps."""


class Many(NamedTuple):
    """What a list may be: members only from `members`, at least one of each of `hits`, or absent."""

    members: frozenset[str]
    hits: frozenset[frozenset[str]]
    absent: bool
    present: bool


Part = Single | Many
Region = Mapping[str, Part]


@dataclass(frozen=True)
class Space:
    """All records in question: what each field may be; `alone` holds codes that stand alone in lists."""

    parts: Mapping[str, Part]
    limits: Mapping[str, tuple[int, ...]]
    alone: Mapping[str, frozenset[str]]

    def uncovered(self, what: Conjunction, cover: Collection[Conjunction]) -> Region | None:
        """A part of `what` in which nothing of `cover` holds, or None. Raises Undecided."""
        start = self.holding({}, what)
        return None if start is None else _Search(self).left(start, sorted(cover, key=len))

    def cut(self, conjunction: Conjunction) -> Conjunction:
        """The same conjunction without codes that no record in question has, its tests in order."""
        return tuple(sorted({self._cut(test) for test in conjunction}, key=str))

    def _cut(self, test: Test) -> Test:
        name, word, argument = test
        if not isinstance(argument, tuple):
            return test
        part = self.parts[name]
        known = part.members if isinstance(part, Many) else part
        return name, word, tuple(sorted((a for a in argument if a in known), key=str))

    def holding(self, region: Region, tests: Iterable[Test]) -> Region | None:
        """The part of a region in which all tests hold, or None when there is none."""
        for test in tests:
            name = test[0]
            kept = self._kept(name, region.get(name, self.parts[name]), test)
            if kept is None:
                return None
            region = {**region, name: kept}
        return region

    def failing(self, region: Region, test: Test) -> Iterator[Region]:
        """The parts of a region in which a test does not hold."""
        name, word, argument = test
        for opposite in _opposites(name, word, argument, self.parts[name]):
            found = self.holding(region, [opposite])
            if found is not None:
                yield found

    def _kept(self, name: str, part: Part, test: Test) -> Part | None:
        if isinstance(part, Many):
            return self._list(name, part, test)
        _, word, argument = test
        if word in ("min", "below"):
            assert isinstance(argument, int)
            kept = {a for a in part if isinstance(a, int) and (a >= argument) is (word == "min")}
            return frozenset(kept) or None
        if word == "absent":
            return part & {None} or None
        if word == "present":
            return part - {None} or None
        assert isinstance(argument, tuple)
        return part.intersection(argument) or None

    def _list(self, name: str, part: Many, test: Test) -> Many | None:
        _, word, argument = test
        codes = frozenset(c for c in argument if c) if isinstance(argument, tuple) else frozenset()
        match word:
            case "absent":
                part = part._replace(present=False)
            case "present":
                part = part._replace(absent=False)
            case "has":
                part = part._replace(absent=False, hits=part.hits | {codes})
            case "lacks":
                part = part._replace(members=part.members - codes)
            case "only":
                part = part._replace(absent=False, members=part.members & codes)
        return part if self._exists(name, part) else None

    def _exists(self, name: str, part: Many) -> bool:
        """Whether there is such a list."""
        if part.absent and not part.hits:
            return True
        if not part.present or not part.members:
            return False
        alone = self.alone.get(name, frozenset())
        usual = part.members - alone
        return (bool(usual) and all(hit & usual for hit in part.hits)) or any(
            all(code in hit for hit in part.hits) for code in part.members & alone
        )


class _Search:
    def __init__(self, space: Space) -> None:
        self.space, self.steps = space, 0

    def left(self, region: Region, cover: Sequence[Conjunction]) -> Region | None:
        """What of a region no conjunction of `cover` holds for."""
        self.steps += 1
        if self.steps > STEPS:
            raise Undecided
        near = [each for each in cover if self.space.holding(region, each) is not None]
        if not near:
            return region
        pieces = [self._pieces(each, region) for each in near]
        # The conjunction that leaves the fewest parts decides most; one that leaves none covers it all.
        first = pieces.index(min(pieces))
        for piece in self._without(region, near[first]) if pieces[first] else ():
            found = self.left(piece, [*near[:first], *near[first + 1 :]])
            if found is not None:
                return found
        return None

    def _pieces(self, conjunction: Conjunction, region: Region) -> int:
        """How many parts of a region there are at most in which a conjunction does not hold."""
        return sum(1 for test in conjunction for _ in self.space.failing(region, test))

    def _without(self, region: Region, conjunction: Conjunction) -> Iterator[Region]:
        rest: Region | None = region
        for test in conjunction:
            assert rest is not None
            yield from self.space.failing(rest, test)
            rest = self.space.holding(rest, [test])
            if rest is None:
                return


def _opposites(name: str, word: str, argument: object, part: Part) -> list[Test]:
    """Tests of which one holds exactly where the given one does not."""
    absent: Test = (name, "absent", None)
    match word:
        case "present":
            return [absent]
        case "absent":
            return [(name, "present", None)]
        case "min":
            return [(name, "below", argument), absent]  # type: ignore[list-item]
        case "below":
            return [(name, "min", argument), absent]  # type: ignore[list-item]
        case "has":
            return [(name, "lacks", argument)]  # type: ignore[list-item]
        case "lacks":
            return [(name, "has", argument)]  # type: ignore[list-item]
    assert isinstance(argument, tuple)
    if word == "only":
        assert isinstance(part, Many)
        return [(name, "has", tuple(sorted(part.members - set(argument)))), absent]
    assert not isinstance(part, Many)
    others = tuple(sorted((a for a in part if a not in argument), key=str))
    return [(name, "in", others)]  # type: ignore[list-item]


def segments(limits: Iterable[int], low: int | None, high: int | None) -> frozenset[Atom]:
    """One integer for each stretch between the limits at which some test changes its mind."""
    marks = sorted(set(limits))
    if not marks:
        return frozenset([low if low is not None else 0])
    ends = [marks[0] - 1, *marks]
    stretches = [*pairwise(ends), (ends[-1], None)]
    return frozenset(
        start
        for start, after in stretches
        if (high is None or start <= high) and (low is None or after is None or after > low)
    )
