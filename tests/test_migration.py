"""Data of one version in another: forwards, backwards, and on the way into a dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema_rs
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident
from harmtax._generated import models
from harmtax._generated.constraints import VERSION
from harmtax._generated.passages import PASSAGES, VERSIONS
from harmtax.cli import main
from harmtax.errors import BadUse, UnsupportedVersion
from harmtax.figures.observations import Observations
from harmtax.standard import migration
from harmtax.testing import records
from harmtax.version_shapes import Passage
from tests.rows import incident

from schema.writers import passages
from schema.writers.source import Refused

HOME = Path(__file__).resolve().parent.parent
FIRST = HOME / "exports" / "0.1.0"
QUICK = settings(max_examples=60, deadline=None, derandomize=True)


def sample() -> list[dict[str, Any]]:
    text = (FIRST / "sample.ndjson").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def old(**fields: object) -> dict[str, Any]:
    """An incident as the first version writes it."""
    row = {**incident(), "harmtax_version": "0.1.0"}
    row["disclosure"] = row.pop("label")
    return {**row, **fields}


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- one row ---------------------------------------------------------------------------------------


def test_a_row_of_the_first_version_is_a_record_of_this_one() -> None:
    for row in sample():
        found = migration.migrated(row, "Incident")
        assert found.stuck == ()
        assert harmtax.explain(found.row, Incident) == harmtax.explain(row, Incident) == []
        Incident.from_row(found.row)


@pytest.mark.parametrize(
    ("label", "becomes", "kind"),
    [
        ("removed", "DIS-REM", "narrowed"),
        ("absent", "DIS-ABS", "narrowed"),
        ("metadata_only", "DIS-ABS", "narrowed"),
        ("unknown", "DIS", "defaulted"),
    ],
)
def test_a_split_is_decided_by_its_condition_or_takes_the_fallback_and_says_so(
    label: str, becomes: str, kind: str
) -> None:
    found = migration.migrated(old(category="DIS", disclosure=label), "Incident")
    assert (found.row["category"], found.row["label"]) == (becomes, label)
    assert migration.Turned("category", kind, "DIS", becomes) in found.turned


def test_a_retired_code_leaves_its_field_as_it_was_declared() -> None:
    found = migration.migrated(old(benign_context="none"), "Incident")
    assert "benign_context" not in found.row
    assert found.turned == (migration.Turned("benign_context", "dropped", "none", ""),)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(UnsupportedVersion):
        migration.migrated(old(harmtax_version="0.3.0"), "Incident")
    with pytest.raises(UnsupportedVersion):
        migration.migrated(old(), "Incident", "7.0.0")


@QUICK
@given(st.data())
def test_what_a_way_back_loses_is_told(data: st.DataObject) -> None:
    """There and back again each field is what it was, or the account names it."""
    name = data.draw(st.sampled_from(sorted(set(PASSAGES) - {"Metric", "Observation"})))
    row = data.draw(records(getattr(models, name)))
    for version in VERSIONS:
        there = migration.migrated(row, name, version)
        back = migration.migrated(there.row, name)
        told = {each.field for each in (*there.turned, *back.turned)}
        told |= {migration.names(name, version).get(field, field) for field in told}
        names = {old: new for new, old in migration.names(name, version).items()}
        told |= {names.get(field, field) for field in told}
        changed = {key for key in {*row, *back.row} if row.get(key) != back.row.get(key)}
        assert there.stuck == back.stuck == ()
        assert changed <= told


@QUICK
@given(records(Incident))
def test_what_goes_back_is_a_record_of_the_frozen_schema(row: dict[str, Any]) -> None:
    found = migration.migrated(row, "Incident", "0.1.0").row
    assert _frozen().is_valid(found), list(_frozen().iter_errors(found))


def _frozen() -> Any:
    path = FIRST / "jsonschema" / "Incident.schema.json"
    return jsonschema_rs.validator_for(json.loads(path.read_text(encoding="utf-8")))


@QUICK
@given(records(Incident))
def test_a_migration_done_twice_is_done_once(row: dict[str, Any]) -> None:
    for version in VERSIONS:
        once = migration.migrated(row, "Incident", version).row
        again = migration.migrated(once, "Incident", version)
        assert (again.row, again.turned) == (once, ())


# --- three versions of a small standard ------------------------------------------------------------

CODES = ("a", "b", "c", "d")


def _elements(field: str, codes: Sequence[str], tail: Sequence[str] = ()) -> dict[str, Any]:
    told: dict[str, Any] = {"record_types/Small": {"title": "Small"}}
    for name, many in ((field, False), (f"{field}_more", True), *((each, False) for each in tail)):
        told[f"record_types/Small/{name}"] = {
            "kind": "code", "title": name, "definition": name, "audience": "public",
            "codes": "Letter", "many": many,
        }  # fmt: skip
    return told | {f"code_lists/Letter/{code}": {"title": code} for code in codes}


@st.composite
def _blocks(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Three versions, and what is declared between them: each code stays, changes or goes."""
    versions = [_elements("letter", CODES)]
    blocks = []
    codes: tuple[str, ...] = CODES
    for step in (1, 2):
        changes: list[dict[str, Any]] = []
        after: list[str] = []
        for code in codes:
            element, fresh = f"code_lists/Letter/{code}", f"{code}{step}"
            kind = draw(st.sampled_from(("stay", "rename", "split", "merge", "instead")))
            if kind == "merge" and after:
                changes.append({"merge": element, "to": [f"code_lists/Letter/{after[0]}"]})
            elif kind == "instead" and after:
                changes.append({"retire": element, "no_successor": True, "instead": "absent"})
            elif kind == "rename":
                changes.append({"rename": element, "to": [f"code_lists/Letter/{fresh}"]})
                after.append(fresh)
            elif kind == "split":
                parts = [f"code_lists/Letter/{fresh}x", f"code_lists/Letter/{fresh}y"]
                first = {"element": parts[0], "when": {"letter_more": {"has": [f"{fresh}x"]}}}
                changes.append({"split": element, "to": [first, parts[1]], "fallback": parts[1]})
                after += [f"{fresh}x", f"{fresh}y"]
            else:
                after.append(code)
        codes = tuple(after)
        versions.append(_elements("letter", codes))
        blocks.append({"changes": changes})
    return versions, blocks


def _passages(versions: list[dict[str, Any]], blocks: list[dict[str, Any]]) -> tuple[Passage, ...]:
    return tuple(
        passages.passage("Small", (str(at), str(at + 1)), versions[at], versions[at + 1], block)
        for at, block in enumerate(blocks)
    )


def test_each_code_of_a_list_is_changed_once() -> None:
    """What another code becomes is not changed again by what is declared of that name."""
    before = _elements("letter", ("a", "b"))
    after = _elements("letter", ("b1", "b2"))
    split = {
        "split": "code_lists/Letter/b",
        "to": [{"element": "code_lists/Letter/b1", "when": {"letter": "absent"}}],
        "fallback": "code_lists/Letter/b2",
    }  # fmt: skip
    merged = {"merge": "code_lists/Letter/a", "to": ["code_lists/Letter/b2"]}
    made = passages.passage("Small", ("0", "1"), before, after, {"changes": [merged, split]})
    for more, found in ((["a", "b"], ["b2", "b1"]), (["a"], ["b2"]), (["b"], ["b1"])):
        row = {"harmtax_version": "0", "letter_more": more}
        assert migration.walked(row, [made], 0, 1).row["letter_more"] == found


def test_a_code_that_becomes_one_of_no_use_is_refused() -> None:
    before, after = _elements("letter", ("a", "b")), _elements("letter", ("c",))
    declared = [
        {"rename": "code_lists/Letter/b", "to": ["code_lists/Letter/c"]},
        {"retire": "code_lists/Letter/a", "no_successor": True, "instead": "b"},
    ]
    with pytest.raises(Refused, match="a of Letter becomes b"):
        passages.passage("Small", ("0", "1"), before, after, {"changes": declared})


@QUICK
@given(_blocks(), st.sampled_from(CODES), st.lists(st.sampled_from(CODES), unique=True))
def test_from_version_to_version_is_the_same_as_at_once(
    drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]], code: str, more: list[str]
) -> None:
    made = _passages(*drawn)
    row = {"harmtax_version": "0", "letter": code} | ({"letter_more": more} if more else {})
    first = migration.walked(row, made, 0, 1)
    second = migration.walked(first.row, made, 1, 2)
    at_once = migration.walked(row, made, 0, 2)
    assert at_once.row == second.row
    assert at_once.turned == first.turned + second.turned
    back = migration.walked(at_once.row, made, 2, 0)
    if all(each.kind == "exact" for each in (*at_once.turned, *back.turned)) and not back.stuck:
        assert back.row == row


# --- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["ndjson", "csv", "parquet", "json", "arrow"])
def test_a_file_comes_back_as_it_was_with_its_residue(tmp_path: Path, suffix: str) -> None:
    rows = [
        *sample(),
        old(incident_id="x", benign_context="none"),
        old(incident_id="y", category="DIS"),
    ]
    source = written(tmp_path / "old.ndjson", *rows)
    new, kept = tmp_path / f"new.{suffix}", tmp_path / "residue.ndjson"
    out = harmtax.migrate(source, new, residue=kept)
    assert (out.rows, out.accepted, out.rejected) == (len(rows), len(rows), 0)
    assert {(each.field, each.given) for each in out.losses} == {
        ("benign_context", "none"), ("category", "DIS"),
    }  # fmt: skip
    back = tmp_path / "back.ndjson"
    harmtax.migrate(new, back, to="0.1.0", restore=kept)
    assert read(back) == rows


def test_a_record_that_this_version_refuses_rests_in_the_residue(tmp_path: Path) -> None:
    rows = [old(incident_id="a"), old(incident_id="b", category="XXX"), old(incident_id="c")]
    source, kept = written(tmp_path / "old.ndjson", *rows), tmp_path / "residue"
    out = harmtax.migrate(source, tmp_path / "new.ndjson", residue=kept)
    assert (out.rows, out.accepted, out.rejected) == (3, 2, 1)
    harmtax.migrate(tmp_path / "new.ndjson", tmp_path / "back.ndjson", to="0.1.0", restore=kept)
    assert read(tmp_path / "back.ndjson") == rows


def test_a_way_back_and_forth_restores_this_version(tmp_path: Path) -> None:
    rows = [{**incident(), "incident_id": "a", "category": "DIS-ABS", "label": "absent"}]
    source, kept = written(tmp_path / "new.ndjson", *rows), tmp_path / "residue"
    harmtax.migrate(source, tmp_path / "old.parquet", to="0.1.0", residue=kept)
    mark = json.loads(pq.read_schema(tmp_path / "old.parquet").metadata[b"harmtax"])
    assert mark == {"record": "Incident", "version": "0.1.0"}
    assert "disclosure" in pq.read_schema(tmp_path / "old.parquet").names
    harmtax.migrate(tmp_path / "old.parquet", tmp_path / "again.ndjson", restore=kept)
    assert read(tmp_path / "again.ndjson") == rows


def test_rows_of_every_version_come_into_one_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        old(incident_id="a", category="DIS"), {**incident(), "incident_id": "b"},
        old(incident_id="c"), old(incident_id="d", harmtax_version="0.3.0"),
        old(incident_id="e", surface="x"),
    ]  # fmt: skip
    source = written(tmp_path / "mixed.ndjson", *rows)
    contents = []
    for name in ("msgspec", "none"):
        monkeypatch.setenv("HARMTAX_ACCEPTOR", name)
        out = harmtax.validate(source, tmp_path / name)
        assert (out.rows, out.accepted, out.rejected) == (5, 3, 2)
        assert [(each.field, each.kind, each.count) for each in out.losses] == [
            ("category", "narrowed", 1)
        ]
        contents.append(pq.read_table(tmp_path / name / "Incident-00000.parquet").to_pylist())
    assert contents[0] == contents[1]
    assert {row["harmtax_version"] for row in contents[0]} == {VERSION}


def test_a_finding_names_the_field_as_the_sender_did(tmp_path: Path) -> None:
    source = written(tmp_path / "old.ndjson", old(disclosure="nowhere"))
    [group] = harmtax.validate(source, tmp_path / "ds").groups
    assert (group.finding.rule, group.finding.path) == ("code", "/label")
    assert group.finding.origin == "disclosure"


def test_observations_stay_at_the_code_that_was_split(tmp_path: Path) -> None:
    row = {
        "harmtax_version": "0.1.0", "metric_id": "M01", "period": "2026-Q1", "category": "DIS",
        "disclosure": "absent", "numerator": 7, "status": "normal",
    }  # fmt: skip
    source = written(tmp_path / "old.ndjson", row)
    out = harmtax.migrate(source, tmp_path / "new.ndjson", record=models.Observation)
    assert out.rejected == 0
    [found] = read(tmp_path / "new.ndjson")
    assert (found["category"], found["label"], found["numerator"]) == ("DIS", "absent", 7)


def test_a_file_of_figures_keeps_what_it_says_of_itself(tmp_path: Path) -> None:
    source = written(tmp_path / "new.ndjson", {**incident(), "incident_id": "a"})
    harmtax.validate(source, tmp_path / "ds")
    now, then, again = (tmp_path / f"{name}.parquet" for name in ("now", "then", "again"))
    harmtax.aggregate(tmp_path / "ds", period="month", by=["label"]).write(now)
    harmtax.migrate(now, then, to="0.1.0", record=models.Observation)
    assert "disclosure" in pq.read_schema(then).names
    harmtax.migrate(then, again, record=models.Observation)
    before, after = Observations.read(now), Observations.read(again)
    assert before.table == after.table
    assert (before.about, before.counted) == (after.about, after.counted)


def test_a_count_of_a_part_has_no_place_in_a_version_that_knows_the_whole_alone(
    tmp_path: Path,
) -> None:
    told = {"harmtax_version": VERSION, "metric_id": "M01", "period": "2026", "status": "normal"}
    rows = [{**told, "category": code, "numerator": 9} for code in ("DIS", "DIS-REM", "DIS-ABS")]
    source, kept = written(tmp_path / "new.ndjson", *rows), tmp_path / "residue"
    observation = models.Observation
    there = tmp_path / "old.ndjson"
    out = harmtax.migrate(source, there, to="0.1.0", record=observation, residue=kept)
    assert (out.accepted, out.rejected) == (1, 2)
    assert [row["category"] for row in read(there)] == ["DIS"]
    harmtax.migrate(there, tmp_path / "again.ndjson", record=observation, restore=kept)
    assert read(tmp_path / "again.ndjson") == rows


def test_a_file_of_mixed_versions_comes_back_as_it_was(tmp_path: Path) -> None:
    rows = [old(incident_id="a"), {**incident(), "incident_id": "b", "category": "DIS-ABS"}]
    source, kept = written(tmp_path / "mixed.ndjson", *rows), tmp_path / "residue"
    harmtax.migrate(source, tmp_path / "new.ndjson", residue=kept)
    harmtax.migrate(tmp_path / "new.ndjson", tmp_path / "back.ndjson", to="0.1.0", restore=kept)
    assert read(tmp_path / "back.ndjson") == rows


def test_a_name_that_the_version_of_a_row_lacks_is_unknown_there(tmp_path: Path) -> None:
    """Also where a later version has it: which of two values is meant nobody can say."""
    both = old(label="removed")
    found = harmtax.explain(both, Incident)
    assert [(each.rule, each.path) for each in found] == [("unknown_field", "/label")]
    source = written(tmp_path / "old.ndjson", both)
    assert harmtax.validate(source, tmp_path / "ds").rejected == 1
    assert harmtax.migrate(source, tmp_path / "same.ndjson", to="0.1.0").rejected == 1
    assert harmtax.migrate(source, tmp_path / "new.ndjson").rejected == 1


def test_a_code_that_came_later_is_unknown_in_an_older_row(tmp_path: Path) -> None:
    row = old(category="DIS-REM", disclosure="removed")
    assert [(each.rule, each.path) for each in harmtax.explain(row, Incident)] == [
        ("code", "/category")
    ]
    source = written(tmp_path / "old.ndjson", row)
    assert harmtax.validate(source, tmp_path / "ds").rejected == 1
    assert harmtax.migrate(source, tmp_path / "same.ndjson", to="0.1.0").rejected == 1


def test_nothing_else_is_said_of_a_version_that_is_not_read() -> None:
    [found] = harmtax.explain(old(harmtax_version="0.3.0"), Incident)
    assert (found.rule, found.record) == ("version", old()["incident_id"])


# --- use -------------------------------------------------------------------------------------------


def test_the_command_answers_with_its_codes(tmp_path: Path) -> None:
    source = written(tmp_path / "old.ndjson", old())
    target = str(tmp_path / "new.ndjson")
    assert main(["migrate", str(source), "-o", target, "-q"]) == 0
    assert main(["migrate", str(source), "-o", target, "--to", "0.9.0", "-q"]) == 2
    assert main(["migrate", str(source), "-o", str(source), "-q"]) == 2
    assert main(["migrate", str(source), "-o", str(tmp_path / "x.zip"), "-q"]) == 2
    assert main(["migrate", str(tmp_path / "nothing"), "-o", target, "-q"]) == 3
    bad = written(tmp_path / "bad.ndjson", old(harmtax_version="0.3.0"))
    assert main(["migrate", str(bad), "-o", target, "-q"]) == 1
    assert main(["migrate", str(bad), "-o", target, "--to", "0.1.0", "-q"]) == 1
    assert main(["migrate", str(source), "-o", target, "--record", "metric", "-q"]) == 2


def test_a_residue_of_another_way_is_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "new.ndjson", incident())
    kept = tmp_path / "residue"
    harmtax.convert(source, tmp_path / "out.csv", "dsa-v2", residue=kept)
    with pytest.raises(BadUse, match="kept on the way out"):
        harmtax.migrate(source, tmp_path / "old.ndjson", to="0.1.0", restore=kept)


def test_the_table_knows_every_frozen_version() -> None:
    frozen = {path.name for path in FIRST.parent.iterdir()} - {"next"}
    assert frozen <= set(VERSIONS)
    assert VERSIONS[-1] == VERSION
    for steps in PASSAGES.values():
        assert [(step.old, step.new) for step in steps] == list(_pairs(VERSIONS))


def _pairs(versions: Sequence[str]) -> Iterator[tuple[str, str]]:
    return pairwise(versions)
