"""Incidents leave as MISP events, STIX bundles and IAB suitability, without what is restricted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import harmtax
from harmtax import Incident, testing
from harmtax._generated.constraints import CODES, RECORDS
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.errors import BadUse
from harmtax.records import formats
from harmtax.records.formats import machine_tags
from harmtax.standard import taxonomy
from tests.rows import incident

HOME = Path(__file__).resolve().parent.parent
LEAN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
RESTRICTED = [field.name for field in RECORDS["Incident"].fields if field.audience == "restricted"]
PLATFORM = {"reporter_id": "north", "service_id": "north-video"}


def source_of(tmp_path: Path, *rows: Any) -> Path:
    path = tmp_path / "in.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def written(tmp_path: Path, name: str, *rows: Any) -> tuple[str, Any]:
    target = tmp_path / f"out-{name}"
    outcome = harmtax.convert(source_of(tmp_path, *rows), target, name)
    return target.read_text(), outcome


@pytest.mark.parametrize("name", ["misp", "stix", "iab"])
def test_nothing_restricted_leaves(name: str) -> None:
    @LEAN
    @given(testing.records(Incident))
    def holds(row: dict[str, Any]) -> None:
        words = {field: f"word{number}" for number, field in enumerate(RESTRICTED)}
        expressed = formats.named(name).express
        assert expressed is not None
        said = json.dumps(expressed({**row, **words}, Incident.table()).row)
        assert not [word for word in words.values() if word in said]

    holds()


@pytest.mark.parametrize("name", ["misp", "stix"])
def test_with_the_residue_the_records_come_back_exactly(name: str, tmp_path: Path) -> None:
    rows = [incident(decision_facts="Words."), incident(incident_id="i-2", category="HAR")]
    source, target, residue = source_of(tmp_path, *rows), tmp_path / "out", tmp_path / "residue"
    harmtax.convert(source, target, name, residue=residue)
    back = tmp_path / "back.ndjson"
    outcome = harmtax.convert(target, back, "ndjson", format=name, restore=residue)
    assert (outcome.accepted, outcome.rejected) == (2, 0)
    assert [json.loads(line) for line in back.read_text().splitlines()] == rows


# --- MISP -----------------------------------------------------------------------------------------------


def test_the_taxonomy_for_misp_has_every_tag_that_an_event_can_carry() -> None:
    told = json.loads((HOME / "exports" / "next" / "misp" / "machinetag.json").read_text())
    known = {
        (each["predicate"], entry["value"]) for each in told["values"] for entry in each["entry"]
    }
    possible = {
        (predicate, machine_tags.hyphened(code))
        for predicate, field in machine_tags.fields().items()
        for code in CODES[str(field.codes)]
    }
    tiers = {("tier", machine_tags.hyphened(tier)) for tier in CODES["Tier"]}
    assert known == possible | tiers
    assert {each["value"] for each in told["predicates"]} == {
        each["predicate"] for each in told["values"]
    }


def test_an_event_carries_category_and_tier_as_tags_and_the_day(tmp_path: Path) -> None:
    text, _ = written(tmp_path, "misp", incident(category="HAR"))
    event = json.loads(text)["Event"]
    tags = {tag["name"] for tag in event["Tag"]}
    tier = taxonomy.tier("HAR", "unknown").tier
    assert {'harmtax:category="har"', f'harmtax:tier="{tier}"'} <= tags
    assert event["date"] == "2026-01-01"
    assert not {"north", "i-1"} & set(text.split('"'))


def test_an_event_without_its_residue_comes_back_with_declared_defaults(tmp_path: Path) -> None:
    row = incident(actioned_at=None, incident_status="violation_not_actioned", decision_ground=None,
                   automated_decision=None, decision_visibility=None, ground_reference=None)  # fmt: skip
    written(tmp_path, "misp", row)
    back = tmp_path / "back.ndjson"
    outcome = harmtax.convert(
        tmp_path / "out-misp",
        back,
        "ndjson",
        format="misp",
        defaults=PLATFORM | {"incident_id": "x"},
    )
    assert outcome.rejected == 0
    assert json.loads(back.read_text()) == {**row, "incident_id": "x"}


def test_a_tag_with_no_code_of_ours_is_a_finding_at_its_field(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    source.write_text(json.dumps({"Event": {"Tag": [{"name": 'harmtax:category="nonsense"'}]}}))
    outcome = harmtax.convert(source, None, "ndjson", format="misp")
    assert ("code", "/category", "Tag") in [
        (g.finding.rule, g.finding.path, g.finding.origin) for g in outcome.groups
    ]


def test_two_codes_for_one_field_are_a_contradiction_and_not_a_choice(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    tags = [{"name": f'harmtax:category="{code}"'} for code in ("iia-nud", "cse")]
    source.write_text(json.dumps({"response": [{"Event": {"Tag": tags, "date": "2026-01-01"}}]}))
    outcome = harmtax.convert(source, None, "ndjson", format="misp")
    details = [g.finding.detail for g in outcome.groups if g.finding.path == "/category"]
    assert details and "beside another code" in str(details[0])


@pytest.mark.parametrize(
    "pair",
    [p for p in CROSSWALKS["misp"] if p.imported and p.code_list == "CategoryCode" and p.theirs],
    ids=lambda pair: str(pair.theirs),
)
def test_a_tag_of_another_taxonomy_gives_a_category_where_ours_is_silent(pair: Any) -> None:
    key, _, value = str(pair.theirs).partition("/")
    read = formats.named("misp").read
    assert read is not None
    tag = {"name": f'{key}="{value}"'}
    told = read({"Event": {"Tag": [tag]}}, Incident.table())
    assert told.row is not None and told.row["category"] == pair.ours
    ours = {"name": 'harmtax:category="asx"'}
    told = read({"Event": {"Tag": [tag, ours]}}, Incident.table())
    assert told.row is not None and told.row["category"] == "ASX"


# --- STIX -----------------------------------------------------------------------------------------------


def test_a_bundle_defines_its_extension_and_every_incident_uses_it(tmp_path: Path) -> None:
    text, _ = written(tmp_path, "stix", incident(), incident(incident_id="i-2"))
    bundle = json.loads(text)
    [definition] = [each for each in bundle["objects"] if each["type"] == "extension-definition"]
    incidents = [each for each in bundle["objects"] if each["type"] == "incident"]
    assert len(incidents) == 2
    for each in incidents:
        assert list(each["extensions"]) == [definition["id"]]
    assert len({each["id"] for each in bundle["objects"]}) == 4


def test_objects_of_others_in_a_bundle_are_passed_over(tmp_path: Path) -> None:
    text, _ = written(tmp_path, "stix", incident())
    bundle = json.loads(text)
    bundle["objects"] += [{"type": "malware"}, {"type": "incident", "id": "incident--x"}]
    path = tmp_path / "more.json"
    path.write_text(json.dumps(bundle))
    outcome = harmtax.convert(path, tmp_path / "back", "ndjson")
    assert (outcome.rows, outcome.accepted) == (1, 1)
    assert json.loads((tmp_path / "back").read_text()) == incident()


def test_no_incident_makes_a_bundle_too(tmp_path: Path) -> None:
    text, _ = written(tmp_path, "stix")
    assert len(json.loads(text)["objects"]) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"type": "note", "content": 'of an "incident" with extension-definition--'},
        {"type": "incident", "extensions": {"extension-definition--x": {"extension_type": "y"}}},
        {"type": "relationship", "extensions": {formats.named("stix").name: {}}},
    ],
)
def test_whatever_others_put_into_a_bundle_is_passed_over(other: Any, tmp_path: Path) -> None:
    text, _ = written(tmp_path, "stix", incident())
    bundle = json.loads(text)
    bundle["objects"].insert(0, other)
    path = tmp_path / "more.json"
    path.write_text(json.dumps(bundle))
    outcome = harmtax.convert(path, None, "ndjson", format="stix")
    assert (outcome.rows, outcome.accepted) == (1, 1)


def test_an_incident_that_was_revoked_is_not_taken_for_a_live_one(tmp_path: Path) -> None:
    text, _ = written(tmp_path, "stix", incident())
    path = tmp_path / "revoked.json"
    path.write_text(text.replace('"type":"incident"', '"type":"incident","revoked":true'))
    outcome = harmtax.convert(path, None, "ndjson", format="stix")
    assert (outcome.accepted, outcome.rejected) == (0, 1)


# --- IAB ------------------------------------------------------------------------------------------------


def test_suitability_names_topics_and_risks_by_their_ids(tmp_path: Path) -> None:
    row = incident(category="IIA-NUD", category_additional=["HAR"])
    text, outcome = written(tmp_path, "iab", row)
    item = json.loads(text)
    content = set(FORMATS["iab"].codes["IabSensitiveTopic"])
    risks = set(FORMATS["iab"].codes["IabSuitability"])
    assert item["id"] == "i-1" and item["cattax"] == 9
    assert item["catswithsuitability"]
    for each in item["catswithsuitability"]:
        assert each["id"] in content and each["suitability"] in risks
    told = {lost.field: lost.kind for lost in outcome.losses}
    assert told.keys() == row.keys() and told["generation"] == "dropped"


@pytest.mark.parametrize("category", [each.code for each in CATEGORIES])
def test_each_category_is_stated_or_left_out_with_the_reason(category: str, tmp_path: Path) -> None:
    express = formats.named("iab").express
    assert express is not None
    expressed = express(incident(category=category), Incident.table())
    if expressed.row is None:
        [loss] = expressed.losses
        assert (loss.field, loss.kind, loss.given) == ("", "dropped", f"category {category}")
    else:
        [stated] = expressed.row["catswithsuitability"]  # type: ignore[misc]
        assert stated["suitability"] in FORMATS["iab"].codes["IabSuitability"]


def test_what_is_no_violation_has_no_suitability(tmp_path: Path) -> None:
    row = incident(incident_status="pending", actioned_at=None, decision_ground=None,
                   automated_decision=None, decision_visibility=None, ground_reference=None)  # fmt: skip
    text, outcome = written(tmp_path, "iab", row)
    assert text == ""
    assert [(lost.field, lost.given) for lost in outcome.losses if lost.way == "out"] == [
        ("", "incident_status pending")
    ]


def test_suitability_is_not_read_and_no_residue_of_it_is_kept(tmp_path: Path) -> None:
    source = source_of(tmp_path, incident())
    with pytest.raises(BadUse, match="does not read"):
        harmtax.validate(source, tmp_path / "data", format="iab")
    with pytest.raises(BadUse, match="cannot be read back"):
        harmtax.convert(source, tmp_path / "out", "iab", residue=tmp_path / "residue")
