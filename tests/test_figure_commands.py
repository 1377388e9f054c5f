"""The commands about the numbers destroy no file, and tell a wrong call from wrong data."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import harmtax
from harmtax.cli import main
from tests.rows import incident


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a dataset and its observations, in which the commands run."""
    source = tmp_path / "in.ndjson"
    rows = [incident(incident_id=f"i-{number}") for number in range(30)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    harmtax.validate(source, tmp_path / "data")
    harmtax.aggregate(tmp_path / "data", period="quarter", metrics=["M01"]).write(tmp_path / "obs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(place: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in place.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "command",
    [
        "aggregate data --period year -o data/Incident-00000.parquet",
        "aggregate data --period year -o data",
        "merge obs -o obs",
        "merge data -o data/figures.parquet",
        "protect obs -o obs",
        "protect obs -o new --prior new",
        "protect obs -o -",
        "statutory obs --basis law -o ./obs",
        "publish obs -o obs",
        "publish obs -o a.html -o a.html",
    ],
)
def test_no_result_replaces_what_is_read(command: str, place: Path) -> None:
    before = files(place)
    assert main(command.split()) == 2
    assert files(place) == before


@pytest.mark.parametrize(
    "more", ["--memory 5XB", "--memory 1MB", "--memory 5XB --spill s", "--spill obs"]
)
def test_a_setting_of_the_engine_that_cannot_be_is_bad_use(
    more: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "aggregate data --period year --metrics M01 --by category -o new"
    assert main([*command.split(), *more.split()]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (place / "new").exists()


def test_a_file_that_is_no_part_of_a_dataset_is_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "fake").mkdir()
    pq.write_table(pa.table({"a": [1]}), place / "fake" / "Incident-00000.parquet")
    assert main(["aggregate", "fake", "--period", "year", "-o", "new"]) == 3
    told = capsys.readouterr().err
    assert "fake/Incident-00000.parquet" in told and "no part of a dataset" in told


@pytest.mark.parametrize("command", ["merge nope -o x", "protect nope -o x", "reconcile nope data"])
def test_what_is_not_there_is_told_so(
    command: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command.split()) == 3
    assert "it is not there" in capsys.readouterr().err


def test_a_pipe_is_written_to_and_not_replaced(place: Path) -> None:
    pipe = place / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert (
            main(["aggregate", "data", "--period", "year", "--metrics", "M01", "-o", "pipe", "-q"])
            == 0
        )
        assert os.read(reader, 4) == b"PAR1"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
