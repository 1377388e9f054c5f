"""What differs in the metrics: what they count, and by what they can be broken down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harmtax.shapes import Condition, Quantity
from harmtax.standard.effects import Comparison
from harmtax.standard.kinds import Difference
from harmtax.standard.regions import Undecided
from harmtax.standard.release import Facts, Release, split
from harmtax.standard.tables import side

SIDES = ("numerator", "denominator")
# What a side counts, other than its condition and its dimensions.
COUNTED = (
    "record", "sum", "period", "in_force", "ended", "whole", "distinct", "duration", "in_time",
    "bounds",
)  # fmt: skip
OTHERS = ("kind", "unit")


class Metrics:
    """The metrics of two versions, the older in the names of the newer.

    `rest` compares records without what moved: a condition that differs only there follows from the move.
    """

    def __init__(
        self,
        old: Release,
        new: Release,
        whole: Mapping[str, Comparison],
        rest: Mapping[str, Comparison],
        moved: list[str],
    ) -> None:
        self.old, self.new, self.whole, self.rest, self.moved = old, new, whole, rest, moved
        self.follows: dict[str, list[Difference]] = {}
        # Breakdowns that came or went with a field are no differences of the metrics.
        self.fields = {
            split(name)[2]
            for name in {*old.of("field")} ^ {*new.of("field")}
        }  # fmt: skip

    def found(self) -> Iterator[Difference]:
        """What differs in its own right; fills `follows` with what does not."""
        for name in self.new.of("metric"):
            facts = self.new.elements[name]
            if name in self.old.elements:
                yield from self._metric(name, self.old.elements[name], facts)
            else:
                yield Difference("metric_added", name, after=facts["title"])
        for name in self.old.of("metric"):
            if name not in self.new.elements:
                yield Difference("metric_removed", name, before=self.old.elements[name]["title"])

    def _metric(self, name: str, before: Facts, after: Facts) -> Iterator[Difference]:
        yield from self._formula(name, before, after)
        if before["mergeable"] != after["mergeable"]:
            kind = "merging_allowed" if after["mergeable"] else "merging_refused"
            yield Difference(
                kind, name, ("mergeable",), before["mergeable"], after["mergeable"]
            )  # fmt: skip
        was, now = (
            {dimension for word in SIDES for dimension in (facts[word] or {}).get("dimensions", ())}
            for facts in (before, after)
        )
        lost, won = (sorted(each - self.fields) for each in (was - now, now - was))
        if lost:
            yield Difference("dimension_removed", name, ("dimensions",), lost, None)
        if won:
            yield Difference("dimension_added", name, ("dimensions",), None, won)

    def _formula(self, name: str, before: Facts, after: Facts) -> Iterator[Difference]:
        told = [word for word in OTHERS if before[word] != after[word]]
        follows = False
        for word in SIDES:
            was, now = side(before[word]), side(after[word])
            if was is None or now is None:
                told += [word] if was is not now else []
                continue
            told += [f"{word}.{each}" for each in COUNTED if _get(was, each) != _get(now, each)]
            if was.record == now.record and not self._is_same(self.whole, was, now):
                if self.moved and self._is_same(self.rest, was, now):
                    follows = True
                else:
                    told.append(f"{word}.where")
        if told:
            yield Difference("formula_changed", name, tuple(told))
        elif follows:
            for element in self.moved:
                self.follows.setdefault(element, []).append(Difference("formula_changed", name))

    def _is_same(self, comparisons: Mapping[str, Comparison], was: Quantity, now: Quantity) -> bool:
        """Whether both conditions count the same records, of those that both versions know."""
        comparison = comparisons.get(now.record)
        if comparison is None:
            return was.where == now.where
        try:
            return _is_within(comparison, was.where, now.where) and _is_within(
                comparison, now.where, was.where
            )
        except Undecided:
            return False


def _is_within(comparison: Comparison, one: Condition, other: Condition) -> bool:
    return comparison.beyond(one, other) is None


def _get(quantity: Quantity, word: str) -> Any:
    return getattr(quantity, word)
