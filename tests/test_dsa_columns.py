"""A dump read by whole columns gives what its statements give one by one, whatever PHP did to it."""

from __future__ import annotations

import io
import json
import random
import uuid
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident
from harmtax._generated.foreign import FORMATS
from harmtax.errors import Unreadable
from harmtax.records import formats, gate
from harmtax.records.formats import dsa_scan, php_csv
from harmtax.records.losses import Account
from harmtax.records.record import schema

LEAN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
DATA = Path(harmtax.__file__).parent / "data"
VERSIONS = {"dsa-v1": "dsa_v1", "dsa-v2": "dsa_v2"}
# PHP encloses a cell that holds one of these, and doubles a quote unless it stands behind a backslash.
ENCLOSED = ',"\\\n\r\t '


def php_cell(text: str) -> str:
    if not any(each in text for each in ENCLOSED):
        return text
    written, escaped = "", False
    for each in text:
        written += '""' if each == '"' and not escaped else each
        escaped = each == "\\"
    return f'"{written}"'


def php(*rows: list[str], end: str = "\n") -> bytes:
    return "".join(",".join(map(php_cell, row)) + end for row in rows).encode()


# --- records in blocks ------------------------------------------------------------------------------


def scanned(content: bytes) -> list[tuple[int, list[str] | None]]:
    found = []
    for batch in dsa_scan.scan(io.BytesIO(content), "dump"):
        count = len(batch.schema.metadata[b"columns"].split(b"\x1f"))
        rows = zip(*(batch.column(n).to_pylist() for n in ("line", "raw", "cells")), strict=True)
        for line, raw, cells in rows:
            found.append((line, cells if cells is not None else php_csv.cells_of(raw, count)))
    return found


TEXTS = st.text(alphabet='ab\\",\n []', max_size=8)


@LEAN
@given(
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=25),
    st.sampled_from([200, 1000, 1 << 20]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_php_wrote_is_read_as_it_was_meant(
    texts: list[tuple[str, ...]], block: int, end: str, is_cut: bool
) -> None:
    keys = random.Random(len(texts))
    rows = [[str(uuid.UUID(int=keys.getrandbits(128))), *each, "2025-07-01"] for each in texts]
    content = php(["uuid", "a", "b", "c", "d"], *rows, end=end)
    whole, dsa_scan.BLOCK = dsa_scan.BLOCK, block
    try:
        found = scanned(content.removesuffix(end.encode()) if is_cut else content)
    finally:
        dsa_scan.BLOCK = whole
    assert [cells for _, cells in found] == rows
    lines = [1 + sum(php(row).count(b"\n") for row in rows[:n]) for n in range(len(rows))]
    assert [line for line, _ in found] == [line + 1 for line in lines]


@pytest.mark.parametrize("bad", ['"never closed', 'x"y"z,"', '"a"b,c', "too,few", "\xff"])
def test_a_record_that_nobody_can_read_takes_no_neighbour_along(bad: str, tmp_path: Path) -> None:
    head, *rows = (DATA / "dsa-v2.csv").read_bytes().splitlines(keepends=True)
    odd = bad.encode("latin-1") + b"\n"
    path = tmp_path / "dump.csv"
    path.write_bytes(b"".join([head, rows[0], odd, *rows[1:]]))
    outcome = harmtax.validate(path, tmp_path / "out", format="dsa-v2")
    assert (outcome.accepted, outcome.rejected) == (6, 1)
    [entry] = (tmp_path / "out.quarantine").glob("*.ndjson")
    told = json.loads(entry.read_text())
    assert told["line"] == 3
    assert [each["rule"] for each in told["findings"]] == ["unreadable"]


def test_a_cell_that_ends_in_a_backslash_and_one_that_holds_a_quote_behind_one_are_told_apart() -> (
    None
):
    for cells in (["k", "ends\\", "x y"], ["k", 'says \\"no\\" twice', "x"], ["k", 'a\\"', 'b,"c']):
        assert php_csv.cells_of(php(cells).rstrip(), 3) == cells
    # What another program doubled is read as well.
    assert php_csv.cells_of(b'k,"a\\""b",x', 3) == ["k", 'a\\"b', "x"]


# --- columns ----------------------------------------------------------------------------------------


def cell(column: Any, codes: dict[str, tuple[str, ...]]) -> st.SearchStrategy[str]:
    if column.codes is not None:
        code = st.sampled_from(codes[column.codes]) | st.just("CODE_OF_TOMORROW")
        few = st.lists(st.sampled_from(codes[column.codes]), max_size=3)
        known = few.map(json.dumps) if column.many else st.sampled_from(codes[column.codes])
        odd = st.sampled_from(["[", "{}", "[1]", '["X"]']) if column.many else code
        return st.one_of(known, known, known, known, st.just(""), odd)
    if "date" in column.name or column.name == "created_at":
        return st.sampled_from(["2025-07-01 00:00:00", "2025-06-30 00:00:00", "", "yesterday"])
    odd = [
        "",
        "plain",
        "see https://example.org/x now",
        'quote " and, comma',
        "@handle here",
        "x" * 501,
    ]
    return st.sampled_from(odd)


@st.composite
def statements(draw: st.DrawFn, version: str) -> dict[str, str]:
    """A real statement with some of its cells drawn anew."""
    import csv

    text = (DATA / f"{version.replace('_', '-')}.csv").read_text(encoding="utf-8")
    row = dict(draw(st.sampled_from(list(csv.DictReader(io.StringIO(text))))))
    columns = FORMATS[version].columns
    for column in draw(st.lists(st.sampled_from(columns), max_size=8, unique=True)):
        row[column.name] = draw(cell(column, FORMATS[version].codes))
    return row


def judged(name: str, content: bytes, acceptor: str, monkeypatch: pytest.MonkeyPatch) -> pa.Table:
    monkeypatch.setenv("HARMTAX_ACCEPTOR", acceptor)
    format_ = formats.named(name)
    batches = list(gate.judge(format_.scan(io.BytesIO(content), "dump"), Incident, format_))
    rows = []
    for batch in batches:
        told = json.loads(batch.schema.metadata[b"losses"])
        for number, row in enumerate(batch.to_pylist()):
            common = [] if number in told["alone"] else told["common"]
            places = (*row["_losses"], *common)
            row["_losses"] = sorted(tuple(told["different"][place]) for place in places)
            rows.append(row)
    return rows


@pytest.mark.parametrize("name", VERSIONS)
@LEAN
@given(data=st.data())
def test_columns_give_what_single_statements_give(name: str, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(statements(VERSIONS[name]), min_size=1, max_size=8))
    extra = {"column_of_tomorrow": "x"} if data.draw(st.booleans()) else {}
    rows = [{**row, **extra} for row in drawn]
    content = php(list(rows[0]), *(list(row.values()) for row in rows))
    with pytest.MonkeyPatch.context() as monkeypatch:
        by_columns = judged(name, content, "msgspec", monkeypatch)
        one_by_one = judged(name, content, "none", monkeypatch)
    assert by_columns == one_by_one


@pytest.mark.parametrize("name", VERSIONS)
def test_sound_statements_need_no_second_look(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMTAX_ACCEPTOR", "msgspec")
    format_ = formats.named(name)
    content = (DATA / f"{name}.csv").read_bytes()
    [batch] = gate.judge(format_.scan(io.BytesIO(content), "dump"), Incident, format_)
    assert gate.suspects(batch) == 0


@pytest.mark.parametrize("name", VERSIONS)
def test_each_field_and_column_of_a_statement_is_counted_once(name: str) -> None:
    format_ = formats.named(name)
    content = (DATA / f"{name}.csv").read_bytes()
    [batch] = gate.judge(format_.scan(io.BytesIO(content), "dump"), Incident, format_)
    account = Account()
    gate.count_losses(batch, Incident, account)
    counts: Counter[str] = Counter()
    for lost in account:
        counts[lost.field] += lost.count
    for field in schema(Incident).names:
        assert counts[field] == batch.num_rows - batch.column(field).null_count, field
    assert counts["uuid"] == counts["created_at"] == batch.num_rows


# --- archives ---------------------------------------------------------------------------------------


def packed(*members: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_day_of_the_database_is_an_archive_of_archives(tmp_path: Path) -> None:
    dump = (DATA / "dsa-v2.csv").read_bytes()
    head, *rows = dump.splitlines(keepends=True)
    parts = [head + b"".join(rows[:3]), head + b"".join(rows[3:])]
    inner = [packed((f"sor-full-0000{n}-00000.csv", part)) for n, part in enumerate(parts)]
    day = tmp_path / "sor-global-2025-07-01-full.zip"
    day.write_bytes(packed(*((f"sor-full-0000{n}.csv.zip", each) for n, each in enumerate(inner))))
    outcome = harmtax.validate(day, tmp_path / "out")
    assert (outcome.accepted, outcome.rejected) == (6, 0)
    assert [each.name for each in outcome.inputs] == [
        f"{day.name}-sor-full-0000{n}.csv.zip-sor-full-0000{n}-00000.csv" for n in range(2)
    ]


def test_archives_that_would_not_end_are_refused(tmp_path: Path) -> None:
    deepest = packed(("a.csv", b"x"))
    deep = tmp_path / "deep.zip"
    deep.write_bytes(packed(("c.zip", packed(("b.zip", deepest)))))
    with pytest.raises(Unreadable):
        harmtax.validate(deep, tmp_path / "out")
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(packed(("a.zip", b"PK\x03\x04" + bytes(40 << 20))))
    with pytest.raises(Unreadable, match="unpacks to"):
        harmtax.validate(bomb, tmp_path / "out")
