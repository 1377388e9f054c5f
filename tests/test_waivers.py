"""A waiver changes how severe a finding is, for a stated reason and time, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmtax._generated.constraints import CODES, RECORDS, RULES
from harmtax.errors import BadUse, Unreadable
from harmtax.records.findings import Finding, Group, pointer
from harmtax.records.findings.finding import SEVERITIES
from harmtax.records.waivers import Use, Waiver, Waivers, read
from harmtax.shapes import Apart, Distinct, Part, Refuse, Same, Sums, Unique

TODAY = date(2026, 6, 15)
LATER = date(2026, 12, 31)
EARLIER = date(2026, 6, 14)
FIXED = (Refuse, Unique, Apart, Same, Part, Sums)
FENCE = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def entry(**facts: Any) -> str:
    """One entry as TOML; a fact that is None is left out, dates stand without quotes."""
    told = {
        "rule": "HT-R19",
        "severity": "waived",
        "reason": "see clause 4",
        "expires": LATER,
        **facts,
    }
    lines = [
        f"{key} = {value if isinstance(value, date | int) else _text(value)}"
        for key, value in told.items()
        if value is not None
    ]
    return "\n".join(["[[finding]]", *lines, ""])


def _text(value: str) -> str:
    return f'"{value}"'


def waivers(folder: Path, *entries: str, today: date = TODAY) -> Waivers:
    path = folder / "waivers.toml"
    path.write_text("\n".join(entries), encoding="utf-8")
    return read(path, today)


def refused(folder: Path, *entries: str) -> str:
    with pytest.raises(BadUse) as told:
        waivers(folder, *entries)
    return str(told.value)


def places() -> list[tuple[str, str, str, str, Any]]:
    """Record type, rule, path and severity of everything that a check can find."""
    return [
        (table.name, check.rule, pointer(name), check.severity, check)
        for table in RECORDS.values()
        for check in (*table.row_checks, *table.set_checks)
        for name in (check.fields if isinstance(check, Distinct | Refuse) else (check.at,))
    ]


# --- what holds -----------------------------------------------------------------------------------


def test_without_entries_nothing_changes() -> None:
    finding = Finding("HT-R19", "warning", "Incident", "/authority_report")
    assert Waivers().settled(finding) is finding
    assert all(Waivers().effective(table) is table for table in RECORDS.values())
    assert Waivers().in_use([Group(finding, 1, ())]) == ()


def test_an_empty_file_holds_no_waivers(tmp_path: Path) -> None:
    assert waivers(tmp_path) == Waivers()


def test_a_finding_gets_the_severity_of_its_waiver(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(severity="error"))
    finding = Finding("HT-R19", "warning", "Incident", "/authority_report", record="i-1")
    assert held.settled(finding) == replace(finding, severity="error")
    other = Finding("HT-R09", "warning", "Incident", "/generation")
    assert held.settled(other) is other


def test_a_waiver_speaks_only_of_what_it_names(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(rule="HT-R03", record_type="Appeal", path="/appealed_decision"))
    assert held.severity("Appeal", "HT-R03", "/appealed_decision", "error") == "waived"
    assert held.severity("Incident", "HT-R03", "/content_type", "error") == "error"
    assert held.severity("Appeal", "HT-R31", "/appealed_decision", "error") == "error"


def test_the_most_particular_waiver_holds(tmp_path: Path) -> None:
    held = waivers(
        tmp_path,
        entry(rule="HT-R13", severity="info", was="warning"),
        entry(rule="HT-R13", severity="waived"),
        entry(rule="HT-R13", severity="warning", path="/depicted_consent"),
    )
    assert held.severity("Incident", "HT-R13", "/depicted_consent", "error") == "warning"
    assert held.severity("Incident", "HT-R13", "/depicted_age_group", "warning") == "info"
    assert held.severity("Incident", "HT-R13", "/depicted_age_group", "error") == "waived"


def test_a_rule_with_errors_and_warnings_at_one_place_can_lose_its_warnings_alone(
    tmp_path: Path,
) -> None:
    held = waivers(tmp_path, entry(rule="HT-R13", severity="waived", was="warning"))
    found = {
        check.severity
        for check in held.effective(RECORDS["Incident"]).row_checks
        if check.rule == "HT-R13"
    }
    assert found == {"error", "waived"}


def test_a_check_of_several_fields_is_parted_where_they_differ(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(rule="HT-R03", path="/content_type"))
    before = [c for c in RECORDS["Incident"].row_checks if isinstance(c, Distinct)]
    after = [c for c in held.effective(RECORDS["Incident"]).row_checks if isinstance(c, Distinct)]
    assert [name for c in after for name in c.fields] == [name for c in before for name in c.fields]
    assert [c.fields for c in after if c.severity == "waived"] == [("content_type",)]


@given(st.data())
def test_the_table_of_checks_and_the_findings_agree(data: st.DataObject) -> None:
    held = Waivers(
        tuple(
            Waiver(rule, severity, "a reason", LATER, record_type, path)
            for record_type, rule, path, _, _ in data.draw(
                st.lists(st.sampled_from(places()), max_size=3)
            )
            for severity in [data.draw(st.sampled_from(SEVERITIES))]
        )
    )
    for table in RECORDS.values():
        told = [
            (check.rule, pointer(name), check.severity)
            for check in (*table.row_checks, *table.set_checks)
            for name in (check.fields if isinstance(check, Distinct | Refuse) else (check.at,))
        ]
        settled = held.effective(table)
        expected = [
            (rule, path, held.severity(table.name, rule, path, old)) for rule, path, old in told
        ]
        found = [
            (check.rule, pointer(name), check.severity)
            for check in (*settled.row_checks, *settled.set_checks)
            for name in (check.fields if isinstance(check, Distinct | Refuse) else (check.at,))
        ]
        assert found == expected


# --- until when -----------------------------------------------------------------------------------


def test_a_waiver_holds_to_the_end_of_its_last_day(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(expires=TODAY))
    assert [each.expires for each in held.entries] == [TODAY]


def test_an_expired_waiver_does_not_hold_and_is_listed(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(expires=EARLIER))
    assert held.severity("Incident", "HT-R19", "/authority_report", "warning") == "warning"
    assert [(each.rule, each.reason) for each in held.expired] == [("HT-R19", "see clause 4")]


def test_an_expired_waiver_may_stand_beside_its_successor(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(expires=EARLIER), entry(severity="info"))
    assert [each.severity for each in held.entries] == ["info"]


# --- what they did --------------------------------------------------------------------------------


def test_each_waiver_in_use_says_how_many_findings_it_took(tmp_path: Path) -> None:
    held = waivers(tmp_path, entry(), entry(rule="HT-R09", severity="info"), entry(rule="HT-R05"))
    authority = Finding("HT-R19", "waived", "Incident", "/authority_report")
    groups = [
        Group(authority, 7, ()),
        Group(replace(authority, value='"none"'), 2, ()),
        Group(Finding("HT-R09", "info", "Incident", "/generation"), 1, ()),
        Group(Finding("code", "error", "Incident", "/category", value='"X"'), 5, ()),
    ]
    assert held.in_use(groups) == tuple(
        Use(each, count) for each, count in zip(held.entries, (9, 1, 0), strict=True)
    )


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rule": "HT-R99"}, "rule 'HT-R99' is not known"),
        ({"rule": None}, "'rule' is missing"),
        ({"rule": 7}, "'rule' must be a text"),
        ({"severity": "mild"}, "severity 'mild' is not known; known: error, warning, info, waived"),
        ({"was": "waived"}, "was 'waived' is not known"),
        ({"reason": None}, "'reason' is missing"),
        ({"reason": "  "}, "'reason' must be a text that is not empty"),
        ({"expires": None}, "'expires' is missing"),
        ({"expires": "2026-12-31"}, "'expires' must be a day, written without quotes"),
        ({"until": "2026-12-31"}, "'until' is not known; known: rule, severity"),
        ({"record_type": "incident"}, "record_type 'incident' is not known; known: Incident"),
        (
            {"record_type": "Exposure"},
            "finds nothing there; it finds at: Incident /authority_report",
        ),
        ({"path": "authority_report"}, "finds nothing there"),
        ({"path": "/category"}, "finds nothing there"),
        ({"was": "error"}, "finds nothing there"),
    ],
)
def test_an_entry_that_is_not_understood_is_refused_by_its_name(
    facts: dict[str, Any], words: str, tmp_path: Path
) -> None:
    told = refused(tmp_path, entry(rule="HT-R09"), entry(**facts))
    assert "entry 2" in told
    assert words in told


@pytest.mark.parametrize(
    "text",
    ["[finding]\nrule = 'HT-R19'", "finding = 3", "[[waiver]]\nrule = 'HT-R19'", "[[finding]"],
)
def test_a_file_that_holds_something_else_is_refused(text: str, tmp_path: Path) -> None:
    assert "waivers.toml: " in refused(tmp_path, text)


def test_a_time_of_day_is_no_expiry_date(tmp_path: Path) -> None:
    text = entry(expires=None) + "expires = 2026-12-31T00:00:00Z\n"
    assert "must be a day" in refused(tmp_path, text)


def test_two_entries_about_the_same_findings_are_refused(tmp_path: Path) -> None:
    assert "two entries" in refused(tmp_path, entry(severity="info"), entry(severity="error"))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read(tmp_path / "missing.toml", TODAY)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(Unreadable):
        read(tmp_path / "latin.toml", TODAY)


@pytest.mark.parametrize("word", CODES["FieldFault"])
def test_a_fault_of_a_field_cannot_be_waived(word: str, tmp_path: Path) -> None:
    assert "always an error" in refused(tmp_path, entry(rule=word))


def test_what_keeps_out_personal_data_or_what_figures_rest_on_cannot_be_lowered(
    tmp_path: Path,
) -> None:
    for record_type, rule, path, severity, check in places():
        told = entry(rule=rule, record_type=record_type, path=path, severity="warning")
        twins = [each for each in places() if each[:3] == (record_type, rule, path)]
        if any(sev == "error" and isinstance(each, FIXED) for *_, sev, each in twins):
            assert "cannot be lowered" in refused(tmp_path, told), (rule, path, check)
        elif severity == "error":
            assert len(waivers(tmp_path, told).entries) == 1


def test_a_rule_is_refused_whole_but_its_harmless_part_is_not(tmp_path: Path) -> None:
    assert "Incident at /incident_id" in refused(tmp_path, entry(rule="HT-R22"))
    held = waivers(tmp_path, entry(rule="HT-R22", record_type="Incident", path="/revision_reason"))
    assert len(held.entries) == 1


def test_every_rule_can_be_raised(tmp_path: Path) -> None:
    for rule in RULES:
        assert len(waivers(tmp_path, entry(rule=rule, severity="error")).entries) == 1


# --- the page -------------------------------------------------------------------------------------


def test_the_example_of_the_page_holds(home: Path, tmp_path: Path) -> None:
    [example] = FENCE.findall((home / "docs" / "waivers.md").read_text(encoding="utf-8"))
    held = waivers(tmp_path, example, today=date(2026, 9, 30))
    assert [(each.rule, each.severity) for each in held.entries] == [
        ("HT-R09", "info"), ("HT-R13", "waived"), ("HT-R19", "error"),
    ]  # fmt: skip
    assert len(waivers(tmp_path, example, today=date(2027, 1, 1)).expired) == 1
