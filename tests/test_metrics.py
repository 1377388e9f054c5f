"""Metrics: what records add up to, and what must hold whatever the records are."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.constraints import CODES, DIMENSIONS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Appeal, Exposure, Incident, Observation
from harmtax._generated.taxonomy import CATEGORIES, TIERS
from harmtax.cli import main
from harmtax.errors import BadUse, SchemaMismatch, UnknownMetric, Unreadable
from harmtax.figures import exposures, levels, query, sides, tellings
from harmtax.figures.engine import DuckDB
from harmtax.figures.metrics import Observations, aggregate, definition
from harmtax.figures.sides import STEP
from harmtax.records.record import schema
from harmtax.shapes import Condition, MetricRow, Quantity
from tests.datasets import Row, dataset, drawn

LAWS = settings(max_examples=12, deadline=None, derandomize=True)


def incident(number: int = 1, **changes: Any) -> Row:
    """A harmful synthetic incident of January 2026 that a platform acted on."""
    return {
        "harmtax_version": VERSION,
        "reporter_id": "alpha",
        "service_id": "alpha-video",
        "revision": 1,
        "incident_id": f"i-{number}",
        "incident_status": "actioned",
        "category": "IIA-NUD",
        "generation": "ai_edited",
        "treatment": "unknown",
        "source_type": "own_initiative",
        "automated_detection": "yes",
        "label": "absent",
        "depicted_age_group": "adult",
        "content_date": date(2025, 12, 30),
        "actioned_at": datetime(2026, 1, 5, tzinfo=UTC),
    } | changes


def exposure(value: int, measure: str = "views_total", **changes: Any) -> Row:
    """A figure that a platform states for January 2026."""
    return {
        "harmtax_version": VERSION,
        "reporter_id": "alpha",
        "service_id": "alpha-video",
        "revision": 1,
        "period_start": date(2026, 1, 1),
        "period_end": date(2026, 1, 31),
        "measure": measure,
        "value": value,
        "method": "census",
    } | changes


def told(observations: Observations, *names: str) -> list[tuple[Any, ...]]:
    """The named columns with numerator, denominator and status."""
    columns = (*names, "numerator", "denominator", "status")
    rows = observations.table.select(list(columns)).to_pylist()
    return [tuple(row.values()) for row in rows]


# What a count says.


def test_a_period_counts_what_falls_into_it_and_says_zero_where_nothing_does(
    tmp_path: Path,
) -> None:
    rows = [
        incident(1),
        incident(2, actioned_at=None, incident_status="violation_not_actioned"),
        incident(3, actioned_at=datetime(2026, 4, 1, tzinfo=UTC), generation="not_synthetic"),
    ]
    found = aggregate(dataset(tmp_path, Incident, rows), period="month", metrics=["M01"])
    assert told(found, "period") == [
        ("2025-12", 1, None, "normal"),
        ("2026-01", 1, None, "normal"),
        ("2026-04", 0, None, "normal"),
    ]


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        ("month", ["2025-12", "2026-01", "2026-10"]),
        ("quarter", ["2025-Q4", "2026-Q1", "2026-Q4"]),
        ("half", ["2025-H2", "2026-H1", "2026-H2"]),
        ("year", ["2025", "2026"]),
        ("2026-Q1", ["2026-Q1"]),
        ("2026-01", ["2026-01"]),
        ("2026-H2", ["2026-H2"]),
        ("2025", ["2025"]),
        ("2024", []),
    ],
)
def test_the_periods_found_in_the_data_get_rows_or_only_the_named_one(
    tmp_path: Path, period: str, labels: list[str]
) -> None:
    times = ["2025-12-31T23:59:59+00:00", "2026-01-01T00:00:00+00:00", "2026-10-01T00:00:00+00:00"]
    rows = [incident(n, actioned_at=datetime.fromisoformat(t)) for n, t in enumerate(times)]
    found = aggregate(dataset(tmp_path, Incident, rows), period=period, metrics=["M01"])
    assert found.table["period"].to_pylist() == labels


def test_only_the_latest_revision_of_a_record_counts(tmp_path: Path) -> None:
    rows = [
        incident(1),
        incident(1, revision=2, incident_status="no_violation", generation="unknown"),
        incident(1, reporter_id="beta"),
    ]
    found = aggregate(dataset(tmp_path, Incident, rows), period="year", metrics=["M01"])
    assert told(found) == [(1, None, "normal")]


def test_the_same_dataset_given_twice_counts_once(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Incident, [incident(1), incident(2)])
    found = aggregate(folder, folder, period="year", metrics=["M01"])
    assert told(found) == [(2, None, "normal")]


def test_a_category_counts_its_own_and_everything_below_it(tmp_path: Path) -> None:
    codes = ["IIA-NUD", "IIA-NUD", "IIA", "LIK"]
    rows = [incident(n, category=code) for n, code in enumerate(codes)]
    found = aggregate(
        dataset(tmp_path, Incident, rows), period="year", metrics=["M01"], by=["category"]
    )
    assert told(found, "category") == [
        (None, 4, None, "normal"),
        ("IIA", 3, None, "normal"),
        ("IIA-NUD", 2, None, "normal"),
        ("LIK", 1, None, "normal"),
    ]


def test_the_tier_comes_from_category_and_treatment(tmp_path: Path) -> None:
    category, floor = next((c, t) for (c, t), (tier, _) in TIERS.items() if tier == "floor")
    other, low = next((c, t) for (c, t), (tier, _) in TIERS.items() if tier == "low")
    rows = [
        incident(1, category=category, treatment=floor),
        incident(2, category=other, treatment=low),
        incident(3, category="OTH"),
    ]
    folder = dataset(tmp_path, Incident, rows)
    found = aggregate(folder, period="year", metrics=["M01"], by=["tier"])
    assert told(found, "tier") == [
        (None, 3, None, "normal"),
        ("floor", 1, None, "normal"),
        ("low", 1, None, "normal"),
    ]


def test_an_absent_dimension_is_unknown_where_that_is_a_code_and_else_in_the_total_only(
    tmp_path: Path,
) -> None:
    rows = [
        incident(1),
        incident(2, surface="feed", decision_ground="illegal_content"),
    ]
    folder = dataset(tmp_path, Incident, rows)
    surface = aggregate(folder, period="year", metrics=["M01"], by=["surface"])
    assert told(surface, "surface") == [
        (None, 2, None, "normal"),
        ("feed", 1, None, "normal"),
        ("unknown", 1, None, "normal"),
    ]
    ground = aggregate(folder, period="year", metrics=["M01"], by=["decision_ground"])
    assert told(ground, "decision_ground") == [
        (None, 2, None, "normal"),
        ("illegal_content", 1, None, "normal"),
    ]


def test_numerator_and_denominator_are_joined_for_the_total_and_for_each_part(
    tmp_path: Path,
) -> None:
    rows = [
        incident(1, depicted_age_group="minor", category="CSE-NIM"),
        incident(2, generation="composite"),
        incident(3),
    ]
    folder = dataset(tmp_path, Incident, rows)
    found = aggregate(folder, period="year", metrics=["M23"], by=["generation"])
    assert told(found, "generation") == [
        (None, 1, 3, "normal"),
        ("ai_edited", 1, 2, "normal"),
        ("composite", 0, 1, "normal"),
    ]


# Denominators.


def test_a_denominator_that_nobody_reported_is_missing_and_never_zero(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Exposure, [exposure(7, "views_violating")])
    found = aggregate(folder, period="month", metrics=["M04"])
    assert told(found, "period") == [("2026-01", 7, None, "missing_denominator")]


def test_a_numerator_that_nobody_reported_is_absent(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Exposure, [exposure(1000)])
    found = aggregate(folder, period="month", metrics=["M04"])
    assert told(found, "period") == [("2026-01", None, 1000, "not_applicable")]


def test_an_exposure_that_crosses_a_period_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    wide = {"period_start": date(2026, 1, 15), "period_end": date(2026, 2, 14)}
    rows = [
        exposure(5, "views_violating"),
        exposure(100),
        exposure(900, service_id="alpha-live", **wide),
        exposure(4, "views_violating", service_id="alpha-live", **wide),
    ]
    folder = dataset(tmp_path, Exposure, rows)
    months = aggregate(folder, period="month", metrics=["M04"])
    assert told(months, "period") == [
        ("2026-01", 5, 100, "partly_covered"),
        ("2026-02", None, None, "missing_denominator"),
    ]
    quarter = aggregate(folder, period="quarter", metrics=["M04"])
    assert told(quarter, "period") == [("2026-Q1", 9, 1000, "normal")]


def test_a_rate_of_all_says_where_somebody_states_only_one_of_its_sides(tmp_path: Path) -> None:
    rows = [
        exposure(5, "views_violating"),
        exposure(100),
        exposure(900, service_id="alpha-live"),
    ]
    asked = {"period": "month", "metrics": ["M04"], "by": ["service_id"]}
    found = aggregate(dataset(tmp_path / "a", Exposure, rows), **asked)
    assert told(found, "service_id") == [
        (None, 5, 1000, "partly_covered"),
        ("alpha-live", None, 900, "not_applicable"),
        ("alpha-video", 5, 100, "normal"),
    ]
    rows.append(exposure(7, "views_violating", service_id="alpha-shop"))
    found = aggregate(dataset(tmp_path / "b", Exposure, rows), **asked)
    assert told(found, "service_id")[:2] == [
        (None, 12, 1000, "missing_denominator"),
        ("alpha-live", None, 900, "not_applicable"),
    ]


def test_only_the_parts_that_cross_are_partly_covered(tmp_path: Path) -> None:
    wide = {"period_start": date(2026, 1, 15), "period_end": date(2026, 2, 14)}
    rows = [
        exposure(value, measure, surface=surface, **dates)
        for measure, value in (("views_violating", 1), ("views_total", 10))
        for surface, dates in (("feed", {}), ("live", {}), ("live", wide))
        if not (surface == "live" and dates and measure == "views_violating")
    ]
    folder = dataset(tmp_path, Exposure, rows)
    found = aggregate(folder, period="2026-01", metrics=["M04"], by=["surface"])
    assert told(found, "surface") == [
        (None, 2, 20, "partly_covered"),
        ("feed", 1, 10, "normal"),
        ("live", 1, 10, "partly_covered"),
    ]


def test_a_whole_is_never_added_to_its_parts(tmp_path: Path) -> None:
    rows = [
        exposure(100),
        exposure(60, surface="feed"),
        exposure(30, surface="live"),
        exposure(10, surface="live", content_language="fr"),
        exposure(9, reporter_id="beta", surface="feed"),
        exposure(1, reporter_id="beta", surface="live"),
    ]
    folder = dataset(tmp_path, Exposure, rows)
    found = aggregate(folder, period="month", metrics=["M04"], by=["surface"])
    assert [row[:3:2] for row in told(found, "surface")] == [
        (None, 110),
        ("feed", 69),
        ("live", 31),
    ]


def test_a_denominator_without_the_dimension_is_missing_in_the_parts_and_there_in_the_total(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = METRICS["M04"].denominator
    metric = METRICS["M01"]._replace(id="M98", kind="ratio", denominator=views)
    monkeypatch.setitem(METRICS, "M98", metric)
    incidents = dataset(tmp_path / "a", Incident, [incident(1)])
    exposures = dataset(tmp_path / "b", Exposure, [exposure(50)])
    found = aggregate(incidents, exposures, period="month", metrics=["M98"], by=["generation"])
    assert told(found, "generation") == [
        (None, 1, 50, "normal"),
        ("ai_edited", 1, None, "missing_denominator"),
    ]


def test_a_metric_needs_nothing_but_its_row_in_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: Condition = ((("appeal_forum", "in", (CODES["AppealForum"][0],)),),)
    quantity = Quantity("Appeal", None, where, ("submitted_at",), ("reporter_id", "appeal_forum"))
    row = MetricRow("M97", "t", "d", "count", "appeals", True, "s", quantity, None)
    monkeypatch.setitem(METRICS, "M97", row)
    appeals = [
        {"reporter_id": "a", "appeal_id": str(n), "revision": 1, "appeal_forum": forum}
        | {"submitted_at": datetime(2026, 1, 1, tzinfo=UTC)}
        for n, forum in enumerate(CODES["AppealForum"][:2])
    ]
    found = aggregate(dataset(tmp_path, Appeal, appeals), period="year", metrics=["M97"])
    assert told(found) == [(1, None, "normal")]
    for module in (exposures, levels, query, sides, tellings):
        text = Path(str(module.__file__)).read_text(encoding="utf-8")
        assert not re.search(r"\bM[0-9]{2}\b", text)


# What is refused.


def test_bad_use_is_refused_with_what_is_known(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Incident, [incident()])
    with pytest.raises(UnknownMetric, match="M01"):
        aggregate(folder, period="month", metrics=["M00"])
    with pytest.raises(BadUse, match="reporter_id"):
        aggregate(folder, period="month", by=["colour"])
    for period in ("week", "2026-Q5", "2026-13", "2026-H3", "26", ""):
        with pytest.raises(BadUse, match="quarter"):
            aggregate(folder, period=period)
    with pytest.raises(BadUse, match="M01 has no dimension scope"):
        aggregate(folder, period="month", metrics=["M01"], by=["scope"])
    with pytest.raises(BadUse, match="Exposure"):
        aggregate(folder, period="month", metrics=["M04"])
    with pytest.raises(Unreadable):
        aggregate(tmp_path / "absent", period="month")


def test_what_was_not_named_and_cannot_be_broken_down_is_left_out(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Incident, [incident()])
    dataset(tmp_path, Exposure, [exposure(7, "views_violating")])
    by_surface = aggregate(folder, period="month", by=["surface"]).table["metric_id"].to_pylist()
    by_tier = aggregate(folder, period="month", by=["tier"]).table["metric_id"].to_pylist()
    assert {"M01", "M04"} <= set(by_surface) and "M21" not in by_surface
    assert "M01" in by_tier and "M04" not in by_tier
    with pytest.raises(BadUse, match="tier, scope"):
        aggregate(folder, period="month", by=["tier", "scope"])


# Observations at rest.


def test_observations_come_back_as_they_were_written(tmp_path: Path) -> None:
    found = aggregate(
        dataset(tmp_path / "d", Incident, [incident(1), incident(1, revision=2)]),
        period="month",
        by=["category"],
    )
    digest = hashlib.sha256((tmp_path / "d" / "Incident-00000.parquet").read_bytes()).hexdigest()
    path = tmp_path / "observations.parquet"
    found.write(path)
    first = path.read_bytes()
    found.write(path)
    again = Observations.read(path)
    assert again.table.equals(found.table) and dict(again.counted) == {"Incident": 2}
    assert path.read_bytes() == first
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]
    about = json.loads(pq.read_schema(path).metadata[b"harmtax"])
    assert about == {
        "record": "Observation",
        "version": VERSION,
        "use": "not for publication",
        "counted": {"Incident": 2},
        "by": [["category"]],
        "definitions": {name: definition(METRICS[name]) for name in about["definitions"]},
        "inputs": [{"file": "Incident-00000.parquet", "rows": 2, "sha256": digest}],
        "partial": False,
        "period": "month",
    }
    assert again.about == {n: each for n, each in about.items() if n in found.about}


def test_every_row_is_a_sound_observation(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Incident, [incident(1), incident(2, category="CSE-NIM")])
    dataset(tmp_path, Exposure, [exposure(7, "views_violating")])
    found = aggregate(folder, period="quarter", by=["category"])
    assert found.table.schema == schema(Observation)
    for row in found.table.to_pylist():
        Observation.from_row({name: value for name, value in row.items() if value is not None})


def test_another_file_is_not_taken_for_observations(tmp_path: Path) -> None:
    folder = dataset(tmp_path, Incident, [incident()])
    with pytest.raises(Unreadable):
        Observations.read(folder / "Incident-00000.parquet")
    with pytest.raises(Unreadable):
        Observations.read(tmp_path / "absent.parquet")
    path = tmp_path / "observations.parquet"
    found = aggregate(folder, period="month")
    Observations(found.table.drop_columns(["tier"]), found.counted).write(path)
    with pytest.raises(SchemaMismatch, match="tier"):
        Observations.read(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    found = aggregate(dataset(tmp_path, Incident, [incident()]), period="month", metrics=["M01"])
    with pytest.raises(Unreadable, match="absent"):
        found.write(tmp_path / "absent" / "observations.parquet")


# Laws.

_CATEGORIES = [row.code for row in CATEGORIES]
_INCIDENTS = st.lists(
    st.fixed_dictionaries(
        {
            "category": st.sampled_from(_CATEGORIES),
            "treatment": st.sampled_from(CODES["Treatment"]),
            "generation": st.sampled_from(CODES["Generation"]),
            "incident_status": st.sampled_from(CODES["IncidentStatus"]),
            "revision": st.integers(1, 3),
            "incident_id": st.integers(0, 9).map(str),
            "actioned_at": st.none()
            | st.datetimes(datetime(2025, 11, 1), datetime(2026, 3, 1), timezones=st.just(UTC)),
        }
    ),
    max_size=30,
)


def _month_table(rows: Sequence[Row], parts: int = 1, **asked: Any) -> pa.Table:
    with TemporaryDirectory() as folder:
        path = dataset(Path(folder) / "d", Incident, rows, parts)
        return aggregate(path, period="month", metrics=["M01", "M23"], **asked).table


@LAWS
@given(changes=_INCIDENTS, parts=st.integers(1, 4), seed=st.integers(0, 99))
def test_neither_the_order_of_rows_nor_the_split_of_files_changes_anything(
    changes: list[Row], parts: int, seed: int
) -> None:
    rows = [incident() | change for change in changes]
    mixed = random.Random(seed).sample(rows, len(rows))
    first = _month_table(rows, by=["category", "tier"])
    assert _month_table(mixed, parts, by=["category", "tier"]).equals(first)


@LAWS
@given(changes=_INCIDENTS)
def test_children_never_sum_above_their_parent_nor_top_categories_above_the_total(
    changes: list[Row],
) -> None:
    rows = [incident(n) | change | {"incident_id": str(n)} for n, change in enumerate(changes)]
    parents = {row.code: row.parent for row in CATEGORIES}
    sums: Counter[tuple[str, str, str | None]] = Counter()
    values: dict[tuple[str, str, str | None], int] = {}
    for row in _month_table(rows, by=["category"]).to_pylist():
        place = (row["metric_id"], row["period"])
        values[*place, row["category"]] = row["numerator"]
        if row["category"] is not None:
            sums[*place, parents[row["category"]]] += row["numerator"]
    assert all(total <= values[place] for place, total in sums.items())


@LAWS
@given(changes=_INCIDENTS)
def test_the_total_is_the_number_of_records_that_match(changes: list[Row]) -> None:
    rows = [incident(n) | change | {"incident_id": str(n)} for n, change in enumerate(changes)]
    totals = [row for row in _month_table(rows).to_pylist() if row["metric_id"] == "M01"]
    assert sum(row["numerator"] for row in totals) == sum(
        row["incident_status"] in ("actioned", "violation_not_actioned")
        and row["generation"] not in ("not_synthetic", "unknown")
        for row in rows
    )


def test_an_engine_of_ones_own_runs_the_same_text(tmp_path: Path) -> None:
    class Listening:
        def __init__(self) -> None:
            self.texts: list[str] = []

        def run(self, sql: str, tables: Mapping[str, Sequence[Path]]) -> pa.Table:
            self.texts.append(sql)
            return DuckDB(threads=1).run(sql, tables)

    folder, engine = dataset(tmp_path, Incident, [incident()]), Listening()
    mine = aggregate(folder, period="month", by=["category"], engine=engine)
    assert mine.table.equals(aggregate(folder, period="month", by=["category"]).table)
    assert len(engine.texts) == 1


def test_every_dimension_of_the_standard_can_be_asked_for(tmp_path: Path) -> None:
    drawn(tmp_path, 200)
    asked = {name for metric in METRICS.values() for name in metric.numerator.dimensions}
    assert asked == set(DIMENSIONS) - {STEP}
    found = aggregate(tmp_path, period="year", by=[[name] for name in DIMENSIONS if name != STEP])
    for name in DIMENSIONS:
        assert found.table[name].null_count < found.table.num_rows, name


def test_nothing_in_the_period_is_said_and_a_breakdown_of_no_metric_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "d"
    drawn(folder, 10, "d")
    with pytest.raises(BadUse, match="duration_bin"):
        aggregate(folder, period="year", by=["duration_bin"])
    assert main(["aggregate", str(folder), "--period", "1999", "-o", str(tmp_path / "o")]) == 0
    assert "nothing fell into the period 1999" in capsys.readouterr().err
