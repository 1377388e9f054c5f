"""The crosswalks answer for every code, say honestly how well, and never say more in a chain."""

from __future__ import annotations

import json
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sssom_pydantic import io as sssom

from harmtax import translate
from harmtax._generated.constraints import CODES
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.cli import main
from harmtax.errors import BadUse, UnknownCode, UnknownFormat
from harmtax.standard import crosswalk
from harmtax.standard.crosswalk import PREDICATES, composed, inverse

from schema.writers.completeness import check
from schema.writers.plan import Plan
from schema.writers.source import Refused

TABLES = Path(__file__).resolve().parent.parent / "schema" / "crosswalks"
EXPECTED = {
    "c2pa", "dsa_v1", "dsa_v2", "garm", "iab", "iptc", "mastodon", "misp", "mit", "mlcommons",
    "ncmec", "ozone", "uk_osa", "wef",
}  # fmt: skip
ARMS = "category/arms_ammunition"
LIVE = [row.code for row in CATEGORIES if row.status == "active"]


def test_every_list_that_was_asked_for_has_its_table() -> None:
    assert CROSSWALKS.keys() == EXPECTED
    assert {path.name.removesuffix(".sssom.tsv") for path in TABLES.glob("*.tsv")} == EXPECTED


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_library_of_others_reads_every_row_of_a_table(name: str) -> None:
    path = TABLES / f"{name}.sssom.tsv"
    mappings, _, _, errors = sssom.read(path, return_errors=True)
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert errors == []
    assert len(mappings) == len(lines) - 1


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_live_code_of_ours_has_a_row(name: str) -> None:
    pairs = CROSSWALKS[name]
    assert {pair.ours for pair in pairs if pair.code_list == "CategoryCode"} == set(LIVE)
    for code_list in {pair.code_list for pair in pairs} - {None, "CategoryCode"}:
        live = {code.code for code in CODE_LISTS[str(code_list)].codes if code.status == "active"}
        assert {pair.ours for pair in pairs if pair.code_list == code_list} >= live


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_foreign_code_is_answered_inward(name: str) -> None:
    spoken = {(pair.theirs or "").split("/")[0] for pair in CROSSWALKS[name]}
    for column in FORMATS[name].columns:
        for code in FORMATS[name].codes[column.codes] if column.codes else ():
            if column.name in spoken:
                assert crosswalk.place(name, f"{column.name}/{code}") is not None


def test_the_build_refuses_a_table_that_leaves_a_code_without_an_answer(plan: Plan) -> None:
    pairs, format_ = CROSSWALKS["garm"], FORMATS["garm"]
    cases = {
        "lacks a row for": [pair for pair in pairs if pair.ours != "HAT"],
        "lacks a row inward": [p for p in pairs if p.ours is not None or p.theirs != ARMS],
        "is in no list": [*pairs, pairs[0]._replace(theirs="category/nothing")],
        "names no list": [*pairs, pairs[0]._replace(theirs="nothing/terrorism")],
        "two rows for its import": [*pairs, *[pair for pair in pairs if pair.imported][:1]],
    }
    check("garm", pairs, plan, format_)
    for words, changed in cases.items():
        with pytest.raises(Refused, match=words):
            check("garm", changed, plan, format_)


@pytest.mark.parametrize(
    ("code", "to", "expected"),
    [
        ("IIA-NUD", "ozone", [("broadMatch", "reason_type/tools.ozone.report.defs#reasonSexualDeepfake")]),
        ("Tier/floor", "iab", [("exactMatch", "suitability/bsr001")]),
        ("HAT", "garm", [("closeMatch", "category/hate_speech_aggression")]),
        ("CIV-ELE", "iab", []),
        ("LIK-ORG", "iab", []),
        ("FRD-IDV", "ozone", []),
        ("DigitalSourceType/trainedAlgorithmicMedia", "iptc", [
            ("exactMatch", "digital_source_type/trainedAlgorithmicMedia"),
        ]),
    ],
)  # fmt: skip
def test_a_code_of_ours_is_translated(code: str, to: str, expected: list[tuple[str, str]]) -> None:
    found = translate(code, to)
    assert [(match.predicate, f"{match.code_list}/{match.code}") for match in found] == expected


def test_a_pair_that_holds_for_women_only_is_used_for_women_only() -> None:
    women = translate("IIA-NUD", "dsa", when={"targeted_group": ["women"]})
    others = translate("IIA-NUD", "dsa", when={"targeted_group": ["none"]})
    assert [match.when for match in translate("IIA-NUD", "dsa")] == [
        "targeted_group has women",
        None,
    ]
    assert "AGAINST_WOMEN" in women[0].code and "AGAINST_WOMEN" not in others[0].code
    assert len(women) == len(others) == 1


def test_a_pair_that_holds_for_minors_only_is_used_for_minors_only() -> None:
    minor = translate("LIK", "dsa", when={"depicted_age_group": "minor"})
    adult = translate("LIK", "dsa", when={"depicted_age_group": "adult"})
    assert "PROTECTION_OF_MINORS" in minor[0].code
    assert "CYBER_VIOLENCE" in adult[0].code


def test_a_foreign_code_is_translated_into_ours_the_one_of_an_import_first() -> None:
    found = translate("KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE", "harmtax", source="dsa")
    assert found[0].code == "IIA"
    assert {match.predicate for match in found} == {"narrowMatch"}


def test_a_chain_goes_from_one_foreign_list_to_another() -> None:
    found = translate("hate_speech_aggression", "ozone", source="garm")
    # Close to close is only related, and what is related is no translation.
    assert found == ()
    [tier] = translate("floor", "iab", source="garm")
    assert (tier.predicate, tier.code) == ("exactMatch", "bsr001")
    deepfake = translate("KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE", "ozone", source="dsa")
    assert ("narrowMatch", None) in {(match.predicate, match.when) for match in deepfake}


def test_the_version_of_a_foreign_list_follows_from_the_day() -> None:
    assert crosswalk.version("dsa", date(2025, 6, 30)) == "dsa_v1"
    assert crosswalk.version("dsa", date(2025, 7, 1)) == crosswalk.version("dsa") == "dsa_v2"
    assert crosswalk.version("dsa-v1") == "dsa_v1"
    before = translate("IIA", "dsa", on=date(2024, 1, 1))
    assert any("NON_CONSENSUAL_ITEMS_DEEPFAKE" in match.code for match in before)
    with pytest.raises(BadUse, match="holds from 2025-07-01"):
        translate("IIA", "dsa_v2", on=date(2024, 1, 1))


def test_what_is_not_known_is_named_with_what_is_near() -> None:
    with pytest.raises(UnknownCode, match="IIA-NUD"):
        translate("IIA-NUT", "dsa")
    with pytest.raises(UnknownCode, match="hate_speech"):
        translate("hate_speech", "harmtax", source="garm")
    # A keyword that stands in many categories names none of them.
    with pytest.raises(UnknownCode, match="did you mean"):
        translate("KEYWORD_OTHER", "harmtax", source="dsa")
    with pytest.raises(UnknownFormat):
        translate("IIA", "nowhere")


def test_coverage_counts_every_code_once_and_names_what_nothing_reaches() -> None:
    for name in crosswalk.names():
        found = crosswalk.coverage(name)
        counted = [code for codes in found.best.values() for code in codes]
        assert len(counted) == len(set(counted))
        assert set(LIVE) <= set(counted)
        reached = {pair.theirs for pair in CROSSWALKS[name] if pair.ours is not None}
        assert not set(found.unreached) & reached


predicates = st.sampled_from(PREDICATES)


@given(predicates, predicates)
def test_a_chain_never_says_more_than_either_of_its_pairs(first: str, second: str) -> None:
    found = composed(first, second)
    assert PREDICATES.index(found) >= max(
        min(PREDICATES.index(each), PREDICATES.index("broadMatch")) for each in (first, second)
    )
    assert found == "exactMatch" or (first, second) != ("exactMatch", "exactMatch")
    if "relatedMatch" in (first, second):
        assert found == "relatedMatch"
    assert {found, inverse(found)} != {"broadMatch", "narrowMatch"} or found in (first, second)


@given(predicates, predicates)
def test_a_chain_read_backwards_is_the_inverse_of_the_chain(first: str, second: str) -> None:
    assert composed(inverse(second), inverse(first)) == inverse(composed(first, second))


def test_no_chain_over_the_real_tables_says_more_than_its_pairs() -> None:
    rank = PREDICATES.index
    for source, to in product(("garm", "ozone", "uk_osa", "dsa_v2"), ("iab", "ozone", "dsa_v2")):
        for code in crosswalk._codes(source):
            steps = translate(code, "harmtax", source=source)
            weakest = min((rank(step.predicate) for step in steps), default=len(PREDICATES))
            for match in translate(code, to, source=source):
                assert match.predicate != "relatedMatch"
                assert rank(match.predicate) >= weakest


@pytest.mark.parametrize("code", LIVE)
def test_what_is_related_only_is_never_a_translation(code: str) -> None:
    for name in crosswalk.names():
        for match in translate(code, name):
            pairs = [
                pair for pair in CROSSWALKS[name]
                if pair.ours == code and pair.theirs == f"{match.code_list}/{match.code}"
            ]  # fmt: skip
            assert any(not pair.predicate.endswith("relatedMatch") for pair in pairs)


def test_the_command_line_translates_and_tells_the_coverage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["taxonomy", "translate", "IIA-NUD", "--to", "ozone"]) == 0
    assert capsys.readouterr().out.startswith("broadMatch  reason_type/tools.ozone")
    assert main(["taxonomy", "translate", "CIV", "--to", "iab"]) == 1
    assert main(["taxonomy", "translate", "CIV", "--to", "iab", "--on", "today"]) == 2
    capsys.readouterr()
    assert main(["taxonomy", "translate", "floor", "--from", "garm", "--to", "iab", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["matches"][0]["code"] == "bsr001"
    assert main(["taxonomy", "coverage"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == len(CROSSWALKS) + 1
    assert main(["taxonomy", "coverage", "iab", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["iab"]["best"]["none"]


def test_our_code_lists_hold_the_codes_that_tables_share_with_us() -> None:
    iptc = {pair.ours for pair in CROSSWALKS["iptc"] if pair.code_list == "DigitalSourceType"}
    assert iptc == set(CODES["DigitalSourceType"])
