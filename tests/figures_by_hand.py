"""Observations made by hand for tests: counts at the finest level, and all their totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product

import pyarrow as pa

from harmtax._generated.constraints import DIMENSIONS, VERSION
from harmtax._generated.models import Observation
from harmtax._generated.taxonomy import CLOSURE
from harmtax.figures.metrics import Observations
from harmtax.records.record import schema

# Codes of the dimensions, and how many records have them.
Counts = Mapping[tuple[str, ...], int]
ABOVE: dict[str, list[str]] = {}
for _part, _whole in CLOSURE:
    ABOVE.setdefault(_part, []).append(_whole)


def rows(
    names: Sequence[str], counts: Counts, *, metric: str = "M01", period: str = "2026-Q1"
) -> list[dict[str, object]]:
    """One table with all its margins: the codes of `names` in each key, rolled up over the tree."""
    found: Counter[tuple[tuple[str, str], ...]] = Counter({(): 0})
    for codes, count in counts.items():
        levels = [
            ABOVE[code] if name == "category" else [code]
            for name, code in zip(names, codes, strict=True)
        ]
        for size in range(len(names) + 1):
            for chosen in combinations(range(len(names)), size):
                for at in product(*(levels[place] for place in chosen)):
                    cell = [(names[place], code) for place, code in zip(chosen, at, strict=True)]
                    found[tuple(sorted(cell, key=lambda pair: DIMENSIONS.index(pair[0])))] += count
    return [
        {"metric_id": metric, "period": period, **dict(codes), "numerator": count}
        for codes, count in sorted(found.items())
        if count or not codes
    ]


def observations(*tables: Iterable[Mapping[str, object]]) -> Observations:
    """Observations of some tables, each row once."""
    listed: list[Mapping[str, object]] = []
    for table in tables:
        listed += [row for row in table if row not in listed]
    full = schema(Observation)
    fixed = {"status": "normal", "harmtax_version": VERSION}
    columns = [
        pa.array([{**fixed, **row}.get(field.name) for row in listed], field.type) for field in full
    ]
    return Observations(pa.table(columns, schema=full), {"Incident": 0})
