"""The demonstration does what it says, twice the same, without a network."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from harmtax import demo, sample
from harmtax._generated.constraints import CODES, RECORDS
from harmtax.cli import main
from harmtax.figures.publication import Publication
from harmtax.records import dataset

RECORD = {"exposures": "Exposure", "requests": "RemovalRequest"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo") / "out"
    assert main(["demo", str(target), "--quiet"]) == 0
    return target


def test_the_demonstration_writes_dataset_quarantine_observations_and_report(folder: Path) -> None:
    assert pq.read_table(folder / "incidents" / "Incident-00000.parquet").num_rows > 3000
    assert pq.read_table(folder / "observations.parquet").num_rows > 100
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "These figures are protected" in page and "Not for publication" not in page
    assert Publication.read(folder / "publication.parquet").about["synthetic_sample"] is True
    assert all((folder / f"report{ending}").stat().st_size for ending in demo.ENDINGS)
    assert list((folder / "quarantine" / "incidents").glob("*.ndjson"))


def test_rows_in_are_accepted_or_rejected(folder: Path) -> None:
    for name in ("incidents", "requests", "exposures", *demo.DUMPS):
        record = RECORD.get(name, "Incident")
        kept = pq.read_metadata(folder / name / dataset.part_name(record)).num_rows
        inputs = dataset.manifest(folder / name)["inputs"]
        assert sum(each["accepted"] for each in inputs) == kept
        assert all(each["rows"] == each["accepted"] + each["rejected"] for each in inputs)


def test_planted_faults_are_in_quarantine_with_their_findings(folder: Path) -> None:
    path = folder / "quarantine" / "incidents" / "incidents.ndjson.ndjson"
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rules = {finding["rule"] for entry in entries for finding in entry["findings"]}
    assert {"unreadable", "missing", "code", "HT-R06", "HT-R13", "HT-R21"} <= rules
    planted = sum(count for count, _ in sample.PLATFORMS.values()) // sample.FAULTY
    # A planted warning is no reason to reject.
    assert 0.7 * planted < len(entries) <= planted


def test_every_real_statement_is_accounted_for(folder: Path) -> None:
    with (folder / "statements.csv").open(encoding="utf-8", newline="") as stream:
        told = list(csv.DictReader(stream))
    assert len(told) == 11
    assert [fact["category"] for fact in told if fact["status"] == "rejected"] == ["HT-R22"]


def test_the_same_demonstration_gives_the_same_bytes(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert demo.run(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_the_habits_of_the_sample_speak_of_codes_and_fields_that_exist() -> None:
    fields = {field.name: field for field in RECORDS["Incident"].fields}
    habits = sample._habits()
    assert set(habits["shares"]) <= set(fields)
    for name, weights in habits["weights"].items():
        assert set(weights) <= set(CODES[str(fields[name].codes)])
