"""The template of Regulation (EU) 2024/2835: header for header and row for row, and its own rules kept."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.eu_template import COLUMNS, INDICATORS, LEADING, LISTS, PARTS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.cli import main
from harmtax.errors import BadUse
from harmtax.figures.report import eu_template
from harmtax.figures.report.eu_parts import filled
from harmtax.figures.report.eu_rules import breaches
from harmtax.figures.report.looks import publish
from tests.publications import publication, row
from tests.test_publish import opened

HOME = Path(__file__).resolve().parent.parent
BLANK = HOME / "schema" / "foreign" / "eu_template"
BASIS = "Article 15 of Regulation (EU) 2022/2065"
OWN: dict[str, Any] = {"reporter_id": "alpha", "service_id": "alpha-main"}
LAW = {"decision_ground": "illegal_content"}
OWNS = "5_own_initiative_illegal"
ROWS = (
    row("M08", "2026-H1", 30, **LAW),
    row("M08", "2026-H1", 20, category="IIA", **LAW),
    row("M08", "2026-H1", 12, category="IIA-NUD", **LAW),
    row("M08", "2026-H1", 5, category="IIA-SVC", **LAW),
    row("M08", "2026-H1", 10, category="HAT", **LAW),
    row("M08", "2026-H1", 7, category="IIA-NUD", targeted_group="women", **LAW),
    row("M08", "2026-H1", 0, category="IIA-NUD", generation="unknown", **LAW),
    row("M09", "2026-H1", 9, **LAW),
    row("M13-median", "2026-H1", 40, median_lower=5400, median_upper=5400),
    row("M15-orders", "2026-H1", 3, request_channel="order_to_act"),
    row("M15-orders", "2026-H1", 2, request_channel="order_to_act", category="TVE"),
    row("M15-orders", "2026-H1", 1, request_channel="order_to_act", category="UNS"),
    row("M15-orders", "2026-H1", 2, request_channel="order_to_act", issuing_country="DE"),
    row("M19-appeals", "2026-H1", 8, appeal_forum="internal_complaint"),
    row("M19-median", "2026-H1", 8, appeal_forum="internal_complaint", median_lower=0, median_upper=3600),
    row("M19-implemented", "2026-H1", 2, 3, appeal_forum="out_of_court_settlement"),
    row("M10", "2026-H1", 11, 50),
)  # fmt: skip


def exact(*rows: dict[str, Any]) -> Any:
    """A statutory publication of one reporter and service."""
    return publication(*({**each, **OWN} for each in rows), basis=BASIS)


def by_key(grid: list[list[str]], at: int) -> dict[tuple[str, str], str]:
    """A column of a part by category and keyword."""
    found, category = {}, ""
    for cells in grid[1:]:
        category = category if cells[3].startswith("KEYWORD_") else cells[3]
        found.setdefault((category, cells[3] if cells[3] != category else ""), cells[at])
    return found


def test_every_part_has_the_headers_and_rows_of_the_commission() -> None:
    grids = filled(exact(*ROWS))
    assert list(grids) == [path.stem for path in sorted(BLANK.glob("*.csv"), key=_number)]
    for name, grid in grids.items():
        with (BLANK / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            blank = [cells for cells in csv.reader(stream) if cells]
        assert grid[0] == blank[0]
        assert {len(cells) for cells in grid} == {len(blank[0])}
        if name[0] in "456":
            assert [c[0:1] + c[3:4] for c in grid] == [c[0:1] + c[3:4] for c in blank]
        if name.startswith(("1_", "2_", "9", "10", "11")):
            assert len(grid) == len(blank)


def _number(path: Path) -> int:
    return int(path.stem.partition("_")[0])


def test_orders_have_a_block_for_each_member_state_and_automation_a_row_for_each_language() -> None:
    grids = filled(exact(*ROWS))
    scopes = [cells[5] for cells in grids["3_member_states_orders"][1:]]
    assert list(dict.fromkeys(scopes)) == ["TOTAL", *LISTS["member_states"]]
    assert len(LISTS["member_states"]) == 27 and len(set(map(scopes.count, set(scopes)))) <= 2
    automated = [(c[4].strip(), c[5].strip()) for c in grids["8_automated_means"][1:]]
    assert len(automated) == len(set(automated)) == 20 + 5 * len(LISTS["official_languages"])
    appeals = [(c[4].strip(), c[5].strip()) for c in grids["7_appeals_and_recidivism"][1:]]
    blank = [(c[4].strip(), c[5].strip()) for c in PARTS["7_appeals_and_recidivism"][1:]]
    # Nothing of the template is left out, since every indicator says what fills it.
    assert appeals == blank and set(blank) <= set(INDICATORS["7"])


def test_counts_stand_in_the_row_that_the_crosswalk_names() -> None:
    found = by_key(filled(exact(*ROWS))[OWNS], LEADING["5"])
    women = "STATEMENT_CATEGORY_CYBER_VIOLENCE_AGAINST_WOMEN"
    violence = "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert found["TOTAL", ""] == "30"
    assert found[women, "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN"] == "7"
    # 12 - 7 nudified others, and 20 - 12 - 5 coded at the parent itself.
    assert found[violence, "KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"] == "8"
    assert found[violence, "KEYWORD_OTHER"] == "5"
    assert found[violence, ""] == "13" and found[women, ""] == "7"
    assert found["STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_HATE_SPEECH"] == "10"
    assert found["STATEMENT_CATEGORY_ANIMAL_WELFARE", ""] == "0"


def test_blank_is_not_applicable_and_zero_is_none() -> None:
    grids = filled(exact(*ROWS))
    automated = by_key(grids[OWNS], LEADING["5"] + 1)
    # Without figures by category only the total of a column is known.
    assert automated["TOTAL", ""] == "9"
    assert {value for key, value in automated.items() if key[0] != "TOTAL"} == {""}
    assert set(by_key(grids[OWNS], LEADING["5"] + 2).values()) == {""}
    assert set(by_key(grids["6_own_initiative_TC"], LEADING["6"]).values()) == {"0"}


def test_times_are_hours_shares_are_between_0_and_1_and_an_interval_is_no_median() -> None:
    grids = filled(exact(*ROWS))
    assert by_key(grids["4_notices"], LEADING["4"] + 4)["TOTAL", ""] == "1.50"
    appeals = {(c[4].strip(), c[5].strip()): c[6:8] for c in grids["7_appeals_and_recidivism"][1:]}
    complaints = "Number of complaints submitted to the internal-complaints mechanism"
    assert appeals[complaints, "Total number"] == ["8", ""]
    assert appeals[complaints, "Median time"] == [
        "", "known only as an interval of hours: 0.00 to 1.00"
    ]  # fmt: skip
    disputes = "Number of disputes submitted to out-of-court dispute settlement bodies"
    assert appeals[disputes, "Percentage of outcomes implemented"][0] == "0.6667"
    automated = {(c[4].strip(), c[5].strip()): c[6] for c in grids["8_automated_means"][1:]}
    assert automated["Number of measures solely taken by automated means", "Total number"] == "11"
    orders = grids["3_member_states_orders"]
    states = {c[5]: c[6] for c in orders[1:] if c[3] == "TOTAL"}
    assert (states["TOTAL"], states["DE"], states["FR"]) == ("3", "2", "0")


def test_a_filled_template_keeps_its_own_rules() -> None:
    grids = filled(exact(*ROWS))
    assert breaches(grids) == []
    # An order without a category has a row of its own, other than a notice.
    orders = by_key(grids["3_member_states_orders"], LEADING["3"])
    assert orders["STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER", ""] == "1"


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.data())
def test_whatever_was_counted_the_parts_add_up(data: st.DataObject) -> None:
    own = {
        each.code: data.draw(st.integers(0, 40), each.code)
        for each in CATEGORIES
        if each.code != "UNS"
    }
    whole = dict(own)
    for each in CATEGORIES:
        if each.parent is not None and each.code in own:
            whole[each.parent] += own[each.code]
    rows = [row("M08", "2026", number, category=code, **LAW) for code, number in whole.items()]
    total = sum(own.values())
    grids = filled(exact(row("M08", "2026", total, **LAW), *rows))
    found = by_key(grids[OWNS], LEADING["5"])
    tops = sum(int(value) for (key, word), value in found.items() if not word and key != "TOTAL")
    left = grids[OWNS][1][LEADING["5"] + len(COLUMNS["5"])]
    assert tops + int(left.rpartition(" ")[2] or 0) == int(found["TOTAL", ""]) == total
    assert {each.rule for each in breaches(grids)} <= ({"sum"} if left else set())
    # Who has to recode is told which of our categories have no place in this part.
    assert not left or left.startswith("in no category of this part (ours: OTH): ")


@pytest.mark.parametrize(
    ("rule", "line", "column", "cell"),
    [
        ("value", 1, 5, "1.5"),
        ("value", 1, 5, "many"),
        ("sum", 1, 5, "31"),
        ("sum", 28, 5, "99"),
        ("automated", 1, 6, "40"),
        ("period", 3, 2, "YYYY-MM-DD/YYYY-MM-DD"),
        ("header", 0, 5, "Measures"),
        ("description", 5, 4, ""),
    ],
)
def test_each_rule_of_the_template_finds_its_breach(
    rule: str, line: int, column: int, cell: str
) -> None:
    grids = filled(exact(*ROWS))
    assert not [each for each in breaches(grids) if each.part == OWNS]
    grids[OWNS][line][column] = cell
    found = [each for each in breaches(grids) if each.part == OWNS]
    assert rule in {each.rule for each in found}
    if rule in ("value", "automated", "period"):
        assert (found[0].row, found[0].column) == (line + 1, column + 1)


def test_descriptions_of_other_differ_and_name_what_is_in_them() -> None:
    grid = filled(exact(*ROWS))[OWNS]
    told = [cells[4] for cells in grid[1:] if cells[3] == "KEYWORD_OTHER"]
    assert len(told) == len(set(told)) > 10
    assert "cyber violence: Tools and services for intimate image abuse" in told


def test_figures_of_several_reporters_or_periods_are_refused() -> None:
    other = [{**row("M08", "2026", 3), "reporter_id": name, "service_id": "x"} for name in "ab"]
    with pytest.raises(BadUse, match="one reporter, and the figures name 2"):
        filled(publication(*other, basis=BASIS))
    with pytest.raises(BadUse, match="one period, and the figures name 2"):
        filled(exact(row("M08", "2026", 3), row("M08", "2025", 3)))


def test_the_archive_is_the_same_each_time_and_carries_basis_and_provenance(tmp_path: Path) -> None:
    for name in ("a.eu.zip", "b.eu.zip"):
        publish(exact(*ROWS), [tmp_path / name])
    assert (tmp_path / "a.eu.zip").read_bytes() == (tmp_path / "b.eu.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.eu.zip") as parts:
        facts = json.loads(parts.read("harmtax_provenance.json"))
        names = {name for name in parts.namelist() if name.endswith(".csv")}
        text = parts.read(f"{OWNS}.csv").decode()
    assert facts["legal_basis"] == BASIS and "2024/2835" in facts["template"]
    assert names == {f"{name}.csv" for name in PARTS}
    assert list(csv.reader(io.StringIO(text))) == filled(exact(*ROWS))[OWNS]


def test_a_service_whose_name_is_digits_keeps_its_name(tmp_path: Path) -> None:
    named = {"reporter_id": "1984", "service_id": "007"}
    some = publication(*({**each, **named} for each in ROWS), basis=BASIS)
    publish(some, [tmp_path / "a.eu.xlsx"])
    book = openpyxl.load_workbook(tmp_path / "a.eu.xlsx")
    assert book["1_summary"].cell(2, 4).value == "1984"
    assert {cells[1].value for cells in book[OWNS].iter_rows(min_row=2)} == {"007"}
    assert book[OWNS].cell(2, 6).value == 30


def test_libreoffice_opens_the_filled_workbook(tmp_path: Path) -> None:
    publish(exact(*ROWS), [tmp_path / "filing.eu.xlsx"])
    book = openpyxl.load_workbook(tmp_path / "filing.eu.xlsx")
    assert book.sheetnames == [*PARTS, "harmtax_provenance"]
    assert book[OWNS].cell(2, 6).value == 30
    saved = opened(tmp_path / "filing.eu.xlsx", tmp_path)
    with zipfile.ZipFile(saved) as parts:
        content = parts.read("content.xml").decode()
    assert all(f'table:name="{name}"' in content for name in PARTS)


def test_the_command_tells_the_rules_that_a_filing_breaks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.parquet", tmp_path / "bad.parquet"
    exact(row("M10", "2026", 3, 9)).write(good)
    automated = row("M09", "2026", 4, **LAW)
    exact(row("M08", "2026", 3, **LAW), automated).write(bad)
    assert main(["publish", str(good), "-o", str(tmp_path / "good.eu.zip")]) == 0
    capsys.readouterr()
    assert main(["publish", str(bad), "-o", str(tmp_path / "bad.eu.zip")]) == 1
    assert "4 by automated means out of 3" in capsys.readouterr().err


def test_every_blank_part_is_the_one_of_the_schema() -> None:
    assert eu_template.SOURCE.startswith("Implementing Regulation (EU) 2024/2835")
    for name, rows in PARTS.items():
        with (BLANK / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            for written, told in zip((r for r in csv.reader(stream) if r), rows, strict=True):
                assert tuple(written[: len(told)]) == told and not any(written[len(told) :])
