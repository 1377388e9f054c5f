"""Exposures: what days and parts the two sides of a rate cover, and what is said where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Exposure, Incident
from harmtax.figures.merging import merge
from harmtax.figures.metrics import aggregate
from harmtax.figures.submission import seal
from tests.datasets import Row, dataset
from tests.test_metrics import exposure, incident, told

TOP, BOTTOM = "views_violating", "views_total"


def spans(*days: str) -> dict[str, Any]:
    """First and last day, as in "01-15", "03-31"."""
    first, last = (date.fromisoformat(f"2026-{day}") for day in days)
    return {"period_start": first, "period_end": last}


JAN, FEB, MAR = spans("01-01", "01-31"), spans("02-01", "02-28"), spans("03-01", "03-31")
QUARTER = spans("01-01", "03-31")


def quarter(folder: Path, rows: Sequence[Row], *by: str) -> list[tuple[Any, ...]]:
    """The rate of views of the first quarter of 2026."""
    found = aggregate(
        dataset(folder, Exposure, rows), period="2026-Q1", metrics=["M04"], by=list(by)
    )
    return told(found, *by)


# Days.


def test_two_sides_that_cover_other_days_give_no_plain_rate(tmp_path: Path) -> None:
    rows = [exposure(50, TOP, **QUARTER), exposure(1000, **spans("01-01", "02-28"))]
    assert quarter(tmp_path / "a", rows) == [(50, 1000, "partly_covered")]
    # The same number of days, and the same first and last day.
    rows = [
        exposure(9, TOP, **JAN),
        exposure(9, TOP, **spans("03-16", "03-31")),
        exposure(100, **spans("01-01", "01-16")),
        exposure(100, **MAR),
    ]
    assert quarter(tmp_path / "b", rows) == [(18, 200, "partly_covered")]


def test_the_same_days_are_the_same_however_they_are_cut(tmp_path: Path) -> None:
    rows = [exposure(9, TOP, **QUARTER), *(exposure(100, **each) for each in (JAN, FEB, MAR))]
    assert quarter(tmp_path / "a", rows) == [(9, 300, "normal")]
    rows = [exposure(9, TOP, **JAN), exposure(100, **JAN)]
    assert quarter(tmp_path / "b", rows) == [(9, 100, "normal")]


def test_only_the_service_whose_sides_differ_is_partly_covered_and_the_whole_with_it(
    tmp_path: Path,
) -> None:
    rows = [
        exposure(5, TOP, **QUARTER),
        exposure(100, **QUARTER),
        exposure(4, TOP, service_id="alpha-live", **QUARTER),
        exposure(50, service_id="alpha-live", **JAN),
    ]
    assert quarter(tmp_path, rows, "service_id") == [
        (None, 9, 150, "partly_covered"),
        ("alpha-live", 4, 50, "partly_covered"),
        ("alpha-video", 5, 100, "normal"),
    ]


def test_records_of_a_whole_period_are_not_held_against_views_of_a_part_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metric = METRICS["M01"]._replace(id="M98", kind="ratio", denominator=METRICS["M04"].denominator)
    monkeypatch.setitem(METRICS, "M98", metric)
    incidents = dataset(tmp_path / "incidents", Incident, [incident(1)])
    for name, days, status in (("all", QUARTER, "normal"), ("some", JAN, "partly_covered")):
        views = dataset(tmp_path / name, Exposure, [exposure(50, **days)])
        found = aggregate(incidents, views, period="2026-Q1", metrics=["M98"])
        assert told(found) == [(1, 50, status)]


# Parts.


def test_two_sides_about_other_parts_give_no_plain_rate(tmp_path: Path) -> None:
    feed, live = ({"surface": name} | QUARTER for name in ("feed", "live"))
    rows = [exposure(5, TOP, **feed), exposure(100, **feed), exposure(100, **live)]
    assert quarter(tmp_path / "a", rows, "surface") == [
        (None, 5, 200, "partly_covered"),
        ("feed", 5, 100, "normal"),
        ("live", None, 100, "not_applicable"),
    ]
    rows = [exposure(5, TOP, **feed), exposure(5, TOP, **live), exposure(100, **feed)]
    assert quarter(tmp_path / "b", rows)[0] == (10, 100, "missing_denominator")


def test_days_are_compared_part_by_part(tmp_path: Path) -> None:
    rows = [
        exposure(1, measure, surface=surface, **days)
        for measure, short in ((TOP, "feed"), (BOTTOM, "live"))
        for surface in ("feed", "live")
        for days in [JAN if surface == short else QUARTER]
    ]
    assert quarter(tmp_path / "a", rows) == [(2, 2, "partly_covered")]
    rows = [
        exposure(1, measure, surface=surface, **days)
        for measure in (TOP, BOTTOM)
        for surface, days in (("feed", JAN), ("live", QUARTER))
    ]
    assert quarter(tmp_path / "b", rows) == [(2, 2, "normal")]


# Several measures on one side.

TP, FP, TN, FN = (
    f"automation_{each}"
    for each in ("true_positive", "false_positive", "true_negative", "false_negative")
)
NEEDED = {"M11-accuracy": {TP, FP, TN, FN}, "M11-precision": {TP, FP}, "M11-recall": {TP, FN}}


def judged(folder: Path, rows: Sequence[Row], *by: str) -> dict[tuple[Any, ...], str]:
    """The status of the rates of automation by their names and codes."""
    found = aggregate(
        dataset(folder, Exposure, rows), period="2026-Q1", metrics=list(NEEDED), by=list(by)
    )
    return {
        (row["metric_id"], *(row[name] for name in by)): row["status"]
        for row in found.table.to_pylist()
        if row["numerator"] is not None
    }


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_rate_is_only_plain_where_each_of_its_measures_is_stated(
    tmp_path: Path, size: int
) -> None:
    """True positives alone are no precision of 100 percent: nobody says how many were false. Zero is said."""
    for at, others in enumerate(combinations([FP, TN, FN], size - 1)):
        rows = [exposure(0 if each == FP else 5, each, **QUARTER) for each in (TP, *others)]
        whole = {name for name, needed in NEEDED.items() if needed <= {TP, *others}}
        status = {name: s for (name,), s in judged(tmp_path / str(at), rows).items()}
        plain = {name for name, each in status.items() if each == "normal"}
        assert plain == whole
        assert {status[name] for name in status.keys() - whole} <= {"missing_denominator"}


def test_a_measure_that_one_reporter_or_one_part_lacks_is_lacking_in_the_whole(
    tmp_path: Path,
) -> None:
    rows = [exposure(5, each, **QUARTER) for each in (TP, FP)]
    rows.append(exposure(7, TP, **QUARTER, reporter_id="beta"))
    status = judged(tmp_path / "a", rows, "reporter_id")
    assert status["M11-precision", "alpha"] == "normal"
    assert status["M11-precision", "beta"] == "missing_denominator"
    assert status["M11-precision", None] == "missing_denominator"
    rows = [exposure(5, each, **QUARTER, surface="feed") for each in (TP, FP)]
    rows.append(exposure(7, TP, **QUARTER, surface="live"))
    status = judged(tmp_path / "b", rows, "surface")
    assert {status["M11-precision", each] for each in (None, "live")} == {"missing_denominator"}
    assert status["M11-precision", "feed"] == "normal"
    # Parts held against a figure of the whole: there is one, and none of the parts has its own.
    rows = [exposure(7, TP, **QUARTER, surface=each) for each in ("feed", "live")]
    rows.append(exposure(3, FP, **QUARTER))
    status = judged(tmp_path / "c", rows, "surface")
    assert status["M11-precision", None] == "normal"
    assert status["M11-precision", "feed"] == "missing_denominator"


def test_samples_that_are_not_pooled_have_no_bounds_together_and_merge_as_they_are_counted(
    tmp_path: Path,
) -> None:
    rows = []
    for who, value in (("alpha", 5), ("beta", 7)):
        more = {**QUARTER, "reporter_id": who, "service_id": f"{who}-video"}
        bounds = {"method": "sample", "value_lower": value - 1, "value_upper": value + 1}
        rows.append(exposure(1000, "views_sampled", **more))
        rows.append(exposure(value, "views_sampled_violating", **more, **bounds))
    data = dataset(tmp_path / "data", Exposure, rows)
    subject = ["reporter_id", "service_id"]
    found = aggregate(data, period="2026-Q1", metrics=["M03"], by=subject)
    names = [*subject, "numerator", "denominator", "numerator_lower", "numerator_upper", "status"]
    told = {tuple(row[name] for name in names) for row in found.table.to_pylist()}
    assert (None, None, None, None, None, None, "not_comparable") in told
    assert ("alpha", None, 5, 1000, 4, 6, "normal") in told
    parts = [tmp_path / who for who in ("alpha", "beta")]
    for part in parts:
        kind = {"service_type": "online_platform", "service": f"{part.name}-video"}
        seal(found, part, reporter=part.name, **kind)
    assert {tuple(row[name] for name in names) for row in merge(*parts).table.to_pylist()} == told


# Both, against a plain reading with sets of days.

_MONTHS = [spans(f"{m:02}-01", f"{m:02}-{d}") for m, d in ((1, 31), (2, 28), (3, 31))]
_LISTS = [[], _MONTHS[:1], _MONTHS[1:2], _MONTHS[:2], _MONTHS, [QUARTER], [_MONTHS[0], _MONTHS[2]]]
_FIGURES = st.fixed_dictionaries(
    {
        (service, measure, surface): st.sampled_from(_LISTS)
        for service in ("alpha-live", "alpha-video")
        for measure in (TOP, BOTTOM)
        for surface in (None, "feed", "live")
    }
)


def _days(row: Row) -> Iterator[date]:
    day = row["period_start"]
    while day <= row["period_end"]:
        yield day
        day += timedelta(days=1)


def _covered(rows: Sequence[Row], measure: str) -> dict[str | None, frozenset[date]]:
    """The days by surface; of a whole and its parts the whole alone."""
    found: dict[str | None, set[date]] = defaultdict(set)
    for row in rows:
        if row["measure"] == measure:
            found[row.get("surface")] |= {*_days(row)}
    return {k: frozenset(days) for k, days in found.items() if k is None or None not in found}


def _status(rows: Sequence[Row]) -> str | None:
    """What must be said of the rate of one service."""
    top, bottom = _covered(rows, TOP), _covered(rows, BOTTOM)
    if not top or not bottom:
        return None if not top and not bottom else ("lacks" if top else "not_applicable")
    if (None in top) == (None in bottom):
        if top.keys() - bottom.keys():
            return "lacks"
        return "normal" if top == bottom else "partly_covered"
    return "normal" if len({*top.values(), *bottom.values()}) == 1 else "partly_covered"


@settings(max_examples=25, deadline=None, derandomize=True)
@given(_FIGURES)
def test_what_is_said_agrees_with_a_plain_reading_day_by_day(
    figures: dict[tuple[str, str, str | None], list[dict[str, Any]]],
) -> None:
    rows = [
        exposure(
            7, measure, service_id=service, **({"surface": surface} if surface else {}), **days
        )
        for (service, measure, surface), listed in figures.items()
        for days in listed
    ]
    if not rows:
        return
    with TemporaryDirectory() as folder:
        found = quarter(Path(folder), rows, "service_id")
    expected = {
        service: _status([row for row in rows if row["service_id"] == service])
        for service in ("alpha-live", "alpha-video")
    }
    words = {"lacks": "missing_denominator"}
    assert {row[0]: row[-1] for row in found if row[0]} == {
        name: words.get(status, status) for name, status in expected.items() if status
    }
    said = {status for status in expected.values() if status}
    if said & {"normal", "partly_covered"}:
        mixed = "partly_covered" if said - {"normal"} else "normal"
        assert found[0][-1] == ("missing_denominator" if "lacks" in said else mixed)


# Figures that span several periods.


@pytest.mark.parametrize(
    ("grain", "days", "names"),
    [
        ("month", ("2026-01-01", "2026-03-31"), ["2026-01", "2026-02", "2026-03"]),
        ("quarter", ("2025-11-01", "2026-08-31"), ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]),
        ("half", ("2024-12-31", "2026-01-01"), ["2024-H2", "2025-H1", "2025-H2", "2026-H1"]),
        ("year", ("1999-06-01", "2002-05-31"), ["1999", "2000", "2001", "2002"]),
    ],
)
def test_a_figure_says_in_every_period_that_it_touches_that_it_gives_no_number(
    tmp_path: Path, grain: str, days: tuple[str, str], names: list[str]
) -> None:
    first, last = map(date.fromisoformat, days)
    wide: dict[str, Any] = {"period_start": first, "period_end": last}
    rows = [exposure(9, TOP, **wide), exposure(100, **wide)]
    found = aggregate(dataset(tmp_path / "a", Exposure, rows), period=grain, metrics=["M04"])
    assert told(found, "period") == [(n, None, None, "missing_denominator") for n in names]
    # A period in the middle has a number of its own from another service, and says that it lacks some.
    inside = [exposure(1, TOP, service_id="alpha-live"), exposure(10, service_id="alpha-live")]
    both = dataset(tmp_path / "b", Exposure, [*rows, *inside])
    found = aggregate(both, period=grain, metrics=["M04"])
    numbers = {row[0]: row[1:] for row in told(found, "period")}
    assert [*numbers] == names or grain == "year"
    if grain in ("month", "quarter"):
        name = {"month": "2026-01", "quarter": "2026-Q1"}[grain]
        assert numbers[name] == (1, 10, "partly_covered")


def test_counts_of_a_period_that_only_a_figure_spans_are_none(tmp_path: Path) -> None:
    incidents = dataset(tmp_path / "a", Incident, [incident(1)])
    views = dataset(tmp_path / "b", Exposure, [exposure(9, **QUARTER)])
    found = aggregate(incidents, views, period="month", metrics=["M01"])
    assert told(found, "period")[-2:] == [
        ("2026-02", 0, None, "normal"),
        ("2026-03", 0, None, "normal"),
    ]
