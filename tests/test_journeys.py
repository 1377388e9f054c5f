"""From a faulty file to a whole dataset: validate, ask for fixes, apply them; the first record wins."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import harmtax
from harmtax import Incident
from harmtax.cli import main
from harmtax.records import quarantine
from tests.rows import exposure, incident

DATA = Path(str(files("harmtax"))) / "data"
DUMPS = {"dsa-v1": DATA / "dsa-v1.csv", "dsa-v2": DATA / "dsa-v2.csv"}
# A slip of the pen in a code of the dumps, and the codes that it comes from.
SLIP, MEANT = b"SOURCE_VOLUNTERY", b"SOURCE_VOLUNTARY"
OTHER = b"STATEMENT_CATEGORY_OF_TOMORROW"

Row = dict[str, Any]
Out = pytest.CaptureFixture[str]


# --- files ------------------------------------------------------------------------------------------


def as_ndjson(rows: Sequence[Row]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def as_json(rows: Sequence[Row]) -> bytes:
    # With the white space of a person, which is no part of a record.
    return b"[\n " + b",\n ".join(map(msgspec.json.encode, rows)) + b"\n]\n"


def as_csv(rows: Sequence[Row]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        cells = (row.get(name, "") for name in names)
        writer.writerow(["|".join(cell) if isinstance(cell, list) else cell for cell in cells])
    return text.getvalue().encode()


def as_parquet(rows: Sequence[Row]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), sink)
    return sink.getvalue()


WRITERS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "ndjson": as_ndjson, "json": as_json, "csv": as_csv, "parquet": as_parquet,
}  # fmt: skip


def slipped(dump: Path) -> bytes:
    """A dump with a slip of the pen in its last statement; the first two are one statement twice."""
    return SLIP.join(dump.read_bytes().rsplit(MEANT, 1))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def entries(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The entries of a quarantine by the name of their input."""
    return {path.stem: list(quarantine.read(path)) for path in sorted(folder.glob("*.ndjson"))}


def raws(folder: Path) -> dict[tuple[str, int], bytes]:
    """The bytes of the rejected records by file and line."""
    found = entries(folder).items()
    return {(name, e["line"]): quarantine.raw_of(e) for name, each in found for e in each}


def records(dataset: Path) -> list[Row]:
    """The records of a dataset, in the order of their identifiers."""
    rows = [
        row for path in sorted(dataset.glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["reporter_id"], row["incident_id"], row["revision"]))


def counts(dataset: Path) -> list[tuple[int, int, int]]:
    """(rows, accepted, rejected) of each input, once both manifests say the same and it is true."""
    beside = dataset.with_name(f"{dataset.name}.quarantine")
    told = [json.loads((folder / "manifest.json").read_text()) for folder in (dataset, beside)]
    assert told[0]["inputs"] == told[1]["inputs"]
    for folder, manifest in zip((dataset, beside), told, strict=True):
        content = {name: body for name, body in tree(folder).items() if name != "manifest.json"}
        assert manifest["files"] == {n: hashlib.sha256(b).hexdigest() for n, b in content.items()}
    found = [(each["rows"], each["accepted"], each["rejected"]) for each in told[0]["inputs"]]
    assert all(rows == accepted + rejected for rows, accepted, rejected in found)
    assert sum(accepted for _, accepted, _ in found) == len(records(dataset))
    names = [each["name"] for each in told[0]["inputs"]]
    held = {name: len(each) for name, each in entries(beside).items()}
    assert [held.pop(name, 0) for name in names] == [rejected for _, _, rejected in found]
    assert held == {}
    return found


def losses(dataset: Path) -> list[dict[str, Any]]:
    """The account of a dataset; which records came first depends on the way that they took."""
    found: list[dict[str, Any]] = json.loads((dataset / "manifest.json").read_text())["losses"]
    return [{**each, "records": len(each["records"])} for each in found]


def command(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def asked(folder: Path, table: Path, capsys: Out) -> list[dict[str, str]]:
    """Asks for fixes as a person does, and saves what is printed."""
    capsys.readouterr()
    assert command("repair", folder) == 0
    table.write_text(capsys.readouterr().out)
    return list(csv.DictReader(io.StringIO(table.read_text())))


# --- validate, ask, apply ---------------------------------------------------------------------------

SOUND = [incident(incident_id=f"i-{number}", surface="feed") for number in range(4)]
# What a fix mends, and what none can: a code nothing is near to, a broken rule, a second i-0.
MENDED = [
    incident(incident_id="i-4", content_type=["video", "image"], surface="feed"),
    incident(incident_id="i-5", category="IIA-NUD", surface="feed"),
]
MENDABLE = [{**MENDED[0], "content_type": ["Vidoe", "image"]}, {**MENDED[1], "category": "IIA-NDU"}]
HOPELESS = [
    incident(incident_id="i-6", generation="genai", surface="feed"),
    incident(incident_id="i-7", content_date="2026-01-09", surface="feed"),
    SOUND[0],
]


@pytest.mark.parametrize("name", WRITERS)
def test_what_a_fix_mends_joins_the_dataset_and_what_still_fails_stays_byte_for_byte(
    name: str, tmp_path: Path, capsys: Out
) -> None:
    rows = [SOUND[0], MENDABLE[0], *SOUND[1:], HOPELESS[0], MENDABLE[1], *HOPELESS[1:]]
    source = written(tmp_path / f"in.{name}", WRITERS[name](rows))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    assert command("validate", source, "-o", data) == 1
    assert counts(data) == [(9, 4, 5)]
    before = raws(beside)

    proposed = asked(beside, table, capsys)
    assert [(each["written"], each["to"], each["count"]) for each in proposed] == [
        ("IIA-NDU", "IIA-NUD", "1"), ("Vidoe", "video", "1"), ("genai", "", "1"),
    ]  # fmt: skip

    assert command("repair", beside, table, "-o", data) == 1
    assert "5 records: 2 accepted, 3 rejected" in capsys.readouterr().out
    assert counts(data) == [(9, 6, 3)]
    sound = written(tmp_path / "sound.ndjson", as_ndjson([*SOUND, *MENDED]))
    assert command("validate", sound, "-o", tmp_path / "expected") == 0
    assert records(data) == records(tmp_path / "expected")
    after = raws(beside)
    assert len(after) == 3 and after.items() <= before.items()


@pytest.mark.parametrize("name", WRITERS)
def test_applying_fixes_again_adds_no_record_and_loses_none(
    name: str, tmp_path: Path, capsys: Out
) -> None:
    source = written(tmp_path / f"in.{name}", WRITERS[name]([*SOUND, *MENDABLE, *HOPELESS]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    asked(beside, table, capsys)
    command("repair", beside, table, "-o", data, "-q")
    before = records(data), counts(data), tree(beside)
    assert command("repair", beside, table, "-o", data) == 1
    assert "3 records: 0 accepted, 3 rejected" in capsys.readouterr().out
    assert (records(data), counts(data), tree(beside)) == before


def test_applying_fixes_again_leaves_the_dataset_byte_for_byte(tmp_path: Path, capsys: Out) -> None:
    source = written(tmp_path / "in.ndjson", as_ndjson([*SOUND, *MENDABLE, *HOPELESS]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    asked(beside, table, capsys)
    command("repair", beside, table, "-o", data, "-q")
    before = tree(data)
    command("repair", beside, table, "-o", data, "-q")
    assert tree(data) == before


def test_what_a_person_fills_in_later_is_repaired_later(tmp_path: Path, capsys: Out) -> None:
    source = written(tmp_path / "in.ndjson", as_ndjson([*SOUND, *MENDABLE, HOPELESS[0]]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    asked(beside, table, capsys)
    assert command("repair", beside, table, "-o", data, "-q") == 1
    proposed = asked(beside, table, capsys)
    assert [(each["written"], each["to"]) for each in proposed] == [("genai", "")]
    table.write_text(table.read_text().replace("genai,", "genai,ai_edited"))
    assert command("repair", beside, table, "-o", data, "-q") == 0
    assert counts(data) == [(7, 7, 0)]
    assert list(tree(beside)) == ["manifest.json"]


def test_a_name_with_a_slip_is_mended_as_a_code_is(tmp_path: Path, capsys: Out) -> None:
    row = incident(incident_id="i-9", category=None, catgory="IIA-NDU")
    source = written(tmp_path / "in.ndjson", as_ndjson([row]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    asked(beside, table, capsys)
    with table.open("a") as stream:
        # The value of a field without a place is never shown, so its fix is a person's own.
        stream.write("category,,IIA-NDU,IIA-NUD,,,\n")
    assert command("repair", beside, table, "-o", data, "-q") == 0
    assert [each["category"] for each in records(data)] == ["IIA-NUD"]


def test_a_repair_elsewhere_leaves_dataset_and_quarantine_as_they_were(
    tmp_path: Path, capsys: Out
) -> None:
    source = written(tmp_path / "in.ndjson", as_ndjson([*SOUND, *MENDABLE, *HOPELESS]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    asked(beside, table, capsys)
    before = tree(data), tree(beside)
    assert command("repair", beside, table, "-o", tmp_path / "new", "-q") == 1
    assert (tree(data), tree(beside)) == before
    # The dataset is another, so that the second i-0 is the first one there.
    assert counts(tmp_path / "new") == [(5, 3, 2)]
    assert raws(tmp_path / "new.quarantine").items() <= raws(beside).items()
    assert command("repair", tmp_path / "new.quarantine", table, "-o", tmp_path / "new", "-q") == 1
    assert counts(tmp_path / "new") == [(5, 3, 2)]


def test_lines_that_are_no_json_stay_as_they_are(tmp_path: Path) -> None:
    lines = [b"\xff\xfe", b'{"a": 1,}', b"", b"\t\r", msgspec.json.encode(MENDABLE[0])]
    source = written(tmp_path / "in.ndjson", b"\n".join(lines) + b"\n")
    data, beside = tmp_path / "out", tmp_path / "out.quarantine"
    table = written(tmp_path / "fixes.csv", b"field,written,to\ncontent_type,Vidoe,video\n")
    assert command("validate", source, "-o", data, "--format", "ndjson", "-q") == 1
    assert command("repair", beside, table, "-o", data, "-q") == 1
    assert counts(data) == [(5, 1, 4)]
    assert list(raws(beside).values()) == lines[:4]


# --- foreign dumps ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_with_a_spoilt_code_becomes_what_it_would_have_been(
    name: str, tmp_path: Path, capsys: Out
) -> None:
    spoilt = written(tmp_path / "dump.csv", slipped(DUMPS[name]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    assert command("validate", spoilt, "-o", data) == 1
    [(rows, accepted, _)] = counts(data)
    proposed = asked(beside, table, capsys)
    assert [(f["column"], f["written"], f["to"], f["format"]) for f in proposed] == [
        ("source_type", SLIP.decode(), MEANT.decode(), name)
    ]
    command("repair", beside, table, "-o", data, "-q")
    assert counts(data) == [(rows, accepted + 1, rows - accepted - 1)]
    command("validate", DUMPS[name], "-o", tmp_path / "expected", "-q")
    assert records(data) == records(tmp_path / "expected")
    assert counts(data) == counts(tmp_path / "expected")


@pytest.mark.parametrize("name", DUMPS)
def test_the_losses_of_repaired_statements_are_counted_like_those_of_the_others(
    name: str, tmp_path: Path, capsys: Out
) -> None:
    spoilt = written(tmp_path / "dump.csv", slipped(DUMPS[name]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", spoilt, "-o", data, "-q")
    asked(beside, table, capsys)
    command("repair", beside, table, "-o", data, "-q")
    command("validate", DUMPS[name], "-o", tmp_path / "expected", "-q")
    assert losses(data) == losses(tmp_path / "expected")


def test_a_statement_that_is_rejected_has_no_losses(tmp_path: Path) -> None:
    header, first, second = DUMPS["dsa-v1"].read_bytes().split(b"\n")[:3]
    for name, lines in {"once": [header, first], "twice": [header, first, second]}.items():
        source = written(tmp_path / f"{name}.csv", b"\n".join(lines) + b"\n")
        command("validate", source, "-o", tmp_path / name, "-q")
    assert counts(tmp_path / "twice") == [(2, 1, 1)]
    assert losses(tmp_path / "twice") == losses(tmp_path / "once")


@pytest.mark.parametrize("name", DUMPS)
def test_a_statement_that_no_fix_mends_keeps_its_bytes(
    name: str, tmp_path: Path, capsys: Out
) -> None:
    content = slipped(DUMPS[name])
    at = content.index(b"STATEMENT_CATEGORY_")
    end = content.index(b",", at)
    spoilt = written(tmp_path / "dump.csv", content[:at] + OTHER + content[end:])
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", spoilt, "-o", data, "-q")
    before = raws(beside)
    assert all(raw in spoilt.read_bytes() for raw in before.values())
    asked(beside, table, capsys)
    command("repair", beside, table, "-o", data, "-q")
    assert raws(beside).items() <= before.items()
    assert [raw for raw in raws(beside).values() if OTHER in raw]
    counts(data)


# --- several inputs ---------------------------------------------------------------------------------


def test_the_inputs_of_one_run_are_repaired_together(tmp_path: Path, capsys: Out) -> None:
    rows = iter(
        [incident(incident_id=f"n-{number}", content_type=["Vidoe"]) for number in range(4)]
    )
    sources = [
        written(tmp_path / f"in.{name}", write([next(rows), incident(incident_id=f"s-{name}")]))
        for name, write in WRITERS.items()
    ]
    sources += [written(tmp_path / f"{name}.csv", slipped(path)) for name, path in DUMPS.items()]
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    assert command("validate", *sources, "-o", data) == 1
    before = counts(data)
    assert [rejected for _, _, rejected in before[:4]] == [1, 1, 1, 1]
    # One slip in four files of ours is one row; each foreign format has its own.
    assert [each["count"] for each in asked(beside, table, capsys)] == ["4", "1", "1"]
    command("repair", beside, table, "-o", data, "-q")
    after = counts(data)
    assert after == [(rows, accepted + 1, rejected - 1) for rows, accepted, rejected in before]


def test_a_repaired_record_whose_identifier_stands_in_the_dataset_is_rejected_and_says_so(
    tmp_path: Path, capsys: Out
) -> None:
    row = msgspec.json.encode(incident(content_type=["Vidoe"]))
    source = written(tmp_path / "in.ndjson", as_ndjson([incident()]) + b" " + row + b"\r\n")
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", source, "-o", data, "-q")
    asked(beside, table, capsys)
    assert command("repair", beside, table, "-o", data) == 1
    told = capsys.readouterr().out
    assert "1 records: 0 accepted, 1 rejected" in told
    assert "HT-R22" in told and "the first one stands in the dataset already" in told
    assert counts(data) == [(2, 1, 1)]
    assert raws(beside) == {("in.ndjson", 2): b" " + row + b"\r"}
    [[entry]] = entries(beside).values()
    assert [each["rule"] for each in entry["findings"]] == ["HT-R22"]


def test_of_two_repaired_records_with_one_identifier_the_first_wins(
    tmp_path: Path, capsys: Out
) -> None:
    row = incident(content_type=["Vidoe"])
    first = written(tmp_path / "a.ndjson", as_ndjson([incident(incident_id="i-2"), row]))
    second = written(tmp_path / "b.json", as_json([row]))
    data, beside, table = tmp_path / "out", tmp_path / "out.quarantine", tmp_path / "fixes.csv"
    command("validate", first, second, "-o", data, "-q")
    asked(beside, table, capsys)
    assert command("repair", beside, table, "-o", data) == 1
    assert "the first one stands in a.ndjson, line 2" in capsys.readouterr().out
    assert counts(data) == [(2, 2, 0), (1, 0, 1)]
    assert list(raws(beside)) == [("b.json", 1)]


# --- what is refused --------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A dataset, its quarantine with one record, and the fix for that."""
    source = written(tmp_path / "in.ndjson", as_ndjson([*SOUND, MENDABLE[0]]))
    command("validate", source, "-o", tmp_path / "out", "-q")
    table = written(tmp_path / "fixes.csv", b"field,written,to\ncontent_type,Vidoe,video\n")
    return tmp_path / "out", tmp_path / "out.quarantine", table


def test_a_target_of_another_run_is_refused(
    run: tuple[Path, Path, Path], tmp_path: Path, capsys: Out
) -> None:
    _, beside, table = run
    other = written(tmp_path / "other.ndjson", as_ndjson([incident()]))
    command("validate", other, "-o", tmp_path / "other", "-q")
    before = tree(tmp_path)
    assert command("repair", beside, table, "-o", tmp_path / "other") == 2
    assert "another run" in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_a_target_that_is_no_dataset_is_refused(
    run: tuple[Path, Path, Path], tmp_path: Path, capsys: Out
) -> None:
    _, beside, table = run
    (tmp_path / "letters").mkdir()
    written(tmp_path / "letters" / "letter.txt", b"mine")
    before = tree(tmp_path)
    assert command("repair", beside, table, "-o", tmp_path / "letters") == 2
    assert "choose another place" in capsys.readouterr().err
    assert tree(tmp_path) == before


NO_QUARANTINES = {
    "missing": None,
    "empty": b"",
    "no-json": b"quarantine",
    "no-object": b"[]",
    "no-facts": b"{}",
    "no-inputs": b'{"harmtax": "0.2.0", "record": "Incident"}',
    "no-record-type": b'{"harmtax": "0.2.0", "record": "Nothing", "inputs": []}',
    "no-record": b'{"harmtax": "0.2.0", "record": "Record", "inputs": []}',
}


@pytest.mark.parametrize("verb", ["suggest", "apply"])
@pytest.mark.parametrize("kind", NO_QUARANTINES)
def test_a_quarantine_that_is_none_cannot_be_read(
    verb: str, kind: str, run: tuple[Path, Path, Path], tmp_path: Path, capsys: Out
) -> None:
    folder = tmp_path / "none"
    manifest = NO_QUARANTINES[kind]
    if manifest is not None:
        folder.mkdir()
        written(folder / "manifest.json", manifest)
    before = tree(tmp_path)
    more = [run[2], "-o", tmp_path / "new"] if verb == "apply" else []
    assert command("repair", folder, *more) == 3
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 1 and "none" in told.err
    assert tree(tmp_path) == before


def test_a_dataset_in_the_place_of_its_quarantine_is_refused(
    run: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    data, _, table = run
    assert command("repair", data, table, "-o", tmp_path / "new") in (2, 3)
    assert not (tmp_path / "new").exists()


def test_a_quarantine_that_lacks_a_file_is_refused(run: tuple[Path, Path, Path]) -> None:
    data, beside, table = run
    (beside / "in.ndjson.ndjson").unlink()
    before = tree(data), tree(beside)
    assert command("repair", beside, table, "-o", data) in (2, 3)
    assert (tree(data), tree(beside)) == before


def test_a_quarantine_with_a_damaged_entry_is_refused_in_one_sentence(
    run: tuple[Path, Path, Path], capsys: Out
) -> None:
    data, beside, table = run
    path = beside / "in.ndjson.ndjson"
    path.write_bytes(path.read_bytes()[:-20] + b"\n")
    before = tree(data), tree(beside)
    assert command("repair", beside, table, "-o", data) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert (tree(data), tree(beside)) == before


def test_a_manifest_cannot_make_a_repair_write_elsewhere(
    run: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    _, beside, table = run
    mine = written(tmp_path / "mine.ndjson", b"mine")
    manifest = beside / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"name": "in.ndjson"', '"name": "../mine"'))
    command("repair", beside, table, "-o", tmp_path / "new", "-q")
    assert mine.exists() and mine.read_bytes() == b"mine"


def test_fixes_without_a_dataset_are_bad_use(run: tuple[Path, Path, Path]) -> None:
    assert command("repair", run[1], run[2]) == 2
    assert command("repair", run[1], "-o", run[0]) == 2


# --- the first one wins -----------------------------------------------------------------------------

# The same record, written as nobody writes it, so that its bytes tell it from the first one.
ODD = b' { "incident_id":"i-1" ,\t' + msgspec.json.encode(incident(incident_id=None))[1:] + b" "


def told_of(outcome: harmtax.records.intake.Outcome, rule: str = "HT-R22") -> list[str]:
    """The details of the findings of a rule."""
    return [str(group.finding.detail) for group in outcome.groups if group.finding.rule == rule]


def test_of_two_records_in_one_file_the_first_wins(tmp_path: Path) -> None:
    lines = [b"{", msgspec.json.encode(incident(surface="feed")), ODD, ODD + b"\r"]
    source = written(tmp_path / "in.ndjson", b"\n".join(lines))
    outcome = harmtax.validate(source, tmp_path / "out")
    assert counts(tmp_path / "out") == [(4, 1, 3)]
    assert list(raws(tmp_path / "out.quarantine").values()) == [lines[0], *lines[2:]]
    assert [row["surface"] for row in records(tmp_path / "out")] == ["feed"]
    assert told_of(outcome) == ["the first one stands in in.ndjson, line 2"]


def test_of_two_records_in_two_files_the_first_wins(tmp_path: Path) -> None:
    first = written(tmp_path / "b.ndjson", as_ndjson([incident(incident_id="i-2"), incident()]))
    second = written(tmp_path / "a.ndjson", ODD + b"\n")
    outcome = harmtax.validate([first, second], tmp_path / "out")
    assert counts(tmp_path / "out") == [(2, 2, 0), (1, 0, 1)]
    assert raws(tmp_path / "out.quarantine") == {("a.ndjson", 1): ODD}
    assert told_of(outcome) == ["the first one stands in b.ndjson, line 2"]


@pytest.mark.parametrize("first_is_packed", [True, False])
def test_of_a_packed_and_a_plain_record_the_first_wins(
    first_is_packed: bool, tmp_path: Path
) -> None:
    content = b"{\n" + ODD + b"\n"
    packed = written(tmp_path / "a.ndjson.gz", gzip.compress(content, mtime=0))
    plain = written(tmp_path / "b.ndjson", content)
    sources = [packed, plain] if first_is_packed else [plain, packed]
    outcome = harmtax.validate(sources, tmp_path / "out")
    assert counts(tmp_path / "out") == [(2, 1, 1), (2, 0, 2)]
    assert raws(tmp_path / "out.quarantine")[sources[1].name, 2] == ODD
    assert told_of(outcome) == [f"the first one stands in {sources[0].name}, line 2"]


def test_a_record_is_the_same_in_every_format(tmp_path: Path) -> None:
    sources = [
        written(tmp_path / f"in.{name}", write([incident(incident_id=name), incident()]))
        for name, write in WRITERS.items()
    ]
    outcome = harmtax.validate(sources, tmp_path / "out")
    assert counts(tmp_path / "out") == [(2, 2, 0), (2, 1, 1), (2, 1, 1), (2, 1, 1)]
    [group] = [group for group in outcome.groups if group.finding.rule == "HT-R22"]
    assert group.count == 3
    assert told_of(outcome) == ["the first one stands in in.ndjson, line 2"]
    kept = raws(tmp_path / "out.quarantine")
    assert kept["in.json", 2] == msgspec.json.encode(incident())
    assert kept["in.csv", 3] == as_csv([incident(incident_id="csv"), incident()]).splitlines()[2]


def test_a_loser_of_several_lines_keeps_them_all(tmp_path: Path) -> None:
    rows = [incident(ground_explanation='one\r\n"two",\n\nthree'), incident()]
    content = as_csv([rows[0], rows[0]])
    _, body = content.split(b"\r\n", 1)
    source = written(tmp_path / "in.csv", content)
    outcome = harmtax.validate(source, tmp_path / "out")
    assert counts(tmp_path / "out") == [(2, 1, 1)]
    [(place, raw)] = raws(tmp_path / "out.quarantine").items()
    assert body == raw + b"\r\n" + raw + b"\r\n"
    assert place == ("in.csv", 2 + raw.count(b"\n") + 1)
    assert told_of(outcome) == ["the first one stands in in.csv, line 2"]


def test_a_loser_that_is_no_utf_8_in_its_neighbourhood_keeps_its_bytes(tmp_path: Path) -> None:
    named = msgspec.json.encode(incident(ground_explanation="caf\u00e9 \U0001f600"))
    escaped = named.replace("\u00e9".encode(), b"\\u00e9")
    source = written(tmp_path / "in.ndjson", b"\xef\xbb\xbf" + named + b"\n\xff\n" + escaped)
    harmtax.validate(source, tmp_path / "out")
    assert list(raws(tmp_path / "out.quarantine").values()) == [b"\xff", escaped]


def test_a_revision_is_no_repetition(tmp_path: Path) -> None:
    second = incident(revision=2, revision_reason="correction")
    source = written(tmp_path / "in.ndjson", as_ndjson([incident(), second, second]))
    harmtax.validate(source, tmp_path / "out")
    assert counts(tmp_path / "out") == [(3, 2, 1)]


def test_a_file_given_twice_is_rejected_the_second_time_line_by_line(tmp_path: Path) -> None:
    lines = [
        msgspec.json.encode(incident(incident_id=hashlib.sha256(b"%d" % number).hexdigest()[:12]))
        for number in range(5_000)
    ]
    source = written(tmp_path / "in.ndjson", b"\n".join(lines))
    outcome = harmtax.validate([source, source], tmp_path / "out")
    assert counts(tmp_path / "out") == [(5_000, 5_000, 0), (5_000, 0, 5_000)]
    assert list(raws(tmp_path / "out.quarantine").values()) == lines
    [group] = outcome.groups
    assert (group.finding.rule, group.count) == ("HT-R22", 5_000)
    found = entries(tmp_path / "out.quarantine")["in.ndjson-2"]
    details = [each["findings"][0]["detail"] for each in found]
    assert details == [f"the first one stands in in.ndjson, line {n}" for n in range(1, 5_001)]


def test_many_losers_among_many_winners_leave_in_order(tmp_path: Path) -> None:
    def row(number: int) -> bytes:
        return msgspec.json.encode(incident(incident_id=f"i-{number}"))

    # Every third record came before, across files whose batches do not fit each other.
    first = [row(number) for number in range(3_000)]
    second = [row(number * 3 if number % 2 else 10_000 + number) for number in range(1_800)]
    sources = [
        written(tmp_path / f"{n}.ndjson", b"\n".join(x)) for n, x in enumerate([first, second])
    ]
    harmtax.validate(sources, tmp_path / "out")
    losers = {
        ("1.ndjson", at): raw for at, raw in enumerate(second, 1)
        if raw in set(first)
    }  # fmt: skip
    assert raws(tmp_path / "out.quarantine") == losers
    assert counts(tmp_path / "out") == [
        (3_000, 3_000, 0),
        (1_800, 1_800 - len(losers), len(losers)),
    ]


def test_overlapping_periods_of_two_files_leave_the_first(tmp_path: Path) -> None:
    first = written(tmp_path / "a.ndjson", as_ndjson([exposure()]))
    row = exposure(period_start="2026-03-01", period_end="2026-04-30")
    second = written(tmp_path / "b.ndjson", as_ndjson([row]))
    arguments = ("validate", first, second, "-o", tmp_path / "out", "--record", "exposure")
    assert command(*arguments, "-q") == 1
    assert raws(tmp_path / "out.quarantine") == {("b.ndjson", 1): msgspec.json.encode(row)}


def test_a_dataset_is_a_source_that_gives_itself(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ndjson", as_ndjson(SOUND))
    harmtax.validate(source, tmp_path / "out", record=Incident)
    assert command("validate", tmp_path / "out", "-o", tmp_path / "again", "-q") == 0
    assert records(tmp_path / "again") == records(tmp_path / "out")
    assert command("validate", tmp_path / "out", "-o", tmp_path / "out", "-q") == 0
    assert records(tmp_path / "out") == records(tmp_path / "again")
