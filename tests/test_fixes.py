"""Wrong codes and names are suggested, edited and mended, and what is right is never touched."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmtax import Incident, explain
from harmtax._generated.constraints import CODES
from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse, Unreadable
from harmtax.records import formats, quarantine, suggestions
from harmtax.records.findings import Finding
from harmtax.records.fixes import COLUMNS, Fix, Fixes, read, table, write
from harmtax.records.slots import NAMES, Slot
from harmtax.records.suggestions import CUT, FURTHER, HIDDEN, RIGHT, suggested
from harmtax.testing import records
from tests.rows import incident

RECORD = Incident.table()
FIELDS = {field.name: field for field in RECORD.fields}
DSA = "dsa-v2"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
slow = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def fix(written: str, to: str, field: str = "", column: str = "", format: str = "") -> Fix:
    return Fix(field, column, written, to, 1, "", format)


def fixes(*rows: Fix) -> Fixes:
    """The fixes as the program holds them."""
    meant: dict[Slot, dict[str, str]] = {}
    for each in rows:
        slot = Slot(each.format, each.column or each.field)
        meant.setdefault(slot, {})[each.written] = each.to
    return Fixes(RECORD, meant)


def file(folder: Path, text: str) -> Path:
    path = folder / "fixes.csv"
    path.write_text(text, encoding="utf-8")
    return path


def quarantined(
    folder: Path,
    raws: Iterable[bytes],
    findings: Iterable[list[Finding]],
    format_name: str = "ndjson",
    **changes: Any,
) -> Path:
    """A quarantine with one input."""
    entries = [
        quarantine.entry(line, hashlib.sha256(raw).hexdigest(), raw, found)
        for line, (raw, found) in enumerate(zip(raws, findings, strict=True), 1)
    ]
    folder.mkdir(exist_ok=True)
    with (folder / "in.ndjson").open("wb") as stream:
        quarantine.write(stream, entries)
    rows = len(entries)
    counts = {"rows": rows, "accepted": 0, "rejected": rows}
    told = {"name": "in", "format": format_name, "sha256": "", **counts}
    head = {"holds": "quarantine", "harmtax": "0.1.0", "record": "Incident"}
    manifest = {**head, "inputs": [told], **changes}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def of_rows(folder: Path, *rows: dict[str, Any]) -> Path:
    """A quarantine of rows of our own, with what is wrong with them."""
    raws = [msgspec.json.encode(row) for row in rows]
    return quarantined(folder, raws, [explain(row, Incident) for row in rows])


def told(*findings: Finding, folder: Path, format_name: str = "ndjson") -> suggestions.Suggestion:
    raws = [b"{}"] * len(findings)
    return suggested(quarantined(folder, raws, [[each] for each in findings], format_name))


# --- what is suggested ----------------------------------------------------------------------------


def test_unknown_codes_and_names_are_counted_the_most_frequent_first(tmp_path: Path) -> None:
    rows = [
        *[incident(content_type=["image", "Vidoe"], category="iia_nud")] * 2,
        incident(content_type=["Vidoe"], category=None, catgory="IIA-NUD"),
    ]
    found = suggested(of_rows(tmp_path / "q", *rows))
    assert found.fixes == (
        Fix("content_type", "", "Vidoe", "video", 3, "near", ""),
        Fix("category", "", "iia_nud", "IIA-NUD", 2, "code", ""),
        Fix("", "", "catgory", "category", 1, "near", ""),
    )
    assert found.left == {}


def test_what_resembles_nothing_is_left_for_the_person(tmp_path: Path) -> None:
    [found] = suggested(of_rows(tmp_path / "q", incident(generation="magic"))).fixes
    assert (found.written, found.to, found.why) == ("magic", "", "")


def test_the_codes_of_a_foreign_column_are_offered_for_it(tmp_path: Path) -> None:
    unmapped = Finding("unmapped", "error", "Incident", "/category", origin="category")
    found = told(
        replace(unmapped, value='"scams_and_fraud"'),
        replace(unmapped, value='"STATEMENT_CATEGORY_OF_TOMORROW"'),
        folder=tmp_path / "q",
        format_name=DSA,
    )
    scams = next(code for code in FORMATS["dsa_v2"].codes["DsaCategory"] if "SCAMS" in code)
    assert [(each.written, each.to) for each in found.fixes] == [
        ("STATEMENT_CATEGORY_OF_TOMORROW", ""), ("scams_and_fraud", scams),
    ]  # fmt: skip
    assert {(each.field, each.column, each.format) for each in found.fixes} == {
        ("category", "category", DSA)
    }


def test_what_cannot_have_a_fix_is_counted_with_the_reason(tmp_path: Path) -> None:
    code = Finding("code", "error", "Incident", "/category")
    foreign = FORMATS["dsa_v2"].codes["DsaKeyword"][0]
    found = told(
        code,
        replace(code, value='"' + "x" * 118 + "…"),
        replace(code, rule="unknown_field", path="/" + "x" * 118 + "…"),
        replace(code, rule="missing", value=None),
        folder=tmp_path / "q",
    )
    assert (found.fixes, found.left) == ((), {HIDDEN: 1, CUT: 2})
    keyword = replace(
        code, rule="unmapped", origin="category_specification", value=json.dumps(foreign)
    )
    found = told(keyword, folder=tmp_path / "q", format_name=DSA)
    assert (found.fixes, found.left) == ((), {RIGHT: 1})


def test_no_more_faults_are_told_apart_than_fit_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggestions, "MOST", 2)
    code = Finding("code", "error", "Incident", "/category")
    findings = [replace(code, value=json.dumps(text)) for text in ("a?", "b?", "c?", "a?", "c?")]
    found = told(*findings, folder=tmp_path / "q")
    assert [(each.written, each.count) for each in found.fixes] == [("a?", 2), ("b?", 1)]
    assert found.left == {FURTHER: 2}


def test_a_folder_that_is_no_quarantine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        suggested(tmp_path)
    folder = quarantined(tmp_path / "q", [b"{}"], [[]], record="Letter")
    with pytest.raises(Unreadable, match="no quarantine that this version wrote"):
        suggested(folder)
    folder = quarantined(tmp_path / "q", [b"{}"], [[]])
    (folder / "in.ndjson").unlink()
    with pytest.raises(Unreadable, match=r"in\.ndjson is missing"):
        suggested(folder)


# --- the table ------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["=1+1", "+x", "-x", "@x", "'=x", "''-x", "'x", "\t", "\r\n", 'a"b', "a;b", "a\nb", " x ", ""]
)


@slow
@given(meant=st.dictionaries(texts, st.sampled_from(CODES["Generation"]), max_size=6))
def test_a_table_reads_as_it_was_written(meant: dict[str, str], tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("table") / "fixes.csv"
    known = {written: to for written, to in meant.items() if written not in CODES["Generation"]}
    rows = [fix(written, to, "generation") for written, to in known.items()]
    write(path, rows)
    assert read(path, RECORD) == fixes(*rows)


def test_no_written_value_becomes_a_formula() -> None:
    for line in table(fix(text, "", "category") for text in "=+-@").splitlines()[1:]:
        assert line.startswith("category,,'")


def test_what_a_spreadsheet_does_to_a_table_is_understood(tmp_path: Path) -> None:
    text = "\ufefffield;written;to\r\ncategory; nude;IIA-NUD \r\n;;\r\ngeneration;x\r\n"
    found = read(file(tmp_path, text), RECORD)
    assert found.meant == {Slot("", "category"): {" nude": "IIA-NUD"}}
    assert found.unfilled == 1


def test_a_row_without_a_code_is_left_out_and_counted(tmp_path: Path) -> None:
    rows = [fix("x", "", "category"), fix("y", "", "category"), fix("z", "IIA", "category")]
    found = read(file(tmp_path, table(rows)), RECORD)
    assert (found.meant, found.unfilled) == ({Slot("", "category"): {"z": "IIA"}}, 2)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("genre,,x,IIA,1,,", "Incident has no field 'genre' with a code list"),
        ("incident_id,,x,IIA,1,,", "no field 'incident_id' with a code list"),
        ("category,,x,Nudification,1,,", "'Nudification' is no code of category"),
        ("generation,,x,ai_editted,1,,", "did you mean ai_edited?"),
        (",,catgory,categories,1,,", "'categories' is no field of Incident"),
        ("category,,IIA-NUD,IIA,1,,", "'IIA-NUD' is right"),
        (",,category,surface,1,,", "'category' is right"),
        ("category,,x,IIA,1,,dsa-v2", "format and column go together"),
        ("category,category,x,IIA,1,,", "format and column go together"),
        ("category,category,x,IIA,1,,dsa-v9", "'dsa-v9' is no foreign format"),
        ("category,uuid,x,IIA,1,,dsa-v2", "dsa-v2 has no column 'uuid' with a code list"),
        ("category,category,x,IIA,1,,dsa-v2", "'IIA' is no code of category"),
        ("category,,x,IIA,1,,,more", "more cells than columns"),
        ('category,,"x"y,IIA,1,,', "expected after"),
        ('category,,"x,IIA', "unexpected end"),
    ],
)
def test_a_row_that_is_not_understood_is_refused_by_its_line(
    row: str, words: str, tmp_path: Path
) -> None:
    text = f'{",".join(COLUMNS)}\ncategory,,"two\nlines",IIA,1,,\n{row}\n'
    with pytest.raises(BadUse) as error:
        read(file(tmp_path, text), RECORD)
    assert "fixes.csv, line 4: " in str(error.value)
    assert words in str(error.value)


@pytest.mark.parametrize("second", ["IIA", "IIA-NUD"])
def test_two_fixes_of_one_value_are_refused(second: str, tmp_path: Path) -> None:
    text = table([fix("x", "IIA", "category"), fix("x", second, "category")])
    with pytest.raises(BadUse, match=r"line 3: 'x' has a fix in line 2 already"):
        read(file(tmp_path, text), RECORD)


@pytest.mark.parametrize("header", ["", "field,to", "field,written,to,also", "field,to,written,to"])
def test_a_table_with_another_header_is_refused(header: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="line 1: the columns are field, column, written"):
        read(file(tmp_path, f"{header}\n"), RECORD)


def test_a_table_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "missing.csv", RECORD)
    (tmp_path / "latin.csv").write_bytes(b"field,written,to\ncategory,\xe9,IIA\n")
    with pytest.raises(Unreadable):
        read(tmp_path / "latin.csv", RECORD)


# --- records as JSON ------------------------------------------------------------------------------


def amended(raw: bytes, *rows: Fix) -> bytes | None:
    return fixes(*rows).amended(raw, "ndjson")


def test_codes_members_and_names_are_mended() -> None:
    raw = b'{"catgory": "nude", "content_type": ["image", "Vidoe"], "surface": "feed"}'
    rows = [
        fix("catgory", "category"),
        fix("nude", "IIA-NUD", "category"),
        fix("Vidoe", "video", "content_type"),
    ]
    assert amended(raw, *rows) == (
        b'{"category":"IIA-NUD","content_type":["image","video"],"surface":"feed"}'
    )


def test_two_names_of_one_code_become_one_member() -> None:
    rows = [fix("img", "image", "content_type"), fix("pic", "image", "content_type")]
    assert amended(b'{"content_type":["img","pic","video"]}', *rows) == (
        b'{"content_type":["image","video"]}'
    )
    assert amended(b'{"content_type":["img","image"]}', *rows) == b'{"content_type":["image"]}'


def test_what_has_no_fix_keeps_its_very_bytes() -> None:
    numbers = b'[1.0, 1E3, 123456789012345678901234567890, "\\u0041"]'
    raw = b'{"odd": ' + numbers + b', "content_type": [1.0, "img", null], "category": "x"}'
    new = amended(raw, fix("img", "image", "content_type"))
    assert new == b'{"odd":' + numbers + b',"content_type":[1.0,"image",null],"category":"x"}'


def test_a_field_that_is_there_is_never_overwritten() -> None:
    rows = [fix("catgory", "category"), fix("kategory", "category")]
    assert amended(b'{"category":"IIA","catgory":"OTH"}', *rows) is None
    assert amended(b'{"kategory":"IIA","catgory":"OTH"}', *rows) == (
        b'{"category":"IIA","catgory":"OTH"}'
    )
    assert amended(b'{"category":null,"catgory":"OTH"}', *rows) == b'{"category":"OTH"}'
    assert amended(b'{"catgory":null}', *rows) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'"x"', b"null", b"\xff", b'{"x":' + b"[" * 100_000, b'{"category":NaN}'],
)
def test_what_cannot_be_read_is_not_amended(raw: bytes) -> None:
    assert amended(raw, fix("x", "IIA", "category")) is None


@pytest.mark.parametrize(
    "raw", [b'{"category":["x"]}', b'{"category":17}', b'{"surface":"x"}', b'{"":"x"}', b"{}"]
)
def test_a_record_without_the_fault_is_not_amended(raw: bytes) -> None:
    rows = [fix("x", "surface"), fix("y", "IIA", "category")]
    assert amended(raw, *rows) is None


def spoilt(row: dict[str, Any], choose: Any) -> tuple[dict[str, Any], Fixes]:
    """A valid row with wrong codes and names, and the fixes that put it right again."""
    meant: dict[Slot, dict[str, str]] = {}
    new: dict[str, Any] = {}

    def wrong(slot: Slot, right: str) -> str:
        if choose():
            meant.setdefault(slot, {})[f"{right}?"] = right
            return f"{right}?"
        return right

    for name, value in row.items():
        if FIELDS[name].codes is not None:
            slot = Slot("", name)
            is_list = isinstance(value, list)
            value = [wrong(slot, each) for each in value] if is_list else wrong(slot, value)
        new[wrong(NAMES, name)] = value
    return new, Fixes(RECORD, meant)


@slow
@given(st.data())
def test_a_spoilt_record_is_put_right_at_once_and_only_once(data: st.DataObject) -> None:
    row = data.draw(records("Incident"))
    bad, known = spoilt(row, lambda: data.draw(st.booleans()))
    raw = msgspec.json.encode(bad)
    new = known.amended(raw, "ndjson")
    assert (new is None) == (bad == row)
    assert msgspec.json.decode(new or raw) == row
    assert known.amended(new or raw, "ndjson") is None


@slow
@given(st.data())
def test_applying_twice_is_applying_once_and_the_rest_stays(data: st.DataObject) -> None:
    names = st.sampled_from(["category", "catgory", "kategory", "content_type", "x", ""])
    leaf = st.sampled_from(["IIA", "nude", "image", "img", "", 1.5, None, True])
    raw = msgspec.json.encode(data.draw(st.dictionaries(names, leaf | st.lists(leaf, max_size=4))))
    known = fixes(
        fix("catgory", "category"), fix("kategory", "category"), fix("", "surface"),
        fix("nude", "IIA-NUD", "category"), fix("img", "image", "content_type"),
        fix("", "video", "content_type"),
    )  # fmt: skip
    new = known.amended(raw, "json")
    if new is not None:
        assert known.amended(new, "json") is None
        before, after = msgspec.json.decode(raw), msgspec.json.decode(new)
        assert before.get("x") == after.get("x")
        assert ("x" in before) == ("x" in after)


# --- records as CSV -------------------------------------------------------------------------------


def line(cells: Iterable[object]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue().rstrip("\r\n").encode()


def decoded(columns: list[str], raw: bytes) -> dict[str, object]:
    """A CSV record as our own format reads it."""
    csv_format = formats.named("csv")
    stream = io.BytesIO(line(columns) + b"\r\n" + raw + b"\r\n")
    [batch] = csv_format.scan(stream, "in")
    [found] = csv_format.decode(batch, RECORD)
    assert found.row is not None
    return dict(found.row)


def test_cells_and_their_members_are_mended() -> None:
    known = fixes(fix("nude", "IIA-NUD", "category"), fix("img", "image", "content_type"))
    columns = ["incident_id", "category", "content_type", "ground_reference"]
    raw = b'i-1,nude,img|video,"4, ""b""\nand more"'
    assert known.amended(raw, "csv", columns) == b'i-1,IIA-NUD,image|video,"4, ""b""\nand more"'
    assert known.amended(b"i-1,,,", "csv", columns) is None


def test_a_misspelt_column_is_put_right_in_the_header() -> None:
    known = fixes(fix("catgory", "category"))
    columns = ["catgory", "surface"]
    assert known.header("csv", columns) == ["category", "surface"]
    assert known.amended(b"IIA,feed", "csv", columns) == b"IIA,feed"
    assert known.amended(b",feed", "csv", columns) is None


def test_a_misspelt_column_beside_the_right_one_fills_its_empty_cells() -> None:
    known = fixes(fix("catgory", "category"))
    columns = ["catgory", "category"]
    assert known.header("csv", columns) == columns
    assert known.amended(b"IIA,", "csv", columns) == b",IIA"
    assert known.amended(b"IIA,OTH", "csv", columns) is None


@pytest.mark.parametrize("raw", [b"", b"a", b"a,b,c", b'"a,b', b"\xff,b", b"a,b\nc,d"])
def test_a_record_that_does_not_fit_its_header_is_not_amended(raw: bytes) -> None:
    known = fixes(fix("a", "IIA", "category"), fix("b", "IIA", "category"))
    assert known.amended(raw, "csv", ["surface", "category"]) is None
    assert known.amended(b"a,b", "csv", ["category", "category"]) is None


@slow
@given(st.data())
def test_a_spoilt_csv_record_is_put_right_at_once_and_only_once(data: st.DataObject) -> None:
    row = data.draw(records("Incident"))
    bad, known = spoilt(row, lambda: data.draw(st.booleans()))
    columns = list(bad)
    raw = line("|".join(v) if isinstance(v, list) else v for v in bad.values())
    new = known.amended(raw, "csv", columns)
    assert (new is None) == (bad == row)
    header = known.header("csv", columns)
    assert decoded(header, new or raw) == row
    assert known.header("csv", header) == header
    assert known.amended(new or raw, "csv", header) is None


# --- statements of others -------------------------------------------------------------------------


def statement(known: Fixes, **cells: str) -> dict[str, str] | None:
    new = known.amended(line(cells.values()), DSA, list(cells))
    return None if new is None else dict(zip(cells, next(csv.reader([new.decode()])), strict=True))


def test_the_codes_of_a_foreign_column_are_mended_in_its_cells() -> None:
    category, keyword = (FORMATS["dsa_v2"].codes[name][0] for name in ("DsaCategory", "DsaKeyword"))
    known = fixes(
        fix("OLD", category, "category", "category", DSA),
        fix("WORD", keyword, "category", "category_specification", DSA),
    )
    cells = {"category": "OLD", "category_specification": f'["WORD", "X","{keyword}"]', "uuid": "1"}
    new = statement(known, **cells)
    assert new == {
        "category": category, "category_specification": f'["X","{keyword}"]', "uuid": "1",
    }  # fmt: skip
    assert statement(known, **new) is None


@pytest.mark.parametrize("cell", ["WORD", "{", '{"WORD":1}', '["WORD",1]', ""])
def test_a_cell_that_is_no_array_stays(cell: str) -> None:
    keyword = FORMATS["dsa_v2"].codes["DsaKeyword"][0]
    known = fixes(fix("WORD", keyword, "category", "category_specification", DSA))
    assert statement(known, category_specification=cell, uuid="1") is None


def test_a_fix_of_our_own_leaves_foreign_columns_alone() -> None:
    known = fixes(fix("x", "IIA", "category"), fix("uid", "category"))
    assert statement(known, category="x", uid="1") is None
    assert known.header(DSA, ["category", "uid"]) == ["category", "uid"]


# --- the page -------------------------------------------------------------------------------------


def test_the_example_of_the_page_happens(home: Path, tmp_path: Path) -> None:
    page = (home / "docs" / "repair.md").read_text(encoding="utf-8")
    blocks = {word: text for word, text in FENCE.findall(page) if word != "sh"}
    base = incident()
    shown = [json.loads(row) for row in blocks["json"].splitlines()]
    rows = [{**base, **row} for row in shown]
    for row in rows:
        if "catgory" in row:
            del row["category"]
    found = suggested(of_rows(tmp_path / "q", *rows))
    assert table(found.fixes) == blocks["csv"]
    edited = blocks["csv"].replace("genai,,", "genai,ai_edited,")
    known = read(file(tmp_path, edited), RECORD)
    raws = [known.amended(msgspec.json.encode(row), "ndjson") for row in rows]
    mended = [json.loads(raw) for raw in raws if raw is not None]
    assert len(mended) == len(rows)
    assert [f for row in mended for f in explain(row, Incident) if f.severity == "error"] == []
