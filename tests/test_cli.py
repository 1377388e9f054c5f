"""The command line: what each exit code means, and that nothing ends in a traceback."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harmtax.cli import main
from tests.rows import exposure, incident


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.ndjson"
    path.write_bytes(msgspec.json.encode(incident()) + b"\n")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.ndjson"
    path.write_bytes(msgspec.json.encode(incident(category="IIA-NDU")) + b"\n")
    return path


def test_validate_ends_with_0_when_clean_and_1_when_a_row_was_rejected(
    good: Path, bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(good), "-o", str(tmp_path / "a")]) == 0
    assert main(["validate", str(bad), "-o", str(tmp_path / "b")]) == 1
    told = capsys.readouterr().out
    assert "1 records: 0 accepted, 1 rejected" in told
    assert "Did you mean IIA-NUD" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "--nonsense"],
        ["validate", "{good}", "-o", "{tmp}/x", "--format", "xml"],
        ["validate", "{good}", "-o", "{tmp}/x", "--record", "picture"],
        ["validate", "-o", "{tmp}/x"],
        ["validate", "{good}"],
        ["convert", "{good}", "--to", "dsa-v1"],
        ["aggregate", "{tmp}/ds", "--period", "fortnight", "-o", "{tmp}/x"],
        ["aggregate", "{tmp}/ds", "--period", "year", "--metrics", "M99", "-o", "{tmp}/x"],
        ["aggregate", "{tmp}/ds", "--period", "year", "--by", "colour", "-o", "{tmp}/x"],
        ["taxonomy", "show", "XXX"],
        ["nonsense"],
    ],
)
def test_bad_use_ends_with_2_and_one_clear_sentence(
    arguments: list[str], good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["validate", str(good), "-o", str(tmp_path / "ds"), "-q"])
    filled = [each.format(good=good, tmp=tmp_path) for each in arguments]
    assert main(filled) == 2
    told = capsys.readouterr()
    assert "Traceback" not in told.err + told.out
    assert (told.err + told.out).strip()


def test_what_cannot_be_read_or_written_ends_with_3(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", str(tmp_path / "none"), "-o", str(tmp_path / "x")]) == 3
    assert main(["validate", str(good), "-o", str(good / "below" / "file")]) == 3
    assert main(["aggregate", str(tmp_path / "none"), "--period", "year", "-o", "x"]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupt_ends_with_130_and_leaves_nothing(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harmtax.records.gate.judge", interrupted)
    assert main(["validate", str(good), "-o", str(tmp_path / "out")]) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["good.ndjson"]


def test_a_reader_that_has_seen_enough_is_no_traceback(bad: Path, tmp_path: Path) -> None:
    script = f"from harmtax.cli import run; import sys; sys.argv[1:] = {['formats']!r}; run()"
    with subprocess.Popen(
        [sys.executable, "-c", f"import time; time.sleep(0.5); {script}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_json_is_one_document_and_quiet_is_silent(
    bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["validate", str(bad), "-o", str(tmp_path / "a"), "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["rejected"], told["findings"][0]["count"]) == (1, 1, 1)
    main(["validate", str(bad), "-o", str(tmp_path / "a"), "--quiet"])
    assert capsys.readouterr().out == ""


def test_a_dash_reads_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = msgspec.json.encode(exposure()) + b"\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    arguments = ["validate", "-", "-o", str(tmp_path / "out"), "--record", "exposure"]
    assert main(arguments) == 0


def test_convert_and_aggregate_write_what_they_say(good: Path, tmp_path: Path) -> None:
    table = tmp_path / "copy.csv"
    assert main(["convert", str(good), "--to", "csv", "-o", str(table)]) == 0
    assert main(["validate", str(table), "-o", str(tmp_path / "ds")]) == 0
    observations = tmp_path / "obs.parquet"
    arguments = ["aggregate", str(tmp_path / "ds"), "--period", "quarter", "--by", "category"]
    assert main([*arguments, "-o", str(observations)]) == 0
    assert observations.is_file()


def test_a_hyphen_as_output_is_standard_output(
    good: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["convert", str(good), "--to", "ndjson", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == good.read_bytes()
    assert main(["validate", str(good), "-o", "-"]) == 2


def test_the_taxonomy_verbs_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["taxonomy", "show", "IIA-NUD", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rolls_up"] == "IIA > IIA-NUD"
    assert main(["taxonomy", "tree"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 45
    assert main(["taxonomy", "search", "nudification"]) == 0
    assert "IIA-NUD" in capsys.readouterr().out
    assert main(["taxonomy", "search", "qqqqqq"]) == 1
    capsys.readouterr()


def test_the_taxonomy_speaks_the_languages_of_the_standard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["taxonomy", "show", "CSE-IDM", "--lang", "fr", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["title"] == "Mineur identifiable" and "machine_draft" in told["translation"]
    assert main(["taxonomy", "show", "Label/removed", "--lang", "ko"]) == 0
    assert capsys.readouterr().out.startswith("code: Label/removed\ntitle: ")
    assert main(["taxonomy", "show", "HT-R01"]) == 0
    assert "translation" not in capsys.readouterr().out
    assert main(["taxonomy", "tree", "--language", "DE"]) == 0
    assert "IIA-NUD  Künstliche Entkleidung" in capsys.readouterr().out
    assert main(["taxonomy", "search", "deepfake", "sessuale", "--lang", "it"]) == 0
    assert "IIA-DFK" in capsys.readouterr().out
    assert main(["taxonomy", "tree", "--lang", "xx"]) == 2
    assert "there are: en, fr, de" in capsys.readouterr().err


def test_help_and_import_load_nothing_heavy() -> None:
    script = (
        "import sys, harmtax, harmtax.cli\n"
        "try: harmtax.cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'pyarrow', 'duckdb', 'msgspec', 'linkml', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
