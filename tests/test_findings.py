"""Findings say what to do, never show a restricted value, and stay small however many there are."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident
from harmtax._generated import models
from harmtax._generated.constraints import CODES, RECORDS, RULES
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.errors import BadUse
from harmtax.records.findings import (
    Finding,
    Group,
    Place,
    Tally,
    near_codes,
    place,
    pointer,
    spellings,
    text,
)
from harmtax.records.findings.finding import SEVERITIES
from harmtax.records.findings.links import BASE, link
from harmtax.records.findings.looks import LOOKS, named
from harmtax.records.findings.meanings import meaning, meant, meant_field
from harmtax.records.record import explain
from harmtax.sampling.choosers import RandomChooser
from harmtax.sampling.faults import broken_row, field_words, row_rules
from harmtax.shapes import CategoryRow, Code
from tests.rows import incident

LAW = settings(max_examples=150, deadline=None, derandomize=True)
HOME = Path(__file__).resolve().parent.parent
DATA = HOME / "tests" / "data"
FAULTS = tuple(code.code for code in CODE_LISTS["FieldFault"].codes)
CODED = Finding("code", "error", "Incident", "/category", "i-1", '"IIA-NDU"', None, 3, "in.ndjson")
WAIVERS = {
    "waivers": [
        {"rule": "HT-R09", "path": "/generation", "severity": "waived", "reason": "elsewhere"},
        {
            "rule": "HT-R05",
            "record_type": "Incident",
            "path": None,
            "severity": "waived",
            "reason": "old data",
            "expires": "2027-01-31",
            "count": 4,
        },
    ]
}
# Everything that a person, a file or an adversary may put into a fact.
ANYTHING = st.text(st.characters(), max_size=12) | st.sampled_from(
    ["\x1b[31m", "=1+1", "-1", "@x", "+1", "\t=1", "a:b,c%d", "\r\n::error::x", "{0}", "[a](b)",
     "\u202e", "\ud800", "\u009b31m", "\x7f", "#", "/", "~", "\u2028", '"', "\\"]
)  # fmt: skip
FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from([*FAULTS, *RULES]),
    severity=st.sampled_from(SEVERITIES),
    record_type=st.sampled_from(sorted(RECORDS)),
    path=st.lists(ANYTHING, max_size=2).map(lambda steps: pointer(*steps)),
    record=st.none() | ANYTHING,
    value=st.none() | ANYTHING.map(json.dumps),
    detail=st.none() | ANYTHING,
    line=st.none() | st.integers(0, 10**9),
    source=st.none() | ANYTHING,
    origin=st.none() | ANYTHING,
)
GROUPS = st.lists(st.tuples(FINDINGS, st.integers(1, 10**6)), max_size=6)


def best_code(code_list: str, written: str) -> str | None:
    found = meant(code_list, written)
    return found.name if found is not None else None


def groups(*findings: Finding) -> tuple[Group, ...]:
    tally = Tally()
    tally.add(findings)
    return tally.groups()


def counted(found: Sequence[tuple[Finding, int]]) -> tuple[Group, ...]:
    tally = Tally()
    for finding, count in found:
        tally.count(finding, count, [place(finding)])
    return tally.groups()


def told(name: str, found: Sequence[Group], run: dict[str, Any] | None = None) -> str:
    return "".join(named(name)(found, run or {}))


def coded(value: str, field: str = "category") -> Finding:
    return replace(CODED, path=f"/{field}", value=json.dumps(value, ensure_ascii=False))


@cache
def sarif_schema() -> jsonschema_rs.Draft202012Validator:
    schema = json.loads((DATA / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def sarif(found: Sequence[Group], run: dict[str, Any] | None = None) -> dict[str, Any]:
    log = json.loads(told("sarif", found, run))
    sarif_schema().validate(log)
    return dict(log)


# --- the tally ------------------------------------------------------------------------------------


def test_equal_faults_are_one_group_with_an_exact_count_and_the_first_three_places() -> None:
    [group] = groups(*(CODED.at(line, "in.ndjson", f"i-{line}") for line in range(1, 6)))
    assert group.count == 5
    assert [str(place) for place in group.places] == [
        "i-1 (in.ndjson:1)",
        "i-2 (in.ndjson:2)",
        "i-3 (in.ndjson:3)",
    ]


def test_a_place_names_what_is_known_of_it() -> None:
    assert str(Place("i-1", "in.ndjson", 3)) == "i-1 (in.ndjson:3)"
    assert str(Place(None, "in.ndjson", 3)) == "(in.ndjson:3)"
    assert str(Place("i-1", None, 3)) == "i-1 (row:3)"
    assert str(Place("i-1")) == "i-1"


def test_rule_path_and_value_tell_groups_apart_and_so_does_the_severity() -> None:
    others = [
        replace(CODED, rule="type"),
        replace(CODED, path="/treatment"),
        replace(CODED, value='"x"'),
        replace(CODED, severity="warning"),
    ]
    assert [group.count for group in groups(CODED, *others, CODED)] == [2, 1, 1, 1, 1]


def test_errors_come_first_then_warnings_information_and_what_was_waived() -> None:
    found = [replace(CODED, severity=severity) for severity in ("waived", "info", "warning")]
    severities = [g.finding.severity for g in groups(*found, *found, CODED)]
    assert severities == ["error", "warning", "info", "waived"]


@LAW
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), max_size=20))
def test_counting_at_once_is_the_same_as_adding_one_by_one(found: list[tuple[str, int]]) -> None:
    single, together = Tally(most=2), Tally(most=2)
    for line, (value, count) in enumerate(found):
        equal = [coded(value).at(line, "in.ndjson", f"{line}-{at}") for at in range(count)]
        single.add(equal)
        together.count(equal[0], count, [place(each) for each in equal[:3]])
    assert single.groups() == together.groups()


def test_a_tally_tells_10000_groups_apart_and_counts_the_rest_per_rule_and_field() -> None:
    tally = Tally()
    tally.add(coded(f"wrong {number}") for number in range(30_000))
    tally.add(replace(CODED, path=f"/{number}", value=None) for number in range(50))
    tally.add(coded(f"w{n}", f"content_type/{n}") for n in range(70))
    made = tally.groups()
    assert len(made) == 10_003
    rest = {g.finding.path: g for g in made if g.finding.detail is not None}
    assert {path: group.count for path, group in rest.items()} == {
        "/category": 20_000, "": 50, "/content_type": 70,
    }  # fmt: skip
    assert all(group.finding.value is None for group in rest.values())
    assert "further values are counted together" in rest["/category"].finding.message
    assert sum(group.count for group in made) == 30_120
    assert {json.loads(g.finding.value) for g in made if g.finding.value} == {
        f"wrong {number}" for number in range(10_000)
    }


def test_identifiers_and_field_names_without_end_are_cut() -> None:
    [group] = groups(replace(CODED.at(1, "in", "i" * 10**6), path=pointer("x" * 10**6)))
    assert len(str(group)) < 2_000
    [valid] = groups(CODED.at(1, "in", "i" * 500))
    assert valid.places == (Place("i" * 500, "in", 1),)
    [direct] = groups(replace(CODED, record="i" * 10**6))
    assert len(str(direct)) < 2_000


# --- the looks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_shows_every_fact_of_a_group(name: str) -> None:
    finding = Finding(
        "unmapped", "error", "Incident", "/category", "i-1", '"KEYWORD-X"', None, 3, "in.csv",
        "category_specification",
    )  # fmt: skip
    shown = told(name, counted([(finding, 1234)])).replace('\\"', '"').replace('""', '"')
    facts = [
        "unmapped", "error", "/category", '"KEYWORD-X"', "category_specification", "1234", "i-1",
        "in.csv", finding.message, finding.hint, link("unmapped"),
    ]  # fmt: skip
    assert [fact for fact in facts if fact not in shown] == []


@pytest.mark.parametrize("name", LOOKS)
def test_a_million_equal_faults_take_less_than_200_kilobytes(name: str) -> None:
    found = [(replace(CODED, rule=rule, line=1), 1_000_000) for rule in (*RULES, *FAULTS)]
    assert len(told(name, counted(found[-1:])).encode()) < 5_000
    assert len(told(name, counted(found)).encode()) < 200_000


def test_text_ends_after_fifty_kinds_and_says_how_many_follow() -> None:
    tally = Tally()
    tally.add(coded(f"wrong {number}") for number in range(60))
    for shown in (text(tally.groups()), told("text", tally.groups())):
        assert shown.count("\n    See: ") == 50
        assert shown.rstrip("\n").endswith("... and 10 more kinds of finding")
    assert text(tally.groups(), most=60).count("\n    See: ") == 60


def test_text_names_the_record_first_and_then_the_line() -> None:
    assert text(groups(CODED)).splitlines() == [
        'error code at /category = "IIA-NDU", 1x',
        f"    {CODED.message}",
        "    Do: Choose a code from the code list of the field, in exactly its spelling."
        " Did you mean IIA-NUD?",
        "    First: i-1 (in.ndjson:3)",
        "    See: https://w3id.org/harmtax/0.2.0/reference/faults.md#code",
    ]


@pytest.mark.parametrize("name", ["text", "annotations"])
def test_what_has_no_place_names_none_and_a_file_without_a_line_is_named(name: str) -> None:
    nowhere = [Finding("figures_coarse", "error", "Submission", "", detail="M01")] * 3
    assert "First" not in told(name, groups(*nowhere))
    somewhere = Finding("file_missing", "error", "Submission", "", source="figures.parquet")
    assert "First: figures.parquet" in told(name, groups(somewhere, somewhere))


def test_the_page_about_findings_shows_one_as_it_is() -> None:
    page = (HOME / "docs" / "findings.md").read_text(encoding="utf-8")
    finding = coded("KEYWORD_SUICIDE")
    places = [Place(f"i-{line}", "march.ndjson", line) for line in (17, 18, 44)]
    tally = Tally()
    tally.count(finding, 1204, places)
    assert text(tally.groups()) in page
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(LOOKS)


def test_text_and_json_list_the_waivers_in_use() -> None:
    assert "waiver HT-R05 Incident -> waived until 2027-01-31, 4x: old data" in told(
        "text", (), WAIVERS
    )
    assert json.loads(told("json", groups(CODED), {"rows": 9, **WAIVERS}))["rows"] == 9
    assert json.loads(told("json", (), WAIVERS)) == {**WAIVERS, "findings": []}


def test_json_and_ndjson_hold_the_same_groups() -> None:
    found = groups(CODED, replace(CODED, value='"b"', line=None, source=None), CODED)
    lines = [json.loads(line) for line in told("ndjson", found).splitlines()]
    assert json.loads(told("json", found))["findings"] == lines
    assert lines[0]["places"] == [{"record": "i-1", "source": "in.ndjson", "line": 3}] * 2
    assert (lines[0]["count"], lines[1]["places"]) == (2, [{"record": "i-1"}])


def test_an_unknown_look_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadUse, match="no look 'xml'; known: text, json, ndjson, csv"):
        named("xml")


@pytest.mark.parametrize("name", LOOKS)
@given(found=GROUPS)
@LAW
def test_no_look_lets_a_control_character_through(
    name: str, found: list[tuple[Finding, int]]
) -> None:
    shown = told(name, counted(found))
    ends = shown.replace("\r\n", "\n") if name == "csv" else shown
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", ends) == []
    assert shown.encode("utf-8").decode("utf-8") == shown


@given(found=GROUPS)
@LAW
def test_the_tables_give_back_what_the_groups_hold(found: list[tuple[Finding, int]]) -> None:
    made = counted(found)
    lines = [json.loads(line) for line in told("ndjson", made).split("\n")[:-1]]
    assert json.loads(told("json", made))["findings"] == lines
    assert [(e["rule"], e["path"], e.get("value"), e["count"]) for e in lines] == [
        (g.finding.rule, g.finding.path, g.finding.value, g.count) for g in made
    ]
    rows = list(csv.DictReader(io.StringIO(told("csv", made), newline="")))
    assert [(row["rule"], row["count"]) for row in rows] == [
        (group.finding.rule, str(group.count)) for group in made
    ]


@given(found=GROUPS)
@LAW
def test_no_cell_is_a_formula(found: list[tuple[Finding, int]]) -> None:
    rows = csv.reader(io.StringIO(told("csv", counted(found)), newline=""))
    assert [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))] == []


# --- annotations ----------------------------------------------------------------------------------


def unescaped(text: str, *more: str) -> str:
    """As the runner reads a workflow command."""
    for escape in (*more, "%0D", "%0A", "%25"):
        text = text.replace(escape, chr(int(escape[1:], 16)))
    return text


@given(found=GROUPS)
@LAW
def test_each_annotation_is_one_command_whose_parts_the_runner_can_tell_apart(
    found: list[tuple[Finding, int]],
) -> None:
    made = counted(found)
    lines = told("annotations", made).split("\n")[:-1]
    assert len(lines) == len(made)
    for line, group in zip(lines, made, strict=True):
        _, command, data = line.split("::", 2)
        kind, properties = command.split(" ", 1)
        assert kind == {"error": "error", "warning": "warning"}.get(
            group.finding.severity, "notice"
        )
        facts = dict(part.split("=", 1) for part in properties.split(","))
        assert set(facts) <= {"file", "line", "title"}
        assert f"{group.count}x" in unescaped(facts["title"], "%3A", "%2C")
        assert unescaped(data).endswith(f"See: {link(group.finding.rule)}")


def test_an_annotation_stands_at_the_first_place() -> None:
    finding = replace(CODED, source="a,b:c%.ndjson")
    [line] = told("annotations", groups(finding)).splitlines()
    assert line.startswith(
        "::error file=a%2Cb%3Ac%25.ndjson,line=3,title=error code at /category%2C"
    )


# --- SARIF ----------------------------------------------------------------------------------------


@given(found=GROUPS)
@LAW
def test_sarif_is_valid_against_its_published_schema(found: list[tuple[Finding, int]]) -> None:
    made = counted(found)
    [run] = sarif(made, {"rows": 3, **WAIVERS})["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [
        group.finding.rule for group in made
    ]
    assert [result["occurrenceCount"] for result in run["results"]] == [g.count for g in made]


def test_a_sarif_result_stands_at_its_places() -> None:
    [result] = sarif(groups(CODED, CODED.at(7, "in put.ndjson", "i-7")))["runs"][0]["results"]
    places = [location["physicalLocation"] for location in result["locations"]]
    assert places == [
        {"artifactLocation": {"uri": "in.ndjson"}, "region": {"startLine": 3}},
        {"artifactLocation": {"uri": "in%20put.ndjson"}, "region": {"startLine": 7}},
    ]
    names = [each["logicalLocations"][0]["fullyQualifiedName"] for each in result["locations"]]
    assert names == ["i-1/category", "i-7/category"]


def test_a_waived_result_is_suppressed_with_the_reason_of_its_waiver() -> None:
    finding = replace(CODED, rule="HT-R05", severity="waived")
    [result] = sarif(groups(finding), WAIVERS)["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "old data"}]
    assert result["level"] == "warning"
    levels = {"error": "error", "warning": "warning", "info": "note"}
    for severity, level in levels.items():
        [other] = sarif(groups(replace(CODED, severity=severity)))["runs"][0]["results"]
        assert (other["level"], "suppressions" in other) == (level, False)


def test_a_sarif_message_holds_neither_placeholder_nor_link() -> None:
    [result] = sarif(groups(coded("{0} [a](b)")))["runs"][0]["results"]
    assert '"{{0}} [a] (b)"' in result["message"]["text"]


def test_each_rule_and_fault_links_to_its_page() -> None:
    schema = (HOME / "schema" / "harmtax.yaml").read_text(encoding="utf-8")
    assert f"id: {BASE.rstrip('/')}\n" in schema
    for rule in (*RULES, *FAULTS):
        page, anchor = link(rule).removeprefix(BASE).split("/", 1)[1].split("#")
        assert f'<a id="{anchor}"></a>' in (HOME / "docs" / page).read_text(encoding="utf-8")


# --- words ----------------------------------------------------------------------------------------


def rows(code_list: str) -> tuple[CategoryRow | Code, ...]:
    return CATEGORIES if code_list == "CategoryCode" else CODE_LISTS[code_list].codes


@pytest.mark.parametrize("code_list", CODES)
def test_a_code_or_title_is_recognised_however_it_is_spelt(code_list: str) -> None:
    for row in rows(code_list):
        spelt = {row.code.upper(), row.code.lower(), row.code.replace("_", " ").replace("-", "_")}
        wanted = row.code if row.status == "active" else row.replaced_by
        assert {best_code(code_list, f" {each} ") for each in spelt} == {wanted}
    titles = Counter(row.title.casefold() for row in rows(code_list) if row.status == "active")
    for row in rows(code_list):
        if titles[row.title.casefold()] == 1 and row.status == "active":
            found = meant(code_list, row.title.upper())
            assert found is not None and found.name == row.code, row.title


def test_a_retired_code_leads_to_its_successor() -> None:
    for code_list, each in CODE_LISTS.items():
        for code in each.codes:
            if code.status == "retired":
                found = meant(code_list, code.code)
                assert found == ((code.replaced_by, "retired") if code.replaced_by else None)
    gone = replace(coded("none", "benign_context"), rule="code")
    assert gone.hint.endswith("none is retired and has no successor.")


@pytest.mark.parametrize("crosswalk", CROSSWALKS)
def test_a_foreign_code_is_answered_with_what_an_import_makes_of_it(crosswalk: str) -> None:
    for pair in CROSSWALKS[crosswalk]:
        if pair.imported and pair.ours is not None and pair.theirs is not None:
            assert pair.code_list is not None
            foreign = pair.theirs.rsplit("/", 1)[-1]
            own = {row.title.casefold() for row in rows(pair.code_list)} | set(
                map(str.casefold, CODES[pair.code_list])
            )
            if foreign.casefold() not in own:
                found = meaning(pair.code_list, foreign)
                assert found is not None and pair.ours in found.codes
                assert found.why == "crosswalk"
                if len(found.codes) == 1:
                    assert best_code(pair.code_list, foreign.lower()) == pair.ours


@pytest.mark.parametrize(
    ("field", "written", "code", "why", "hint"),
    [
        ("category", "KEYWORD_SUICIDE", "SHE-SUI", "crosswalk", "version 2); here it is SHE-SUI."),
        ("category", "KEYWORD_NON_CONSENSUAL_ITEMS_DEEPFAKE", "IIA", "crosswalk", "version 1)"),
        ("category", "STATEMENT_CATEGORY_VIOLENCE", "VIO", "crosswalk", "here it is VIO."),
        ("category", "hate speech", "HAT", "crosswalk", "here it is HAT."),
        ("category", "KEYWORD_OTHER", None, None, "here it is one of VIO, "),
        ("category", "KEYWORD_SUICID", "SHE-SUI", "near", "Did you mean SHE-SUI?"),
        ("category", "IIA-NDU", "IIA-NUD", "near", "Did you mean IIA-NUD?"),
        ("category", "deepfake", None, None, "Did you mean CSE or IIA-DFK or IIA?"),
        ("category", "qqqq", None, None, "in exactly its spelling."),
        ("category", "", None, None, "in exactly its spelling."),
        ("content_type/1", "CONTENT_TYPE_IMAGE", "image", "crosswalk", "here it is image."),
        (
            "content_type/1",
            "CONTENT_TYPE_SYNTHETIC_MEDIA",
            None,
            None,
            "no place in this code list.",
        ),
        (
            "generation",
            "CONTENT_TYPE_SYNTHETIC_MEDIA",
            "synthetic_unspecified",
            "crosswalk",
            "here",
        ),
        ("generation", "AI edited", "ai_edited", "code", "Did you mean ai_edited?"),
        ("source_type", "voluntary", "own_initiative", "crosswalk", "here it is own_initiative."),
        ("depicted_age_group", "minors", "minor", "near", "Did you mean minor?"),
        ("depicted_age_group", "child", None, None, "The codes are: adult, minor, unknown, none."),
        (
            "digital_source_type",
            "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            "trainedAlgorithmicMedia",
            "code",
            "Did you mean trainedAlgorithmicMedia?",
        ),
    ],
)
def test_a_wrong_code_is_answered_with_what_was_meant(
    field: str, written: str, code: str | None, why: str | None, hint: str
) -> None:
    codes = next(f.codes for f in RECORDS["Incident"].fields if f.name == field.split("/")[0])
    assert codes is not None
    assert meant(codes, written) == ((code, why) if code else None)
    assert hint in coded(written, field).hint


def test_a_word_more_or_less_is_no_slip_of_the_pen() -> None:
    for code_list, each in CODE_LISTS.items():
        for code in each.codes:
            bare = code.code.removeprefix("not_")
            if bare != code.code and bare not in CODES[code_list]:
                assert best_code(code_list, bare) is None
                assert code.code not in near_codes(code_list, bare)


@given(st.sampled_from(sorted(CODES)), st.text(max_size=30), st.data())
@LAW
def test_a_proposal_is_always_a_live_code(name: str, written: str, data: st.DataObject) -> None:
    near = data.draw(st.sampled_from(CODES[name])) + data.draw(st.text(max_size=3))
    live = {row.code for row in rows(name) if row.status == "active"}
    for each in (written, near):
        assert best_code(name, each) in {None, *live}
        assert set(near_codes(name, each)) <= live


@pytest.mark.parametrize(
    ("written", "field", "why", "hint"),
    [
        ("Category", "category", "field", "Did you mean category?"),
        ("categroy", "category", "near", "Did you mean category?"),
        ("platform_uid", "incident_id", "column", "fills our field incident_id."),
        ("platform_name", None, None, "fills our field reporter_id or service_id."),
        ("nothing like it", None, None, "leave the field out."),
    ],
)
def test_an_unknown_field_is_answered_with_the_one_that_was_meant(
    written: str, field: str | None, why: str | None, hint: str
) -> None:
    finding = Finding("unknown_field", "error", "Incident", pointer(written))
    assert meant_field("Incident", written) == ((field, why) if field else None)
    found = meant_field("Incident", written)
    assert (found.name if found is not None else None) == field
    assert finding.hint.endswith(hint)


def test_an_unmapped_foreign_code_is_answered_with_its_like() -> None:
    column = next(c for c in FORMATS["dsa_v2"].columns if c.name == "category_specification")
    assert column.codes is not None
    code = FORMATS["dsa_v2"].codes[column.codes][0]
    finding = replace(coded(f"{code}S"), rule="unmapped", origin="category_specification")
    assert f"Did you mean {code}" in finding.hint


def test_a_value_that_was_cut_short_is_not_guessed() -> None:
    [finding] = explain(incident(category="IIA-NUD" + " " * 200), Incident)
    assert finding.value is not None and finding.value.endswith("…")
    assert finding.hint.endswith("in exactly its spelling.")


def test_the_same_wrong_value_is_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    class Counting(spellings.SequenceMatcher):  # type: ignore[type-arg]
        def __init__(self, junk: None, a: str, b: str, autojunk: bool) -> None:
            made.append(b)
            super().__init__(junk, a, b, autojunk)

    monkeypatch.setattr(spellings, "SequenceMatcher", Counting)
    for line in range(1000):
        coded("IIA-NVD-once").at(line, "in", None).row()
    assert made == ["iia-nvd-once"]


# --- restricted values ----------------------------------------------------------------------------

CANARY = "canary7f3"
NUMBER = 70317031


def canaried(value: object) -> object:
    """The value, of whatever type, with the canary in every place that holds a text or a number."""
    if isinstance(value, str):
        return f"{value} {CANARY}@example.org"
    if isinstance(value, list):
        return [CANARY, *map(canaried, value)]
    if isinstance(value, dict):
        return {CANARY: [NUMBER], "nested": {CANARY: CANARY}}
    return NUMBER if isinstance(value, int) and not isinstance(value, bool) else value


def restricted(record: str) -> list[str]:
    return [f.name for f in RECORDS[record].fields if f.audience == "restricted"]


def faulty(record: str, word: str, seed: int) -> Iterator[dict[str, Any]]:
    """A row with a fault, whose restricted fields hold canaries: as they are, misspelt, and nested."""
    names = restricted(record)
    row = broken_row(record, word, RandomChooser(random.Random(seed)))
    full = {**dict.fromkeys(names, ""), **row}
    odd: tuple[object, ...] = ([""], {}, [[""]], [{}], 5, 1.5, True, "x" * 9000, "\ud800", b"")
    yield {name: canaried(value) if name in names else value for name, value in full.items()}
    for at, name in enumerate(names):
        yield row | {name: canaried(odd[(seed + at) % len(odd)])}
        for misspelt in (f"{name}_", name.title(), name[:-1], f" {name}", f"{name}/0", f"~{name}"):
            yield row | {misspelt: canaried(odd[(seed + at) % len(odd)])}
        yield row | {"incident": {name: CANARY, "other": [{name: NUMBER}]}}


def everything(found: Sequence[Finding]) -> str:
    made = groups(*found)
    texts = [told(name, made, {"rows": 1}) for name in LOOKS]
    texts += [json.dumps(finding.row()) + str(finding) for finding in found]
    return "\n".join(texts)


@pytest.mark.parametrize("record", [name for name in RECORDS if restricted(name)])
def test_a_value_of_a_restricted_field_never_appears(record: str) -> None:
    model = getattr(models, record)
    assert {CANARY, str(NUMBER)} & {record} == set()
    for at, word in enumerate((*field_words(record), *row_rules(record))):
        for seed in range(3 * at, 3 * at + 3):
            for row in faulty(record, word, seed):
                found = explain(row, model)
                shown = everything(found)
                assert found and CANARY not in shown and str(NUMBER) not in shown, (word, row)


def test_a_value_of_an_unrestricted_field_does_appear() -> None:
    assert CANARY in everything(explain(incident(category=CANARY), Incident))


def unreadable() -> Iterator[bytes]:
    """Lines with the canary in a restricted field that are no JSON object, in many ways."""
    line = msgspec.json.encode(incident(decision_facts=f"{CANARY} {NUMBER}"))
    at = line.index(CANARY.encode())
    yield from (line[:end] for end in range(at, len(line), 7))
    for spoilt in (b"\xff", b"\x00", b'"', b"\\x", b"\\ud800", b"\\u1g", b"\xed\xa0\x80"):
        for cut in (at - 1, at, at + 3, at + len(CANARY)):
            yield line[:cut] + spoilt + line[cut:]
    yield line.replace(f'"{CANARY} {NUMBER}"'.encode(), CANARY.encode())
    yield line.replace(f'"{CANARY} {NUMBER}"'.encode(), b"9" * 400 + b"e999999" + CANARY.encode())
    yield line.replace(f'"{CANARY} {NUMBER}"'.encode(), b"-%d1.." % NUMBER)
    yield line.replace(b"{", b"{" + CANARY.encode() + b":", 1)
    yield f'"{CANARY}"'.encode()
    yield f"[{NUMBER}]".encode()
    yield line + CANARY.encode()
    yield line[:-1] + b',"decision_facts":' + b"[" * 100_000 + CANARY.encode()


def test_a_line_that_cannot_be_read_shows_nothing_of_itself(tmp_path: Path) -> None:
    source = tmp_path / "in.ndjson"
    lines = list(unreadable())
    source.write_bytes(b"".join(line + b"\n" for line in lines))
    outcome = harmtax.validate(source, tmp_path / "out", record=Incident)
    assert outcome.rows == outcome.rejected == len(lines)
    shown = "".join(told(name, outcome.groups) for name in LOOKS)
    assert "unreadable" in shown and CANARY not in shown and str(NUMBER) not in shown


def test_a_table_that_cannot_be_read_shows_nothing_of_itself(tmp_path: Path) -> None:
    row = incident(decision_facts=CANARY, content_type="image", synthetic_basis="classifier",
                   decision_visibility="removed")  # fmt: skip
    rest = list(row.values())
    spoilt = [
        ",".join(map(str, [*rest, CANARY])),
        ",".join(map(str, rest[:-1])),
        ",".join(map(str, rest)).replace(CANARY, f'"{CANARY}" {CANARY}'),
        ",".join(map(str, rest)).replace(CANARY, f'"{CANARY}'),
    ]
    source = tmp_path / "in.csv"
    source.write_text("\n".join([",".join(row), *spoilt]), encoding="utf-8")
    outcome = harmtax.validate(source, tmp_path / "out", record=Incident)
    shown = "".join(told(name, outcome.groups) for name in LOOKS)
    assert outcome.rejected == outcome.rows > 0
    assert "unreadable" in shown and CANARY not in shown
