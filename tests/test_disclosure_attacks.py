"""Attacks on publications and on their evidence: each is planted here, and has to be caught."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harmtax._generated.taxonomy import CATEGORIES
from harmtax.errors import BadUse
from harmtax.figures.disclosure.filed import sums
from harmtax.figures.disclosure.releases import told
from harmtax.figures.disclosure.rows import rows as rows_of
from harmtax.figures.disclosure.rows import values
from harmtax.figures.policy import Policy
from harmtax.figures.protection import audit, check, keep, protect, statutory
from harmtax.figures.publication import Publication
from harmtax.figures.report.eu_parts import filled
from tests.figures_by_hand import observations, rows
from tests.forging import COUNTS, SMALL, forged

ALL = Policy(max_hidden=1, max_mass=1)
BY = ("category", "reporter_id")


@pytest.fixture(scope="module")
def good() -> Publication:
    return protect(observations(rows(BY, COUNTS)), replace(ALL, plans=((BY,),)))


def shown(publication: Publication) -> dict[str, int]:
    return {cell.name: value for cell, value in told(publication)[0].items()}


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
    with pytest.raises(BadUse, match="was revealed by others, and that is not so"):
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


# --- what the template of a law adds up ---------------------------------------------------------------

NOTICES = {"metric": "M12-notices"}
SHOWN = "M12-notices|2026-Q1|category="


def filing(folder: Path, table: list[dict[str, object]], **codes: str) -> Path:
    path = folder / f"filing-{len(list(folder.iterdir()))}.parquet"
    told_by = observations([{**row, **codes} for row in table])
    statutory(told_by, basis="Article 15").write(path)
    return path


def test_a_row_that_several_categories_share_does_not_give_away_what_is_left_of_one(
    tmp_path: Path,
) -> None:
    # LIK has 3 of its own, covered by the 40 of LIK-IMP. These share a row with FRD-END: 100 less 60.
    counts = {
        ("LIK",): 3, ("LIK-IMP",): 40, ("LIK-COM",): 150, ("FRD-END",): 60, ("IIA-NUD",): 70,
        ("PRV",): 90, ("HAR",): 80,
    }  # fmt: skip
    table = rows(("category",), counts, **NOTICES)
    exact = [filing(tmp_path, table)]
    policy = replace(ALL, plans=((("category",),),))
    publication = protect(observations(table), policy, filings=exact)
    assert check(publication, publication.evidence, filings=exact) == []
    assert not any(each.small for each in audit(publication, filings=exact))
    told_of = {SHOWN + code for code in ("LIK", "LIK-COM", "FRD-END")}
    assert not told_of <= shown(publication).keys()
    # Whoever publishes without a look at the filing is caught, by the proof and by public numbers.
    blind = protect(observations(table), policy)
    assert told_of <= shown(blind).keys()
    assert check(blind, blind.evidence, filings=exact)
    assert any(each.small for each in audit(blind, filings=exact))


def test_the_filing_of_one_service_tells_what_is_left_for_the_others(tmp_path: Path) -> None:
    counts = {("HAR", "a"): 30, ("HAR", "b"): 3, ("PRV-BIO", "a"): 70, ("PRV-BIO", "b"): 60}
    mine = {(code,): n for (code, who), n in counts.items() if who == "a"}
    exact = [
        filing(tmp_path, rows(("category",), mine, **NOTICES), reporter_id="a", service_id="s")
    ]
    # By category alone nothing is small, but 33 less the 30 of the filing is.
    alone = rows(("category",), {("HAR",): 33, ("PRV-BIO",): 130}, **NOTICES)
    for table, names in ((rows(BY, counts, **NOTICES), BY), (alone, ("category",))):
        policy = replace(ALL, plans=((names,),))
        publication = protect(observations(table), policy, filings=exact)
        assert check(publication, publication.evidence, filings=exact) == []
        assert not any(each.small for each in audit(publication, filings=exact))
        assert SHOWN + "HAR" not in shown(publication)
    blind = protect(observations(alone), replace(ALL, plans=((("category",),),)))
    assert SHOWN + "HAR" in shown(blind)
    assert any(each.small for each in audit(blind, filings=exact))


def test_the_sums_are_those_that_stand_in_the_filled_template() -> None:
    codes = [each.code for each in CATEGORIES]
    notices = rows(("category",), {(code,): 7 + 3 * n for n, code in enumerate(codes)}, **NOTICES)
    grounds = ("illegal_content", "incompatible_content")
    pairs = [(code, ground) for code in codes for ground in grounds]
    counts = {pair: 11 + 2 * n for n, pair in enumerate(pairs)}
    measures = rows(("category", "decision_ground"), counts, metric="M08")
    table = [{**row, "reporter_id": "a", "service_id": "s"} for row in [*notices, *measures]]
    publication = statutory(observations(table), basis="Article 15")
    grids = {name.partition("_")[0]: grid for name, grid in filled(publication).items()}
    found = sums(values(rows_of(publication.table)))
    parts = {"M12-notices ": "4", "M08 illegal_content": "5", "M08 incompatible_content": "6"}
    for quantity, part in parts.items():
        metric, ground = quantity.split(" ")
        told_by = dict(_template(grids[part]))
        mine = {
            each.row.rest: each.value
            for each in found
            if each.row.quantity == metric and each.row.rest.endswith(ground)
        }
        told_sums = {
            name.split(" ")[1]: value
            for name, value in mine.items()
            if name.split(" ")[1] != "TOTAL"
        }
        assert told_sums == {row: n for row, n in told_by.items() if n and row in told_sums}
        assert {row for row, n in told_by.items() if n and "/" in row} <= told_sums.keys()


def _template(grid: list[list[str]]) -> Iterator[tuple[str, int]]:
    """The rows of a part, a keyword after its category, with the first count."""
    category = ""
    for row in grid[1:]:
        if row[3].startswith("KEYWORD_"):
            yield f"{category}/{row[3]}", int(row[5] or 0)
        else:
            category = row[3]
            yield category, int(row[5] or 0)
