"""The models and `explain`: what is refused, and how it is said."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from harmtax import Exposure, Incident, explain, schema
from harmtax._generated import models
from harmtax._generated.constraints import RECORDS
from tests.rows import exposure, incident


def faults(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.path) for finding in explain(row, Incident)]


def test_a_record_with_five_different_faults_shows_five_findings() -> None:
    row = incident(
        category="IIA-NDU", revision="1", content_date="2026-02-30", extra="x", request_id="r-1"
    )
    assert faults(row) == [
        ("type", "/revision"),
        ("code", "/category"),
        ("time", "/content_date"),
        ("unknown_field", "/extra"),
        ("HT-R18", "/request_id"),
    ]


def test_a_valid_row_has_no_finding_and_makes_a_record() -> None:
    assert faults(incident()) == []
    record = Incident.from_row(incident())
    assert record.category is models.CategoryCode.IIA_NUD
    assert record.row() == incident()


def test_broken_rules_raise_one_entry_each_with_the_rule_as_type() -> None:
    with pytest.raises(ValidationError) as caught:
        Incident.from_row(incident(generation="fully_generated", request_id="r-1"))
    assert [(e["type"], e["loc"]) for e in caught.value.errors()] == [
        ("HT-R08", ("generation",)),
        ("HT-R18", ("request_id",)),
    ]
    assert pickle.loads(pickle.dumps(caught.value.errors()[0]["ctx"])) == {"rule": "HT-R08"}


def test_a_warning_does_not_stop_a_record() -> None:
    row = incident(depicted_age_group="unknown")
    assert [finding.severity for finding in explain(row, Incident)] == ["warning"]
    assert Incident.from_row(row).depicted_age_group == "unknown"


def test_python_callers_give_enum_members_and_tuples() -> None:
    values = dict(Incident.from_row(incident()))
    assert Incident(**values) == Incident.from_row(incident())
    with pytest.raises(ValidationError):
        Incident(**{**values, "category": "IIA-NUD"})


def test_a_record_is_frozen_and_refuses_unknown_fields() -> None:
    record = Exposure.from_row(exposure())
    with pytest.raises(ValidationError):
        record.value = 3  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Exposure.from_row(exposure(other=1))


def test_times_are_moved_to_utc_and_accepted_in_one_written_form_only() -> None:
    east = timezone(timedelta(hours=2))
    values = dict(Incident.from_row(incident()))
    moved = Incident(**{**values, "actioned_at": datetime(2026, 1, 2, 10, 30, tzinfo=east)})
    assert moved.actioned_at == datetime(2026, 1, 2, 8, 30, tzinfo=UTC)
    for written in (
        "2026-01-02T10:30:00+02:00", "2026-01-02 08:30:00Z", "2026-01-02T08:30Z", "1767342600",
        "2026-01-02t08:30:00z", "2026-01-02T08:30:00,5Z", "2026-01-02T08:30:00.1234567Z",
        "2026-01-02T24:00:00Z", "2026-01-02T08:30:60Z", "2026-02-30T08:30:00Z",
    ):  # fmt: skip
        assert ("time", "/actioned_at") in faults(incident(actioned_at=written)), written


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), b"x", object(), {1: 2}, "\ud800", [float("nan")], 10**30]
)
def test_explain_never_raises_on_data(value: object) -> None:
    for field in RECORDS["Incident"].fields:
        found = explain({**incident(), field.name: value}, Incident)
        assert any(finding.path.startswith(f"/{field.name}") for finding in found), field.name
    assert explain({}, Incident)
    assert explain({1: 2}, Incident)  # type: ignore[dict-item]


def test_explain_takes_odd_values_as_values() -> None:
    class Text(str):
        pass

    deep: list[object] = []
    deep.append(deep)
    assert explain({**incident(), "reporter_id": Text("north")}, Incident) == []
    assert explain(dict(Incident.from_row(incident())), Incident) == []
    for value in (deep, {"a": deep}, [[[]]]):
        assert ("unknown_field", "/odd") in faults({**incident(), "odd": value})
        assert faults({**incident(), "category": value})[0][0] == "type"
    assert faults({**incident(), "\ud800": 1})[-1][0] == "unknown_field"


def test_absent_and_null_are_the_same() -> None:
    row = incident()
    assert explain({**row, "surface": None}, Incident) == []
    assert faults({**row, "category": None}) == [("missing", "/category")]


def test_a_rule_about_an_unsound_field_is_skipped_not_guessed() -> None:
    assert faults(incident(category="nothing", generation="not_synthetic")) == [("code", "/category")]


def test_the_value_of_a_restricted_field_never_appears() -> None:
    canary = "canary-7391"
    for text in (f"{canary} mail@example.org", canary * 90):
        for finding in explain(incident(decision_facts=text, secret=canary), Incident):
            assert canary not in str(finding.row())
    with pytest.raises(ValidationError) as caught:
        Incident.from_row(incident(decision_facts=f"{canary} mail@example.org"))
    assert canary not in str(caught.value) + repr(caught.value.errors()) + caught.value.json()


def test_docstrings_tell_definition_unit_audience_and_source() -> None:
    for name, table in RECORDS.items():
        told = " ".join((getattr(models, name).__doc__ or "").split())
        for field in table.fields:
            assert f"{field.name}: {field.definition} Audience: {field.audience}." in told
            assert field.unit is None or f"Unit: {field.unit}." in told
            assert field.source is None or f"Source: {field.source}." in told


def test_enum_members_are_named_by_their_codes() -> None:
    assert models.CategoryCode["CSE_COE"] == "CSE-COE"
    assert models.LanguageCode["is_"] == "is"
    assert [member.value for member in models.Tier] == ["floor", "high", "medium", "low"]


def test_the_arrow_schema_follows_the_fields_with_unit_and_audience() -> None:
    found = schema(Incident)
    assert found.names == [field.name for field in RECORDS["Incident"].fields]
    assert found.field("actioned_at").type == pa.timestamp("us", "UTC")
    assert found.field("content_type").type == pa.list_(pa.string())
    assert found.field("views_before_action").metadata[b"unit"] == b"views"
    assert found.field("decision_facts").metadata[b"audience"] == b"restricted"


def test_a_deadline_at_the_end_of_the_calendar_is_compared_without_overflow() -> None:
    found = explain(incident(content_date="2099-12-31", actioned_at="2099-12-31T23:59:59Z"), Incident)
    assert found == []
