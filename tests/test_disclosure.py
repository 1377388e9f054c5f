"""Protection from observations to a publication: what is hidden, what is proven, what is caught."""

from __future__ import annotations

import importlib.util
import itertools
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmtax.cli import main
from harmtax.errors import BadUse, Disclosive, MissingExtra, Unreadable
from harmtax.figures.disclosure import choice
from harmtax.figures.disclosure.evidence import Evidence, beside
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.releases import told
from harmtax.figures.disclosure.verdict import prove
from harmtax.figures.metrics import Observations
from harmtax.figures.policy import Policy
from harmtax.figures.protection import audit, check, keep, protect, statutory
from harmtax.figures.publication import Publication
from tests.figures_by_hand import observations, rows

ALL = Policy(max_hidden=1, max_mass=1)
BY = ("category", "reporter_id")
COUNTS = {
    ("LIK-IMP", "a"): 2, ("LIK-IMP", "b"): 40, ("LIK-COM", "a"): 31, ("LIK-COM", "b"): 17,
    ("LIK-FAB", "a"): 9, ("LIK-FAB", "c"): 60, ("LIK", "b"): 12, ("ASX", "a"): 55, ("ASX", "c"): 71,
    ("HAR", "b"): 23, ("HAR", "c"): 35, ("PRV", "a"): 90, ("PRV", "b"): 41, ("PRV", "c"): 66,
}  # fmt: skip
PUBLISHED = [[name] for name in BY]
BY_CATEGORY = ((("category",),),)


def made(
    found: Observations, hide: Any, plan: Any = (("category", "reporter_id"),), policy: Policy = ALL
) -> Publication:
    """A publication made by hand, as somebody who does not know better would make it."""
    gone = [hide(row) for row in found.table.to_pylist()]
    listed = [
        {**row, "numerator": None, "status": "suppressed"} if hides else row
        for row, hides in zip(found.table.to_pylist(), gone, strict=True)
    ]
    return Publication(
        observations(listed).table, policy, MappingProxyType({"plan": plan, "k": policy.k})
    )


def truth(found: Observations, publication: Publication) -> dict[str, int]:
    """The true values of the cells that a publication hides."""
    values, _ = told(Publication(found.table, ALL, {}))
    _, hidden = told(publication)
    return {cell.name: values[cell] for cell in hidden}


def every_witness(values: dict[str, int], spread: int) -> list[dict[str, int]]:
    """All moves of the hidden cells by up to `spread`, whether they hold or not."""
    names = sorted(values)
    steps = [range(1 - values[name], spread) for name in names]
    return [dict(zip(names, each, strict=True)) for each in itertools.product(*steps)]


def evidence(values: dict[str, int], witnesses: Any = ()) -> Evidence:
    return Evidence(values, {"": tuple(witnesses)}, {}, {}, {})


def small(row: dict[str, Any]) -> bool:
    return 0 < (row["numerator"] or 0) < 5


def _shown(publication: Publication) -> dict[str, int]:
    return {cell.name: value for cell, value in told(publication)[0].items()}


# --- what is published ----------------------------------------------------------------------------


def test_a_publication_hides_small_numbers_and_what_would_give_them_away() -> None:
    publication = protect(observations(rows(BY, COUNTS)), ALL)
    assert {name: n for name, n in _shown(publication).items() if 0 < n < 5} == {}
    hidden = publication.hidden.to_pylist()
    assert 1 < sum(hidden) < len(hidden) / 2
    assert not any(each.small for each in audit(publication))
    assert check(publication, publication.evidence) == []


def test_hidden_numbers_look_alike_and_nothing_public_names_the_small_ones() -> None:
    publication = protect(observations(rows(BY, COUNTS)), ALL)
    assert set(publication.table["status"].to_pylist()) == {"normal", "suppressed"}
    gone = publication.table.filter(publication.hidden)
    assert set(gone["numerator"].to_pylist()) == {None}
    said = json.dumps(dict(publication.about))
    assert not any(name in said for name in publication.evidence.values)
    reasons = {why.split()[0] for why in publication.evidence.reasons.values()}
    assert reasons == {"small", "covers"}


def test_a_zero_is_shown_and_a_null_that_is_no_number_stays_what_it_was() -> None:
    table = rows(BY, {("LIK", "a"): 30, ("ASX", "a"): 50})
    nothing = [{"metric_id": "M20", "period": "2026-Q1", "numerator": 0}]
    absent = [{"metric_id": "M04", "period": "2026-Q1", "status": "missing_denominator"}]
    publication = protect(observations(table, nothing, absent), ALL)
    kept = {row["metric_id"]: row for row in publication.table.to_pylist()}
    assert kept["M20"]["numerator"] == 0 and kept["M20"]["status"] == "normal"
    assert kept["M04"]["numerator"] is None and kept["M04"]["status"] == "missing_denominator"


def test_the_file_comes_back_as_it_was_and_the_same_input_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    one, two = (protect(observations(rows(BY, COUNTS)), ALL) for _ in range(2))
    files = keep(one, tmp_path / "one.parquet")
    assert files == [tmp_path / "one.parquet", tmp_path / "one.evidence.json"]
    assert one.content() == two.content() and one.evidence.content() == two.evidence.content()
    back = Publication.read(tmp_path / "one.parquet")
    assert back.table.equals(one.table) and back.policy == one.policy and back.about == one.about
    assert check(back, Evidence.read(beside(tmp_path / "one.parquet"))) == []
    assert beside(tmp_path / "one.parquet").stat().st_mode & 0o077 == 0


def test_the_order_of_rows_changes_nothing_but_the_order() -> None:
    table = rows(BY, COUNTS)
    one, two = protect(observations(table), ALL), protect(observations(table[::-1]), ALL)
    assert one.table.to_pylist() == two.table.to_pylist()[::-1]
    assert one.evidence.content() == two.evidence.content()


counted = st.dictionaries(
    st.tuples(
        st.sampled_from(["LIK-IMP", "LIK-COM", "LIK", "ASX", "HAR", "PRV"]), st.sampled_from("abc")
    ),
    st.sampled_from([1, 2, 4, 5, 7, 20, 400]),
    min_size=1,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(counted, st.booleans())
def test_whatever_is_published_is_proven_and_public_numbers_tell_nothing(
    counts: dict[tuple[str, str], int], insiders: bool
) -> None:
    policy = replace(ALL, insiders=insiders, plans=((BY,), ((),)) if not insiders else ((BY,),))
    try:
        publication = protect(observations(rows(BY, counts)), policy)
    except Disclosive:
        # Before a single other reporter nothing small can be kept.
        assert insiders
        return
    assert check(publication, publication.evidence) == []
    assert not any(each.small for each in audit(publication))
    assert not {name for name, n in _shown(publication).items() if 0 < n < 5}


def test_plans_are_tried_from_fine_to_coarse_and_each_try_is_told() -> None:
    publication = protect(observations(rows(BY, COUNTS)), Policy(max_hidden=0.05, max_mass=0.01))
    tries = publication.about["tries"]
    assert len(tries) > 1
    assert [each["taken"] for each in tries] == [False] * (len(tries) - 1) + [True]
    assert tries[0]["hidden"] > 0.05 and publication.about["plan"] == tries[-1]["plan"]
    names = {name for name in BY if pc.sum(publication.table[name].is_valid()).as_py()}
    assert names == {name.removeprefix("top:") for plan in tries[-1]["plan"] for name in plan}


def test_a_plan_whose_small_numbers_alone_are_too_many_is_tried_only_if_no_other_can_be_proven(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = Policy(max_hidden=0.01, max_mass=0.001)
    tried: list[Plan] = []
    attempts = choice._attempts

    def told(truth: Any, plan: Plan, *more: Any) -> Any:
        tried.append(plan)
        found = attempts(truth, plan, *more)
        fine = any({*BY} == {*each} for each in plan.breakdowns)
        return found if fine else [replace(each, failed=("a number",)) for each in found]

    monkeypatch.setattr(choice, "_attempts", told)
    publication = protect(observations(rows(BY, COUNTS)), policy)
    passed_over = [each["plan"] for each in publication.about["tries"] if "reason" in each]
    assert passed_over and tried[0].told() not in passed_over
    # None of the coarser ones could be proven, so that the coarsest of these was tried after all.
    assert publication.about["plan"] == passed_over[-1] == tried[-1].told()


def test_before_a_reporter_who_knows_his_own_numbers_more_is_hidden() -> None:
    found = observations(rows(BY, COUNTS))
    plain = protect(found, ALL)
    inside = protect(found, replace(ALL, insiders=True))
    assert sum(inside.hidden.to_pylist()) >= sum(plain.hidden.to_pylist())
    assert set(inside.evidence.witnesses) == {"", "a", "b", "c"}
    assert check(inside, inside.evidence) == []
    # The proof for the public alone is none before the reporters.
    alone = replace(inside.evidence, witnesses={**inside.evidence.witnesses, "b": ()})
    lost = prove(inside, alone, [])
    assert lost and all("reporter_id=b" not in name for name in lost)


def test_zeros_may_be_hidden_where_presence_itself_is_sensitive() -> None:
    found = observations(rows(BY, COUNTS))
    publication = protect(found, replace(ALL, zeros="hideable"))
    assert check(publication, publication.evidence) == []
    assert min(each.low for each in audit(publication)) == 0


# --- planted attacks ------------------------------------------------------------------------------


def test_two_siblings_hidden_under_a_shown_parent_of_three_are_caught() -> None:
    found = observations(rows(("category",), {("LIK-IMP",): 1, ("LIK-COM",): 2, ("ASX",): 50}))
    naive = made(found, lambda row: row["category"] in ("LIK-IMP", "LIK-COM"), (("category",),))
    assert any(each.small for each in audit(naive))
    values = truth(found, naive)
    assert len(values) == 2
    assert prove(naive, evidence(values, every_witness(values, 8)), [])


def test_a_parent_minus_its_children_is_caught() -> None:
    found = observations(rows(("category",), {("LIK-IMP",): 9, ("LIK-COM",): 8, ("LIK",): 2}))
    naive = made(found, small, (("category",),))
    assert not any(naive.hidden.to_pylist())
    [rest] = [each for each in audit(naive) if each.small]
    assert (rest.low, rest.high, rest.rest) == (2, 2, "category")
    assert prove(naive, evidence({}), [])
    good = protect(found, replace(ALL, plans=((("category",),),)))
    assert sum(good.hidden.to_pylist()) >= 1 and check(good, good.evidence) == []


def test_the_complement_of_a_rate_is_caught_and_the_rate_goes_with_it() -> None:
    rate = [{"metric_id": "M30", "period": "2026-Q1", "numerator": 97, "denominator": 100}]
    found = observations(rate, rows((), {(): 100}))
    naive = made(found, small, ((),))
    assert [(each.low, each.high) for each in audit(naive) if each.small] == [(3, 3)]
    assert prove(naive, evidence({}), [])
    kept = protect(found, ALL).table.to_pylist()
    assert {row["status"] for row in kept if row["metric_id"] == "M30"} == {"suppressed"}


def test_one_shown_cell_of_a_good_pattern_gives_a_small_one_away() -> None:
    found = observations(rows(BY, COUNTS))
    good = protect(found, ALL)
    values = {_name(row): row["numerator"] for row in found.table.to_pylist()}
    caught = 0
    for at, hides in enumerate(good.hidden.to_pylist()):
        listed = good.table.to_pylist()
        value = values[_name(listed[at])]
        if hides and value >= 5:
            listed[at] |= {"numerator": value, "status": "normal"}
            opened = Publication(observations(listed).table, ALL, good.about)
            caught += bool(prove(opened, good.evidence, []))
    assert caught


def _name(row: dict[str, Any]) -> str:
    return f"{row['metric_id']} {row['period']} {row['category']} {row['reporter_id']}"


def test_a_mark_that_told_small_cells_from_covering_ones_would_not_be_read(tmp_path: Path) -> None:
    publication = protect(observations(rows(BY, COUNTS)), ALL)
    keep(publication, tmp_path / "out.parquet")
    public = (tmp_path / "out.parquet").read_bytes()
    assert b"covers " not in public and b'"reasons"' not in public
    columns = [name for name in publication.table.column_names if name != "status"]
    assert set(columns) == set(observations([]).table.column_names) - {"status"}


def test_three_tables_in_a_circle_are_refused_unless_the_finer_one_is_there() -> None:
    names = ("category", "reporter_id", "tier")
    keys = itertools.product(("ASX", "HAR"), "ab", ("high", "low"))
    counts = {key: 7 + 3 * place for place, key in enumerate(keys)} | {("ASX", "a", "high"): 2}
    pairs = tuple(itertools.combinations(names, 2))
    full = rows(names, counts)
    two = [row for row in full if sum(row.get(name) is not None for name in names) < 3]
    with pytest.raises(BadUse, match="circle"):
        protect(observations(two), replace(ALL, plans=(pairs,)))
    refined = protect(observations(full), replace(ALL, plans=(pairs, ((),))))
    assert check(refined, refined.evidence) == []
    listed = refined.table.to_pylist()
    assert not any(all(row[name] for name in names) for row in listed)
    # The small number of the finer table, which is shown nowhere, is a target like every other.
    alone = replace(refined.evidence, witnesses={"": ()})
    assert "M01|2026-Q1|reporter_id=a|category=ASX|tier=high" in prove(refined, alone, [])


# --- releases, filings, corrections ---------------------------------------------------------------


def quarters(tmp_path: Path, counts: list[dict[tuple[str, ...], int]]) -> list[Path]:
    paths = []
    for place, each in enumerate(counts):
        path = tmp_path / f"q{place + 1}.parquet"
        found = observations(rows(("category",), each, period=f"2026-Q{place + 1}"))
        keep(protect(found, ALL), path)
        paths.append(path)
    return paths


def parts() -> list[dict[tuple[str, ...], int]]:
    return [
        {("ASX",): 40 + place, ("HAR",): 30, ("PRV",): 3 if place == 1 else 25, ("LIK",): 60}
        for place in range(4)
    ]


def whole() -> dict[tuple[str, ...], int]:
    return {code: sum(each[code] for each in parts()) for code in parts()[0]}


def test_a_year_does_not_give_away_what_its_quarters_hide(tmp_path: Path) -> None:
    earlier = quarters(tmp_path, parts())
    found = observations(rows(("category",), whole(), period="2026"))
    year = protect(found, ALL, prior=earlier)
    assert check(year, year.evidence, prior=earlier) == []
    assert not any(each.small for each in audit(year, prior=earlier))
    assert any(year.hidden.to_pylist())
    # Nothing of the year is small; without a look at the quarters three of them give the fourth away.
    blind = protect(found, ALL)
    assert not any(blind.hidden.to_pylist())
    assert any(each.small for each in audit(blind, prior=earlier))
    with pytest.raises(BadUse, match="another publication"):
        check(blind, year.evidence, prior=earlier)


def test_a_small_number_of_the_year_is_proven_by_the_witnesses_of_its_quarters(
    tmp_path: Path,
) -> None:
    few = [{("ASX",): 90, ("HAR",): 30 + n, ("PRV",): 1 + n % 2, ("LIK",): 44} for n in range(3)]
    earlier = quarters(tmp_path, few)
    total = {code: sum(each[code] for each in few) for code in few[0]}
    assert total[("PRV",)] == 4
    year = protect(observations(rows(("category",), total, period="2026")), ALL, prior=earlier)
    assert check(year, year.evidence, prior=earlier) == []
    assert "M01|2026|category=PRV" in year.evidence.values


def _filing(tmp_path: Path, table: list[dict[str, object]]) -> Path:
    path = tmp_path / f"filing-{len(list(tmp_path.iterdir()))}.parquet"
    statutory(observations(table), basis="Article 15").write(path)
    return path


def test_an_exact_filing_reveals_what_it_holds_and_that_is_told(tmp_path: Path) -> None:
    counts = {("ASX",): 55, ("HAR",): 3, ("PRV",): 70}
    exact = _filing(tmp_path, rows(("category",), counts, metric="M12-notices"))
    found = observations(rows(("category",), counts, metric="M12-notices"))
    publication = protect(found, ALL, filings=[exact])
    assert publication.about["revealed"] == ["M12-notices|2026-Q1|category=HAR"]
    assert publication.about["filings"][0]["use"] == "statutory"
    assert not {name for name, n in _shown(publication).items() if 0 < n < 5}
    with pytest.raises(Disclosive):
        # Numbers that differ from the filing by a little are a correction, and show the little.
        protect(
            observations(rows(("category",), {**counts, ("PRV",): 72}, metric="M12-notices")),
            ALL,
            filings=[exact],
        )


def test_what_one_release_hides_and_a_filing_shows_is_known(tmp_path: Path) -> None:
    counts = {("ASX",): 55, ("HAR",): 3, ("PRV",): 70}
    found = observations(rows(("category",), counts, metric="M12-notices"))
    first = tmp_path / "first.parquet"
    keep(protect(found, replace(ALL, plans=((("category",),),))), first)
    exact = _filing(tmp_path, rows(("category",), counts, metric="M12-notices"))
    again = protect(found, ALL, prior=[first], filings=[exact])
    assert again.about["revealed"] == ["M12-notices|2026-Q1|category=HAR"]
    assert check(again, again.evidence, prior=[first], filings=[exact]) == []


def test_an_exact_filing_of_a_hidden_total_is_caught(tmp_path: Path) -> None:
    found = observations(rows(("category",), {("ASX",): 55, ("HAR",): 3}, metric="M12-notices"))
    publication = protect(found, replace(ALL, plans=((("category",),),)))
    gone = {cell.name for cell in told(publication)[1]}
    assert "M12-notices|2026-Q1|category=HAR" in gone and len(gone) > 1
    hidden = [row for row in found.table.to_pylist() if row["numerator"] > 5]
    paths = [_filing(tmp_path, [row]) for row in hidden]
    assert check(publication, publication.evidence, filings=paths)
    assert any(each.small for each in audit(publication, filings=paths))


def test_a_filing_tells_only_what_its_template_prints(tmp_path: Path) -> None:
    counts = {("IIA-NUD",): 20, ("IIA-DFK",): 3, ("FRD-END",): 15}
    table = rows(("category",), counts)
    exact = _filing(tmp_path, table)
    publication = protect(observations(table), ALL, filings=[exact])
    # No part of the template has incidents by category.
    assert publication.about["revealed"] == []
    assert check(publication, publication.evidence, filings=[exact]) == []
    assert not {f"M01|2026-Q1|category={code}" for code in ("IIA", "IIA-NUD")} <= {
        *_shown(publication)
    }
    assert told(Publication.read(exact)) == ({}, frozenset())


def test_a_category_in_a_shared_row_of_the_template_is_not_taken_for_revealed(
    tmp_path: Path,
) -> None:
    # The template has one row for both, so that the filing shows 23 and neither 20 nor 3.
    table = rows(
        ("category",), {("IIA-NUD",): 20, ("IIA-DFK",): 3, ("PRV",): 70}, metric="M12-notices"
    )
    exact = _filing(tmp_path, table)
    publication = protect(observations(table), replace(ALL, plans=BY_CATEGORY), filings=[exact])
    names = {name.rpartition("=")[2] for name in _shown(publication)}
    assert not names & {"IIA-NUD", "IIA-DFK"} and publication.about["revealed"] == []
    assert check(publication, publication.evidence, filings=[exact]) == []
    assert not any(each.small for each in audit(publication, filings=[exact]))


def test_a_template_prints_its_columns_and_indicators_and_no_other_table(tmp_path: Path) -> None:
    def shown(metric: str, **codes: str) -> bool:
        row = {"metric_id": metric, "period": "2026-Q1", "numerator": 7, **codes}
        return bool(told(Publication.read(_filing(tmp_path, [row])))[0])

    assert shown("M08", decision_ground="illegal_content", category="IIA")
    assert shown("M08", decision_ground="illegal_content", reporter_id="north")
    assert shown("M15-orders", request_channel="order_to_act", issuing_country="FR")
    assert shown("M10", source_type="own_initiative")
    assert not shown("M08") and not shown("M08", category="IIA") and not shown("M01")
    assert not shown("M10", category="IIA") and not shown("M12-notices", issuing_country="FR")
    assert not shown("M15-orders", request_channel="order_to_act", issuing_country="US")


def test_a_revision_that_would_show_a_small_change_is_refused(tmp_path: Path) -> None:
    first = tmp_path / "first.parquet"
    before = {("ASX",): 103, ("HAR",): 90, ("PRV",): 80}
    keep(protect(observations(rows(("category",), before)), ALL), first)
    after = observations(rows(("category",), {**before, ("ASX",): 105}))
    with pytest.raises(Disclosive, match="change of fewer than 5"):
        protect(after, ALL, prior=[first])
    listed = protect(after, replace(ALL, corrections="listed"), prior=[first])
    assert listed.about["corrections"] == 2
    large = protect(
        observations(rows(("category",), {**before, ("ASX",): 133})), ALL, prior=[first]
    )
    assert large.about["corrections"] == 2


def test_earlier_publications_need_their_own_evidence(tmp_path: Path) -> None:
    earlier = quarters(tmp_path, parts())
    found = observations(rows(("category",), whole(), period="2026"))
    told_of_second = beside(earlier[1]).read_bytes()
    beside(earlier[1]).write_bytes(told_of_second.replace(b'"floors":{}', b'"floors":{"x":1}'))
    with pytest.raises(BadUse, match="digest differs"):
        protect(found, ALL, prior=earlier)
    beside(earlier[1]).unlink()
    with pytest.raises(Unreadable):
        protect(found, ALL, prior=earlier)


# --- other figures --------------------------------------------------------------------------------


def test_steps_of_a_histogram_are_cells_and_an_exact_median_needs_ten() -> None:
    def median(count: int, **more: object) -> dict[str, object]:
        return {"metric_id": "M13-median", "period": "2026-Q1", "numerator": count, **more}

    exact = {"median_lower": 5000, "median_upper": 5000}
    bins = (("within_1h", 9), ("within_2h", 2), ("within_4h", 30))
    steps = [median(count, duration_bin=step) for step, count in bins]
    publication = protect(observations([median(41, **exact)], steps), ALL)
    kept = publication.table.to_pylist()
    # One step is small, so that some are hidden, and then the median is as well.
    assert kept[0]["median_lower"] is None
    assert sum(row["numerator"] is None for row in kept) >= 2
    [alone] = protect(observations([median(41, **exact)]), ALL).table.to_pylist()
    assert (alone["numerator"], alone["median_lower"]) == (41, 3600)
    few = protect(observations([median(9, **exact)]), ALL).table.to_pylist()
    assert (few[0]["median_lower"], few[0]["status"]) == (None, "suppressed")


def test_views_are_rounded_and_hidden_where_the_incidents_are() -> None:
    def views(count: int, **codes: object) -> dict[str, object]:
        return {
            "metric_id": "M04",
            "period": "2026-Q1",
            "numerator": count,
            "denominator": 10**9,
            **codes,
        }

    table = rows(("surface",), {("feed",): 40, ("search",): 3})
    found = observations(
        table, [views(123456), views(120000, surface="feed"), views(3456, surface="search")]
    )
    kept = [row for row in protect(found, ALL).table.to_pylist() if row["metric_id"] == "M04"]
    assert {row["status"] for row in kept if row["surface"]} == {"suppressed"}
    assert {row["numerator"] for row in kept if not row["surface"]} <= {120000, None}
    alone = protect(observations(rows((), {(): 40}), [views(123456)]), ALL).table.to_pylist()
    assert alone[1]["numerator"] == 120000 and alone[1]["denominator"] == 10**9


@pytest.mark.parametrize(
    ("metric", "count"),
    [("M12-items", "M12-notices"), ("M15-items", "M15-orders"), ("M04", "M01")],
)
def test_a_sum_is_not_published_without_the_count_of_what_it_sums(metric: str, count: str) -> None:
    sums = rows(("category",), {("FRD",): 100, ("HAT",): 3}, metric=metric)
    with pytest.raises(BadUse, match=f"aggregate {count} for 2026-Q1 as well"):
        protect(observations(sums), ALL)
    with pytest.raises(BadUse, match=f"aggregate {count} by category for 2026-Q1 as well"):
        # The total alone does not say how few there are in a category.
        protect(
            observations(sums, rows((), {(): 60}, metric=count)), replace(ALL, plans=BY_CATEGORY)
        )
    counts = rows(("category",), {("FRD",): 60, ("HAT",): 30}, metric=count)
    kept = protect(observations(sums, counts), replace(ALL, plans=BY_CATEGORY)).table.to_pylist()
    parts = [row["numerator"] for row in kept if row["metric_id"] == metric and row["category"]]
    # Of views the count decides; a small sum of items takes its table with it.
    assert parts == ([100, 3] if metric == "M04" else [None, None])


def test_a_sum_that_no_metric_counts_is_hidden_with_its_total() -> None:
    sums = rows(("category",), {("FRD",): 100, ("HAT",): 30}, metric="M18-copies")
    kept = protect(observations(sums), ALL).table.to_pylist()
    assert {(row["numerator"], row["status"]) for row in kept} == {(None, "suppressed")}


def test_observations_that_do_not_add_up_are_refused() -> None:
    table = rows(BY, COUNTS)
    assert "category" not in table[0] and "reporter_id" not in table[0]
    broken = [{**table[0], "numerator": 777}, *table[1:]]
    with pytest.raises(BadUse, match="do not hold together"):
        protect(observations(broken), ALL)
    with pytest.raises(BadUse, match="lack the total"):
        protect(observations([row for row in table if row.get("category")]), ALL)


# --- use ------------------------------------------------------------------------------------------


def test_without_the_solver_protecting_is_refused_and_not_weakened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "harmtax.figures.protection.find_spec",
        lambda name: None if name == "highspy" else real(name),
    )
    with pytest.raises(MissingExtra, match=r"pip install 'harmtax\[publish\]'"):
        protect(observations(rows(BY, COUNTS)))


def test_a_statutory_publication_hides_nothing_and_names_its_law(tmp_path: Path) -> None:
    found = observations(rows(BY, COUNTS))
    filed = statutory(found, basis=" Article 15 of Regulation (EU) 2022/2065 ")
    assert filed.use == "statutory" and filed.table.equals(found.table)
    filed.write(tmp_path / "filed.parquet")
    assert (
        Publication.read(tmp_path / "filed.parquet").basis
        == "Article 15 of Regulation (EU) 2022/2065"
    )
    with pytest.raises(BadUse, match="legal basis"):
        statutory(found, basis=" ")


def test_observations_are_no_publication(tmp_path: Path) -> None:
    observations(rows(BY, COUNTS)).write(tmp_path / "raw.parquet")
    with pytest.raises(Unreadable, match="does not say that it is a publication"):
        Publication.read(tmp_path / "raw.parquet")


def test_policies_are_read_strictly(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'k = 10\nplans = [[["category", "tier"]], [["top:category"]]]\nzeros = "hideable"\n'
    )
    policy = Policy.read(path)
    assert policy.plans == ((("category", "tier"),), (("top:category",),)) and policy.k == 10
    for text in (
        "k = 2",
        "kay = 5",
        'plans = [[["colour"]]]',
        'zeros = "gone"',
        "max_hidden = 2.0",
    ):
        path.write_text(text)
        with pytest.raises(BadUse):
            Policy.read(path)
    path.write_text("k =")
    with pytest.raises(Unreadable):
        Policy.read(path)


def test_the_commands_protect_and_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw, target, policy = tmp_path / "raw.parquet", tmp_path / "out.parquet", tmp_path / "p.toml"
    observations(rows(BY, COUNTS)).write(raw)
    policy.write_text("max_hidden = 1.0\nmax_mass = 1.0\n")
    arguments = ["protect", str(raw), "-o", str(target), "--policy", str(policy), "--json"]
    assert main(arguments) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["hidden"] > 1 and facts["files"] == [str(target), str(beside(target))]
    assert main(["audit", str(target), "--evidence", str(beside(target)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["small"] == []
    naive = made(observations(rows(BY, COUNTS)), small, (BY,))
    naive.write(tmp_path / "naive.parquet")
    assert main(["audit", str(tmp_path / "naive.parquet")]) == 1
    assert "M01 2026-Q1 reporter_id=a, category=LIK-IMP: 2 to 2" in capsys.readouterr().out


def test_the_file_says_what_it_is_for(tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    keep(protect(observations(rows(BY, COUNTS)), ALL), path)
    said = json.loads(pq.read_schema(path).metadata[b"harmtax"])
    assert said["use"] == "publication" and said["about"]["k"] == 5
    assert said["about"]["witnesses"]["digest"] == Evidence.read(beside(path)).digest()
    assert said["about"]["solver"]["name"] == "HiGHS" and said["about"]["reporters"] == 3
