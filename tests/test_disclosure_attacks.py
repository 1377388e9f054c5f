"""Attacks on publications and on their evidence: each is planted here, and has to be caught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from harmtax.errors import BadUse
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.releases import told
from harmtax.figures.policy import Policy
from harmtax.figures.protection import check, keep, protect
from harmtax.figures.publication import Publication
from tests.figures_by_hand import observations, rows

ALL = Policy(max_hidden=1, max_mass=1)
BY = ("category", "reporter_id")
COUNTS = {
    ("LIK-IMP", "a"): 2, ("LIK-IMP", "b"): 40, ("LIK-COM", "a"): 31, ("LIK-COM", "b"): 17,
    ("LIK-FAB", "a"): 9, ("LIK-FAB", "c"): 60, ("ASX", "a"): 55, ("ASX", "c"): 71,
    ("HAR", "b"): 23, ("HAR", "c"): 35,
}  # fmt: skip
SMALL = "M01|2026-Q1|reporter_id=a|category=LIK-IMP"


@pytest.fixture(scope="module")
def good() -> Publication:
    return protect(observations(rows(BY, COUNTS)), replace(ALL, plans=((BY,),)))


def shown(publication: Publication) -> dict[str, int]:
    return {cell.name: value for cell, value in told(publication)[0].items()}


def forged(publication: Publication, **more: Any) -> tuple[Publication, Evidence]:
    """The publication with other evidence, whose digest it states as if it were its own."""
    other = replace(publication.evidence, **more)
    about = {**publication.about, "witnesses": {"digest": other.digest(), "tables": 0}}
    return replace(publication, about=MappingProxyType(about), evidence=other), other


def only(publication: Publication, way: int) -> dict[str, tuple[Mapping[str, int], ...]]:
    """The witnesses that do not move the small number the other way."""
    moves = publication.evidence.witnesses[""]
    return {"": tuple(move for move in moves if move.get(SMALL, 0) * way >= 0)}


# --- evidence that was written by somebody who wants it to pass ---------------------------------------


def test_a_floor_that_the_numbers_do_not_tell_is_refused(good: Publication) -> None:
    lost, evidence = forged(good, witnesses=only(good, 1))
    assert SMALL in check(lost, evidence)
    told_so, evidence = forged(good, witnesses=only(good, 1), floors={SMALL: 2})
    with pytest.raises(BadUse, match="is at least 2, and the numbers do not"):
        check(told_so, evidence)


def test_a_bound_that_nobody_revealed_is_refused(good: Publication, tmp_path: Path) -> None:
    keep(good, tmp_path / "q1.parquet")
    more = {**COUNTS, ("LIK-IMP", "a"): 3, ("HAR", "b"): 90}
    policy = replace(ALL, plans=((BY,),))
    year = protect(
        observations(rows(BY, more, period="2026")), policy, prior=[tmp_path / "q1.parquet"]
    )
    name = SMALL.replace("2026-Q1", "2026")
    lower = tuple(move for move in year.evidence.witnesses[""] if move.get(name, 0) <= 0)
    lost, evidence = forged(year, witnesses={"": lower})
    assert name in check(lost, evidence, prior=[tmp_path / "q1.parquet"])
    told_so, evidence = forged(year, witnesses={"": lower}, revealed={name: (1, 3)})
    with pytest.raises(BadUse, match="is at most 3, and the numbers do not"):
        check(told_so, evidence, prior=[tmp_path / "q1.parquet"])


def test_evidence_without_witnesses_proves_nothing(good: Publication) -> None:
    empty, evidence = forged(good, witnesses={})
    with pytest.raises(BadUse, match="no witnesses for the public"):
        check(empty, evidence)


def test_evidence_that_leaves_out_a_reporter_is_refused() -> None:
    found = protect(observations(rows(BY, COUNTS)), replace(ALL, insiders=True))
    fewer = {who: moves for who, moves in found.evidence.witnesses.items() if who != "b"}
    publication, evidence = forged(found, witnesses=fewer)
    with pytest.raises(BadUse, match="no witnesses for b"):
        check(publication, evidence)


def test_evidence_that_forgets_a_hidden_number_is_refused(good: Publication) -> None:
    values = {name: n for name, n in good.evidence.values.items() if name != SMALL}
    publication, evidence = forged(good, values=values)
    with pytest.raises(BadUse, match="lacks the hidden number"):
        check(publication, evidence)


# --- medians ------------------------------------------------------------------------------------------


def medians(bins: dict[str, int], plan: Any, **codes: str) -> dict[str | None, tuple[Any, ...]]:
    """By reporter the ends of the median that is published of 41 durations, and its status."""
    fixed = {"metric_id": "M13-median", "period": "2026-Q1"}
    exact = {"median_lower": 5000, "median_upper": 5000, "numerator": sum(bins.values())}
    table = [{**fixed, **exact}] + ([{**fixed, **exact, **codes}] if codes else [])
    table += [{**fixed, "numerator": n, "duration_bin": step, **codes} for step, n in bins.items()]
    if codes:
        table += [{**fixed, "numerator": n, "duration_bin": step} for step, n in bins.items()]
    kept = protect(observations(table), replace(ALL, plans=(plan,))).table.to_pylist()
    return {
        row["reporter_id"]: (row["median_lower"], row["median_upper"], row["status"])
        for row in kept
        if row["duration_bin"] is None
    }


def test_an_exact_median_is_not_shown_beside_the_steps_of_the_same_durations() -> None:
    steps = {"within_1h": 9, "within_2h": 12, "within_4h": 20}
    assert medians(steps, (("duration_bin",),)) == {None: (3600, 7200, "normal")}
    assert medians(steps, ((),)) == {None: (3600, 3600, "normal")}


def test_where_a_step_is_hidden_the_middle_would_tell_how_many_lie_before_it() -> None:
    steps = {"within_1h": 19, "within_2h": 2, "within_4h": 20}
    assert medians(steps, (("duration_bin",),)) == {None: (None, None, "suppressed")}


def test_a_median_is_not_shown_beside_the_steps_of_the_only_reporter_that_has_any() -> None:
    steps = {"within_1h": 9, "within_2h": 12, "within_4h": 20}
    by = medians(steps, (("reporter_id",), ("duration_bin",)), reporter_id="a")
    assert by == {None: (3600, 7200, "normal"), "a": (3600, 7200, "normal")}
