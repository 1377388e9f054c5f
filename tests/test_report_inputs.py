"""Reports of others come in as removal requests, flags as incidents, and nothing else comes along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident, RemovalRequest
from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse, Unreadable
from harmtax.records import formats
from harmtax.standard import crosswalk
from harmtax.testing import check_format

SERVICE = {"reporter_id": "north", "service_id": "north-video"}
FOUND = SERVICE | {"content_type": ["image"], "source_type": "own_initiative"}
LEAN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
# Whatever a person wrote, and whoever is named.
SECRET = "secret-3f9a"
OZONE: dict[str, Any] = {
    "id": 7,
    "reasonType": "tools.ozone.report.defs#reasonSexualNCII",
    "reason": SECRET,
    "subject": {"$type": "com.atproto.repo.strongRef", "uri": SECRET, "cid": SECRET},
    "reportedBy": SECRET,
    "createdAt": "2026-08-20T12:00:00Z",
}
EVENT: dict[str, Any] = {
    "id": 8,
    "event": {
        "$type": "tools.ozone.moderation.defs#modEventReport",
        "reportType": "tools.ozone.report.defs#reasonSexualNCII",
        "comment": SECRET,
    },
    "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": SECRET},
    "createdBy": SECRET,
    "createdAt": "2026-08-20T12:00:00Z",
}
MASTODON: dict[str, Any] = {
    "id": "31",
    "action_taken": False,
    "action_taken_at": None,
    "category": "other",
    "comment": SECRET,
    "created_at": "2026-08-25T09:56:16.763Z",
    "status_ids": [SECRET, SECRET],
    "target_account": {"username": SECRET},
}
FLAG: dict[str, Any] = {
    "id": f"urn:example:{SECRET}",
    "type": "Flag",
    "actor": SECRET,
    "content": SECRET,
    "object": [SECRET, SECRET, SECRET],
    "published": "2026-08-25T09:56:16+02:00",
}
REPORTS = {"ozone": OZONE, "mastodon": MASTODON, "activitypub": FLAG}


def taken(
    tmp_path: Path, name: str, *reports: Any, defaults: Any = SERVICE, record: Any = RemovalRequest
) -> tuple[list[dict[str, Any]], Any]:
    """The records that came of reports, and the outcome."""
    source, target = tmp_path / "in.json", tmp_path / "out.ndjson"
    source.write_text(json.dumps(list(reports)))
    outcome = harmtax.convert(
        source, target, "ndjson", format=name, record=record, defaults=defaults
    )
    return [json.loads(line) for line in target.read_text().splitlines()], outcome


def kinds(outcome: Any) -> dict[str, str]:
    return {lost.field: lost.kind for lost in outcome.losses}


def errors(outcome: Any) -> list[tuple[str, str]]:
    return [(g.finding.rule, g.finding.path) for g in outcome.groups]


@pytest.mark.parametrize(
    ("name", "category", "items", "received"),
    [
        ("ozone", "IIA", 1, "2026-08-20T12:00:00Z"),
        ("mastodon", "UNS", 2, "2026-08-25T09:56:16.763000Z"),
        ("activitypub", "UNS", 2, "2026-08-25T07:56:16Z"),
    ],
)
def test_a_report_becomes_an_open_request(
    name: str, category: str, items: int, received: str, tmp_path: Path
) -> None:
    [row], _ = taken(tmp_path, name, REPORTS[name])
    assert (row["category"], row["item_count"], row["received_at"]) == (category, items, received)
    assert row["request_channel"] == "other_user_report"
    assert (row["validity"], row["outcome"]) == ("under_review", "pending")


def test_a_moderation_event_is_a_report_too_and_an_account_is_no_item(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    source.write_text(json.dumps({"events": [EVENT], "cursor": "x"}))
    target = tmp_path / "out"
    harmtax.convert(
        source, target, "ndjson", format="ozone", record=RemovalRequest, defaults=SERVICE
    )
    row = json.loads(target.read_text())
    assert (row["category"], row["item_count"]) == ("IIA", 0)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("ozone", {**EVENT, "event": {"$type": "tools.ozone.moderation.defs#modEventTakedown"}}),
        ("activitypub", {**FLAG, "type": "Create"}),
        ("activitypub", {"id": "x", "object": []}),
        ("mastodon", 3),
    ],
)
def test_what_is_no_report_is_rejected(name: str, other: Any, tmp_path: Path) -> None:
    rows, outcome = taken(tmp_path, name, other)
    assert rows == [] and errors(outcome) == [("unreadable", "")]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_no_words_no_account_and_no_address_is_kept_anywhere(name: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.json", tmp_path / "data"
    bad = {**REPORTS[name], "createdAt": "x", "created_at": "x", "published": "x"}
    more = {**REPORTS[name], SECRET: SECRET, "id": f"{SECRET}-2"}
    source.write_text(json.dumps([REPORTS[name], bad, more]))
    outcome = harmtax.validate(source, target, format=name, record=RemovalRequest, defaults=SERVICE)
    assert (outcome.accepted, outcome.rejected) == (2, 1)
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path != source]
    assert len(kept) >= 3
    for path in kept:
        assert SECRET.encode() not in path.read_bytes(), path
    assert SECRET not in repr(outcome)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([SECRET, [SECRET], {**OZONE, "createdAt": f"{SECRET} @handle"}]).encode(),
        json.dumps(OZONE).encode().replace(b"words", b"\xff") + b"\xff",
        json.dumps(OZONE)[:-1].encode(),
        json.dumps({**OZONE, "more": 0}).replace("0}", "[" * 3000 + "]" * 3000 + "}").encode(),
    ],
)
def test_not_even_a_broken_report_is_kept(content: bytes, tmp_path: Path) -> None:
    source, target = tmp_path / "in.json", tmp_path / "data"
    source.write_bytes(content)
    outcome = harmtax.validate(
        source, target, format="ozone", record=RemovalRequest, defaults=SERVICE
    )
    assert outcome.accepted == 0 and outcome.rejected >= 1
    for path in (path for path in tmp_path.rglob("*") if path.is_file() and path != source):
        kept = path.read_bytes()
        assert not [word for word in (SECRET.encode(), b"@handle", b"raw_base64") if word in kept]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "soon"])
def test_a_time_beyond_all_time_is_a_finding_of_its_record(time: str, tmp_path: Path) -> None:
    rows, outcome = taken(tmp_path, "ozone", OZONE, {**OZONE, "id": 8, "createdAt": time})
    assert len(rows) == 1
    assert {path for _, path in errors(outcome)} == {"/received_at"}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_same_report_has_the_same_key_each_time_and_no_other_has_it(
    name: str, tmp_path: Path
) -> None:
    more = [REPORTS[name], {**REPORTS[name], "id": "another"}]
    first, _ = taken(tmp_path, name, *more)
    again, _ = taken(tmp_path, name, *more)
    assert first == again
    assert len({row["request_id"] for row in first}) == 2


def test_a_reason_that_is_not_listed_becomes_other_and_is_not_told(tmp_path: Path) -> None:
    [row], outcome = taken(tmp_path, "ozone", {**OZONE, "reasonType": SECRET})
    assert row["category"] == "OTH"
    [lost] = [lost for lost in outcome.losses if lost.field == "category"]
    assert (lost.kind, lost.given, lost.became) == ("forced_other", "", "OTH")


@pytest.mark.parametrize("code", FORMATS["ozone"].codes["AtprotoReasonType"])
def test_each_reason_becomes_what_the_crosswalk_says(code: str, tmp_path: Path) -> None:
    [row], outcome = taken(tmp_path, "ozone", {**OZONE, "reasonType": code})
    pair = crosswalk.place("ozone", f"reason_type/{code}")
    expected = pair.ours if pair is not None and pair.ours is not None else "OTH"
    assert row["category"] == expected
    [lost] = [lost for lost in outcome.losses if lost.field == "category"]
    assert lost.given == code


def test_a_closed_report_needs_a_declared_outcome(tmp_path: Path) -> None:
    closed = {**MASTODON, "action_taken": True, "action_taken_at": "2026-08-26T00:00:00Z"}
    rows, outcome = taken(tmp_path, "mastodon", closed)
    assert rows == [] and errors(outcome) == [("missing", "/outcome")]
    declared = SERVICE | {"outcome": "no_violation"}
    [row], outcome = taken(tmp_path, "mastodon", closed, defaults=declared)
    assert (row["outcome"], row["decided_at"]) == ("no_violation", "2026-08-26T00:00:00Z")
    assert kinds(outcome)["outcome"] == "defaulted"


def test_a_moderator_sees_posts_where_others_see_their_numbers(tmp_path: Path) -> None:
    seen = {**MASTODON, "status_ids": None, "statuses": [{"id": SECRET}], "account": {}}
    [row], outcome = taken(tmp_path, "mastodon", seen)
    assert row["item_count"] == 1
    assert kinds(outcome)["account"] == "dropped"


def test_a_flag_without_a_time_says_what_to_supply(tmp_path: Path) -> None:
    rows, outcome = taken(tmp_path, "activitypub", {**FLAG, "published": None})
    assert rows == [] and errors(outcome) == [("missing", "/received_at")]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_is_no_incident(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="RemovalRequest"):
        taken(tmp_path, name, REPORTS[name], record=Incident, defaults=FOUND)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_no_report_however_odd_raises(name: str) -> None:
    format_ = formats.named(name)
    members = [*REPORTS[name], *OZONE, *MASTODON, "event"]

    @LEAN
    @given(st.dictionaries(st.sampled_from(members), JSON, max_size=6))
    def holds(changes: dict[str, Any]) -> None:
        check_format(
            format_, files=[json.dumps([{**REPORTS[name], **changes}]).encode()],
            record=RemovalRequest,
        )  # fmt: skip

    holds()


# --- flags of NCMEC -------------------------------------------------------------------------------------

KINDS = FORMATS["ncmec"].codes["NcmecIncidentType"]
FLAGS: dict[str, Any] = {"incident_id": "i-1", "date": "2026-08-01", "incident_type": KINDS[0]}


def flagged(tmp_path: Path, **changes: Any) -> tuple[list[dict[str, Any]], Any]:
    return taken(tmp_path, "ncmec", {**FLAGS, **changes}, defaults=FOUND, record=Incident)


def test_flags_become_a_pending_incident_that_was_reported(tmp_path: Path) -> None:
    [row], outcome = flagged(tmp_path, file_annotations=["generativeAi"], number_of_files=2)
    assert row["category"] == "CSE" and row["authority_report"] == ["ncmec"]
    assert (row["generation"], row["depicted_age_group"]) == ("synthetic_unspecified", "minor")
    assert row["incident_status"] == "pending"
    found = kinds(outcome)
    assert (found["number_of_files"], found["generation"]) == ("dropped", "exact")
    assert found["incident_status"] == found["content_type"] == "defaulted"


def test_no_flag_says_nothing_on_how_imagery_was_made(tmp_path: Path) -> None:
    [row], _ = flagged(tmp_path)
    assert row["generation"] == "unknown"


@pytest.mark.parametrize("kind", KINDS)
def test_every_incident_type_has_a_place_or_is_other(kind: str, tmp_path: Path) -> None:
    rows, outcome = flagged(tmp_path, incident_type=kind)
    pair = crosswalk.place("ncmec", f"incident_type/{kind}")
    if pair is not None and pair.ours is not None:
        assert [row["category"] for row in rows] == [pair.ours]
    else:
        # OTH asks for words, which no flag has.
        assert rows == [] and {path for _, path in errors(outcome)} == {"/category_other_text"}


@pytest.mark.parametrize(
    "content",
    [
        b"<report><incidentSummary/></report>",
        json.dumps([FLAGS, {**FLAGS, "additional_info": SECRET}]).encode(),
        json.dumps({**FLAGS, "file_annotations": {"fileName": SECRET}}).encode(),
        json.dumps({**FLAGS, "file_annotations": [SECRET * 100]}).encode(),
        json.dumps({**FLAGS, "incident_type": SECRET * 100}).encode(),
        json.dumps("text").encode(),
        b"3",
        b"{}",
        f'{{"incident_id": "{SECRET * 100}", {json.dumps(FLAGS)[1:]}'.encode(),
        json.dumps({**FLAGS, "number_of_files": SECRET}).encode(),
        json.dumps({**FLAGS, "incident_type": SECRET}).encode(),
        json.dumps({**FLAGS, "file_annotations": [SECRET]}).encode(),
        json.dumps({**FLAGS, "incident_id": f"{SECRET} and more"}).encode(),
        json.dumps({**FLAGS, "date": SECRET}).encode(),
    ],
)
def test_more_than_flags_is_refused_as_a_whole_before_anything_is_kept(
    content: bytes, tmp_path: Path
) -> None:
    source, target = tmp_path / "in.json", tmp_path / "data"
    source.write_bytes(content)
    with pytest.raises(Unreadable, match="more than flags") as caught:
        harmtax.validate(source, target, format="ncmec", defaults=FOUND)
    assert SECRET not in str(caught.value)
    assert {path.name for path in tmp_path.iterdir()} == {"in.json"}
