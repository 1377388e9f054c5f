"""The engine: one text over datasets, blind to everything else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harmtax.errors import Unreadable
from harmtax.figures.engine import DuckDB, files


def _part(folder: Path, name: str, values: list[int]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    pq.write_table(pa.table({"value": pa.array(values, pa.int64())}), path)
    return path


def test_one_text_sees_all_files_of_a_record_type_as_one_table(tmp_path: Path) -> None:
    first = _part(tmp_path / "a", "Incident-00000.parquet", [1, 2])
    second = _part(tmp_path / "b", "Incident-00000.parquet", [4])
    sums = DuckDB().run(
        'SELECT CAST(SUM("value") AS BIGINT) AS total FROM "Incident"',
        {"Incident": [first, second]},
    )
    assert sums.to_pylist() == [{"total": 7}]
    assert sums.schema.field("total").type == pa.int64()


def test_the_files_of_datasets_are_found_by_record_type(tmp_path: Path) -> None:
    _part(tmp_path / "a", "Incident-00001.parquet", [1])
    _part(tmp_path / "a", "Incident-00000.parquet", [1])
    _part(tmp_path / "b", "Exposure-00000.parquet", [1])
    found = files([tmp_path / "a", tmp_path / "b"])
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "Incident": ["Incident-00000.parquet", "Incident-00001.parquet"],
        "Exposure": ["Exposure-00000.parquet"],
    }


def test_a_dataset_given_twice_is_read_twice_and_counts_once_later(tmp_path: Path) -> None:
    path = _part(tmp_path / "a", "Incident-00000.parquet", [1])
    assert files([tmp_path / "a", tmp_path / "a"]) == {"Incident": [path, path]}


@pytest.mark.parametrize("name", ["absent", "empty"])
def test_a_folder_without_records_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unreadable, match=name):
        files([tmp_path / name])


def test_a_folder_may_be_named_like_a_pattern_or_hold_a_quote(tmp_path: Path) -> None:
    path = _part(tmp_path / "it's [1]*", "Incident-00000.parquet", [5])
    _part(tmp_path / "it's 1x", "Incident-00000.parquet", [7])
    found = DuckDB().run('SELECT "value" FROM "Incident"', {"Incident": [path]})
    assert found.to_pylist() == [{"value": 5}]


def test_days_are_days_in_utc_wherever_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    moment = pa.array([datetime(2026, 1, 31, 23, 30, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    pq.write_table(pa.table({"at": moment}), tmp_path / "Incident-00000.parquet")
    found = DuckDB().run(
        'SELECT CAST(CAST("at" AS DATE) AS STRING) AS day FROM "Incident"',
        files([tmp_path]),
    )
    assert found.to_pylist() == [{"day": "2026-01-31"}]


def test_nothing_but_the_given_files_can_be_read(tmp_path: Path) -> None:
    path = _part(tmp_path / "a", "Incident-00000.parquet", [1])
    other = _part(tmp_path / "b", "Incident-00000.parquet", [1])
    for text in (
        f"SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_csv('https://example.org/x.csv')",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ):
        with pytest.raises((duckdb.Error, Unreadable)):
            DuckDB().run(text, {"Incident": [path]})


def test_memory_and_threads_can_be_set(tmp_path: Path) -> None:
    path = _part(tmp_path, "Incident-00000.parquet", [1])
    engine = DuckDB(memory_limit="512MiB", threads=1, spill=tmp_path / "spill")
    text = (
        "SELECT current_setting('memory_limit') AS memory, current_setting('threads') AS threads,"
        " current_setting('autoinstall_known_extensions') AS fetches,"
        " current_setting('autoload_known_extensions') AS loads"
    )
    assert engine.run(text, {"Incident": [path]}).to_pylist() == [
        {"memory": "512.0 MiB", "threads": 1, "fetches": False, "loads": False}
    ]


@pytest.mark.parametrize("content", [None, b"", b"PAR1 this is no Parquet PAR1"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "Incident-00000.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unreadable, match="Incident"):
        DuckDB().run('SELECT * FROM "Incident"', {"Incident": [path]})


def test_a_mistake_in_the_text_is_not_blamed_on_a_file(tmp_path: Path) -> None:
    path = tmp_path / "Incident-00000.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    for text in ('SELECT b FROM "Incident"', "SELEC", 'SELECT CAST(\'x\' AS INT) FROM "Incident"'):
        with pytest.raises(duckdb.Error):
            DuckDB().run(text, {"Incident": [path]})
