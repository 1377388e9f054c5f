"""Publishing: every look tells hidden, zero and absent apart, carries its provenance, twice the same."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysdmx.io import get_datasets, read_sdmx

from harmtax._generated.constraints import DIMENSIONS, RECORDS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax.cli import main
from harmtax.errors import BadUse, MissingExtra, Unreadable
from harmtax.figures.disclosure.provenance import provenance as provenance_of
from harmtax.figures.disclosure.provenance import rounded
from harmtax.figures.observations import Observations
from harmtax.figures.protection import protect
from harmtax.figures.report import provenance
from harmtax.figures.report.breakdowns import breakdowns
from harmtax.figures.report.html import page
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.looks import LOOKS, publish
from harmtax.figures.report.marks import number
from tests.publications import ABOUT, ROWS, SOME, publication, row

PLAIN = [look for look in LOOKS if not look.statutory]
STATES = {
    "M01 category=IIA-NUD": ("", "Q", "C", "suppressed"),
    "M01 category=TVE": ("0", "A", "F", "normal"),
    "M28": ("", "M", "F", "not_applicable"),
    # None out of none: the rate does not apply, and no zero stands in its place.
    "M24": ("", "M", "F", "not_applicable"),
    "M04": ("7", "L", "F", "missing_denominator"),
    "M05": ("7", "D", "F", "partly_covered"),
}


def made(folder: Path, ending: str, **more: Any) -> Path:
    """The file of a look, written into a folder."""
    publish(SOME, [folder / f"figures{ending}"], **more)
    return folder / f"figures{ending}"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_csv_tells_hidden_zero_and_absent_apart(tmp_path: Path) -> None:
    rows = rows_of(made(tmp_path, ".csv"))
    assert len(rows) == len(ROWS)
    for key, state in STATES.items():
        metric, _, place = key.partition(" category=")
        (found,) = [
            r for r in rows
            if (r["metric_id"], r["category"], r["tier"]) == (metric, place, "") and r["period"] == "2026"
        ]  # fmt: skip
        told = (found["numerator"], found["OBS_STATUS"], found["CONF_STATUS"], found["status"])
        assert told == state


def test_the_description_of_the_csv_names_every_column_and_all_provenance(tmp_path: Path) -> None:
    path = made(tmp_path, ".csv")
    described = json.loads(path.with_name("figures.csv-metadata.json").read_text(encoding="utf-8"))
    columns = [each["name"] for each in described["tableSchema"]["columns"]]
    rows = rows_of(path)
    assert list(rows[0]) == columns
    (facts,) = described["notes"]
    assert {row["publication"] for row in rows} == {facts["publication"]}
    assert {row["harmtax_version"] for row in rows} == {VERSION}
    assert facts["inputs"] == ABOUT["inputs"] and facts["policy"]["k"] == 5


def test_parquet_holds_the_same_with_marks_and_provenance(tmp_path: Path) -> None:
    table = pq.read_table(made(tmp_path, ".parquet"))
    about = json.loads(table.schema.metadata[b"harmtax"])["about"]
    assert about["configuration"] == ABOUT["configuration"]
    by = {(r["metric_id"], r["category"], r["tier"], r["period"]): r for r in table.to_pylist()}
    hidden = by["M01", "IIA-NUD", None, "2026"]
    assert (hidden["numerator"], hidden["OBS_STATUS"], hidden["CONF_STATUS"]) == (None, "Q", "C")
    assert by["M01", "TVE", None, "2026"]["numerator"] == 0


def test_the_workbook_has_a_sheet_for_each_table_with_typed_cells(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(made(tmp_path, ".xlsx"))
    tables = breakdowns(SOME.table)
    assert book.sheetnames == ["about", *(each.name for each in tables)]
    assert len(tables) == 4
    for name, table in zip(book.sheetnames[1:], tables, strict=True):
        heads, *rows = book[name].iter_rows(values_only=True)
        assert len(rows) == len(table.rows)
        at = heads.index("Numerator")
        for cells, source in zip(rows, table.rows, strict=True):
            found = number(source, "numerator")
            assert found is not None
            assert cells[at] == ("…" if found.hidden else found.value)
            assert type(cells[at]) in (int, str, type(None))
    about = {r[0]: r[1] for r in book["about"].iter_rows(values_only=True) if r[0]}
    assert about["inputs.part-0.parquet"] == "ab" * 32
    assert about["version"] == VERSION


@pytest.mark.parametrize(
    ("metric", "unit"), [("M13-median", "requests"), ("M19-median", "appeals")]
)
def test_a_count_of_durations_has_the_unit_of_what_is_counted(
    tmp_path: Path, metric: str, unit: str
) -> None:
    found = row(metric, "2026", 70, median_lower=36_000, median_upper=36_000)
    publish(publication(found), [tmp_path / "a.xlsx"])
    heads, cells = openpyxl.load_workbook(tmp_path / "a.xlsx")["total"].iter_rows(values_only=True)
    told = dict(zip(heads, cells, strict=True))
    assert unit in told.values() and "seconds" not in told.values()
    assert [head for head, cell in told.items() if cell == 36_000 and "(seconds)" in head]


def test_a_new_metric_of_durations_of_any_record_needs_no_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = METRICS["M13-median"]
    for at, record in enumerate(("Incident", "SystemStatement"), start=32):
        name = f"M{at}-median"
        side = base.numerator._replace(record=record)
        monkeypatch.setitem(METRICS, name, base._replace(id=name, numerator=side))
    bounds = {"median_lower": 60, "median_upper": 60}
    rows = [row(name, "2026", 70, **bounds) for name in ("M32-median", "M33-median")]
    publish(publication(*rows), [tmp_path / "a.xlsx", tmp_path / "a.html"])
    heads, *lines = openpyxl.load_workbook(tmp_path / "a.xlsx")["total"].iter_rows(values_only=True)
    units = [line[heads.index("Unit")] for line in lines]
    assert units == ["incidents", RECORDS["SystemStatement"].title.casefold()]


def test_a_language_is_found_in_any_case(tmp_path: Path) -> None:
    text = made(tmp_path, ".html", language="zh-hant").read_text(encoding="utf-8")
    assert 'lang="zh-Hant"' in text


def test_no_look_gives_a_rate_that_only_some_stated(tmp_path: Path) -> None:
    publish(
        publication(row("M05", "2026", 7, 70_000, status="missing_denominator")),
        [tmp_path / "a.xlsx", tmp_path / "a.sdmx.csv"],
    )
    heads, cells = openpyxl.load_workbook(tmp_path / "a.xlsx")["total"].iter_rows(values_only=True)
    assert cells[heads.index("Denominator")] == 70_000 and cells[heads.index("Rate")] is None
    told = {r["SIDE"]: r["OBS_STATUS"] for r in rows_of(tmp_path / "a.sdmx.csv")}
    assert told == {"NUMERATOR": "A", "DENOMINATOR": "D"}


def test_no_look_shows_a_number_where_a_rate_or_a_median_does_not_apply(tmp_path: Path) -> None:
    none = {"status": "not_applicable"}
    made_of = publication(
        row("M24", "2026", 0, 0, **none),
        row("M13-median", "2026", 0, **none),
        row("M01", "2026", 0),
    )
    looks = [tmp_path / f"a{end}" for end in (".csv", ".parquet", ".xlsx", ".sdmx.csv", ".html")]
    publish(made_of, looks)
    expected = {"M24": ("M", None), "M13-median": ("M", None), "M01": ("A", 0)}
    found = rows_of(looks[0])
    assert {r["metric_id"]: (r["OBS_STATUS"], _whole(r["numerator"])) for r in found} == expected
    # What there is none of is a number of its own.
    assert {r["metric_id"]: r["denominator"] for r in found}["M24"] == "0"
    parquet = pq.read_table(looks[1]).to_pylist()
    assert {r["metric_id"]: (r["OBS_STATUS"], r["numerator"]) for r in parquet} == expected
    heads, *lines = openpyxl.load_workbook(looks[2])["total"].iter_rows(values_only=True)
    sheet = [dict(zip(heads, each, strict=True)) for each in lines]
    assert {r["Metric"]: (r["OBS_STATUS"], r["Numerator"]) for r in sheet} == expected
    tops = [r for r in rows_of(looks[3]) if r["SIDE"] == "NUMERATOR"]
    assert {r["METRIC_ID"]: (r["OBS_STATUS"], _whole(r["OBS_VALUE"])) for r in tops} == expected
    assert "no cases" in looks[4].read_text(encoding="utf-8")


def _whole(text: str) -> int | None:
    return int(text) if text else None


def test_sdmx_is_read_by_another_program_with_its_structure(tmp_path: Path) -> None:
    data, structure = made(tmp_path, ".sdmx.csv"), tmp_path / "figures.sdmx.xml"
    # Reading checks the structure against the schema of SDMX-ML 3.0.
    message = read_sdmx(structure, validate=True)
    lists = {each.id: each for each in message.get_codelists()}
    assert {code.id for code in lists["CL_METRIC_ID"].items} == set(METRICS)
    (dataset,) = get_datasets(data, structure)
    frame = dataset.data
    components = {each.id for each in dataset.structure.components}
    assert set(frame.columns) == components
    keys = [c.id for c in dataset.structure.components if c.role.name == "DIMENSION"]
    assert not frame.duplicated(keys).any()
    for name in keys:
        codes = {code.id for code in lists[f"CL_{name}"].items} if f"CL_{name}" in lists else None
        assert codes is None or set(frame[name]) <= codes
    hidden = frame[(frame.CATEGORY == "IIA-NUD") & (frame.TIER == "_T")]
    assert hidden[["OBS_STATUS", "CONF_STATUS"]].values.tolist() == [["Q", "C"]]
    assert hidden.OBS_VALUE.isna().all()
    zero = frame[frame.CATEGORY == "TVE"]
    assert [float(v) for v in zero.OBS_VALUE] == [0.0] and set(zero.CONF_STATUS) == {"F"}
    missing = frame[(frame.METRIC_ID == "M04") & (frame.SIDE == "DENOMINATOR")]
    assert set(missing.OBS_STATUS) == {"L"} and set(missing.REASON) == {"missing_denominator"}


@pytest.mark.parametrize("look", PLAIN, ids=lambda look: look.ending)
def test_the_same_publication_gives_the_same_bytes(tmp_path: Path, look: Any) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    one = made(tmp_path / "a", look.ending)
    turned = pa.concat_tables([SOME.table.slice(5), SOME.table.slice(0, 5)])
    other = publication(*turned.to_pylist())
    publish(other, [tmp_path / "b" / one.name])
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


@pytest.mark.parametrize("look", PLAIN, ids=lambda look: look.ending)
def test_every_look_carries_version_digests_and_configuration(tmp_path: Path, look: Any) -> None:
    made(tmp_path, look.ending)
    text = "".join(map(_text, sorted(tmp_path.iterdir())))
    facts = provenance.told(SOME)
    for fact in (VERSION, "ab" * 32, str(facts["publication"]), "quarter"):
        assert fact in text


def _text(path: Path) -> str:
    if path.suffix in (".xlsx", ".zip"):
        with zipfile.ZipFile(path) as parts:
            return "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return path.read_bytes().decode("utf-8", "replace")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    tops=st.lists(st.none() | st.integers(0, 10**12), min_size=1, max_size=8),
)
def test_no_look_invents_or_loses_a_number(tops: list[int | None]) -> None:
    rows = [
        row("M01", f"20{10 + at}", top, status="suppressed" if top is None else "normal")
        for at, top in enumerate(tops)
    ]
    some = publication(*rows)
    flat = next(look for look in LOOKS if look.ending == ".csv").write(some, "x.csv", "en")
    told = list(csv.DictReader(io.StringIO(flat["x.csv"].decode())))
    assert [r["numerator"] for r in told] == ["" if top is None else str(top) for top in tops]
    data = next(look for look in LOOKS if look.ending == ".sdmx.csv").write(
        some, "x.sdmx.csv", "en"
    )
    series = list(csv.DictReader(io.StringIO(data["x.sdmx.csv"].decode())))
    assert [r["OBS_VALUE"] for r in series] == ["" if top is None else str(top) for top in tops]
    assert [r["CONF_STATUS"] for r in series] == ["C" if top is None else "F" for top in tops]


def test_the_page_holds_every_row_of_the_table_with_the_same_numbers(tmp_path: Path) -> None:
    """A number that a look computes for itself, or a row that it lacks, would be seen here."""
    labels, told = Labels(), []
    publish(SOME, [tmp_path / "a.parquet", tmp_path / "a.html"])
    for each in pq.read_table(tmp_path / "a.parquet").to_pylist():
        codes = [labels.value(name, each[name]) for name in DIMENSIONS if each[name] is not None]
        why = "hidden" if each["CONF_STATUS"] == "C" else labels.status(each["status"]).casefold()
        sides = ["numerator"] + ["denominator"] * (
            METRICS[each["metric_id"]].denominator is not None
        )
        numbers = [why if each[s] is None else f"{each[s]:,}" for s in sides]
        words = [labels.metric(each["metric_id"]), each["period"], *codes, *numbers]
        told.append((*words, labels.status(each["status"])))
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    text = text[text.index('<section id="tables"') :]
    lines = re.findall(r"<tr><th scope=\"row\".*?</tr>", text[: text.index("</section>")])
    found = []
    for line in lines:
        *cells, _, status = [
            unescape(re.sub("<[^>]*>", "", c)) for c in re.findall(r"<t[hd].*?</t[hd]>", line)
        ]
        # Behind a count stand an empty denominator and no rate.
        found.append((*(cell for cell in cells if cell), status))
    assert sorted(found) == sorted(told)


def _observed(count: int, **about: Any) -> Observations:
    counts = {"Incident": count, "Appeal": 5000 + count}
    return Observations(publication(row("M01", "2026", count)).table, counts, about)


def test_no_look_tells_how_many_records_are_behind_a_hidden_total(tmp_path: Path) -> None:
    inputs = [{"file": "Incident-00000.parquet", "rows": 3, "sha256": "ab" * 32}]
    kept = []
    for count in (1, 3, 44):
        told = protect(_observed(count, inputs=inputs, period="year", by=[["category"]]))
        kept.append({n: told.about[n] for n in ("records_rounded", "inputs", "aggregate")})
    assert kept[0] == kept[1] == kept[2]
    assert kept[0]["records_rounded"]["Incident"] == "fewer than 50"
    assert kept[0]["inputs"] == [{"file": "Incident-00000.parquet", "sha256": "ab" * 32}]
    assert kept[0]["aggregate"] == {"period": "year", "by": [["category"]]}
    # Nor does a look of a publication that was made when its provenance was still exact.
    old = publication(*ROWS, counted={"Incident": 987_654}, inputs=[{**inputs[0], "rows": 987_654}])
    for look in PLAIN:
        told = ""
        for name, content in look.write(old, f"a{look.ending}", "en").items():
            (tmp_path / name).write_bytes(content)
            told += _text(tmp_path / name)
        assert "987654" not in told and "987,654" not in told and "ab" * 32 in told


@given(count=st.integers(0, 10**9), k=st.integers(3, 50))
def test_a_number_of_records_is_told_so_that_k_more_or_fewer_look_alike(count: int, k: int) -> None:
    told = rounded(count, k)
    if told is None:
        assert count < 10 * k
        return
    # All that follow up to 2k are told in the same words, and none before.
    assert {rounded(n, k) for n in range(told, told + 2 * k)} == {told}
    assert rounded(told - 1, k) != told
    assert told <= count <= told + told // 5


def test_figures_put_together_say_whose_they_are_and_what_stands_side_by_side() -> None:
    names = ("reporter_id", "service_id", "period", "revision")
    whole = [dict(zip(names, (each, "main", "2026", 1), strict=True)) for each in "abc"]
    parts = [{**each, "digest": "cd" * 32} for each in whole]
    why = [{"metric": "M02", "period": "2026", "why": "major versions 0 and 1 of the standard"}]
    told = provenance_of(_observed(600, parts=parts, superseded=[], side_by_side=why), 5)
    assert told["parts"] == whole and told["side_by_side"] == why
    # The digest of one part could be found by trying its numbers; that of all of them stands for all.
    assert "cd" * 32 not in json.dumps(told) and len(told["parts_sha256"]) == 64
    few = provenance_of(_observed(600, parts=parts[:2], side_by_side=[]), 5)
    assert "parts" not in few and few["parts_sha256"] != told["parts_sha256"]
    text = page(publication(*ROWS, **told))
    assert "Reporters: a, b, c." in text
    assert "not ranked" in text and "major versions 0 and 1 of the standard" in text
    assert "not ranked" not in page(SOME)


def test_only_a_publication_is_published(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="protect the observations first"):
        publish(SOME.table, [tmp_path / "a.csv"])  # type: ignore[arg-type]
    with pytest.raises(BadUse, match="at least one file"):
        publish(SOME, [])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.ending)
def test_a_statutory_publication_fits_the_template_of_its_law_alone(
    tmp_path: Path, look: Any
) -> None:
    exact = publication(row("M08", "2026", 3), basis="Article 15 of Regulation (EU) 2022/2065")
    target = tmp_path / f"figures{look.ending}"
    wrong = SOME if look.statutory else exact
    with pytest.raises(BadUse, match="exact by law"):
        publish(wrong, [target])
    assert not list(tmp_path.iterdir())


def test_a_name_that_asks_for_no_look_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match=r"figures\.doc.*\.html"):
        publish(SOME, [tmp_path / "figures.csv", tmp_path / "figures.doc"])
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="absent"):
        publish(SOME, [tmp_path / "absent" / "figures.html"])


def test_without_the_extra_a_workbook_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=r"harmtax\[publish\]"):
        made(tmp_path, ".xlsx")


def test_the_command_writes_each_file_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "figures.parquet"
    SOME.write(source)
    targets = [tmp_path / f"out{look.ending}" for look in PLAIN]
    options = [word for target in targets for word in ("-o", str(target))]
    assert main(["publish", str(source), *options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["files"]
    assert set(map(str, targets)) <= set(told)
    assert all(Path(path).stat().st_size for path in told)
    assert main(["publish", str(source), "-o", str(tmp_path / "out.doc")]) == 2
    assert main(["publish", str(tmp_path / "absent.parquet"), "-o", str(targets[0])]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_observations_that_are_not_protected_are_refused_by_the_command(tmp_path: Path) -> None:
    source = tmp_path / "observations.parquet"
    pq.write_table(SOME.table, source)
    assert main(["publish", str(source), "-o", str(tmp_path / "out.html")]) == 3
    assert not (tmp_path / "out.html").exists()


def office() -> str:
    """LibreOffice, which opens workbooks as most people do."""
    found = shutil.which("soffice")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs LibreOffice: apt-get install -y libreoffice-calc")
        pytest.skip("LibreOffice is not installed")
    return found


def opened(path: Path, folder: Path) -> Path:
    """A workbook as LibreOffice understands it, saved again."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [
        office(), profile, "--headless", "--convert-to", "ods", "--outdir", str(folder), str(path)
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.ods"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "{="])
def test_no_text_becomes_a_formula_or_a_link(tmp_path: Path, sign: str) -> None:
    """Names of files are strange to us; a reporter may begin with a hyphen."""
    words = f"{sign}HYPERLINK(1+1)"
    rows = [
        row("M01", "2026", 9, reporter_id=each) for each in ("-2", words, "https://example.org")
    ]
    publish(publication(*rows, inputs={words: words}), [tmp_path / "a.xlsx"])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        sheets = [
            parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name
        ]
    assert not any(mark in text for text in sheets for mark in ("<f>", "<f ", "<hyperlink"))
    cells = openpyxl.load_workbook(tmp_path / "a.xlsx")["reporter_id"].iter_rows(min_row=2)
    assert {line[3].value for line in cells} >= {"-2", words}


def test_libreoffice_opens_the_workbook(tmp_path: Path) -> None:
    saved = opened(made(tmp_path, ".xlsx"), tmp_path)
    with zipfile.ZipFile(saved) as parts:
        content = parts.read("content.xml").decode()
    for table in breakdowns(SOME.table):
        assert f'table:name="{table.name}"' in content
    assert 'office:value-type="float" office:value="1234"' in content
