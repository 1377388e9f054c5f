"""CSV and JSON files with something wrong in them: nothing is lost, nothing is altered, all is told."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import harmtax
from harmtax.errors import BadUse, Unreadable, UntoldFormat
from harmtax.records import dataset, intake, quarantine
from harmtax.records.formats import csv_table, format
from harmtax.records.intake import Progress
from tests.rows import incident

MARK = "\ufeff".encode()


def row(number: int, **changes: Any) -> dict[str, Any]:
    return incident(incident_id=f"i-{number}", **changes)


def table(*rows: dict[str, Any], end: str = "\r\n") -> bytes:
    names = list(incident(ground_reference="x"))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(names)
    for each in rows:
        cells = (each.get(name, "") for name in names)
        writer.writerow("|".join(c) if isinstance(c, list) else c for c in cells)
    return text.getvalue().encode()


def validated(tmp_path: Path, content: bytes, name: str = "in.csv") -> intake.Outcome:
    source = tmp_path / name
    source.write_bytes(content)
    return harmtax.validate(source, tmp_path / "out")


GOOD = [row(number) for number in range(5)]


@pytest.mark.parametrize(
    "content",
    [b'"' + table(*GOOD), table(*GOOD).replace(b"\r\n", b"\r")],
    ids=["open-quote", "lone-cr"],
)
def test_a_table_without_a_header_that_can_be_read_is_no_empty_table(
    content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable, match="no CSV header"):
        validated(tmp_path, content)
    assert [each.name for each in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    "content",
    [table(*GOOD).split(b"\r\n", 1)[1], table(*GOOD).replace(b",", b";")],
    ids=["no-header", "semicolons"],
)
def test_a_first_line_that_names_no_field_is_told_as_such(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="names no field"):
        validated(tmp_path, content)


def test_bytes_that_are_no_text_are_rejected_beside_a_replacement_character(tmp_path: Path) -> None:
    content = table(row(1, ground_reference="XX\ufffdYY")).replace(b"XX", b"X\xff")
    outcome = validated(tmp_path, content)
    assert (outcome.accepted, outcome.rejected) == (0, 1)
    [entry] = quarantine.read(tmp_path / "out.quarantine" / "in.csv.ndjson")
    assert quarantine.raw_of(entry) == content.split(b"\r\n")[1]


def test_a_stray_quote_takes_no_other_record_along(tmp_path: Path) -> None:
    lines = table(*(row(number) for number in range(50))).split(b"\r\n")
    lines[5] = b'"' + lines[5]
    outcome = validated(tmp_path, b"\r\n".join(lines))
    assert (outcome.rows, outcome.rejected) == (50, 1)
    [entry] = quarantine.read(tmp_path / "out.quarantine" / "in.csv.ndjson")
    assert (entry["line"], quarantine.raw_of(entry)) == (6, lines[5])


def test_a_text_over_two_lines_is_one_record(tmp_path: Path) -> None:
    outcome = validated(tmp_path, table(row(1, ground_reference="a\nb"), row(2)))
    assert (outcome.rows, outcome.accepted) == (2, 2)


def test_a_byte_order_mark_starts_a_file_and_nothing_else(tmp_path: Path) -> None:
    assert validated(tmp_path, MARK + table(*GOOD)).accepted == 5
    listed = json.dumps(GOOD).encode()
    assert validated(tmp_path, MARK + listed, "in.json").accepted == 5
    pretty = json.dumps(GOOD[0], indent=1).encode()
    assert validated(tmp_path, MARK + pretty, "in.json").accepted == 1
    assert csv_table.cells_of(MARK + b"a,b") == ["\ufeffa", "b"]


def test_a_line_of_a_table_beyond_all_measure_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_table, "LONGEST", 5_000)
    with pytest.raises(Unreadable, match="line 3 is longer"):
        validated(tmp_path, table(*GOOD[:1]) + b"x" * 6_000)


def test_a_batch_of_long_records_is_cut_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format, "BYTES", 1_000)
    batches = list(format.raw_batches(((n, b"x" * 400, None) for n in range(10)), "in"))
    assert [each.num_rows for each in batches] == [3, 3, 3, 1]


def test_an_input_that_changes_while_it_is_read_ends_the_run(tmp_path: Path) -> None:
    lines = [json.dumps(each).encode() + b"\n" for each in GOOD]
    source = tmp_path / "in.ndjson"
    source.write_bytes(b"".join(lines * 2))

    def shorten(_: Progress) -> None:
        source.write_bytes(lines[0])

    with pytest.raises(Unreadable, match="changed while it was read"):
        harmtax.validate(source, tmp_path / "out", progress=shorten)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["fewer", "edited", "no-findings"])
def test_a_quarantine_that_is_not_as_it_was_written_is_not_repaired(
    damage: str, tmp_path: Path
) -> None:
    bad = [json.dumps(row(n, category="IIB")).encode() + b"\n" for n in range(3)]
    validated(tmp_path, b"".join(bad), "in.ndjson")
    path = tmp_path / "out.quarantine" / "in.ndjson.ndjson"
    lines = path.read_bytes().splitlines(keepends=True)
    changed = {
        "fewer": lines[:2],
        "edited": [line.replace(b"IIB", b"IIA") for line in lines],
        "no-findings": [line.replace(b'"findings"', b'"finding"') for line in lines],
    }
    path.write_bytes(b"".join(changed[damage]))
    fixes = tmp_path / "fixes.csv"
    fixes.write_text("field,written,to\ncategory,IIB,IIA\n")
    with pytest.raises(Unreadable):
        harmtax.repair(tmp_path / "out.quarantine", fixes, tmp_path / "out")


def test_small_batches_share_a_row_group(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.ndjson").write_text(json.dumps(row(number)))
    harmtax.validate(tmp_path, tmp_path / "out")
    assert pq.read_metadata(tmp_path / "out" / dataset.part_name("Incident")).num_row_groups == 1


def test_a_result_never_replaces_its_own_input_or_a_link(tmp_path: Path) -> None:
    source = tmp_path / "in.ndjson"
    source.write_text(json.dumps(GOOD[0]) + "\n{\n")
    with pytest.raises(BadUse, match="one of the inputs"):
        harmtax.convert(source, source, "ndjson")
    assert source.read_text().endswith("{\n")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(BadUse, match="is a link"):
        harmtax.validate(source, tmp_path / "link")


def test_a_name_that_is_empty_is_not_the_present_folder(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="empty"):
        harmtax.validate("", tmp_path / "out")


def test_a_format_that_cannot_be_told_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(UntoldFormat, match="name it"):
        validated(tmp_path, b"garbage", "in")
