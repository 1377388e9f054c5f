"""Merging: whatever way figures are cut, ordered or repeated, the same comes out, and nothing false."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.constraints import DIMENSION_ROWS, DIMENSIONS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Incident
from harmtax._generated.taxonomy import TIERS
from harmtax.cli import main
from harmtax.errors import BadUse, NotMergeable, UnknownCode, Unreadable
from harmtax.figures.medians import interval
from harmtax.figures.merging import merge
from harmtax.figures.metrics import Observations, aggregate, definition
from harmtax.figures.sides import SUBJECT
from harmtax.figures.submission import seal
from tests.datasets import dataset, drawn, rows_of

LAWS = settings(max_examples=8, deadline=None, derandomize=True)
BY = (("category",),)
STEPS = DIMENSION_ROWS["duration_bin"].steps
ENDS = [0, *(upper for _, upper in STEPS)]
BOUNDS = [(ends, code) for ends, (code, _) in zip(pairwise(ENDS), STEPS, strict=True)]
WHO = ("ada", "bel", "cyd", "dor", "eve", "fay")


@cache
def _folders() -> tuple[Path, ...]:
    """Datasets of six platforms; one of them keeps two services."""
    home = Path(mkdtemp())
    for number, name in enumerate(WHO):
        drawn(home / name, 30, name, reporter_id=name, service_id=f"{name}-{number % 2}")
    drawn(home / "ada-2", 20, "ada-2", reporter_id="ada", service_id="ada-shop")
    return (*(home / name for name in WHO), home / "ada-2")


@cache
def _partials() -> tuple[Observations, ...]:
    return tuple(aggregate(each, period="quarter", by=BY, partial=True) for each in _folders())


@cache
def _whole(partial: bool) -> pa.Table:
    return aggregate(*_folders(), period="quarter", by=BY, partial=partial).table


@cache
def _small() -> tuple[Observations, ...]:
    asked: dict[str, Any] = {
        "period": "half",
        "metrics": ["M01", "M04", "M13-median", "M17", "M23"],
    }
    return tuple(aggregate(each, **asked, partial=True) for each in _folders())


def _written(observations: Observations, folder: Path) -> bytes:
    observations.write(folder / "merged.parquet")
    return (folder / "merged.parquet").read_bytes()


def test_the_partials_of_six_platforms_add_up_to_the_aggregate_of_their_records(
    tmp_path: Path,
) -> None:
    merged = merge(*_partials())
    assert merged.table.equals(_whole(True))
    assert merged.table.num_rows > 1_000
    whole = Observations(_whole(True), {}, merged.about)
    assert _written(merged, tmp_path) == _written(whole, tmp_path)


def test_the_partials_of_six_platforms_add_up_by_several_breakdowns_of_every_kind() -> None:
    # Rolled up and looked up, overlapping, stated by the reporter, of requests, with durations.
    asked: dict[str, Any] = {
        "period": "half", "partial": True,
        "metrics": ["M01", "M04", "M12-items", "M13-median", "M17", "M23-groups"],
        "by": [["category", "tier"], ["targeted_group"], ["surface"], ["request_channel", "category"]],
    }  # fmt: skip
    merged = merge(*(aggregate(each, **asked) for each in _folders())).table
    assert merged.equals(aggregate(*_folders(), **asked).table)
    for name in ("tier", "targeted_group", "surface", "request_channel", "duration_bin"):
        assert merged[name].null_count < merged.num_rows


def test_a_merge_by_fewer_dimensions_is_the_aggregate_by_them_but_for_the_exact_medians() -> None:
    merged = merge(*_partials(), by=BY).table
    whole = aggregate(*_folders(), period="quarter", by=BY).table
    additive = pc.is_in(
        whole["metric_id"], pa.array([name for name, row in METRICS.items() if row.mergeable])
    )
    whole = whole.filter(additive)
    medians = ["median_lower", "median_upper"]
    assert merged.drop_columns(medians).equals(whole.drop_columns(medians))
    exact = whole["median_lower"].to_pylist()
    bounds = zip(*(merged[name].to_pylist() for name in medians), exact, strict=True)
    told = [each for each in bounds if each[2] is not None]
    assert len(told) > 50
    assert all(low <= value and (high is None or value <= high) for low, high, value in told)


@LAWS
@given(
    order=st.permutations(range(7)),
    again=st.lists(st.integers(0, 6), max_size=4),
    cuts=st.lists(st.integers(1, 6), max_size=3),
    grouped=st.integers(1, 3),
)
def test_any_partition_order_or_repetition_of_the_parts_gives_the_same_bytes(
    order: Sequence[int], again: Sequence[int], cuts: Sequence[int], grouped: int
) -> None:
    parts = [_small()[at] for at in (*order, *again)]
    pieces = []
    for number, part in enumerate(parts):
        # Rows may lie in several files, which then overlap or not.
        cut = cuts[number % len(cuts)] if cuts else 1
        size = part.table.num_rows // cut + 1
        pieces += [
            replace(part, table=part.table.slice(at, size))
            for at in range(0, part.table.num_rows, size)
        ]
    # Platforms may come in one file or merged in several steps.
    steps = [merge(*pieces[at::grouped]) for at in range(grouped)]
    folder = Path(mkdtemp())
    assert _written(merge(*steps), folder) == _written(merge(*_small()), folder)


def test_the_highest_revision_wins_and_the_superseded_one_is_told() -> None:
    first = _partials()[0]
    corrected = _changed(first, revision=2)
    merged = merge(first, corrected, _partials()[1], corrected)
    assert merged.table.equals(merge(corrected, _partials()[1]).table)
    assert not merged.table.equals(merge(first, _partials()[1]).table)
    told = {(each["reporter_id"], each["revision"]) for each in merged.about["superseded"]}
    assert told == {("ada", 1)}
    assert {each["revision"] for each in merged.about["parts"]} == {1, 2}


def test_a_merge_of_merges_is_the_merge_of_all_whatever_is_merged_first(tmp_path: Path) -> None:
    """A correction, a reporter without breakdown, another definition: nothing is forgotten on the way."""
    asked: dict[str, Any] = {"period": "2026", "metrics": ["M01", "M10"], "partial": True}
    first = aggregate(_folders()[0], by=["surface"], **asked)
    coarse = aggregate(_folders()[1], **asked)
    other = aggregate(_folders()[2], by=["tier"], **asked)
    other = replace(other, about={**other.about, "definitions": {"M10": "another"}})
    parts = [first, _changed(first, revision=2), coarse, other]
    whole = merge(*parts)
    assert whole.about["superseded"] and whole.about["side_by_side"]
    bytes_ = _written(whole, tmp_path)
    assert _written(merge(whole), tmp_path) == bytes_
    for order in permutations(range(len(parts))):
        a, b, c, d = (parts[at] for at in order)
        if order[0] < order[1]:
            assert _written(merge(merge(a, b), merge(c, d)), tmp_path) == bytes_, order
        if order[0] < order[1] < order[2]:
            assert _written(merge(merge(merge(a, b), c), d), tmp_path) == bytes_, order


def _changed(part: Observations, **fixed: Any) -> Observations:
    """The part with one more harmful incident in every number."""
    numerator = pc.if_else(
        pc.equal(part.table["metric_id"], "M01"),
        pc.add(part.table["numerator"], 1),
        part.table["numerator"],
    )
    at = part.table.schema.get_field_index("numerator")
    table = part.table.set_column(at, part.table.schema.field(at), numerator)
    places = table.group_by([*SUBJECT, "period"]).aggregate([]).to_pylist()
    named = [each | fixed for each in places if all(each[name] for name in SUBJECT)]
    about = {"parts": named} if fixed else {}
    return Observations(table, part.counted, MappingProxyType({**part.about, **about}))


def test_two_figures_in_one_revision_are_refused_by_name() -> None:
    first = _partials()[0]
    with pytest.raises(NotMergeable, match="ada states two different figures for ada-0"):
        merge(first, _changed(first))


def test_an_exact_median_is_refused_by_name_and_its_histogram_merged() -> None:
    exact = aggregate(_folders()[0], period="quarter", by=["reporter_id", "service_id"])
    assert merge(exact, _partials()[1]).table["metric_id"].to_pylist().count("M19-median") > 1
    without = exact.table.filter(pc.is_null(exact.table["duration_bin"]))
    with pytest.raises(NotMergeable, match=r"M1[0-9a-z-]+ cannot .* exact"):
        merge(replace(exact, table=without), _partials()[1])


def test_what_cannot_be_added_cannot_be_asked_for_as_a_part() -> None:
    with pytest.raises(NotMergeable, match="M28"):
        aggregate(_folders()[0], period="year", metrics=["M28"], partial=True)
    assert "M03" not in _whole(True)["metric_id"].to_pylist()


# What stands side by side.


def _cells(table: pa.Table, **where: Any) -> list[tuple[Any, ...]]:
    rows = [
        row
        for row in table.to_pylist()
        if all(row[name] == value for name, value in where.items())
        and all(row[name] is None for name in DIMENSIONS if name not in (*where, *SUBJECT))
    ]
    return [(row["reporter_id"], row["numerator"], row["status"]) for row in rows]


@pytest.mark.parametrize("why", ["version", "definition"])
def test_another_major_version_or_definition_is_put_beside_and_not_added(why: str) -> None:
    asked: dict[str, Any] = {"period": "2026-Q1", "metrics": ["M01", "M20"]}
    one, two = (aggregate(each, **asked, partial=True) for each in _folders()[:2])
    if why == "version":
        at = two.table.schema.get_field_index("harmtax_version")
        newer = pa.array(["7.0.0"] * two.table.num_rows, pa.string())
        two = replace(two, table=two.table.set_column(at, two.table.schema.field(at), newer))
    else:
        two = replace(two, about={**two.about, "definitions": {"M01": "another"}})
    merged = merge(one, two, by=[])
    alone = {
        name: _cells(part.table, metric_id="M01")[-1][1]
        for name, part in zip(WHO[:2], (one, two), strict=True)
    }
    assert _cells(merged.table, metric_id="M01") == [
        (None, None, "not_comparable"),
        ("ada", alone["ada"], "normal"),
        ("bel", alone["bel"], "normal"),
    ]
    apart = {each["metric"]: each["why"] for each in merged.about["side_by_side"]}
    assert ("define" in apart["M01"]) if why == "definition" else ("versions" in apart["M01"])
    if why == "definition":
        assert "M20" not in apart
        assert [each[2] for each in _cells(merged.table, metric_id="M20")] == ["normal"]
    again = merge(merge(one, two), two, by=[])
    assert again.table.equals(merged.table)
    # What one reporter states in one way adds up over its services, and is told in its own version.
    told = {
        row["reporter_id"]: (row["numerator"], row["harmtax_version"])
        for row in merge(one, two, by=["reporter_id"]).table.to_pylist()
        if row["metric_id"] == "M01" and row["service_id"] is None and row["reporter_id"]
    }
    versions = (VERSION, "7.0.0" if why == "version" else VERSION)
    assert told == {name: (alone[name], v) for name, v in zip(WHO[:2], versions, strict=True)}


def test_a_dimension_more_is_no_other_definition() -> None:
    metric = METRICS["M10"]
    bottom = metric.denominator
    assert bottom is not None
    wider = bottom._replace(dimensions=(*bottom.dimensions, "another"))
    other = bottom._replace(period=("content_date",))
    assert definition(metric._replace(denominator=wider)) == definition(metric)
    assert definition(metric._replace(denominator=other)) != definition(metric)


def test_periods_of_different_length_are_never_added() -> None:
    quarter = aggregate(_folders()[0], period="2026-Q1", metrics=["M01"], partial=True)
    month = aggregate(_folders()[1], period="2026-01", metrics=["M01"], partial=True)
    merged = merge(quarter, month, by=["reporter_id"]).table
    periods = {(row["reporter_id"], row["period"]) for row in merged.to_pylist()}
    assert {("ada", "2026-Q1"), ("bel", "2026-01")} <= periods
    assert not {("ada", "2026-01"), ("bel", "2026-Q1")} & periods


def test_a_sum_that_lacks_who_states_another_length_says_so_and_why() -> None:
    """One states the quarter alone, one the half year, one both: that one makes neither sum whole."""
    asked: dict[str, Any] = {"metrics": ["M01"], "partial": True}
    one, two, three = _folders()[:3]
    quarters = [aggregate(each, period="2026-Q1", **asked) for each in (one, three)]
    halves = [aggregate(each, period="2026-H1", **asked) for each in (two, three)]
    merged = merge(*quarters, *halves)
    status = {
        (row["period"], row["reporter_id"]): row["status"]
        for row in merged.table.to_pylist()
        if row["service_id"] is None
    }
    assert {period for (period, who), s in status.items() if s == "partly_covered"} == {
        "2026-Q1", "2026-H1",
    }  # fmt: skip
    assert {s for (_, who), s in status.items() if who} == {"normal"}
    why = {each["period"]: each["why"] for each in merged.about["side_by_side"]}
    assert why.keys() == {"2026-Q1", "2026-H1"} and "2026-H1" in why["2026-Q1"]
    assert merge(merged, *halves).about["side_by_side"] == merged.about["side_by_side"]
    both = merge(quarters[1], halves[1])
    assert both.about["side_by_side"] == [] and not _partly(both)
    only = merge(*quarters, halves[1])
    assert [each["period"] for each in only.about["side_by_side"]] == ["2026-H1"]


def _partly(found: Observations) -> bool:
    return "partly_covered" in found.table["status"].to_pylist()


def test_who_is_not_broken_down_makes_the_parts_of_all_partly_covered() -> None:
    asked: dict[str, Any] = {"period": "2026", "metrics": ["M01"], "partial": True}
    fine = aggregate(_folders()[0], by=["surface"], **asked)
    coarse = aggregate(_folders()[1], **asked)
    merged = merge(fine, coarse, by=["surface"]).table
    status = {(row["surface"] is None, row["status"]) for row in merged.to_pylist()}
    assert status == {(True, "normal"), (False, "partly_covered")}
    with pytest.raises(BadUse, match="no part is broken down by generation"):
        merge(fine, coarse, by=["generation"])


def test_a_suppressed_number_is_no_part_of_a_sum() -> None:
    part = aggregate(_folders()[0], period="2026", metrics=["M01"], partial=True)
    at = part.table.schema.get_field_index("status")
    hidden = pa.array(["suppressed"] * part.table.num_rows, pa.string())
    with pytest.raises(NotMergeable, match=r"M01 .* hides"):
        merge(replace(part, table=part.table.set_column(at, part.table.schema.field(at), hidden)))


def test_figures_that_name_no_reporter_are_refused_and_never_turn_into_zeros(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobodys = aggregate(_folders()[0], period="quarter", metrics=["M01"], by=["category"])
    for parts in ((nobodys,), (nobodys, _partials()[1])):
        with pytest.raises(NotMergeable, match=r"M01 .*--partial"):
            merge(*parts, by=BY)
    mixed = aggregate(
        _folders()[0], period="quarter", metrics=["M01"], by=[["category"], list(SUBJECT)]
    )
    with pytest.raises(NotMergeable, match="M01"):
        merge(mixed)
    with pytest.raises(NotMergeable, match="M01"):
        merge(merge(*_small(), by=[]))
    nobodys.write(tmp_path / "n")
    assert main(["merge", str(tmp_path / "n"), "-o", str(tmp_path / "z")]) == 2
    assert "--partial" in capsys.readouterr().err
    assert not (tmp_path / "z").exists()


def test_zero_absent_and_missing_stay_three_things() -> None:
    parts = [
        aggregate(each, period="2026-Q1", metrics=["M06", "M04", "M17"], partial=True)
        for each in _folders()[:2]
    ]
    merged = merge(*parts, by=[]).table.to_pylist()
    whole = aggregate(*_folders()[:2], period="2026-Q1", metrics=["M06", "M04", "M17"]).table
    assert [(r["numerator"], r["denominator"], r["status"]) for r in merged] == [
        (r["numerator"], r["denominator"], r["status"]) for r in whole.to_pylist()
    ]


# Profiles.


def _incidents(folder: Path) -> Path:
    rows = rows_of("Incident", 300, reporter_id="ada", service_id="ada-0")
    return dataset(folder, Incident, rows)


@pytest.mark.parametrize(
    "profile",
    [{"LIK": "floor"}, {"FRD-GDS": "floor", "FRD": "high"}, {"VIO": "medium"}],
)
def test_a_profile_raises_tiers_as_if_the_records_had_them_and_lowers_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: Mapping[str, str]
) -> None:
    asked: dict[str, Any] = {
        "period": "year", "metrics": ["M01", "M23"], "by": ["category", "tier"], "partial": True,
    }  # fmt: skip
    folder = _incidents(tmp_path / "d")
    plain = aggregate(folder, **asked)
    merged = merge(plain, profile=profile).table
    order = ("floor", "high", "medium", "low")

    def stricter(code: str, tier: str) -> str:
        named = [tier, *(t for c, t in profile.items() if code == c or code.startswith(f"{c}-"))]
        return min(named, key=order.index)

    for (code, treatment), (tier, basis) in list(TIERS.items()):
        monkeypatch.setitem(TIERS, (code, treatment), (stricter(code, tier), basis))
    expected = aggregate(folder, **asked).table
    assert merged.equals(expected)
    assert not expected.equals(plain.table)


def test_a_profile_says_which_stricter_tiers_it_leaves_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, Any] = {"period": "year", "metrics": ["M01"], "by": ["category", "tier"]}
    plain = aggregate(_incidents(tmp_path / "d"), **asked, partial=True)
    assert merge(plain, profile={"LIK": "floor"}).about["kept_tiers"] == []
    about = merge(plain, profile={"VIO": "medium"}).about
    assert about["profile"] == {"VIO": "medium"}
    expected = {
        (code, tier, treatment)
        for (code, treatment), (tier, _) in TIERS.items()
        if code.startswith("VIO") and tier in ("floor", "high")
    }
    told = {
        (each["category"], each["tier"], treatment)
        for each in about["kept_tiers"]
        for treatment in each["treatments"]
    }
    assert told == expected and len(expected) > 3
    assert {each["line"] for each in about["kept_tiers"]} == {"VIO = medium"}
    assert "profile" not in merge(plain).about
    plain.write(tmp_path / "plain.parquet")
    (tmp_path / "profile.toml").write_text('VIO = "medium"')
    files = [str(tmp_path / name) for name in ("plain.parquet", "out.parquet", "profile.toml")]
    assert main(["merge", files[0], "-o", files[1], "--profile", files[2]]) == 0
    assert "VIO = medium: VIO-INC stays floor for" in capsys.readouterr().out


def test_a_profile_needs_codes_that_exist_and_figures_by_category_and_tier(tmp_path: Path) -> None:
    folder = _incidents(tmp_path / "d")
    tier = aggregate(folder, period="year", metrics=["M01"], by=["tier"], partial=True)
    with pytest.raises(BadUse, match="category and tier"):
        merge(tier, profile={"LIK": "floor"})
    with pytest.raises(UnknownCode):
        merge(tier, profile={"XXX": "floor"})
    with pytest.raises(UnknownCode):
        merge(tier, profile={"LIK": "roof"})
    with pytest.raises(BadUse, match="lowers no tier: CSE"):
        merge(tier, profile={"CSE": "low"})


# Medians.


@given(counts=st.dictionaries(st.sampled_from([code for code, _ in STEPS]), st.integers(0, 9)))
def test_the_interval_of_a_histogram_holds_the_lower_of_its_two_middle_values(
    counts: dict[str, int],
) -> None:
    drawn_ = sorted(
        low + 1 if high is None else high
        for (low, high), code in BOUNDS
        for _ in range(counts.get(code, 0))
    )
    low, high = interval(counts)
    if not drawn_:
        assert (low, high) == (None, None)
    else:
        middle = drawn_[(len(drawn_) - 1) // 2]
        assert low is not None and low < middle and (high is None or middle <= high)


def test_what_is_not_observations_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"nothing")
    with pytest.raises(Unreadable, match=r"x\.parquet"):
        merge(tmp_path / "x.parquet")
    assert merge().table.num_rows == 0


def test_files_merge_as_what_they_hold(tmp_path: Path) -> None:
    paths = []
    for number, part in enumerate(_partials()):
        paths.append(tmp_path / f"{number}.parquet")
        part.write(paths[-1])
    random.Random(1).shuffle(paths)
    assert merge(*paths).table.equals(_whole(True))
    assert merge(*paths).about["parts"] == merge(*_partials()).about["parts"]
    assert VERSION in merge(*paths).table["harmtax_version"].to_pylist()


# At the terminal.


def test_the_command_merges_files_and_tells_who_is_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(each) for each in _folders()[:2]]
    for name, folder in zip(WHO, folders, strict=False):
        asked = ["--period", "year", "--metrics", "M01,M13-median", "--by", "category", "--partial"]
        assert main(["aggregate", folder, *asked, "-o", str(tmp_path / name), "-q"]) == 0
    whole = aggregate(
        *_folders()[:2], period="year", metrics=["M01", "M13-median"], by=["category"]
    )
    parts = [str(tmp_path / name) for name in WHO[:2]]
    asked = ["--by", "category", "-o", str(tmp_path / "all"), "--json"]
    assert main(["merge", *parts, *asked]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["parts"] == ["ada ada-0 2026 1", "bel bel-1 2026 1"]
    assert told["observations"] == whole.table.num_rows
    (tmp_path / "profile.toml").write_text('IIA = "floor"')
    assert main(["merge", *parts, "-o", "x", "--profile", str(tmp_path / "absent.toml")]) == 3
    (tmp_path / "profile.toml").write_text("IIA = 1")
    assert main(["merge", *parts, "-o", "x", "--profile", str(tmp_path / "profile.toml")]) == 2
    assert main(["merge", str(tmp_path / "absent"), "-o", "x"]) == 3


def test_submissions_merge_as_their_figures_and_a_broken_one_is_refused(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"period": "2026-Q1", "by": [["category", "tier"], ["category"]]}
    filed = []
    for folder in _folders()[:2]:
        figures = aggregate(folder, **asked)
        for revision in (1, 2):
            filed.append(tmp_path / f"{folder.name}-{revision}")
            who = {"reporter": folder.name, "service": f"{folder.name}-{len(filed) > 2:d}"}
            why = "late records" if revision > 1 else None
            more: dict[str, Any] = {"revision": revision, "revision_reason": why, **who}
            seal(figures, filed[-1], service_type="online_platform", **more)
    merged = merge(*filed, by=[["category"]])
    names = [name for name, row in METRICS.items() if row.mergeable]
    expected = aggregate(*_folders()[:2], period="2026-Q1", by=["category"], metrics=None).table
    expected = expected.filter(pc.is_in(expected["metric_id"], pa.array(names)))
    medians = ["median_lower", "median_upper"]
    additive = merged.table.filter(pc.is_in(merged.table["metric_id"], pa.array(names)))
    assert additive.drop_columns(medians).equals(expected.drop_columns(medians))
    assert [each["revision"] for each in merged.about["superseded"]] == [1, 1]
    (filed[1] / "figures.parquet").write_bytes(b"something else")
    with pytest.raises(Unreadable, match="does not verify"):
        merge(*filed)
    assert main(["merge", *map(str, filed), "-o", str(tmp_path / "x"), "-q"]) == 1
    assert not (tmp_path / "x").exists()
