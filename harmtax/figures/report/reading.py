"""What a report says, read from observations: totals, the tree of categories, shares, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from harmtax._generated.constraints import DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.figures.metrics import Observations


class Figure(NamedTuple):
    """The total of one metric in one period, or of all periods together."""

    metric: str
    period: str
    numerator: int | None
    denominator: int | None
    status: str

    @property
    def title(self) -> str:
        """The metric in a few words."""
        return METRICS[self.metric].title


class Tier(NamedTuple):
    """A tier, strictest first among its kind, and how many incidents of a category are in it."""

    code: str
    title: str
    incidents: int


class Node(NamedTuple):
    """A category with everything below it.

    `by_tier` says whether the incidents were counted by tier; if not, the one tier is the category's.
    """

    code: str
    title: str
    depth: int
    incidents: int
    tiers: tuple[Tier, ...]
    by_tier: bool

    @property
    def span(self) -> str:
        """The tiers in few words."""
        first, last = self.tiers[0].title, self.tiers[-1].title
        return first if first == last else f"{first} to {last}"


# Code, title, depth and base tier of a category.
Place = tuple[str, str, int, str | None]


class Reading:
    """The rows of observations, asked in the way that a page needs them."""

    def __init__(self, observations: Observations) -> None:
        self._rows: list[dict[str, Any]] = observations.table.to_pylist()

    def totals(self, metric: str) -> list[Figure]:
        """The total of each period, in their order."""
        return [
            Figure(metric, row["period"], row["numerator"], row["denominator"], row["status"])
            for row in self._rows
            if row["metric_id"] == metric and not _dimensions(row)
        ]

    def ratios(self) -> list[Figure]:
        """The totals of every metric that is a ratio."""
        ids = [metric.id for metric in METRICS.values() if metric.denominator is not None]
        return [figure for name in ids for figure in self.totals(name)]

    def tree(self, metric: str) -> list[Node]:
        """The categories that occur, each before its parts, over all periods together."""
        found = self._by_tier(metric)
        nodes = (_node(place, found.get(place[0], {})) for place in _places())
        return [node for node in nodes if node.incidents]

    def named(self, dimension: str) -> list[str]:
        """The values of a dimension that occur, sorted."""
        return sorted({row[dimension] for row in self._rows if row[dimension] is not None})

    def _by_tier(self, metric: str) -> dict[str, dict[str | None, int]]:
        """The counts of each category; under None where the rows do not tell the tier."""
        rows = [row for row in self._rows if row["metric_id"] == metric and row["category"]]
        # Of several breakdowns one is read: added up they would count twice.
        chosen = min(map(_dimensions, rows), key=len, default=())
        found: dict[str, dict[str | None, int]] = {}
        for row in rows:
            if _dimensions(row) == chosen:
                tiers = found.setdefault(row["category"], {})
                tiers[row["tier"]] = tiers.get(row["tier"], 0) + (row["numerator"] or 0)
        return found


def _node(place: Place, counts: Mapping[str | None, int]) -> Node:
    code, title, depth, base = place
    words, whole = _titles("Tier"), sum(counts.values())
    told = tuple(Tier(tier, words[tier], counts[tier]) for tier in words if counts.get(tier))
    own = Tier(base or "none", words.get(base or "", "No tier"), whole)
    return Node(code, title, depth, whole, told or (own,), bool(told))


def together(figures: Sequence[Figure]) -> Figure | None:
    """All periods as one, if each has its numbers; the parts must not overlap, and periods do not."""
    if not figures or any(each.numerator is None for each in figures):
        return None
    has = all(each.denominator is not None for each in figures)
    bottom = sum(each.denominator or 0 for each in figures) if has else None
    statuses = {each.status for each in figures}
    mixed = "partly_covered" if has else "missing_denominator"
    status = statuses.pop() if len(statuses) == 1 else mixed
    return Figure(
        figures[0].metric,
        "All periods",
        sum(each.numerator or 0 for each in figures),
        bottom,
        status,
    )


def count(number: int | None) -> str:
    """A whole number in groups of three."""
    return "not reported" if number is None else f"{number:,}"


def many(number: int, word: str) -> str:
    """A number with its noun."""
    return f"{count(number)} {word}{'' if number == 1 else 's'}"


def share(top: int | None, bottom: int | None) -> str:
    """A share in percent, rounded half up in whole numbers."""
    if top is None or bottom is None:
        return "cannot be given"
    if bottom == 0:
        return "no cases"
    hundredths = (top * 20_000 + bottom) // (2 * bottom)
    if top and not hundredths:
        return "under 0.01 %"
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def status(code: str) -> str:
    """The title of a status."""
    return _titles("ObservationStatus").get(code, code)


def _dimensions(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in DIMENSIONS if row[name] is not None)


@cache
def _titles(code_list: str) -> dict[str, str]:
    return {code.code: code.title for code in CODE_LISTS[code_list].codes}


@cache
def _places() -> tuple[Place, ...]:
    return tuple(_below(None, 0))


def _below(parent: str | None, depth: int) -> Iterator[Place]:
    for row in CATEGORIES:
        if row.parent == parent:
            yield row.code, row.title, depth, row.base_tier
            yield from _below(row.code, depth + 1)
