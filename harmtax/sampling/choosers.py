"""Who decides while a row is drawn: chance here, Hypothesis in `harmtax.testing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Protocol, TypeVar

T = TypeVar("T")


class Chooser(Protocol):
    """Who decides; `name` is the field that the decision is about."""

    def pick(self, name: str, options: Sequence[T]) -> T:
        """One of the options."""

    def number(self, name: str, low: int, high: int) -> int:
        """An integer from `low` to `high`; days or seconds since 1970 for a date or a time."""

    def chance(self, name: str, share: float) -> bool:
        """True in about this share of cases."""


class RandomChooser:
    """Chooses at random; the same seed gives the same rows.

    `weights` says per field how often a code occurs (a code without a weight never does, as long as
    another one is possible), `shares` how often an optional field is present, and `spans` from where
    to where its numbers lie (days or seconds since 1970 for a date or a time).
    """

    def __init__(
        self,
        random: Random,
        *,
        weights: Mapping[str, Mapping[str, float]] | None = None,
        shares: Mapping[str, float] | None = None,
        spans: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self._random = random
        self._weights = weights or {}
        self._shares = shares or {}
        self._spans = spans or {}

    def pick(self, name: str, options: Sequence[T]) -> T:
        """One of the options."""
        wanted = self._weights.get(name)
        if wanted is not None:
            weights = [wanted.get(str(option), 0.0) for option in options]
            if any(weights):
                return self._random.choices(options, weights)[0]
        return options[int(self._random.random() * len(options))]

    def number(self, name: str, low: int, high: int) -> int:
        """An integer from `low` to `high`, within the span of the field where the two meet."""
        first, last = self._spans.get(name, (low, high))
        if max(low, first) <= min(high, last):
            low, high = max(low, first), min(high, last)
        return low + int(self._random.random() * (high - low + 1))

    def chance(self, name: str, share: float) -> bool:
        """True in about this share of cases."""
        return self._random.random() < self._shares.get(name, share)
