"""Every format of ours reads what it wrote, and says so when it cannot read."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harmtax import Incident, explain
from harmtax.errors import UnknownFormat, Unreadable
from harmtax.records import formats
from harmtax.records.formats.format import Decoded
from tests.rows import incident

OWN = ("ndjson", "json", "csv", "parquet", "arrow")
ROWS = [
    incident(),
    incident(
        incident_id="i-2",
        targeted_group=["children", "girls"],
        views_before_action=7,
        decision_facts='quotes " commas , lines\nand é',
        reinstated_at="2026-01-03T00:00:00.250000Z",
    ),
]


def written(name: str, rows: list[dict[str, Any]]) -> bytes:
    stream = io.BytesIO()
    encode = formats.named(name).encode
    assert encode is not None
    encode(rows, stream, Incident.table())
    return stream.getvalue()


def read(name: str, content: bytes) -> list[Decoded]:
    format_ = formats.named(name)
    return [
        decoded
        for batch in format_.scan(io.BytesIO(content), "input")
        for decoded in format_.decode(batch, Incident.table())
    ]


@pytest.mark.parametrize("name", OWN)
def test_what_a_format_wrote_it_reads_back(name: str) -> None:
    assert [decoded.row for decoded in read(name, written(name, ROWS))] == ROWS


@pytest.mark.parametrize("name", OWN)
def test_a_format_is_recognised_by_its_first_bytes(name: str) -> None:
    content = written(name, ROWS)
    assert formats.recognised(content[:65536], "input", Incident.table()).name == name


@pytest.mark.parametrize("name", OWN)
def test_no_rows_make_a_file_that_reads_as_no_rows(name: str) -> None:
    assert read(name, written(name, [])) == []


@pytest.mark.parametrize(
    "line", [b"", b"null", b"[]", b"{", b"{}{}", b'{"a":NaN}', b"\xff\xfe", b"[" * 5000, b'{"a":"\xc3"}']
)
def test_a_line_that_is_no_object_is_unreadable_and_hides_no_other(line: bytes) -> None:
    good = written("ndjson", ROWS[:1])
    first, second = read("ndjson", line + b"\n" + good)
    assert [finding.rule for finding in first.findings] == ["unreadable"]
    assert second.row == ROWS[0]


def test_lines_end_with_lf_or_crlf_and_the_last_may_lack_its_end() -> None:
    line = written("ndjson", ROWS[:1]).rstrip()
    assert len(read("ndjson", line + b"\r\n" + line)) == 2


def test_a_csv_row_with_a_wrong_number_of_cells_is_unreadable() -> None:
    content = written("csv", ROWS[:1]) + b"a,b\r\n"
    assert [bool(decoded.findings) for decoded in read("csv", content)] == [False, True]


def test_csv_keeps_what_is_no_integer_as_it_was_written() -> None:
    header, row = b"reporter_id,incident_id,category,revision", b"r,i,IIA,1.0"
    [decoded] = read("csv", header + b"\r\n" + row + b"\r\n")
    assert decoded.row is not None and decoded.row["revision"] == "1.0"


def test_csv_keeps_the_bytes_of_a_record_over_several_lines() -> None:
    content = written("csv", ROWS)
    [batch] = formats.named("csv").scan(io.BytesIO(content), "input")
    assert b"\n".join(batch.column("raw").to_pylist()).count(b"\n") == 2
    assert batch.column("line").to_pylist() == [2, 3]


def test_a_csv_header_with_a_column_twice_makes_every_row_unreadable() -> None:
    content = b"reporter_id,incident_id,category,category\r\nr,i,IIA,CSE\r\n"
    assert [len(decoded.findings) for decoded in read("csv", content)] == [1]


def test_a_file_that_starts_with_a_bad_line_is_told_by_its_name() -> None:
    for head in (b"\xef\xbb\xbf{}", b"null\n", b"\x00"):
        assert formats.recognised(head, "in.ndjson", Incident.table()).name == "ndjson"


def test_bytes_that_are_no_utf8_spoil_one_csv_row_and_no_other() -> None:
    content = written("csv", ROWS).replace(b"north,", b"n\xffrth,", 1)
    assert [bool(decoded.findings) for decoded in read("csv", content)] == [True, False]


def test_a_byte_order_mark_before_a_csv_header_is_no_part_of_it() -> None:
    content = b"\xef\xbb\xbf" + written("csv", ROWS[:1]).replace(b"harmtax_version", b'"harmtax_version"')
    assert [decoded.row for decoded in read("csv", content)] == ROWS[:1]


def test_typed_values_that_json_cannot_say_are_findings_not_absent() -> None:
    for column in (
        pa.array([float("nan")]), pa.array([2**62], pa.timestamp("us")), pa.array([b"x"]),
        pa.array([1], pa.duration("ns")), pa.array([1.5]),
    ):  # fmt: skip
        table = pa.table({"incident_id": ["i"], "views_before_action": column})
        stream = io.BytesIO()
        pq.write_table(table, stream)
        [decoded] = read("parquet", stream.getvalue())
        assert decoded.row is not None
        found = explain(decoded.row, Incident)
        assert "/views_before_action" in [finding.path for finding in found], column.type


def test_whole_numbers_held_as_floats_or_decimals_lose_nothing() -> None:
    for column in (pa.array([7.0]), pa.array([Decimal("7.00")]), pa.array([7], pa.uint8())):
        stream = io.BytesIO()
        pq.write_table(pa.table({"views_before_action": column}), stream)
        [decoded] = read("parquet", stream.getvalue())
        assert decoded.row == {"views_before_action": 7}


def test_a_damaged_parquet_file_is_unreadable_as_a_whole() -> None:
    with pytest.raises(Unreadable):
        read("parquet", b"PAR1 and no more")


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownFormat, match="ndjson"):
        formats.named("xml")
    with pytest.raises(UnknownFormat):
        formats.recognised(b"<xml/>", "input", Incident.table())
