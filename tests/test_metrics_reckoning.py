"""Every metric against a golden file and against a second, plain reading of its row in the table."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from harmtax._generated.constraints import DIMENSION_ROWS, DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax.figures.metrics import aggregate
from tests import reckoning
from tests.datasets import drawn

GOLDEN = Path(__file__).parent / "golden" / "metrics"
# Dimensions of every kind: rolled up, overlapping, in steps, looked up, taken from another field.
BY = (
    ("category", "tier"), ("targeted_group", "decision_visibility"), ("views_bin", "surface"),
    ("decision_ground", "synthetic_basis"), ("territorial_scope",), ("category", "requester_role"),
    ("issuing_country", "request_channel"), ("request_outcome", "automated_processing"),
    ("appeal_outcome", "appealed_decision"), ("appeal_forum",), ("surface", "content_language"),
    ("scope", "category"), ("safeguard", "capability"), ("personal_data_measure",),
    ("child_protection",), ("jurisdiction", "action_type"), ("reporter_id", "service_id"),
    ("automated_decision", "automated_detection"), ("benign_context",),
)  # fmt: skip
NUMBERS = ("numerator", "denominator", "median_lower", "median_upper", "status")


@cache
def _told() -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
    """The records and, by metric, the rows that the query gives for them."""
    home = Path(mkdtemp())
    records = drawn(home, 120, parts=2)
    found = aggregate(home, period="quarter", by=BY).table.to_pylist()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in METRICS}
    for row in found:
        rows[row["metric_id"]].append(row)
    return records, rows


def _place(row: dict[str, Any]) -> reckoning.Place:
    return tuple((name, row[name]) for name in DIMENSIONS if row[name] is not None)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_agrees_with_a_plain_reading_row_by_row(name: str) -> None:
    records, rows = _told()
    metric = METRICS[name]
    expected: dict[Any, dict[str, Any]] = {}
    for by in BY:
        if set(by) <= set(metric.numerator.dimensions):
            ordered = [each for each in DIMENSIONS if each in by]
            for key, numbers in reckoning.reckoned(metric, records, ordered).items():
                expected.setdefault(key, {}).update(numbers)
    seen = {
        (row["period"], _place(row)): {n: row[n] for n in ("numerator", "denominator")}
        for row in rows[name]
        if row["duration_bin"] is None
    }
    assert seen.keys() == expected.keys()
    for key, numbers in expected.items():
        if seen[key]["numerator"] is None and not metric.mergeable:
            continue
        for side in ("numerator", "denominator"):
            assert seen[key][side] == numbers.get(side), (key, side)


@pytest.mark.parametrize("name", [name for name, row in METRICS.items() if row.kind == "median"])
def test_every_median_and_its_steps_agree_with_a_plain_reading(name: str) -> None:
    records, rows = _told()
    metric = METRICS[name]
    levels = {tuple(n for n, _ in _place(row) if n != "duration_bin") for row in rows[name]}
    for level in levels:
        found = reckoning.durations(metric, records[metric.numerator.record], level)
        told = [
            row
            for row in rows[name]
            if tuple(n for n, _ in _place(row) if n != "duration_bin") == level
        ]
        for row in told:
            place = tuple(pair for pair in _place(row) if pair[0] != "duration_bin")
            took = found.get((row["period"], place), [])
            if row["duration_bin"] is None:
                middle = took[(len(took) - 1) // 2] // timedelta(seconds=1) if took else None
                assert (row["median_lower"], row["median_upper"]) == (middle, middle)
                assert row["status"] == ("normal" if took else "not_applicable")
            else:
                fits = [_step(each) for each in took]
                assert row["numerator"] == fits.count(row["duration_bin"]) > 0
        stepped = sum(row["numerator"] for row in told if row["duration_bin"] is not None)
        assert stepped == sum(map(len, found.values()))


def _step(took: timedelta) -> str:
    steps = DIMENSION_ROWS["duration_bin"].steps
    return next(code for code, end in steps if end is None or took <= timedelta(seconds=end))


def _shown(name: str) -> list[list[Any]]:
    """The totals of a metric and its first parts, as its golden file has them."""
    rows = _told()[1][name]
    totals = [row for row in rows if not _place(row)]
    parts = [row for row in rows if _place(row)][:: max(1, len(rows) // 12)]
    return [
        [row["period"], dict(_place(row)), *(row[each] for each in NUMBERS)]
        for row in (*totals, *parts)
    ]


def written(name: str) -> str:
    """The text of a golden file as the metric is counted now."""
    rows = ",\n".join(f"  {json.dumps(row)}" for row in _shown(name))
    columns = json.dumps(["period", "codes", *NUMBERS])
    return f'{{"columns": {columns},\n "rows": [\n{rows}\n ]}}\n'


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_its_golden_file(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    assert path.exists(), (
        f"{name} has no golden file. Hold these numbers against its definition, and save them as {path}:\n"
        f"{written(name)}"
    )
    assert json.loads(path.read_text(encoding="utf-8"))["rows"] == _shown(name)


def test_no_golden_file_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(METRICS)


@pytest.mark.parametrize("name", METRICS)
def test_a_golden_file_says_something(name: str) -> None:
    """Some row of it has a number above zero, so that an empty answer cannot pass."""
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert any(row[2] for row in golden["rows"]), name
    if METRICS[name].denominator is not None:
        assert any(row[3] for row in golden["rows"]), name
