"""Submissions: sealed once and whole, and any later change of a file is found by its name."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated import models
from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.models import Appeal, Exposure, Incident, RemovalRequest
from harmtax.cli import main
from harmtax.errors import BadUse, NotMergeable, NotSealed, Unreadable
from harmtax.figures import manifest as manifests
from harmtax.figures.gathering import gather
from harmtax.figures.manifest import Manifest
from harmtax.figures.merging import merge
from harmtax.figures.metrics import aggregate
from harmtax.figures.observations import Observations
from harmtax.figures.submission import seal
from harmtax.figures.verification import verify
from tests.datasets import Row, dataset

LAWS = settings(max_examples=60, deadline=None, derandomize=True)
BASE = ["category", "tier"]


def incident(number: int, **changes: Any) -> Row:
    """A harmful synthetic incident of January 2026."""
    row = {
        "harmtax_version": VERSION, "reporter_id": "alpha", "service_id": "alpha-video",
        "revision": 1, "incident_id": f"i-{number}", "incident_status": "actioned",
        "category": "IIA-NUD", "generation": "ai_edited", "treatment": "unknown",
        "source_type": "own_initiative", "automated_detection": "yes", "label": "absent",
        "depicted_age_group": "adult", "content_date": date(2026, 1, 2),
        "actioned_at": datetime(2026, 1, 5, tzinfo=UTC), "decision_facts": "restricted words",
    }  # fmt: skip
    return row | changes


def records(folder: Path, *more: Row) -> Path:
    """A dataset of one platform in the first quarter, with something of another and of another time."""
    codes = ["IIA-NUD", "IIA-NUD", "LIK", "OTH"]
    rows = [incident(n, category=code) for n, code in enumerate(codes)]
    rows.append(
        incident(9, actioned_at=datetime(2026, 4, 1, tzinfo=UTC), content_date=date(2026, 4, 1))
    )
    dataset(folder, Incident, [*rows, *more], parts=2)
    request = {
        "harmtax_version": VERSION, "reporter_id": "alpha", "service_id": "alpha-video",
        "revision": 1, "request_id": "r-1", "category": "IIA-NUD", "validity": "valid",
        "outcome": "pending", "received_at": datetime(2026, 3, 1, tzinfo=UTC),
        "valid_at": datetime(2026, 3, 1, tzinfo=UTC), "clock_regime": "us_take_it_down",
        "deadline_at": datetime(2026, 3, 3, tzinfo=UTC), "request_channel": "article_16_notice",
        "requester_role": "depicted_person", "item_count": 1, "automated_processing": "not_automated",
    }  # fmt: skip
    dataset(folder, RemovalRequest, [request])
    return folder


def figures(folder: Path, by: Any = BASE, period: str = "2026-Q1") -> Observations:
    """The figures of the records by their base dimensions."""
    return aggregate(folder, period=period, by=by)


def sealed(folder: Path, target: str = "filed", **more: Any) -> Path:
    """A submission with its records."""
    data = folder / "data"
    if not data.exists():
        records(data)
    given = {"reporter": "alpha", "service": "alpha-video", "service_type": "online_platform"}
    seal(figures(data), folder / target, **({"records": [data]} | given | more))
    return folder / target


SECOND: dict[str, Any] = {"revision": 2, "revision_reason": "Two incidents were counted twice."}


def words(path: Path) -> list[tuple[str, str | None]]:
    """The errors of a folder, each with the file that it names."""
    return [(each.rule, each.source) for each in verify(path) if each.severity == "error"]


# --- sealing ------------------------------------------------------------------------------------------


def test_what_is_sealed_holds_and_names_its_reporter_service_and_period(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    assert words(path) == []
    found = manifests.read(path)
    assert found.subject == ("alpha", "alpha-video", "2026-Q1")
    assert found.submission["period_end"] == "2026-03-31"
    assert found.submission["as_of"] == "2026-04-01T00:00:00Z"
    table = Observations.read(path / "figures.parquet").table
    assert set(table["reporter_id"].to_pylist()) == {"alpha"}
    assert set(table["service_id"].to_pylist()) == {"alpha-video"}
    assert found.files["figures.parquet"].rows == table.num_rows
    assert found.files["Incident-00000.parquet"].rows == 4 and found.left_out == {"Incident": 1}


def test_no_restricted_field_leaves_and_the_figures_follow_from_what_is_filed(
    tmp_path: Path,
) -> None:
    path = sealed(tmp_path)
    shut = {f.name for f in RECORDS["Incident"].fields if f.audience == "restricted"}
    assert shut and not shut & set(pq.read_schema(path / "Incident-00000.parquet").names)
    assert b"restricted words" not in (path / "Incident-00000.parquet").read_bytes()
    again = aggregate(path, period="2026-Q1", by=BASE).table
    drop = ["reporter_id", "service_id"]
    assert again.drop(drop).equals(Observations.read(path / "figures.parquet").table.drop(drop))


def test_the_same_input_gives_the_same_bytes_and_another_is_refused(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    before = {each.name: each.read_bytes() for each in path.iterdir()}
    sealed(tmp_path)
    other = sealed(tmp_path, "again")
    assert before == {each.name: each.read_bytes() for each in other.iterdir()}
    for changes in (SECOND, {"service_type": "vlop"}):
        with pytest.raises(BadUse, match="stays"):
            sealed(tmp_path, **changes)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("x")
    with pytest.raises(BadUse, match="stays"):
        sealed(tmp_path, "mine")
    assert before == {each.name: each.read_bytes() for each in path.iterdir()}
    assert sorted(each.name for each in tmp_path.iterdir()) == ["again", "data", "filed", "mine"]


def test_several_breakdowns_are_one_submission_in_any_order(tmp_path: Path) -> None:
    data = records(tmp_path / "data")
    one, two = figures(data), figures(data, ["surface", "reporter_id", "service_id"])
    seal([one, two], tmp_path / "a", service_type="other")
    seal([two, one], tmp_path / "b", service_type="other")
    assert words(tmp_path / "a") == []
    names = sorted(each.name for each in (tmp_path / "a").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    table = Observations.read(tmp_path / "a" / "figures.parquet").table
    rows = table.filter(pa.compute.equal(table["metric_id"], "M01")).to_pylist()
    assert [r["numerator"] for r in rows if r["surface"] is None and r["category"] is None
            and r["tier"] is None] == [4]  # fmt: skip


def test_one_of_several_reporters_services_and_periods_is_chosen(tmp_path: Path) -> None:
    more = [incident(1, reporter_id="beta"), incident(5, service_id="alpha-live")]
    data = records(tmp_path / "data", *more)
    found = aggregate(data, period="quarter", by=[*BASE, "reporter_id", "service_id"])
    asked: dict[str, Any] = {"service_type": "other"}
    for name, value in (("period", "2026-Q1"), ("reporter", "alpha"), ("service", "alpha-live")):
        with pytest.raises(BadUse, match=f"name the {name}"):
            seal(found, tmp_path / "filed", **asked)
        asked[name] = value
    seal(found, tmp_path / "filed", records=[data], **asked)
    assert words(tmp_path / "filed") == []
    table = Observations.read(tmp_path / "filed" / "figures.parquet").table
    total = [r["numerator"] for r in table.to_pylist() if r["metric_id"] == "M01"]
    assert total[0] == 1
    with pytest.raises(BadUse, match="no figure"):
        seal(found, tmp_path / "other", **(asked | {"reporter": "gamma"}))


def test_what_one_of_several_reporters_has_none_of_is_zero_and_merges_to_the_whole(
    tmp_path: Path,
) -> None:
    rows = [incident(n, category=code) for n, code in enumerate(["IIA-NUD", "LIK", "OTH"])]
    rows += [incident(7, reporter_id="beta", source_type="notice_article_16")]
    rows += [incident(8, reporter_id="beta", decision_account="terminated")]
    data = dataset(tmp_path / "data", Incident, rows)
    found = aggregate(data, period="2026-Q1", by=[*BASE, "reporter_id", "service_id"])
    for name in ("alpha", "beta"):
        seal(found, tmp_path / name, service_type="other", reporter=name)
    filed = Observations.read(tmp_path / "alpha" / "figures.parquet").table.to_pylist()
    told = {r["metric_id"]: (r["numerator"], r["status"]) for r in reversed(filed)}
    assert told["M07-accounts"] == (0, "normal") and told["M24"] == (0, "not_applicable")
    merged = merge(tmp_path / "alpha", tmp_path / "beta", by=BASE)
    assert merged.table.equals(aggregate(data, period="2026-Q1", by=BASE).table)


def test_figures_coarser_than_their_base_dimensions_are_refused_by_name(tmp_path: Path) -> None:
    data = records(tmp_path / "data")
    for by in ([], ["category"], ["tier"], [["category"], ["tier"]]):
        with pytest.raises(NotSealed) as raised:
            seal(figures(data, by), tmp_path / "x", service_type="other", reporter="a", service="b")
        found = [each for each in raised.value.findings if each.rule == "figures_coarse"]
        assert any("M01" in str(each.detail) for each in found)
        assert not (tmp_path / "x").exists()


def test_a_category_without_a_tier_alone_is_not_too_coarse(tmp_path: Path) -> None:
    data = dataset(tmp_path / "data", Incident, [incident(1, category="OTH")])
    seal(
        figures(data), tmp_path / "x", service_type="other", reporter="alpha", service="alpha-video"
    )
    assert words(tmp_path / "x") == []


def test_late_answers_and_broken_sums_are_warnings_that_are_counted(tmp_path: Path) -> None:
    path = sealed(tmp_path)
    assert manifests.read(path).warnings["HT-R30"] == 1
    [late] = [each for each in verify(path) if each.rule == "HT-R30"]
    assert (late.severity, late.record, late.record_type) == ("warning", "r-1", "RemovalRequest")
    early = sealed(tmp_path, "early", as_of="2026-03-02T00:00:00Z")
    assert "HT-R30" not in manifests.read(early).warnings
    found = figures(tmp_path / "data")
    rows = found.table.to_pylist()
    for row in rows:
        if row["metric_id"] == "M01" and row["category"] == "LIK" and row["tier"] is None:
            row["numerator"] += 5
    wrong = Observations(pa.Table.from_pylist(rows, found.table.schema), found.counted, found.about)
    told = seal(wrong, tmp_path / "sums", service_type="other", reporter="a", service="b")
    assert told.warnings["HT-R41"] >= 1


def test_a_rule_about_the_set_keeps_records_from_being_sealed(tmp_path: Path) -> None:
    data = records(tmp_path / "data", incident(1, surface="feed"))
    with pytest.raises(NotSealed) as raised:
        seal(figures(data), tmp_path / "x", service_type="other", records=[data],
             reporter="alpha", service="alpha-video")  # fmt: skip
    assert [(e.rule, e.record) for e in raised.value.findings] == [("HT-R22", "i-1")]
    assert [each.name for each in tmp_path.iterdir()] == ["data"]


def test_a_header_that_does_not_hold_is_refused(tmp_path: Path) -> None:
    for wrong in ({"service_type": "shop"}, {"revision": 0}, {"as_of": "yesterday"}):
        with pytest.raises(NotSealed):
            sealed(tmp_path, **wrong)
    data = tmp_path / "data"
    with pytest.raises(BadUse, match="different records"):
        other = dataset(tmp_path / "other", Incident, [incident(1)])
        seal([figures(data), figures(other)], tmp_path / "x", service_type="other")
    with pytest.raises(BadUse):
        seal([], tmp_path / "x", service_type="other")


def test_a_correction_states_its_reason_and_a_first_filing_has_none(tmp_path: Path) -> None:
    for wrong in ({"revision": 2}, {"revision_reason": "Late records."}):
        with pytest.raises(NotSealed) as caught:
            sealed(tmp_path, **wrong)
        assert [each.rule for each in caught.value.findings] == ["HT-R22"]
    manifest = json.loads((sealed(tmp_path, **SECOND) / "manifest.json").read_text())
    assert manifest["submission"]["revision_reason"] == SECOND["revision_reason"]
    assert verify(tmp_path / "filed") == verify(sealed(tmp_path, "first"))


# --- verifying ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed(tmp_path_factory.mktemp("filed"))


def changed(filed: Path, change: Callable[[Path], object]) -> list[tuple[str, str | None]]:
    """What is found after a change of a copy."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(filed, copy)
        change(copy)
        return words(copy)


@given(st.data())
@LAWS
def test_any_changed_byte_is_found_in_its_file(filed: Path, data: st.DataObject) -> None:
    names = sorted(each.name for each in filed.iterdir())
    name = data.draw(st.sampled_from(names))
    content = bytearray((filed / name).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    found = changed(filed, lambda copy: (copy / name).write_bytes(content))
    assert name in {source for _, source in found}


def test_every_byte_of_the_manifest_counts(filed: Path) -> None:
    content = (filed / "manifest.json").read_bytes()
    with TemporaryDirectory() as folder:
        # Without the other files there is nothing to read again for each byte.
        copy = Path(folder)
        for at in range(len(content)):
            other = bytearray(content)
            other[at] ^= 1
            (copy / "manifest.json").write_bytes(other)
            assert "manifest.json" in {source for _, source in words(copy)}, at


@given(st.data())
@LAWS
def test_what_is_removed_renamed_added_or_cut_is_named(filed: Path, data: st.DataObject) -> None:
    names = sorted(each.name for each in filed.iterdir() if each.name != "manifest.json")
    name = data.draw(st.sampled_from(names))
    new = data.draw(st.sampled_from([".hidden", "x.parquet", name.upper(), "größe"]))
    act = data.draw(st.sampled_from(["remove", "rename", "add", "cut", "swap"]))

    def change(copy: Path) -> None:
        match act:
            case "remove":
                (copy / name).unlink()
            case "rename":
                (copy / name).rename(copy / new)
            case "add":
                (copy / new).write_bytes(b"x")
            case "cut":
                (copy / name).write_bytes((copy / name).read_bytes()[:-1])
            case "swap":
                other = names[names.index(name) - 1]
                content = (copy / name).read_bytes()
                (copy / name).write_bytes((copy / other).read_bytes())
                (copy / other).write_bytes(content)

    found = changed(filed, change)
    expected = {"remove": ("file_missing", name), "rename": ("file_renamed", name),
                "add": ("file_extra", new), "cut": ("file_altered", name),
                "swap": ("file_altered", name)}  # fmt: skip
    assert expected[act] in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_a_hostile_folder_does_no_harm(filed: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    name = "figures.parquet"
    for word, change in (
        ("file_irregular", lambda copy: ((copy / name).unlink(), (copy / name).symlink_to(secret))),
        ("file_irregular", lambda copy: ((copy / name).unlink(), os.mkfifo(copy / name))),
        ("file_irregular", lambda copy: ((copy / name).unlink(), (copy / name).mkdir())),
        ("file_irregular", lambda copy: os.mkfifo(copy / "pipe")),
        ("file_altered", lambda copy: os.truncate(copy / name, 1 << 40)),
    ):
        assert word in {rule for rule, _ in changed(filed, change)}
    head = "manifest.json"
    for content in (b"", b"null", b"[" * 200_000, b'{"a":' * 100_000, b" " * (1 << 21), b"\xff\xfe",
                    b"1e999999", b'{"harmtax": {}}'):  # fmt: skip
        found = changed(filed, lambda copy, content=content: (copy / head).write_bytes(content))
        assert found == [("manifest_unreadable", head)]
    for change in (
        lambda copy: ((copy / head).unlink(), os.mkfifo(copy / head)),
        lambda copy: ((copy / head).unlink(), (copy / head).symlink_to(filed / head)),
    ):
        assert changed(filed, change) == [("file_irregular", head)]
    assert changed(filed, lambda copy: (copy / head).unlink()) == [("file_missing", head)]
    with pytest.raises(Unreadable):
        verify(tmp_path / "absent")


def forged(filed: Path, name: str, table: pa.Table | None, **changes: Any) -> list[str]:
    """What is found when somebody writes a file and a manifest that agree with each other."""

    def change(copy: Path) -> None:
        told = json.loads((copy / "manifest.json").read_bytes())
        if table is not None:
            pq.write_table(table, copy / name)
        told["files"][name]["sha256"] = manifests.digest_of(copy / name)
        told["files"][name]["bytes"] = (copy / name).stat().st_size
        told |= changes
        rows = {name: manifests.Entry(**each) for name, each in told.pop("files").items()}
        made = Manifest(files=rows, **told).sealed()
        (copy / "manifest.json").write_bytes(made.content())

    return [rule for rule, _ in changed(filed, change)]


def test_a_consistent_forgery_is_judged_by_what_it_holds(filed: Path) -> None:
    name = "figures.parquet"
    table = pq.read_table(filed / name)
    header = dict(manifests.read(filed).submission)
    assert forged(filed, name, table) == []
    assert forged(filed, name, table.slice(1)) == ["rows_miscounted"]
    assert (
        forged(filed, name, table, submission=header | {"reporter_id": "beta"}).count(
            "rows_foreign"
        )
        == 3
    )
    assert "rows_foreign" in forged(filed, name, table, period="2026-Q2")
    assert "rows_foreign" in forged(filed, name, table, period="nonsense")
    assert forged(filed, name, table.drop(["status"])) == ["file_unsound"]
    assert forged(filed, name, table, harmtax={"version": "99.0.0"}) == ["version_unsupported"]
    less = {k: v for k, v in header.items() if k != "reporter_id"}
    assert forged(filed, name, table, submission=less) == ["missing"]
    part = "Incident-00000.parquet"
    rows = pq.read_table(filed / part)
    leak = rows.append_column("decision_facts", pa.array(["x"] * rows.num_rows))
    assert forged(filed, part, leak) == ["file_unsound"]
    assert "rows_foreign" in forged(
        filed, part, rows.set_column(1, "reporter_id", pa.array(["beta"] * rows.num_rows))
    )


def _with(table: pa.Table, name: str, value: Any) -> pa.Table:
    """The table with one value in every row of a column."""
    at = table.schema.get_field_index(name)
    field = table.schema.field(at)
    return table.set_column(at, field, pa.array([value] * table.num_rows, field.type))


def test_a_forgery_with_values_that_no_record_can_have_names_the_field(filed: Path) -> None:
    figures = pq.read_table(filed / "figures.parquet")
    for name, value, word in (
        ("numerator", -5, "range"), ("status", "fine", "code"), ("surface", "moon", "code"),
        ("metric_id", "M99", "file_unsound"),
    ):  # fmt: skip
        assert word in forged(filed, "figures.parquet", _with(figures, name, value))
    part = "Incident-00000.parquet"
    rows = pq.read_table(filed / part)
    for name, told in (("category", "ZZZ"), ("decision_visibility", ["removed", "gone"])):
        assert forged(filed, part, _with(rows, name, told)) == ["code"]


def test_what_a_manifest_counts_and_says_of_itself_must_agree_with_the_files(filed: Path) -> None:
    made = manifests.read(filed)
    name, none = "figures.parquet", None
    assert forged(filed, name, none) == []
    for changes, word in (
        ({"counted": {"Incident": 1}}, "rows_miscounted"),
        ({"warnings": {"HT-R30": 99}}, "rows_miscounted"),
        ({"warnings": {}}, "rows_miscounted"),
        ({"harmtax": made.harmtax | {"record": "Incident"}}, "manifest_altered"),
        ({"harmtax": made.harmtax | {"version": "0.1.0"}}, "manifest_altered"),
    ):
        assert forged(filed, name, none, **changes) == [word], changes


# --- gathering ----------------------------------------------------------------------------------------


def test_the_highest_revision_is_in_force_and_the_others_are_listed(tmp_path: Path) -> None:
    first, second = sealed(tmp_path, "one"), sealed(tmp_path, "two", **SECOND)
    other = sealed(tmp_path, "other", service="alpha-live", records=[])
    copy = tmp_path / "copy"
    shutil.copytree(first, copy)
    broken = tmp_path / "broken"
    shutil.copytree(second, broken)
    (broken / "figures.parquet").write_bytes(b"")
    paths = [first, second, other, copy, broken]
    found = gather(paths)
    assert [each.path for each in found.filings] == [other, second]
    assert found.figures == (other / "figures.parquet", second / "figures.parquet")
    assert [each.manifest.revision for each in found.superseded] == [1]
    assert list(found.broken) == [broken]
    assert gather(reversed([*paths, first])) == found


def test_two_that_differ_in_one_revision_are_refused(tmp_path: Path) -> None:
    paths = [sealed(tmp_path, "one"), sealed(tmp_path, "two", service_type="vlop")]
    with pytest.raises(NotMergeable, match="revision 1"):
        gather(paths)


# --- the commands -------------------------------------------------------------------------------------


def test_the_commands_seal_verify_and_say_what_does_not_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = records(tmp_path / "data")
    path = tmp_path / "o.parquet"
    figures(data).write(path)
    figures(data, []).write(tmp_path / "coarse.parquet")
    target = str(tmp_path / "filed")
    line = ["seal", str(path), "-o", target, "--service-type", "vlop", "--reporter", "alpha",
            "--service", "alpha-video", "--records", str(data)]  # fmt: skip
    assert main(line) == 0
    assert "1 HT-R30" in capsys.readouterr().out
    assert main([*line, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == {"HT-R30": 1}
    again = [*line, "--revision", "2"]
    assert main(again) == 1
    assert "HT-R22 at /revision_reason" in capsys.readouterr().out
    assert main([*again, "--revision-reason", "Counted twice."]) == 2
    assert (
        main([line[0], str(tmp_path / "coarse.parquet"), *line[2:3], target + "2", *line[4:]]) == 1
    )
    assert "figures_coarse" in capsys.readouterr().out
    assert main(["verify", target]) == 0
    assert f"{target} holds" in capsys.readouterr().out
    (Path(target) / "more").write_text("x")
    assert main(["verify", target, "--json"]) == 1
    assert "file_extra" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "absent")]) == 3


def test_every_period_has_its_first_and_last_day() -> None:
    for period, first, last in (
        ("2026", "2026-01-01", "2026-12-31"), ("2026-H1", "2026-01-01", "2026-06-30"),
        ("2026-H2", "2026-07-01", "2026-12-31"), ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2028-02", "2028-02-01", "2028-02-29"),
    ):  # fmt: skip
        assert [each.isoformat() for each in manifests.days(period)] == [first, last]
    with pytest.raises(BadUse):
        manifests.days("2026-13")
    assert {Appeal.RECORD, Exposure.RECORD} <= {name for name in RECORDS if hasattr(models, name)}
