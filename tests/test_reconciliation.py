"""Reconciliation: a report against its records; exactly the planted causes are found, with their records."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.constraints import CODES
from harmtax._generated.models import Appeal, Exposure, Incident, Observation
from harmtax.cli import main
from harmtax.errors import BadUse, Unreadable
from harmtax.figures.merging import merge
from harmtax.figures.metrics import aggregate
from harmtax.figures.observations import Observations
from harmtax.figures.policy import Policy
from harmtax.figures.publication import Publication
from harmtax.figures.reconciliation import Difference, reconcile
from harmtax.figures.submission import seal
from harmtax.records.record import schema
from tests.datasets import Row, dataset
from tests.test_submission import incident, sealed

# A few each time; by hand with CASES=150 and more.
CASES = int(os.environ.get("CASES", "8"))
LAWS = settings(max_examples=CASES, deadline=None, derandomize=True)
METRICS = ["M01", "M10", "M23", "M29"]
BY = ["category", "tier", "surface"]
PERIOD = "2026-Q1"
# Each place has one record, so that no two of them are alike in the figures.
PLACES = list(product(["IIA-NUD", "LIK-IMP", "OTH", "ASX"], ["feed", "live", "search", "stories"]))
# A moment that is no full hour after the appeals.
ODD = datetime(2026, 2, 1, 10, 7, 3, tzinfo=UTC)
KINDS = ["late", "duplicate", "recoded", "moved"]
Found = set[tuple[str, str]]


def base() -> list[Row]:
    """One record for each place, in the middle of the quarter."""
    surfaces = [code for code in CODES["Surface"]][:4]
    named = dict(zip(["feed", "live", "search", "stories"], surfaces, strict=True))
    return [
        incident(n, category=category, surface=named[place])
        for n, (category, place) in enumerate(PLACES)
    ]


def causes(differences: Iterable[Difference]) -> Found:
    """The causes found with their records; every cause must name its records exactly."""
    found = set()
    for each in differences:
        for cause in each.causes:
            assert cause.count == len(cause.ids), cause
            found |= {(cause.cause, name) for name in cause.ids or ("",)}
    return found


def report(folder: Path, rows: Sequence[Row], by: Sequence[str] = BY, **about: Any) -> Path:
    """A report made from other rows than those that are handed over."""
    data = dataset(folder / "counted", Incident, rows)
    made = aggregate(data, period=PERIOD, by=by, metrics=METRICS)
    path = folder / "report.parquet"
    Observations(made.table, {"Incident": about.get("counted", len(rows))}).write(path)
    return path


def planted(kinds: Mapping[int, str]) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows as the report counts them, as the records hold them, and those that came later."""
    counts, holds, later = [], [], []
    for number, row in enumerate(base()):
        match kinds.get(number):
            case "late":
                later.append(row)
            case "duplicate":
                counts += [row, row | {"incident_id": f"{row['incident_id']}-again"}]
                holds += [row, row]
            case "recoded":
                counts.append(row)
                holds += [row, row | {"revision": 2, "category": "HAT"}]
            case "moved":
                # On a clock of the Pacific it is still March.
                night = datetime(2026, 4, 1, 3, number, tzinfo=UTC)
                counts.append(row)
                holds.append(row | {"actioned_at": night})
            case _:
                counts.append(row)
                holds.append(row)
    return counts, holds, later


@given(st.dictionaries(st.integers(0, len(PLACES) - 1), st.sampled_from(KINDS), max_size=6))
@LAWS
def test_exactly_the_planted_causes_are_found_in_figures_alone(kinds: dict[int, str]) -> None:
    counts, holds, later = planted(kinds)
    with TemporaryDirectory() as name:
        folder = Path(name)
        stated = report(folder, counts, counted=len(holds))
        data = dataset(folder / "data", Incident, [*holds, *later])
        found = reconcile(stated, data)
        assert all(each.explained for each in found)
        assert causes(found) == {(kind, f"i-{n}") for n, kind in kinds.items()}


@given(
    st.dictionaries(
        st.integers(0, len(PLACES) - 1),
        st.sampled_from(["late", "recoded", "moved", "missing"]),
        max_size=10,
    )
)
@LAWS
def test_exactly_the_planted_causes_are_found_in_a_submission_with_records(
    kinds: dict[int, str],
) -> None:
    filed, holds = [], []
    for number, row in enumerate(base()):
        kind = kinds.get(number)
        if kind != "late":
            filed.append(row)
        if kind == "recoded":
            # Without a revision, as nobody should: what was filed shows it all the same.
            holds.append(row | {"category": "HAT"})
        elif kind == "moved":
            holds.append(row | {"actioned_at": datetime(2026, 4, 2, tzinfo=UTC)})
        elif kind != "missing":
            holds.append(row)
    outside = incident(
        99, actioned_at=datetime(2026, 7, 1, tzinfo=UTC), content_date=date(2026, 7, 1)
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        before = dataset(folder / "before", Incident, [*filed, incident(77, reporter_id="beta")])
        by = [*BY, "reporter_id", "service_id"]
        made = aggregate(before, period=PERIOD, by=by, metrics=METRICS)
        seal(made, folder / "filed", service_type="vlop", reporter="alpha", records=[before])
        after = dataset(folder / "after", Incident, [*holds, outside])
        found = reconcile(folder / "filed", after)
        assert all(each.explained for each in found)
        assert causes(found) == {(kind, f"i-{n}") for n, kind in kinds.items()}
        assert reconcile(folder / "filed", before) == []


# --- single causes ------------------------------------------------------------------------------------


def test_what_the_records_give_is_no_difference(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, [*base(), incident(1, revision=2, category="HAT")])
    made = aggregate(data, period="month", by=BY)
    made.write(tmp_path / "report.parquet")
    assert reconcile(tmp_path / "report.parquet", data) == []


def test_a_difference_without_evidence_stays_unexplained(tmp_path: Path) -> None:
    stated = report(tmp_path, [*base(), incident(88, category="HAT")], counted=16)
    data = dataset(tmp_path / "data", Incident, base())
    found = reconcile(stated, data)
    assert found and not any(each.explained for each in found)
    totals = [each for each in found if each.metric_id == "M01" and not each.dimensions]
    assert [(each.stated, each.derived) for each in totals] == [(17, 16)]


def totals(found: Iterable[Difference], metric: str = "M01") -> list[tuple[Any, ...]]:
    """What is said of the total of a metric, and of its categories."""
    return [
        (each.dimensions.get("category"), each.stated, each.derived,
         [(c.cause, c.count, c.ids) for c in each.causes])
        for each in found
        if each.metric_id == metric and {*each.dimensions} <= {"category"}
    ]  # fmt: skip


def test_records_that_are_gone_are_told_by_their_number(tmp_path: Path) -> None:
    found = reconcile(report(tmp_path, base()), dataset(tmp_path / "data", Incident, base()[1:]))
    assert all(each.explained for each in found)
    gone = [("missing", 1, ())]
    assert totals(found) == [(None, 16, 15, gone), ("IIA", 4, 3, gone), ("IIA-NUD", 4, 3, gone)]


def test_a_record_that_is_gone_is_not_taken_for_one_near_midnight(tmp_path: Path) -> None:
    night = incident(70, actioned_at=datetime(2026, 4, 1, 3, tzinfo=UTC))
    alike = incident(71)
    data = dataset(tmp_path / "data", Incident, [*base(), night])
    found = reconcile(report(tmp_path, [*base(), alike, night], counted=18), data)
    assert {c.cause for each in found for c in each.causes} == {"missing"}


def test_one_late_and_one_deleted_record_are_told_apart(tmp_path: Path) -> None:
    late = incident(50, category="HAT", surface="live")
    data = dataset(tmp_path / "data", Incident, [*base()[1:], late])
    found = reconcile(report(tmp_path, base()), data)
    assert all(each.explained for each in found)
    named, gone = ("late", 1, ("i-50",)), ("missing", 1, ())
    # The two cancel each other out in the total, and are told there as well.
    assert totals(found) == [
        (None, 16, 16, [named, gone]), ("HAT", None, 1, [named]), ("IIA", 4, 3, [gone]),
        ("IIA-NUD", 4, 3, [gone]),
    ]  # fmt: skip


def test_no_record_is_said_to_be_gone_where_the_numbers_do_not_bear_it_out(tmp_path: Path) -> None:
    # One is gone by number, and yet two categories lack one.
    stated = report(tmp_path, [*base(), incident(88, category="HAT")], counted=16)
    found = reconcile(stated, dataset(tmp_path / "data", Incident, base()[1:]))
    assert found and not any(each.explained for each in found)
    # A record in the middle was changed without a revision: the last row is not blamed for it.
    rows = base()
    rows[3] = rows[3] | {"category": "HAT"}
    found = reconcile(report(tmp_path / "b", base()), dataset(tmp_path / "c", Incident, rows))
    assert found and not any(each.explained for each in found)


def test_a_file_that_was_written_anew_is_not_taken_for_late(tmp_path: Path) -> None:
    one = dataset(tmp_path / "one", Incident, base()[:8])
    two = dataset(tmp_path / "two", Incident, base()[8:])
    made = aggregate(one, two, period=PERIOD, by=BY, metrics=METRICS)
    made.write(tmp_path / "report.parquet")
    changed = [row | {"category": "HAT"} if n == 2 else row for n, row in enumerate(base()[8:])]
    again = dataset(tmp_path / "again", Incident, changed)
    late = dataset(tmp_path / "late", Incident, [incident(60, category="HAT", surface="live")])
    found = reconcile(tmp_path / "report.parquet", one, two, late)
    assert causes(found) == {("late", "i-60")}
    found = reconcile(tmp_path / "report.parquet", one, again)
    assert causes(found) == {("unexplained", "")}


def test_two_ways_to_make_up_a_number_are_no_explanation(tmp_path: Path) -> None:
    rows = base()
    twice = [*rows, rows[0], rows[1] | {"actioned_at": datetime(2026, 4, 1, 3, tzinfo=UTC)}]
    holds = [row for row in twice if row is not rows[1]]
    # One more in total: the record that stands twice, or the one that is in March elsewhere.
    counts = [row for row in base() if row["incident_id"] != "i-1"] + [incident(60)]
    stated = report(tmp_path, counts, by=[], counted=len(holds))
    found = reconcile(stated, dataset(tmp_path / "data", Incident, holds))
    assert found and not any(each.explained for each in found)


def test_records_alike_in_every_figure_are_named_together(tmp_path: Path) -> None:
    rows = [incident(n) for n in range(4)]
    stated = report(tmp_path, [*rows, incident(9)], counted=6)
    found = reconcile(stated, dataset(tmp_path / "data", Incident, [*rows, rows[0], rows[1]]))
    assert found and all(each.explained for each in found)
    assert {(c.cause, c.count, c.ids) for each in found for c in each.causes} == {
        ("duplicate", 1, ("i-0", "i-1"))
    }


def test_a_whole_kind_is_recognised_whatever_its_number(tmp_path: Path) -> None:
    rows = [incident(n, surface=CODES["Surface"][n % 4]) for n in range(60)]
    corrected = [row | {"revision": 2, "category": "HAT"} for row in rows[:40]]
    again = [row | {"incident_id": f"{row['incident_id']}-2"} for row in corrected]
    stated = report(tmp_path, [*rows, *again], counted=100)
    found = reconcile(stated, dataset(tmp_path / "data", Incident, [*rows, *corrected]))
    assert all(each.explained for each in found)
    assert causes(found) == {("duplicate", f"i-{n}") for n in range(40)}


def test_later_files_are_told_by_the_digests_of_the_earlier_ones(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, base()[1:])
    aggregate(data, period=PERIOD, by=BY).write(tmp_path / "report.parquet")
    later = dataset(tmp_path / "aaa", Incident, base()[:1])
    found = reconcile(tmp_path / "report.parquet", later, data)
    assert all(each.explained for each in found)
    assert causes(found) == {("late", "i-0")}


def test_causes_that_cancel_each_other_out_are_told(tmp_path: Path) -> None:
    row = base()[0]
    stated = report(tmp_path, [row, row | {"incident_id": "x"}], counted=2)
    holds = [row, row, row | {"incident_id": "i-7"}]
    found = reconcile(stated, dataset(tmp_path / "data", Incident, holds))
    assert causes(found) == {("late", "i-7"), ("duplicate", "i-0")}
    assert all(each.stated == each.derived and each.explained for each in found)


def test_a_hidden_number_is_told_as_suppressed_with_the_records_in_it(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, base())
    made = aggregate(data, period=PERIOD, by=["category", "tier"])
    rows = made.table.to_pylist()
    hidden = [r for r in rows if r["metric_id"] == "M01" and r["category"] == "OTH"]
    for row in hidden:
        row |= {"numerator": None, "status": "suppressed"}
    table = pa.Table.from_pylist(rows, schema=schema(Observation))
    Publication(table, Policy(), {"k": 5}).write(tmp_path / "p.parquet")
    found = reconcile(tmp_path / "p.parquet", data)
    inside = tuple(sorted(row["incident_id"] for row in base() if row["category"] == "OTH"))
    told = {(c.cause, c.record_type, c.count, c.ids) for each in found for c in each.causes}
    assert told == {("suppressed", "Incident", 4, inside)}
    assert len(found) == len(hidden) and all(each.stated is None for each in found)


def test_a_table_as_csv_is_read_as_well(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, base())
    rows = aggregate(data, period=PERIOD, by=["category"], metrics=["M01", "M10"]).table.to_pylist()
    path = tmp_path / "report.csv"
    names = ["metric_id", "period", "category", "numerator", "denominator", "status"]
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    assert reconcile(path, data) == []
    path.write_text(path.read_text().replace("M01,2026-Q1,OTH,4", "M01,2026-Q1,OTH,5"))
    [found] = reconcile(path, data)
    assert (found.dimensions, found.stated, found.derived) == ({"category": "OTH"}, 5, 4)
    assert not found.explained


def appeal(number: int, hours: int, **changes: Any) -> Row:
    """An appeal that was decided after so many hours."""
    start = datetime(2026, 2, 1, tzinfo=UTC)
    return {
        "harmtax_version": incident(1)["harmtax_version"], "reporter_id": "alpha",
        "service_id": "alpha-video", "revision": 1, "appeal_id": f"a-{number}",
        "incident_id": "i-1", "category": "LIK", "outcome": "decision_upheld",
        "appeal_forum": CODES["AppealForum"][0],
        "appealed_decision": [CODES["AppealedDecision"][0]],
        "submitted_at": start, "decided_at": start + timedelta(hours=hours),
    } | changes  # fmt: skip


def test_a_median_is_explained_by_the_record_whose_time_changed(tmp_path: Path) -> None:
    first = [appeal(n, 10 * n) for n in range(1, 6)]
    before = dataset(tmp_path / "before", Appeal, first)
    aggregate(before, period=PERIOD, by=["category"]).write(tmp_path / "report.parquet")
    after = dataset(tmp_path / "after", Appeal, [appeal(3, 700, revision=2, revision_reason="x")])
    found = reconcile(tmp_path / "report.parquet", before, after)
    assert {"median_lower", "median_upper"} <= {each.measure for each in found}
    assert all(each.explained for each in found)
    assert causes(found) == {("moved", "a-3")}


def appeals_beside_incidents(folder: Path) -> list[Path]:
    """Two record types, of which only one has tiers."""
    told = [appeal(n, 10 * n) for n in range(1, 6)]
    return [dataset(folder / "a", Appeal, told), dataset(folder / "i", Incident, base())]


def test_each_metric_is_counted_by_its_own_breakdowns(tmp_path: Path) -> None:
    """What is the widest breakdown of incidents is none of appeals, which have no tier."""
    data = appeals_beside_incidents(tmp_path)
    made = aggregate(*data, period=PERIOD, by=[["category", "tier"], ["category"]])
    assert any(row["metric_id"] == "M19-median" for row in made.table.to_pylist())
    made.write(tmp_path / "report.parquet")
    assert reconcile(tmp_path / "report.parquet", *data) == []


def test_a_median_that_is_told_as_a_step_is_held_against_a_step(tmp_path: Path) -> None:
    """A merged report knows no exact median, and 700 hours lie in the last but one step."""
    data = appeals_beside_incidents(tmp_path)
    path = tmp_path / "report.parquet"
    merge(aggregate(*data, period=PERIOD, by=["category"], partial=True)).write(path)
    assert reconcile(path, *data) == []
    late = [appeal(n, 700) for n in range(6, 16)]
    found = reconcile(path, *data, dataset(tmp_path / "late", Appeal, late))
    assert {"median_lower", "median_upper"} <= {each.measure for each in found}
    assert {ids for _, ids in causes(found)} <= {row["appeal_id"] for row in late} | {""}


@pytest.mark.parametrize("as_csv", [False, True])
def test_what_a_publication_rounds_or_leaves_out_of_a_median_is_no_difference(
    tmp_path: Path, as_csv: bool
) -> None:
    """Whole hours in total; nothing by category, where the row of the median itself is hidden."""
    data = dataset(tmp_path / "a", Appeal, [appeal(1, 10, decided_at=ODD)])
    rows = aggregate(data, period=PERIOD, by=["category"], metrics=["M19-median"]).table.to_pylist()
    rows = [row for row in rows if row["duration_bin"] is None]
    for row in rows:
        median = None if row["category"] else 36_000
        row |= {"median_lower": median, "median_upper": median}
        row |= {"status": "suppressed"} if median is None else {}
    path = tmp_path / ("p.csv" if as_csv else "p.parquet")
    table = pa.Table.from_pylist(rows, schema=schema(Observation))
    if as_csv:
        pacsv.write_csv(table.append_column("CONF_STATUS", pa.array(["F"] * len(rows))), path)
    else:
        Publication(table, Policy(), {"k": 5}).write(path)
    found = reconcile(path, data)
    assert {(each.measure, each.stated) for each in found} == {
        ("median_lower", None), ("median_upper", None),
    }  # fmt: skip
    assert causes(found) == {("suppressed", "a-1")}


def test_rounded_views_are_told_as_rounded_and_a_wrong_one_is_unexplained(tmp_path: Path) -> None:
    views = {"views_violating": 12_345, "views_total": 9_000_000}
    month = {"period_start": date(2026, 1, 1), "period_end": date(2026, 3, 31)}
    head = {n: incident(1)[n] for n in ("harmtax_version", "reporter_id", "service_id", "revision")}
    said = [head | month | {"measure": m, "value": v, "method": "census"} for m, v in views.items()]
    data = dataset(tmp_path / "e", Exposure, said)
    rows = aggregate(data, period=PERIOD, metrics=["M04"]).table.to_pylist()
    for stated, expected in ((12_000, []), (13_000, [(13_000, 12_000)])):
        table = pa.Table.from_pylist([rows[0] | {"numerator": stated}], schema=schema(Observation))
        Publication(table, Policy(), {"k": 5}).write(tmp_path / "p.parquet")
        found = reconcile(tmp_path / "p.parquet", data)
        assert [(each.stated, each.derived) for each in found] == expected
        assert not any(each.explained for each in found)


def test_records_of_others_beside_those_of_a_submission_are_not_late(tmp_path: Path) -> None:
    """The submission counted one reporter; the records that are handed over are those of several."""
    path = sealed(tmp_path, records=[])
    theirs = [incident(20 + n, reporter_id="beta") for n in range(4)]
    data = tmp_path / "data"
    rows = [
        row for part in sorted(data.glob("Incident-*")) for row in pq.read_table(part).to_pylist()
    ]
    dataset(tmp_path / "all", Incident, [*theirs, *rows])
    shutil.copy(data / "RemovalRequest-00000.parquet", tmp_path / "all")
    assert reconcile(path, tmp_path / "all") == []


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, base())
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    (tmp_path / "y.parquet").write_text("x")
    for name in ("x.csv", "y.parquet", "absent.parquet"):
        with pytest.raises(Unreadable):
            reconcile(tmp_path / name, data)
    made = aggregate(data, period=PERIOD, by=BY)
    seal(made, tmp_path / "filed", service_type="vlop", reporter="alpha", service="alpha-video")
    shutil.copytree(tmp_path / "filed", tmp_path / "broken")
    (tmp_path / "broken" / "more").write_text("x")
    assert reconcile(tmp_path / "filed", data) == []
    with pytest.raises(BadUse, match="file_extra"):
        reconcile(tmp_path / "broken", data)


def test_a_table_that_says_two_things_or_nothing_is_refused_with_the_reason(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, base()[:1])
    path, head = tmp_path / "x.csv", "metric_id,period,numerator\n"
    line = "M01,2026-Q1,1\n"
    path.write_text(head + line + line)
    assert reconcile(path, data) == []
    for text, why in (
        (head + line + "M01,2026-Q1,2\n", "different numbers for one figure: M01 2026-Q1"),
        (head, "no figure"),
        ((head + line).replace(",", ";"), "commas between"),
    ):
        path.write_text(text)
        with pytest.raises(Unreadable, match=why):
            reconcile(path, data)


def test_the_command_says_which_records_were_not_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = appeals_beside_incidents(tmp_path)
    path = tmp_path / "report.parquet"
    aggregate(*data, period=PERIOD, metrics=["M01", "M21"]).write(path)
    assert main(["reconcile", str(path), str(data[1])]) == 1
    assert "counts Appeal, of which no records were given" in capsys.readouterr().out
    assert main(["reconcile", str(path), *map(str, data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_given"] == []


def test_the_command_tells_causes_and_fails_on_what_is_unexplained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = report(tmp_path, base()[1:])
    data = str(dataset(tmp_path / "data", Incident, [*base()[1:], base()[0]]))
    assert main(["reconcile", str(stated), data]) == 0
    out = capsys.readouterr().out
    assert "late 1 Incident: i-0" in out and "0 unexplained" in out
    assert main(["reconcile", str(stated), data, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unexplained"] == 0 and told["differences"][0]["causes"][0]["ids"] == ["i-0"]
    inflated = report(tmp_path / "b", [*base(), incident(88, category="HAT")], counted=15)
    assert main(["reconcile", str(inflated), data, "--quiet"]) == 1
    assert capsys.readouterr().out == ""
