"""The benchmark measures what it says, and prints no time when the work was not done. No time is asserted."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import authority, inputs, intake
from benchmarks.contestants import CONTESTANTS, HARMTAX, Result, all_cores
from benchmarks.faults import KINDS
from benchmarks.records import incidents
from benchmarks.stopwatch import Cost, Failed, timed
from harmtax import Finding, Incident, explain

QUICK = ("--records", "2000", "--pairs", "1", "--sample", "4000")
MEGABYTE = 1_000_000


def lines(count: int) -> list[bytes]:
    return list(incidents(inputs.SEED, count))


# --- the records ------------------------------------------------------------------------------------


def test_every_record_is_valid_and_few_have_a_warning() -> None:
    found = [explain(msgspec.json.decode(line), Incident) for line in lines(4_000)]
    assert [each for each in found if any(one.severity == "error" for one in each)] == []
    assert 0 < sum(1 for each in found if each) < 0.05 * len(found)


def test_a_record_has_about_a_kilobyte() -> None:
    sizes = [len(line) for line in lines(4_000)]
    assert 1_000 <= sum(sizes) / len(sizes) <= 1_150
    assert min(sizes) > 500


def test_no_identifier_stands_twice_and_times_vary() -> None:
    rows = [msgspec.json.decode(line) for line in lines(4_000)]
    assert len({row["incident_id"] for row in rows}) == len(rows)
    for name in ("actioned_at", "views_before_action", "ground_explanation", "decision_facts"):
        assert len({row[name] for row in rows if name in row}) > 1_500


def test_a_longer_file_begins_like_a_shorter_one() -> None:
    assert list(islice(incidents(inputs.SEED, 10_000), 100)) == lines(100)


def test_the_same_seed_gives_the_same_bytes_in_every_process(home: Path) -> None:
    program = (
        "import sys; from benchmarks.records import incidents;"
        f"sys.stdout.buffer.writelines(incidents({inputs.SEED}, 200))"
    )
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=home, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True,
        )  # fmt: skip
        assert run.stdout.splitlines(keepends=True) == lines(200)


# --- the inputs -------------------------------------------------------------------------------------


def test_an_input_is_made_once_and_again_when_it_was_touched(tmp_path: Path) -> None:
    first = inputs.clean(tmp_path, 50)
    written = first.path.stat().st_mtime_ns
    assert inputs.clean(tmp_path, 50) == first
    assert first.path.stat().st_mtime_ns == written
    first.path.write_bytes(b"{}\n")
    assert inputs.clean(tmp_path, 50) == first
    assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.sha256


def test_an_input_counts_its_lines_and_names_its_kinds(tmp_path: Path) -> None:
    data = inputs.faulty(tmp_path, 2_000, 0.4)
    written = data.path.read_bytes().split(b"\n")[:-1]
    assert len(written) == data.lines
    assert set(data.kinds) == {kind.name for kind in KINDS if not kind.heavy}
    clean = set(lines(2_000))
    odd = {number for number, line in enumerate(written, 1) if line + b"\n" not in clean}
    assert odd == inputs.kind_at(data).keys()
    assert 0 < data.rejected < len(odd)


def test_the_sample_holds_every_kind(tmp_path: Path) -> None:
    data = inputs.sample(tmp_path, 2_000, 0.4)
    assert set(data.kinds) == {kind.name for kind in KINDS}


# --- the stopwatch ----------------------------------------------------------------------------------


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_time_of_children_counts(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    assert timed(python(program), tmp_path / "log").cpu >= 0.3


def test_memory_is_that_of_the_command_and_not_of_who_started_it(tmp_path: Path) -> None:
    ballast = b"x" * (300 * MEGABYTE)
    assert timed(python("pass"), tmp_path / "log").memory < 100 * MEGABYTE
    large = timed(python("x = b'x' * 200_000_000"), tmp_path / "log")
    assert 200 * MEGABYTE <= large.memory < 300 * MEGABYTE
    del ballast


def test_memory_of_a_whole_tree_is_summed(tmp_path: Path) -> None:
    hold = "x = b'x' * 100_000_000; import time; time.sleep(2)"
    program = (
        "import subprocess, sys;"
        f"both = [subprocess.Popen([sys.executable, '-c', {hold!r}]) for _ in range(2)];"
        "[each.wait() for each in both]"
    )
    assert timed(python(program), tmp_path / "log", tree=True).memory >= 200 * MEGABYTE


def test_a_command_is_pinned_to_the_cores_that_are_given(tmp_path: Path) -> None:
    cores = all_cores()[-1:]
    timed(python("import os; print(*os.sched_getaffinity(0))"), tmp_path / "log", cores=cores)
    assert (tmp_path / "log").read_text().split() == [str(core) for core in cores]


def test_a_command_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="no such thing"):
        timed(python("raise SystemExit('no such thing')"), tmp_path / "log")
    assert timed(python("raise SystemExit(1)"), tmp_path / "log", good=(0, 1)).exit_code == 1


# --- the check --------------------------------------------------------------------------------------


def test_a_contestant_that_loses_a_line_has_no_figures(tmp_path: Path) -> None:
    data = inputs.clean(tmp_path, 10)
    cost = Cost(1.0, 1.0, 1, 0)
    assert Result(cost, 10, 0, None, 0).settled(HARMTAX, data).accepted == 10
    for accepted, rejected in ((9, 0), (9, 1), (11, 0)):
        with pytest.raises(Failed, match="of 10 lines"):
            Result(cost, accepted, rejected, None, 0).settled(HARMTAX, data)


def test_the_authority_rejects_what_was_planted(tmp_path: Path) -> None:
    data = inputs.sample(tmp_path, 2_000, 0.4)
    truth = authority.judgement(data)
    assert len(truth.rejected) == data.rejected
    assert truth.rejected.keys() <= inputs.kind_at(data).keys()
    assert truth.values.num_rows == data.lines - data.rejected


def test_a_value_that_differs_is_told_by_column_and_row(tmp_path: Path) -> None:
    truth = authority.judgement(inputs.clean(tmp_path, 20)).values
    path = tmp_path / "found.parquet"
    pq.write_table(truth, path)
    assert authority.values(truth, [path]) == []
    place = truth.column_names.index("revision")
    other = truth.column("revision").to_pylist()
    other[6] += 1
    pq.write_table(truth.set_column(place, "revision", pa.array(other, pa.int64())), path)
    assert authority.values(truth, [path]) == ["the column revision differs first in row 7"]
    pq.write_table(truth.drop_columns(["revision"]), path)
    assert authority.values(truth, [path])[0].startswith("the column revision")
    pq.write_table(truth.slice(1), path)
    assert authority.values(truth, [path]) == ["19 rows were written, 20 should be"]


# --- the whole --------------------------------------------------------------------------------------


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, its head first."""
    part = text.split(f"### {heading}\n")[1].split("###")[0]
    cells = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return [cells[0], *cells[2:]]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmark")


def test_a_quick_run_fills_every_table_and_writes_them_into_the_page(
    work: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "performance.md"
    text = (home / "docs" / "performance.md").read_text(encoding="utf-8")
    page.write_text(text, encoding="utf-8")
    code = intake.main([*QUICK, "--work", str(work), "--write", "--page", str(page)])
    told = capsys.readouterr()
    assert code == 0, told.err
    assert told.out.strip() in page.read_text(encoding="utf-8")
    for mark in (intake.BEGIN, intake.END):
        before, after = text.split(mark)
        parts = page.read_text(encoding="utf-8").split(mark)
        assert parts[0] == before if mark == intake.BEGIN else parts[1] == after
    head, *body = rows_of(told.out, "One core")
    assert {row[0] for row in body} == {each.title for each in CONTESTANTS}
    assert [row[2] for row in body if row[0] == HARMTAX.title] == [
        "clean", "0.1 % faulty", "5 % faulty",
    ]  # fmt: skip
    assert {len(row) for row in body} == {len(head)}
    assert all(cell for row in body for cell in row)
    assert body[0][head.index("CPU ratio")] == "1.00"
    if len(all_cores()) > 1:
        _, *body = rows_of(told.out, f"All {len(all_cores())} cores")
        assert {row[0] for row in body} == {e.title for e in CONTESTANTS if e.parallel}
    assert len(rows_of(told.out, "Memory")) > 3
    assert len(rows_of(told.out, "Targets")) > 5


@pytest.fixture
def untimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(*given: Any) -> None:
        raise AssertionError("something was timed")

    monkeypatch.setattr(intake, "measured", measured)


@pytest.mark.usefixtures("untimed")
def test_no_time_is_told_when_a_verdict_differs(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    explained = explain

    def severe(row: Mapping[str, object], record: type[Incident]) -> list[Finding]:
        # Nothing is wrong with a second revision.
        more = [Finding("HT-R22", "error", "Incident", "/x")] if row.get("revision") == 2 else []
        return [*explained(row, record), *more]

    monkeypatch.setattr(authority, "explain", severe)
    assert intake.main([*QUICK, "--work", str(work)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "accepted, the authority says rejected for HT-R22 at '/x'" in told.err
    assert "lines differ" in told.err


@pytest.mark.usefixtures("untimed")
def test_no_time_is_told_when_a_value_differs(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = authority.judgement

    def moved(data: inputs.Input) -> authority.Judgement:
        truth = judged(data)
        place = truth.values.column_names.index("revision")
        column = pa.array([3] * truth.values.num_rows, pa.int64())
        return truth._replace(values=truth.values.set_column(place, "revision", column))

    monkeypatch.setattr(authority, "judgement", moved)
    assert intake.main([*QUICK, "--work", str(work)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "the column revision differs first in row 1" in told.err
