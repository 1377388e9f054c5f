"""Publications for tests: small, with every state of a number in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Observation
from harmtax.figures.policy import Policy
from harmtax.figures.publication import Publication
from harmtax.records.record import schema

ABOUT: Mapping[str, Any] = {
    "k": 5,
    "criterion": "For every small number a table with another one agrees with all that is known.",
    "inputs": {"part-0.parquet": "ab" * 32},
    "records_rounded": {"Incident": 1200, "Appeal": "fewer than 50"},
    "reporters": 6,
    "solver": {"name": "highs", "version": "1"},
    "configuration": {"period": "quarter"},
    "version": VERSION,
    "tables": [
        {"metric": "M01", "period": "2026", "breakdown": ["category"], "shown": 3, "hidden": 1},
        {"metric": "M10/of", "period": "2026", "breakdown": [], "shown": 1, "hidden": 0},
    ],
}


def row(
    metric: str, period: str, top: int | None, bottom: int | None = None, **more: Any
) -> dict[str, Any]:
    """One observation; `more` are dimensions, bounds and status."""
    base = {"harmtax_version": VERSION, "metric_id": metric, "period": period, "status": "normal"}
    return {**base, "numerator": top, "denominator": bottom, **more}


def publication(*rows: dict[str, Any], basis: str | None = None, **about: Any) -> Publication:
    """A publication of the rows."""
    table = pa.Table.from_pylist(list(rows), schema=schema(Observation))
    return Publication(table, Policy(), {**ABOUT, **about}, basis)


HIDDEN = {"status": "suppressed"}
ROWS = (
    row("M01", "2026-Q1", 40),
    row("M01", "2026-Q2", None, **HIDDEN),
    row("M01", "2026-Q3", 60),
    row("M01", "2026", 1100),
    row("M01", "2026", 700, category="IIA"),
    row("M01", "2026", None, category="IIA-NUD", **HIDDEN),
    row("M01", "2026", 0, category="TVE"),
    row("M01", "2026", 400, category="LIK"),
    row("M01", "2026", 650, category="IIA", tier="floor"),
    row("M01", "2026", 50, category="IIA", tier="high"),
    row("M01", "2026", None, category="LIK", tier="high", **HIDDEN),
    row("M02", "2026-Q1", 1234),
    row("M04", "2026", 7, None, status="missing_denominator"),
    row("M05", "2026", 7, 70_000, status="partly_covered"),
    row("M13-median", "2026", 100, median_lower=36_000, median_upper=36_000),
    row("M13-median", "2026", 70, duration_bin="within_12h"),
    row("M13-median", "2026", 20, duration_bin="within_48h"),
    row("M13-median", "2026", 10, duration_bin="within_7d"),
    row("M17", "2026", 90, 120),
    row("M23", "2026-Q1", 10, 40),
    row("M23", "2026-Q2", None, 50, **HIDDEN),
    row("M23", "2026", 300, 1100),
    row("M24", "2026", 0, 0, status="not_applicable"),
    row("M28", "2026", None, status="not_applicable"),
)
SOME = publication(*ROWS)
