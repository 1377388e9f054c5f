"""What a person, a pipe and a CI see of a run, and how inputs and waivers are handed to it."""

from __future__ import annotations

import csv
import fcntl
import gzip
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import harmtax
from harmtax.cli import main
from tests.rows import incident

HOME = Path(__file__).resolve().parent.parent
LOOKS = ("text", "json", "ndjson", "csv", "sarif", "annotations")
Out = pytest.CaptureFixture[str]
OutBytes = pytest.CaptureFixture[bytes]


def lines(*rows: dict[str, Any]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


SOUND = [incident(incident_id=f"i-{number}") for number in range(6)]
# Two equal faults, another one, a warning, a repetition and a line that cannot be read.
FAULTY = [
    *SOUND,
    incident(incident_id="i-6", category="IIA-NDU"),
    incident(incident_id="i-7", category="IIA-NDU"),
    incident(incident_id="i-8", content_type=["Vidoe"]),
    incident(incident_id="i-9", generation="unknown", synthetic_basis=None),
    SOUND[0],
]
CONTENT = lines(*FAULTY) + b"{broken\n"
COUNTS = {"code": 3, "HT-R09": 1, "HT-R22": 1, "unreadable": 1}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.ndjson"
    path.write_bytes(CONTENT)
    return path


def command(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def tree(*folders: Path) -> dict[str, bytes]:
    return {
        f"{folder.name}/{path.relative_to(folder)}": path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found


# --- progress ---------------------------------------------------------------------------------------

RUN = "from harmtax.cli import run; run()"
# A file of some hundred lines that takes its time.
SLOW = """
import time
from harmtax.cli import run
from harmtax.records import staging, storage
from harmtax.records.formats import ndjson
ndjson.BYTES = ndjson.PIECE = storage._BLOCK = 1 << 12
add = staging.Staging.add
def slowly(*arguments):
    add(*arguments)
    time.sleep(0.04)
staging.Staging.add = slowly
run()
"""


class Terminal:
    """What is written to a terminal of 120 columns."""

    def __init__(self) -> None:
        self._master, self.end = pty.openpty()
        size = struct.pack("HHHH", 40, 120, 0, 0)
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, size)
        self._told = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        # Linux reports an error when the last one who could write has left.
        try:
            while piece := os.read(self._master, 1 << 16):
                self._told += piece
        except OSError:
            pass

    def told(self) -> bytes:
        """All that was written, once no one writes any more."""
        os.close(self.end)
        self._reader.join(30)
        os.close(self._master)
        return self._told


def on_a_terminal(folder: Path, script: str, *arguments: str) -> tuple[int, bytes, bytes]:
    """The exit code, what a pipe got from standard output, what a terminal got from standard error."""
    terminal = Terminal()
    environment = {**os.environ, "PYTHONPATH": str(HOME), "TERM": "xterm-256color"}
    for name in ("NO_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "FORCE_COLOR"):
        environment.pop(name, None)
    try:
        run = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=terminal.end, timeout=60,
        )  # fmt: skip
    finally:
        told = terminal.told()
    return run.returncode, run.stdout, told


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long.ndjson"
    path.write_bytes(lines(*(incident(incident_id=f"i-{number}") for number in range(60))))
    return path


def test_a_terminal_shows_rate_and_remaining_time_and_a_pipe_gets_the_result_alone(
    long: Path, tmp_path: Path
) -> None:
    code, out, told = on_a_terminal(tmp_path, SLOW, "validate", long.name, "-o", "out", "--json")
    assert code == 0
    facts = json.loads(out)
    assert (facts["rows"], facts["accepted"]) == (60, 60)
    shown = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", told)
    assert b"long.ndjson" in shown
    assert re.search(rb"[1-9][0-9]* records/s", shown)
    assert re.search(rb"[1-9][0-9]?%", shown)
    assert re.search(rb"0:00:[0-9]{2}", shown)
    # It leaves when it is done, so that nothing of it stands between the lines of a person.
    assert told.rstrip().endswith(b"\x1b[2K")


def test_a_quiet_run_shows_nothing_on_a_terminal(long: Path, tmp_path: Path) -> None:
    assert on_a_terminal(tmp_path, RUN, "validate", long.name, "-o", "out", "-q") == (0, b"", b"")


def test_a_pipe_sees_no_progress(source: Path, tmp_path: Path, capfd: Out) -> None:
    command("validate", source, "-o", tmp_path / "out")
    told = capfd.readouterr()
    assert told.err == ""
    assert told.out.startswith("12 records: 7 accepted, 5 rejected\n")
    assert "\x1b" not in told.out and "\r" not in told.out


def test_a_quiet_run_says_nothing_but_its_errors(source: Path, tmp_path: Path, capfd: Out) -> None:
    for look in ("text", "csv"):
        assert command("validate", source, "-o", tmp_path / "out", "-q", "--findings", look) == 1
        assert capfd.readouterr() == ("", "")
    assert command("validate", tmp_path / "none", "-o", tmp_path / "out", "-q") == 3
    assert capfd.readouterr().err.startswith("harmtax: ")


# --- what is printed --------------------------------------------------------------------------------


def test_the_summary_as_json_adds_up(source: Path, tmp_path: Path, capfd: Out) -> None:
    more = tmp_path / "more.ndjson"
    more.write_bytes(lines(SOUND[1], incident(incident_id="i-99")))
    assert command("validate", source, more, "-o", tmp_path / "out", "--json") == 1
    told = json.loads(capfd.readouterr().out)
    assert told["rows"] == told["accepted"] + told["rejected"] == 14
    for name in ("rows", "accepted", "rejected"):
        assert told[name] == sum(each[name] for each in told["inputs"])
    for each in told["inputs"]:
        assert each["rows"] == each["accepted"] + each["rejected"]
    assert told["inputs"] == manifest(tmp_path / "out")["inputs"]
    assert all(Path(path).is_file() for path in told["files"])
    assert {Path(path).name for path in told["files"]} == {
        "Incident-00000.parquet", "manifest.json", "in.ndjson.ndjson", "more.ndjson.ndjson",
    }  # fmt: skip


def test_json_goes_before_a_look_and_before_quiet(source: Path, tmp_path: Path, capfd: Out) -> None:
    for more in (["--findings", "csv"], ["--quiet"]):
        command("validate", source, "-o", tmp_path / "out", "--json", *more)
        assert json.loads(capfd.readouterr().out)["rows"] == 12


def as_counts(look: str, told: str) -> dict[str, int]:
    """How often each rule is told, read back from a look."""
    pairs: Iterator[tuple[str, int]]
    match look:
        case "text":
            found = re.findall(r"^(?:error|warning) (\S+) at .*, (\d+)x$", told, re.MULTILINE)
            pairs = ((rule, int(count)) for rule, count in found)
        case "json":
            pairs = ((each["rule"], each["count"]) for each in json.loads(told)["findings"])
        case "ndjson":
            rows = map(json.loads, told.splitlines())
            pairs = ((each["rule"], each["count"]) for each in rows)
        case "csv":
            table = csv.DictReader(io.StringIO(told))
            pairs = ((each["rule"], int(each["count"])) for each in table)
        case "sarif":
            [run] = json.loads(told)["runs"]
            pairs = ((each["ruleId"], each["occurrenceCount"]) for each in run["results"])
        case _:
            found = re.findall(r"^::\w+ .*title=\w+ (\S+) at .*%2C (\d+)x::", told, re.MULTILINE)
            pairs = ((rule, int(count)) for rule, count in found)
    counts: dict[str, int] = {}
    for rule, count in pairs:
        counts[rule] = counts.get(rule, 0) + count
    return counts


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_tells_every_finding(
    look: str, source: Path, tmp_path: Path, capfd: Out
) -> None:
    assert command("validate", source, "-o", tmp_path / "out", "--findings", look) == 1
    told = capfd.readouterr()
    assert told.err == ""
    assert as_counts(look, told.out) == COUNTS


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_of_a_clean_run_is_whole(look: str, tmp_path: Path, capfd: Out) -> None:
    (tmp_path / "in.ndjson").write_bytes(lines(*SOUND))
    arguments = ("validate", tmp_path / "in.ndjson", "-o", tmp_path / "out", "--findings", look)
    assert command(*arguments) == 0
    assert as_counts(look, capfd.readouterr().out) == {}


@pytest.mark.parametrize("look", LOOKS)
def test_a_repair_has_the_same_looks(look: str, source: Path, tmp_path: Path, capfd: Out) -> None:
    data, beside = tmp_path / "out", tmp_path / "out.quarantine"
    command("validate", source, "-o", data, "-q")
    table = tmp_path / "fixes.csv"
    table.write_text("field,written,to\ncontent_type,Vidoe,video\n")
    assert command("repair", beside, table, "-o", data, "--findings", look) == 1
    assert as_counts(look, capfd.readouterr().out) == {"code": 2, "HT-R22": 1, "unreadable": 1}


def test_a_look_that_is_not_known_is_told_before_the_work(
    source: Path, tmp_path: Path, capfd: Out
) -> None:
    before = tree(tmp_path)
    assert command("validate", source, "-o", tmp_path / "out", "--findings", "xml") == 2
    told = capfd.readouterr()
    assert told.out == "" and all(look in told.err for look in LOOKS)
    assert tree(tmp_path) == before


# --- standard output --------------------------------------------------------------------------------


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own for temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize("more", [[], ["--json"], ["--findings", "csv"], ["-q"]])
def test_a_hyphen_as_output_gives_parquet_and_findings_beside_it(
    more: list[str], source: Path, scratch: Path, tmp_path: Path, capfdbinary: OutBytes
) -> None:
    command("validate", source, "-o", tmp_path / "out", "-q")
    beside = tmp_path / "beside"
    assert command("validate", source, "-o", "-", "--quarantine", beside, *more) == 1
    told = capfdbinary.readouterr()
    assert told.out == (tmp_path / "out" / "Incident-00000.parquet").read_bytes()
    assert pq.read_table(pa.BufferReader(told.out)).num_rows == 7
    assert tree(beside).keys() == {"beside/manifest.json", "beside/in.ndjson.ndjson"}
    match more:
        case ["-q"]:
            assert told.err == b""
        case ["--json"]:
            assert json.loads(told.err)["rejected"] == 5
        case _:
            assert b"IIA-NDU" in told.err
    assert list(scratch.iterdir()) == []


def test_a_hyphen_as_output_tells_of_no_file_that_is_gone(
    source: Path, tmp_path: Path, capfd: Out
) -> None:
    beside = tmp_path / "beside"
    command("validate", source, "-o", "-", "--quarantine", beside, "--json")
    assert all(Path(path).exists() for path in json.loads(capfd.readouterr().err)["files"])


def test_a_hyphen_as_output_needs_a_place_for_what_is_rejected(
    source: Path, scratch: Path, tmp_path: Path, capfd: Out
) -> None:
    before = tree(tmp_path)
    assert command("validate", source, "-o", "-") == 2
    told = capfd.readouterr()
    assert told.out == "" and "--quarantine" in told.err
    assert tree(tmp_path) == before and list(scratch.iterdir()) == []


def test_a_hyphen_as_output_gives_nothing_when_the_input_cannot_be_read(
    source: Path, scratch: Path, tmp_path: Path, capfd: Out
) -> None:
    arguments = ("-o", "-", "--quarantine", tmp_path / "beside")
    assert command("validate", source, tmp_path / "none", *arguments) == 3
    assert capfd.readouterr().out == ""
    assert not (tmp_path / "beside").exists() and list(scratch.iterdir()) == []


@pytest.mark.parametrize("option", ["--output=-", "-o=-"])
def test_a_hyphen_after_an_equals_sign_is_standard_output_too(
    option: str,
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: OutBytes,
) -> None:
    monkeypatch.chdir(tmp_path)
    command("validate", source, option, "--quarantine", tmp_path / "beside", "-q")
    assert capfdbinary.readouterr().out[:4] == b"PAR1"


@pytest.mark.parametrize("target", ["..", ".", "/"])
def test_a_folder_that_is_no_place_for_a_dataset_is_bad_use(
    target: str, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "letter.txt").write_text("mine")
    monkeypatch.chdir(tmp_path / "here")
    before = tree(tmp_path)
    assert command("validate", source, "-o", target) == 2
    assert len(capfd.readouterr().err.splitlines()) == 1
    assert tree(tmp_path) == before


# --- inputs -----------------------------------------------------------------------------------------


def zipped(content: bytes) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("day/in.ndjson", content)
    return found.getvalue()


def zstandard(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "in.ndjson": bytes,
    "in.ndjson.gz": lambda content: gzip.compress(content, mtime=0),
    "in.ndjson.zst": zstandard,
    "in.zip": zipped,
    # What is packed is seen from its bytes.
    "in.log": lambda content: gzip.compress(content, mtime=0),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The dataset of the content, however it is handed in."""
    folder = tmp_path_factory.mktemp("expected")
    (folder / "in.ndjson").write_bytes(CONTENT)
    harmtax.validate(folder / "in.ndjson", folder / "out")
    return (folder / "out" / "Incident-00000.parquet").read_bytes()


@pytest.mark.parametrize("way", ["file", "folder", "glob", "standard input"])
@pytest.mark.parametrize("name", PACKINGS)
def test_an_input_is_the_same_however_it_comes(
    name: str,
    way: str,
    tmp_path: Path,
    expected: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capfd: Out,
) -> None:
    (tmp_path / "day").mkdir()
    path = tmp_path / "day" / name
    path.write_bytes(PACKINGS[name](CONTENT))
    ways = {
        "file": path,
        "folder": path.parent,
        "glob": f"{tmp_path}/*/in.*",
        "standard input": "-",
    }
    more = []
    if way == "standard input":
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
    # A log may hold anything.
    if name == "in.log":
        more = ["--format", "ndjson"]
    assert command("validate", ways[way], "-o", tmp_path / "out", "--json", *more) == 1
    told = json.loads(capfd.readouterr().out)
    assert (told["rows"], told["accepted"], told["rejected"]) == (12, 7, 5)
    assert (tmp_path / "out" / "Incident-00000.parquet").read_bytes() == expected


def test_files_globs_folders_and_standard_input_go_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out
) -> None:
    (tmp_path / "day").mkdir()
    for number, name in enumerate(("a.ndjson", "b.ndjson", "day/c.ndjson", "day/d.ndjson")):
        (tmp_path / name).write_bytes(lines(SOUND[number]))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines(SOUND[4]))))
    monkeypatch.chdir(tmp_path)
    assert command("validate", "a.ndjson", "b.*", "-", "day", "-o", "out", "--json") == 0
    told = json.loads(capfd.readouterr().out)
    names = [each["name"] for each in told["inputs"]]
    assert names == ["a.ndjson", "b.ndjson", "stdin", "c.ndjson", "d.ndjson"]


def test_a_glob_that_fits_nothing_ends_with_3(tmp_path: Path, capfd: Out) -> None:
    assert command("validate", tmp_path / "*.ndjson", "-o", tmp_path / "out") == 3
    assert "no file matches" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


# --- waivers ----------------------------------------------------------------------------------------

# What breaks which rule: a warning, two errors, and nothing.
WAIVABLE = [
    incident(incident_id="raised", generation="unknown", synthetic_basis=None),
    incident(incident_id="lowered", content_date="2026-01-09"),
    incident(incident_id="waived", depicted_identifiable="no", depicted_consent="not_applicable"),
    incident(incident_id="sound"),
    incident(incident_id="sound"),
]
WAIVERS = """
[[finding]]
rule = "HT-R09"
severity = "error"
reason = "our policy asks for it"
expires = 2999-12-31

[[finding]]
rule = "HT-R17"
severity = "warning"
reason = "the old system rounds days"
expires = 2999-12-31

[[finding]]
rule = "HT-R13"
path = "/depicted_identifiable"
severity = "waived"
reason = "the form does not ask"
expires = 2999-12-31

[[finding]]
rule = "HT-R19"
severity = "info"
reason = "nothing needs this one"
expires = 2999-12-31

[[finding]]
rule = "HT-R20"
severity = "error"
reason = "over since long"
expires = 2020-01-31
"""
REASONS = (
    "our policy asks for it", "the old system rounds days", "the form does not ask",
    "nothing needs this one",
)  # fmt: skip
EXPIRED = "over since long"


@pytest.fixture
def waivable(tmp_path: Path) -> tuple[Path, Path]:
    source, waivers = tmp_path / "in.ndjson", tmp_path / "waivers.toml"
    source.write_bytes(lines(*WAIVABLE))
    waivers.write_text(WAIVERS)
    return source, waivers


def identifiers(dataset: Path) -> list[str]:
    parts = sorted(dataset.glob("*.parquet"))
    return [each for part in parts for each in pq.read_table(part)["incident_id"].to_pylist()]


def severities(dataset: Path, *arguments: object) -> dict[str, str]:
    """The severity of each rule that a run tells."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", told := io.StringIO())
        command("validate", *arguments, "-o", dataset, "--json")
    return {each["rule"]: each["severity"] for each in json.loads(told.getvalue())["findings"]}


def test_waivers_raise_lower_and_silence(waivable: tuple[Path, Path], tmp_path: Path) -> None:
    source, waivers = waivable
    plain, waived = tmp_path / "plain", tmp_path / "waived"
    assert severities(plain, source) == {
        "HT-R09": "warning", "HT-R13": "error", "HT-R17": "error", "HT-R22": "error",
    }  # fmt: skip
    assert identifiers(plain) == ["raised", "sound"]
    assert severities(waived, source, "--waivers", waivers) == {
        "HT-R09": "error", "HT-R13": "waived", "HT-R17": "warning", "HT-R22": "error",
    }  # fmt: skip
    assert identifiers(waived) == ["lowered", "waived", "sound"]


def test_the_dataset_holds_a_record_under_a_waiver_as_it_is(
    waivable: tuple[Path, Path], tmp_path: Path
) -> None:
    source, waivers = waivable
    assert command("validate", source, "-o", tmp_path / "out", "--waivers", waivers, "-q") == 1
    rows = pq.read_table(tmp_path / "out" / "Incident-00000.parquet").to_pylist()
    assert [str(row["content_date"]) for row in rows] == ["2026-01-09", "2026-01-01", "2026-01-01"]
    assert [row["depicted_identifiable"] for row in rows] == ["yes", "no", "yes"]


def test_both_manifests_say_what_each_waiver_did(
    waivable: tuple[Path, Path], tmp_path: Path
) -> None:
    source, waivers = waivable
    command("validate", source, "-o", tmp_path / "out", "--waivers", waivers, "-q")
    told = manifest(tmp_path / "out")["waivers"]
    assert manifest(tmp_path / "out.quarantine")["waivers"] == told
    assert {each["reason"]: each["count"] for each in told} == dict(
        zip(REASONS, (1, 1, 1, 0), strict=True)
    )
    assert all(each["expires"] == "2999-12-31" for each in told)


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_lists_the_waivers_in_use(
    look: str, waivable: tuple[Path, Path], tmp_path: Path, capfd: Out
) -> None:
    source, waivers = waivable
    arguments = ("-o", tmp_path / "out", "--waivers", waivers, "--findings", look)
    assert command("validate", source, *arguments) == 1
    told = capfd.readouterr()
    assert [reason for reason in REASONS if reason not in told.out + told.err] == []


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_lists_the_waivers_that_expired(
    look: str, waivable: tuple[Path, Path], tmp_path: Path, capfd: Out
) -> None:
    source, waivers = waivable
    command("validate", source, "-o", tmp_path / "out", "--waivers", waivers, "--findings", look)
    told = capfd.readouterr()
    assert EXPIRED in told.out + told.err


def test_an_expired_waiver_holds_no_more(tmp_path: Path, capfd: Out) -> None:
    source, waivers = tmp_path / "in.ndjson", tmp_path / "waivers.toml"
    source.write_bytes(lines(WAIVABLE[1]))
    waivers.write_text(WAIVERS.replace("2999-12-31", "2020-01-31"))
    assert command("validate", source, "-o", tmp_path / "out", "--waivers", waivers) == 1
    told = capfd.readouterr().out
    assert told.count("expired on 2020-01-31") == 5
    assert "waivers" not in manifest(tmp_path / "out")


def test_waivers_do_the_same_with_and_without_an_acceptor(
    waivable: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out
) -> None:
    source, waivers = waivable
    data, found = tmp_path / "out", []
    for name in ("msgspec", "none"):
        monkeypatch.setenv("HARMTAX_ACCEPTOR", name)
        command("validate", source, "-o", data, "--waivers", waivers)
        found.append((capfd.readouterr(), tree(data, tmp_path / "out.quarantine")))
    assert found[0] == found[1]


def test_waivers_hold_for_a_dump_as_well(tmp_path: Path) -> None:
    dump = HOME / "harmtax" / "data" / "dsa-v2.csv"
    waivers = tmp_path / "waivers.toml"
    waivers.write_text(WAIVERS)
    arguments = ("validate", dump, "-o", tmp_path / "out", "--waivers", waivers, "-q")
    assert command(*arguments) == 1
    assert manifest(tmp_path / "out")["inputs"][0]["accepted"] == 0
    assert manifest(tmp_path / "out")["waivers"][1]["count"] == 6


def test_a_repair_under_waivers_says_so_in_the_manifests(
    waivable: tuple[Path, Path], tmp_path: Path
) -> None:
    source, waivers = waivable
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    table.write_text("field,written,to\ncontent_type,Vidoe,video\n")
    assert command("repair", beside, table, "-o", data, "--waivers", waivers, "-q") == 1
    assert sorted(identifiers(data)) == ["lowered", "raised", "sound", "waived"]
    for folder in (data, beside):
        told = {each["rule"]: each["count"] for each in manifest(folder).get("waivers", [])}
        assert (told.get("HT-R17"), told.get("HT-R13")) == (1, 1)


@pytest.mark.parametrize(
    ("content", "code", "says"),
    [
        (None, 3, "No such file"),
        ("[[finding]]\nrule = 7\n", 2, "entry 1"),
        (WAIVERS.replace("HT-R17", "HT-R22"), 2, "entry 2 (HT-R22)"),
        (WAIVERS.replace("HT-R17", "code"), 2, "entry 2 (code)"),
        ("not TOML", 2, "waivers.toml"),
    ],
)
def test_waivers_that_cannot_be_granted_stop_the_run_before_it_starts(
    content: str | None, code: int, says: str, source: Path, tmp_path: Path, capfd: Out
) -> None:
    waivers = tmp_path / "waivers.toml"
    if content is not None:
        waivers.write_text(content)
    before = tree(tmp_path)
    arguments = ("validate", source, "-o", tmp_path / "out", "--waivers", waivers)
    assert command(*arguments) == code
    [told] = capfd.readouterr().err.splitlines()
    assert says in told
    assert tree(tmp_path) == before
