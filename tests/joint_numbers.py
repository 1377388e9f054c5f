"""Records and the numbers that metrics make of them, for attackers who think of records and not of tables.

A world is a list of possible records, with how many there are of each. A metric's number under some codes is
the sum over the records that it counts. Conditions are evaluated on each record, so that nothing here shares
what the package knows of conditions that hold each other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from harmtax._generated.constraints import DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax.figures.disclosure.programme import DOWN, UP, Programme
from harmtax.figures.disclosure.system import Matrix
from harmtax.shapes import Quantity
from tests.figures_by_hand import ABOVE

Record = dict[str, Any]
Codes = tuple[tuple[str, str], ...]
PERIOD = "2026-Q1"

FIXED: Record = {
    "incident_status": "actioned", "generation": "fully_generated", "category": "LIK",
    "reporter_id": "a", "depicted_age_group": "adult", "targeted_group": (),
    "views_before_action": None, "decision_visibility": (), "decision_account": None,
    "generating_service_id": None,
}  # fmt: skip
# What a field may hold, as far as some metric asks for it, and one more.
MAY: dict[str, list[Any]] = {
    "category": ["CSE-IDM", "CSE", "LIK", "HAT", "LIK-IMP"],
    "reporter_id": ["a", "b"],
    "depicted_age_group": ["minor", "adult"],
    "targeted_group": [("children",), ("women",), ("children", "women"), ()],
    "views_before_action": [None, 0, 50],
    "decision_visibility": [("removed",), ("disabled",), ("removed", "disabled"), ()],
    "decision_account": [None, "terminated", "suspended"],
    "generating_service_id": [None, "service"],
    "generation": ["fully_generated", "ai_edited", "not_synthetic"],
}
BINS: Mapping[int | None, list[str]] = {None: [], 0: ["views_0"], 50: ["views_10_99"]}
DIMENSION = {"views_before_action": "views_bin"}
ASKED = {
    "M01": (), "M02": ("category",), "M06": ("views_before_action", "decision_visibility"),
    "M07-content": ("decision_visibility",), "M07-accounts": ("decision_account",),
    "M23": ("category", "depicted_age_group", "targeted_group"), "M23-groups": ("targeted_group",),
    "M30": ("generating_service_id",),
}  # fmt: skip
_TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "in": lambda value, codes: value in codes,
    "has": lambda value, codes: bool({*value} & {*codes}),
    "present": lambda value, _: value not in (None, ()),
}


def counts(quantity: Quantity, record: Record) -> bool:
    """Whether a record is counted."""
    return any(
        all(_TESTS[word](record[field], argument) for field, word, argument in tests)
        for tests in quantity.where
    )


def codes(record: Record, name: str) -> list[str]:
    """The codes of a record in a dimension."""
    if name == "category":
        return ABOVE[record[name]]
    if name == "views_bin":
        return BINS[record["views_before_action"]]
    if name == "targeted_group":
        return list(record[name]) or ["unknown"]
    value = record[name]
    return list(value) if isinstance(value, tuple) else [value] * (value is not None)


@dataclass
class World:
    """Possible records and how many there are of each, with a plan of tables and some metrics."""

    records: list[Record]
    many: list[int]
    plan: tuple[tuple[str, ...], ...]
    metrics: list[str]

    @classmethod
    def drawn(cls, seed: int, most: int = 200) -> World:
        """A world whose fields hold all that its metrics ask for, so that nothing else is left to know."""
        draw = random.Random(seed)
        while True:
            fields = draw.sample(sorted(MAY), draw.choice([2, 3, 4]))
            records = [
                FIXED | dict(zip(fields, each, strict=True))
                for each in product(*(MAY[field] for field in fields))
            ]
            metrics = [metric for metric, asked in ASKED.items() if {*asked} <= {*fields}]
            names = [
                DIMENSION.get(each, each) for each in fields if each in [*DIMENSION, *DIMENSIONS]
            ]
            if len(metrics) > 1 and names and len(records) <= most:
                break
        many = [0] * len(records)
        for place in draw.sample(range(len(records)), min(len(records), draw.choice([5, 12, 25]))):
            many[place] = draw.choice([1, 1, 2, 3, 4, 8, 30, 90])
        # One table, or two that share no more than one dimension: neither is a circle by itself.
        first = tuple(sorted(draw.sample(names, min(2, len(names)))))
        second = tuple(sorted(draw.sample(names, 1)))
        plan = tuple({first, second})
        return cls(
            records, many, plan, draw.sample(metrics, min(len(metrics), draw.choice([2, 3, 5])))
        )

    @property
    def breakdowns(self) -> list[tuple[str, ...]]:
        """All tables of the plan with their totals."""
        found = {
            tuple(name for name in DIMENSIONS if name in some)
            for each in self.plan
            for size in range(len(each) + 1)
            for some in combinations(each, size)
        }
        return sorted(found)

    def sums(self, quantity: Quantity) -> dict[Codes, list[int]]:
        """By codes the places of the records that are counted under them."""
        found: dict[Codes, list[int]] = {(): []}
        for names in self.breakdowns:
            if not {*names} & {*quantity.whole}:
                for place, record in enumerate(self.records):
                    if counts(quantity, record):
                        for at in product(*(codes(record, name) for name in names)):
                            found.setdefault(tuple(zip(names, at, strict=True)), []).append(place)
        return found

    def total(self, places: Sequence[int]) -> int:
        """How many records there are at some places."""
        return sum(self.many[place] for place in places)

    def sides(self) -> dict[tuple[str, str], dict[Codes, list[int]]]:
        """By metric and side what it sums."""
        return {
            (metric, side): self.sums(quantity)
            for metric in self.metrics
            for side in ("numerator", "denominator")
            if (quantity := getattr(METRICS[metric], side)) is not None
        }

    def rows(self) -> list[dict[str, object]]:
        """The observations."""
        found = []
        sides = self.sides()
        for metric in self.metrics:
            top, bottom = sides[metric, "numerator"], sides.get((metric, "denominator"))
            whole = METRICS[metric].denominator.whole if bottom is not None else ()  # type: ignore[union-attr]
            for at in sorted({*top, *(bottom or ())}):
                row: dict[str, object] = {"metric_id": metric, "period": PERIOD, **dict(at)}
                row["numerator"] = self.total(top.get(at, ()))
                if bottom is not None:
                    beside = tuple(pair for pair in at if pair[0] not in whole)
                    row["denominator"] = self.total(bottom.get(beside, ()))
                if row["numerator"] or row.get("denominator") or not at:
                    found.append(row)
        return found


def known(
    world: World, published: Sequence[Mapping[str, Any]]
) -> list[tuple[list[int], int, bool]]:
    """What a publication says of sums of records: the places, the number, and whether it is exact."""
    sides = world.sides()
    found: list[tuple[list[int], int, bool]] = []
    told: set[tuple[str, str, Codes]] = set()
    for row in published:
        metric = row["metric_id"]
        at = tuple((name, row[name]) for name in DIMENSIONS if row.get(name) is not None)
        for side in ("numerator", "denominator"):
            places = sides.get((metric, side), {}).get(at)
            if places is None:
                continue
            told.add((metric, side, at))
            if row[side] is not None:
                found.append((places, row[side], True))
            else:
                # A mark says that a number is not zero; of a rate it may be either side.
                found.append((places, int((metric, "denominator") not in sides), False))
    for (metric, side), sums in sides.items():
        for at, places in sums.items():
            # Under codes that a side is not split by its number stands beside those of the other side.
            if (metric, side, at) not in told:
                found.append((places, 0, True))
    return [each for each in found if each[0]]


def reach(
    world: World, facts: Sequence[tuple[list[int], int, bool]], wanted: Sequence[Sequence[int]]
) -> list[tuple[float, float]]:
    """The least and the most that sums of records can be, whatever the records are, as fractions."""
    size = len(world.records)
    rows = [
        [*((place, 1) for place in places), (size + number, -1)]
        for number, (places, _, _) in enumerate(facts)
    ]
    rows += [
        [*((place, 1) for place in places), (size + len(facts) + number, -1)]
        for number, places in enumerate(wanted)
    ]
    width = size + len(facts) + len(wanted)
    values = np.array(
        [*world.many, *(world.total(each) for each, _, _ in facts), *map(world.total, wanted)]
    )
    least = np.zeros(width, dtype=np.int64)
    least[size : size + len(facts)] = [number for _, number, _ in facts]
    free = np.array(
        [
            place
            for place in range(width)
            if not (size <= place < size + len(facts) and facts[place - size][2])
        ]
    )
    programme = Programme.of(Matrix.of(rows, width), free, values - least, np.full(width, 0.01))
    asked = np.searchsorted(free, np.arange(size + len(facts), width)).tolist()
    down, up = (list(programme.reaches(asked, way)) for way in (DOWN, UP))
    truth = [world.total(each) for each in wanted]
    return [
        (n - (0 if less is None else less), np.inf if more is None else n + more)
        for n, less, more in zip(truth, down, up, strict=True)
    ]
