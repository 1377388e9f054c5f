"""Rows in = accepted + rejected; nothing is lost, and the same input gives the same bytes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

import harmtax
from harmtax import Exposure, Incident
from harmtax.errors import BadUse, Unreadable
from harmtax.records import quarantine
from tests.rows import exposure, incident


def file(path: Path, *rows: dict[str, Any] | bytes) -> Path:
    lines = [row if isinstance(row, bytes) else msgspec.json.encode(row) for row in rows]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def entries(path: Path) -> list[dict[str, Any]]:
    return list(quarantine.read(path))


def test_every_row_is_accepted_or_in_quarantine_with_its_bytes(tmp_path: Path) -> None:
    bad = msgspec.json.encode(incident(category="NONE"))
    source = file(tmp_path / "in.ndjson", incident(), b"\xff broken", bad)
    outcome = harmtax.validate(source, tmp_path / "out", record=Incident)
    assert (outcome.rows, outcome.accepted, outcome.rejected) == (3, 1, 2)
    rejected = entries(tmp_path / "out.quarantine" / "in.ndjson.ndjson")
    assert [quarantine.raw_of(each) for each in rejected] == [b"\xff broken", bad]
    assert [each["line"] for each in rejected] == [2, 3]
    assert rejected[1]["findings"][0]["rule"] == "code"
    assert pq.read_table(tmp_path / "out" / "Incident-00000.parquet").num_rows == 1


def test_the_first_of_two_equal_records_wins_across_files(tmp_path: Path) -> None:
    first = file(tmp_path / "a.ndjson", incident(), incident(incident_id="i-2", surface="feed"))
    second = file(tmp_path / "b.ndjson", b"{", incident(incident_id="i-2"), incident())
    outcome = harmtax.validate([first, second], tmp_path / "out", record=Incident)
    assert (outcome.accepted, outcome.rejected) == (2, 3)
    rejected = entries(tmp_path / "out.quarantine" / "b.ndjson.ndjson")
    assert [(e["line"], e["findings"][0]["rule"]) for e in rejected] == [
        (1, "unreadable"), (2, "HT-R22"), (3, "HT-R22"),
    ]  # fmt: skip
    assert [each.rejected for each in outcome.inputs] == [0, 3]


def test_overlapping_periods_are_refused_and_revisions_are_not(tmp_path: Path) -> None:
    source = file(
        tmp_path / "in.ndjson",
        exposure(),
        exposure(revision=2, revision_reason="recount", value=900),
        exposure(period_start="2026-03-01", period_end="2026-04-30"),
        exposure(measure="views_violating", value=901),
    )
    outcome = harmtax.validate(source, tmp_path / "out", record=Exposure)
    assert [(g.finding.rule, g.finding.line) for g in outcome.groups] == [("HT-R35", 3), ("HT-R36", 4)]
    assert outcome.accepted == 2


def test_the_same_run_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    source = file(tmp_path / "in.ndjson", incident(), incident(category="X"), incident())

    def run() -> dict[str, bytes]:
        harmtax.validate(source, tmp_path / "out", record=Incident)
        return {p.name: p.read_bytes() for f in ("out", "out.quarantine") for p in (tmp_path / f).iterdir()}

    assert run() == run()


def test_the_manifest_counts_what_went_in_and_what_came_out(tmp_path: Path) -> None:
    source = file(tmp_path / "in.ndjson", incident(), b"x")
    harmtax.validate(source, tmp_path / "out", record=Incident)
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    [entry] = told["inputs"]
    assert (entry["rows"], entry["accepted"], entry["rejected"]) == (2, 1, 1)
    assert len(entry["sha256"]) == 64
    assert list(told["files"]) == ["Incident-00000.parquet"]


def test_the_dataset_holds_neither_bytes_nor_places(tmp_path: Path) -> None:
    source = file(tmp_path / "in.ndjson", incident())
    harmtax.validate(source, tmp_path / "out", record=Incident)
    table = pq.read_schema(tmp_path / "out" / "Incident-00000.parquet")
    assert table.names == [field.name for field in Incident.table().fields]
    assert json.loads(table.metadata[b"harmtax"]) == {"record": "Incident", "version": "0.2.0"}


def test_a_stream_a_folder_and_a_glob_are_sources_too(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    file(folder / "a.ndjson", incident())
    file(folder / "b.ndjson", incident(incident_id="i-2"))
    stream = io.BytesIO((folder / "a.ndjson").read_bytes())
    for source in (folder, str(folder / "*.ndjson")):
        assert harmtax.validate(source, tmp_path / "out", record=Incident).accepted == 2
    assert harmtax.validate(stream, tmp_path / "out", record=Incident).accepted == 1


def test_an_empty_file_makes_an_empty_dataset(tmp_path: Path) -> None:
    outcome = harmtax.validate(file(tmp_path / "in.ndjson"), tmp_path / "out", record=Incident)
    assert outcome.rows == 0
    assert pq.read_table(tmp_path / "out" / "Incident-00000.parquet").num_rows == 0


def test_a_folder_that_is_not_ours_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine")
    source = file(tmp_path / "in.ndjson", incident())
    with pytest.raises(BadUse, match="not a folder that harmtax wrote"):
        harmtax.validate(source, tmp_path / "out", record=Incident)
    assert (tmp_path / "out" / "letter.txt").read_text() == "mine"


def test_a_folder_with_a_manifest_of_someone_else_is_never_replaced(tmp_path: Path) -> None:
    web = tmp_path / "web"
    web.mkdir()
    source = file(tmp_path / "in.ndjson", incident())
    for manifest in ('{"name": "x"}', '{"harmtax": "0.1.0", "files": {}}'):
        (web / "manifest.json").write_text(manifest)
        (web / "precious.txt").write_text("mine")
        with pytest.raises(BadUse):
            harmtax.validate(source, web)
        assert (web / "precious.txt").read_text() == "mine"


def test_the_quarantine_stands_neither_in_nor_around_the_dataset(tmp_path: Path) -> None:
    source = file(tmp_path / "in.ndjson", b"{")
    for place in ("out", "out/q", "sub/../out"):
        with pytest.raises(BadUse, match="inside the other"):
            harmtax.validate(source, tmp_path / "out", quarantine=tmp_path / place)
    with pytest.raises(BadUse):
        harmtax.validate(source, tmp_path / "out" / "in", quarantine=tmp_path / "out")


def test_inputs_of_one_name_keep_a_quarantine_each(tmp_path: Path) -> None:
    sources = []
    for folder, name in (("a", "x.ndjson"), ("b", "x.ndjson"), ("c", "x.ndjson-2")):
        (tmp_path / folder).mkdir()
        sources.append(file(tmp_path / folder / name, b"{"))
    outcome = harmtax.validate(sources, tmp_path / "out", format="ndjson")
    quarantined = (tmp_path / "out.quarantine").glob("*.ndjson")
    assert sum(len(entries(path)) for path in quarantined) == outcome.rejected == 3


def test_a_record_is_held_against_those_that_stay(tmp_path: Path) -> None:
    source = file(
        tmp_path / "in.ndjson",
        exposure(period_start="2026-01-01", period_end="2026-03-31"),
        exposure(period_start="2026-02-01", period_end="2026-04-30"),
        exposure(period_start="2026-04-01", period_end="2026-05-31"),
        exposure(measure="views_violating", value=9),
        exposure(value=5),
    )
    outcome = harmtax.validate(source, tmp_path / "out", record=Exposure)
    errors = sorted((g.finding.rule, g.finding.line) for g in outcome.groups)
    assert errors == [("HT-R22", 5), ("HT-R35", 2)]


def test_a_failed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        harmtax.validate(tmp_path / "missing", tmp_path / "out", record=Incident)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ndjson", "json", "csv", "parquet"])
def test_all_formats_of_ours_give_the_same_dataset(name: str, tmp_path: Path) -> None:
    source = file(tmp_path / "in.ndjson", incident(), incident(incident_id="i-2", surface="feed"))
    harmtax.validate(source, tmp_path / "out", record=Incident)
    harmtax.convert(source, tmp_path / f"copy.{name}", name, record=Incident)
    harmtax.validate(tmp_path / f"copy.{name}", tmp_path / "again", record=Incident)
    part = "Incident-00000.parquet"
    assert (tmp_path / "out" / part).read_bytes() == (tmp_path / "again" / part).read_bytes()
