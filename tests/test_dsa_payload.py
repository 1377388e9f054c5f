"""Statements are written as the server takes them, and come back with what was lost told exactly."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident, testing
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.errors import BadUse, Unreadable
from harmtax.records import comparison, formats
from harmtax.records import residue as residue_room
from harmtax.records.formats import dsa_payload, receiver
from harmtax.sampling.choosers import RandomChooser
from harmtax.sampling.rows import draw_row
from tests.rows import exposure, incident
from tests.server import refused

HOME = Path(__file__).resolve().parent
EXAMPLE = HOME / "data" / "dsa-example.json"
DUMPS = Path(harmtax.__file__).parent / "data"
LEAN = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
DEFAULTS = {
    "decision_facts": "Reviewed against the policy.",
    "ground_explanation": "The item breaks the rule that is named.",
    "automated_detection": "no",
    "territorial_scope": ["DE"],
}
PLATFORM = {"reporter_id": "north", "service_id": "north-video"}
FULL = incident(**DEFAULTS | {"automated_detection": "yes"})


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def written(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "in.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def findings(outcome: harmtax.records.intake.Outcome) -> list[tuple[str, str, str | None]]:
    found = [group.finding for group in outcome.groups if group.finding.severity == "error"]
    return [(each.rule, each.path, each.origin) for each in found]


# --- outward ----------------------------------------------------------------------------------------


def test_a_statement_has_the_names_of_the_interface_and_nothing_that_the_server_makes() -> None:
    row = dsa_payload.express(FULL, Incident.table()).row
    assert row["puid"] == "i-1"
    assert row["category"] == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert row["category_specification"] == ["KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"]
    assert row["content_type"] == ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_SYNTHETIC_MEDIA"]
    assert row["application_date"] == "2026-01-02"
    assert not {"uuid", "platform_name", "created_at", "platform_uid"} & row.keys()
    assert refused(row) == set()


def test_a_batch_holds_at_most_a_hundred_statements(tmp_path: Path) -> None:
    rows = [{**FULL, "incident_id": f"i-{number}"} for number in range(230)]
    harmtax.convert(written(tmp_path, *rows), tmp_path / "out", "dsa")
    assert [len(line["statements"]) for line in lines(tmp_path / "out")] == [100, 100, 30]
    harmtax.convert(written(tmp_path, *rows), tmp_path / "single", "dsa-single")
    assert [line["puid"] for line in lines(tmp_path / "single")] == [r["incident_id"] for r in rows]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"decision_facts": None}, ("missing", "/decision_facts", "decision_facts")),
        (
            {"ground_explanation": None},
            ("DSA-R04", "/ground_explanation", "incompatible_content_explanation"),
        ),
        (
            {"automated_detection": "unknown"},
            ("missing", "/automated_detection", "automated_detection"),
        ),
        ({"content_date": "1999-12-31"}, ("range", "/content_date", "content_date")),
        (
            {"end_date_visibility_restriction": "2038-01-02"},
            ("range", "/end_date_visibility_restriction", "end_date_visibility_restriction"),
        ),
        (
            {"category": "OTH", "category_other_text": "new", "decision_ground": "illegal_content"},
            ("unmapped", "/category", "category"),
        ),
    ],
)
def test_the_record_that_would_sink_a_batch_is_named_with_what_to_supply(
    changes: dict[str, Any], expected: tuple[str, str, str], tmp_path: Path
) -> None:
    rows = {**FULL, "incident_id": "good"}, {**FULL, "incident_id": "bad", **changes}
    checked = harmtax.convert(written(tmp_path, *rows), None, "dsa")
    assert findings(checked) == [expected]
    [group] = [group for group in checked.groups if group.finding.severity == "error"]
    assert [(place.record, place.line) for place in group.places] == [("bad", 2)]
    assert group.finding.hint
    assert (checked.rows, checked.accepted, checked.rejected) == (2, 1, 1)
    harmtax.convert(written(tmp_path, *rows), tmp_path / "out", "dsa")
    [batch] = lines(tmp_path / "out")
    assert [each["puid"] for each in batch["statements"]] == ["good"]


def test_a_platform_identifier_is_sent_once_only(tmp_path: Path) -> None:
    again = {**FULL, "revision": 2, "revision_reason": "a wrong day"}
    outcome = harmtax.convert(written(tmp_path, FULL, again), tmp_path / "out", "dsa")
    assert findings(outcome) == [("DSA-R09", "/incident_id", "puid")]
    assert len(lines(tmp_path / "out")[0]["statements"]) == 1


def test_what_needs_no_statement_is_left_out_and_counted_not_rejected(tmp_path: Path) -> None:
    order = {**FULL, "incident_id": "i-2", "source_type": "authority_order"}
    pending = incident(
        incident_id="i-3", incident_status="pending", automated_decision=None, decision_ground=None,
        ground_reference=None, decision_visibility=None, actioned_at=None,
    )  # fmt: skip
    outcome = harmtax.convert(written(tmp_path, order, pending), tmp_path / "out", "dsa")
    assert (outcome.accepted, outcome.rejected) == (2, 0)
    assert lines(tmp_path / "out") == []
    whole = [(lost.given, lost.records) for lost in outcome.losses if lost.field == ""]
    assert whole == [
        ("incident_status pending", ("i-3",)), ("source_type authority_order", ("i-2",)),
    ]  # fmt: skip


def test_declared_defaults_fill_what_is_silent_and_are_counted(tmp_path: Path) -> None:
    silent = incident(automated_detection="unknown")
    outcome = harmtax.convert(written(tmp_path, silent), tmp_path / "out", "dsa", defaults=DEFAULTS)
    assert findings(outcome) == []
    kinds = {lost.field: lost.kind for lost in outcome.losses}
    assert {kinds[name] for name in DEFAULTS} == {"defaulted"}
    [statement] = lines(tmp_path / "out")[0]["statements"]
    assert statement["automated_detection"] == "No"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no_field = 1", "no_field"),
        ("automated_detection = 'perhaps'", "automated_detection"),
        ("=", "TOML"),
    ],
)
def test_defaults_that_are_not_ours_are_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "defaults.toml").write_text(text)
    with pytest.raises(BadUse, match=said):
        harmtax.convert(written(tmp_path, FULL), None, "dsa", defaults=tmp_path / "defaults.toml")


def test_statements_hold_incidents_and_nothing_else(tmp_path: Path) -> None:
    source = written(tmp_path, exposure())
    with pytest.raises(BadUse, match="Incident"):
        harmtax.convert(source, None, "dsa", record=harmtax.Exposure)


def test_generated_records_of_every_category_break_no_rule_of_the_server(tmp_path: Path) -> None:
    random = Random(7)
    rows = []
    for number, category in enumerate([row.code for row in CATEGORIES] * 30):
        pins = {"incident_id": f"g-{number}", "category": category, "incident_status": "actioned"}
        rows.append(draw_row(Incident, RandomChooser(random), pins))
    outcome = harmtax.convert(written(tmp_path, *rows), tmp_path / "out", "dsa", defaults=DEFAULTS)
    sent = [each for line in lines(tmp_path / "out") for each in line["statements"]]
    assert {code for each in sent for code in refused(each)} == set()
    told = Counter(
        group.finding.rule for group in outcome.groups if group.finding.severity == "error"
    )
    # Nothing is kept back but what cannot be said at all: OTH on the ground of a law, days out of reach.
    assert told.keys() <= {"unmapped", "range"}
    categories = {row["incident_id"]: row["category"] for row in rows}
    assert {categories[each["puid"]] for each in sent} == {row.code for row in CATEGORIES}


@LEAN
@given(testing.records(Incident, {"incident_status": "actioned"}), st.data())
def test_both_readings_of_the_servers_rules_agree(row: dict[str, Any], data: st.DataObject) -> None:
    expressed = dsa_payload.express({**DEFAULTS, **row}, Incident.table())
    if expressed.row is None:
        return
    sent = dict(expressed.row)
    for name in data.draw(st.lists(st.sampled_from(sorted(sent)), max_size=3)):
        sent.pop(name, None)
    if data.draw(st.booleans()):
        name = data.draw(st.sampled_from(sorted(sent)))
        sent[name] = data.draw(st.sampled_from(["", "x" * 5001, "2040-01-01", ["X"], "Yes"]))
    if any(isinstance(v, list) is not (k in LISTS) for k, v in sent.items()):
        return
    errors = {f.origin for f in dsa_payload.judge(sent) if f.severity == "error"}
    assert bool(errors) == bool(refused(sent)), (errors, refused(sent))


LISTS = {column.name for column in dsa_payload.FORMATS["dsa_v2"].columns if column.many}


# --- there and back ---------------------------------------------------------------------------------


@LEAN
@given(
    st.lists(testing.records(Incident), min_size=1, max_size=6),
    st.sampled_from(["dsa", "dsa-single", "dsa-v2"]),
)
def test_with_its_residue_every_record_comes_back_exactly(
    rows: list[dict[str, Any]], to: str
) -> None:
    import tempfile

    numbered = [{**row, "incident_id": f"i-{number}"} for number, row in enumerate(rows)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = written(folder, *numbered)
        harmtax.convert(source, folder / "same.ndjson", "ndjson")
        sent = harmtax.convert(
            source, folder / "sent", to, defaults=DEFAULTS, residue=folder / "residue"
        )
        back = harmtax.convert(
            folder / "sent", folder / "back.ndjson", "ndjson", format=to,
            restore=folder / "residue",
        )  # fmt: skip
        refused_ = {
            place.record for g in sent.groups if g.finding.severity == "error" for place in g.places
        }
        expected = [
            row for row in lines(folder / "same.ndjson") if row["incident_id"] not in refused_
        ]
        if sent.rejected <= 3:
            assert lines(folder / "back.ndjson") == expected
        assert back.rejected == 0
        assert back.rows == sent.accepted


@pytest.mark.parametrize("name", ["dsa", "dsa-v2"])
@LEAN
@given(row=testing.records(Incident, {"incident_status": "actioned"}))
def test_without_the_residue_the_difference_is_what_the_account_says(
    name: str, row: dict[str, Any]
) -> None:
    table, format_ = Incident.table(), formats.named(name)
    assert format_.express is not None and format_.read is not None
    expressed = format_.express(row, table)
    if expressed.row is None:
        return
    back = format_.read(expressed.row, table)
    assert back.row is not None
    told = list(comparison.losses(row, expressed, back, table))
    assert len({loss.field for loss in told}) == len(told)
    assert {loss.field for loss in told} == row.keys() | back.row.keys()
    differs = {n for n in row.keys() | back.row.keys() if row.get(n) != back.row.get(n)}
    assert {loss.field for loss in told if loss.kind != "exact"} == differs


def test_the_counts_of_a_field_add_up_to_the_records_that_have_it(tmp_path: Path) -> None:
    sample = HOME.parent / "exports" / "next" / "sample.ndjson"
    outcome = harmtax.convert(sample, tmp_path / "out", "dsa", defaults=DEFAULTS)
    left_out = sum(lost.count for lost in outcome.losses if lost.field == "")
    counts: Counter[str] = Counter()
    for lost in outcome.losses:
        counts[lost.field] += lost.count
    written_ = outcome.accepted - left_out
    assert counts["category"] == counts["incident_id"] == counts["treatment"] == written_
    assert all(count <= written_ for field, count in counts.items() if field)


def test_a_residue_that_belongs_to_another_file_is_refused(tmp_path: Path) -> None:
    harmtax.convert(written(tmp_path, FULL), tmp_path / "out", "dsa", residue=tmp_path / "residue")
    other = {**FULL, "decision_visibility": ["demoted"]}
    harmtax.convert(written(tmp_path, other), tmp_path / "other", "dsa")
    with pytest.raises(BadUse, match="does not fit"):
        harmtax.convert(
            tmp_path / "other", tmp_path / "back.ndjson", "ndjson", restore=tmp_path / "residue"
        )
    assert not (tmp_path / "back.ndjson").exists()


def signed_again(text: str) -> str:
    """A residue as somebody would make it who knows how."""
    head, *rest = text.splitlines()
    read = [msgspec.json.decode(line, type=residue_room._Line).signed() for line in rest]
    return "".join(f"{line}\n" for line in (head, *(msgspec.json.encode(e).decode() for e in read)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines[:1],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:-1], "{}"],
        lambda lines: [lines[0], '{"at":0,"digest":"x"}', *lines[2:]],
        lambda lines: [lines[0], lines[1].replace('"set":{', '"set":[{'), *lines[2:]],
        lambda lines: [lines[0], '{"before":0,"row":"x","sum":""}', *lines[1:]],
        lambda lines: [lines[0], "no JSON", *lines[1:]],
        lambda lines: ["[]", *lines[1:]],
        lambda lines: [],
    ],
)
def test_a_damaged_residue_is_an_error_of_ours_and_nothing_is_written(
    spoil: Any, tmp_path: Path
) -> None:
    kept = tmp_path / "residue"
    harmtax.convert(written(tmp_path, FULL), tmp_path / "out", "dsa", residue=kept)
    kept.write_text("".join(f"{line}\n" for line in spoil(kept.read_text().splitlines())))
    with pytest.raises((BadUse, Unreadable)):
        harmtax.convert(tmp_path / "out", tmp_path / "back", "ndjson", restore=kept)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize("change", [lambda s: s[1:], lambda s: s[::-1], lambda s: [*s, s[0]]])
def test_records_that_were_moved_or_taken_away_are_told_though_nothing_was_lost_of_them(
    change: Any, tmp_path: Path
) -> None:
    kept, sent = tmp_path / "residue", tmp_path / "bundle.json"
    rows = [incident(incident_id=f"i-{number}") for number in range(3)]
    harmtax.convert(written(tmp_path, *rows), sent, "stix", residue=kept)
    bundle = json.loads(sent.read_text())
    bundle["objects"] = change(bundle["objects"][2:])
    sent.write_text(json.dumps(bundle))
    with pytest.raises(BadUse, match="does not fit"):
        harmtax.convert(sent, tmp_path / "back", "ndjson", restore=kept)
    assert not (tmp_path / "back").exists()


@pytest.mark.parametrize(
    ("target", "residue", "restore"),
    [
        ("x", "x", None),
        ("x", "x.losses.json", None),
        ("x", None, "x"),
        ("x.losses.json", "y", "x.losses.json"),
    ],
)
def test_no_result_takes_the_place_of_another_or_of_what_is_read(
    target: str, residue: str | None, restore: str | None, tmp_path: Path
) -> None:
    source = written(tmp_path, FULL)
    if restore is not None:
        harmtax.convert(source, tmp_path / "sent", "dsa", residue=tmp_path / restore)
        before = (tmp_path / restore).read_bytes()
    with pytest.raises(BadUse, match="twice"):
        harmtax.convert(
            source, tmp_path / target, "dsa",
            residue=None if residue is None else tmp_path / residue,
            restore=None if restore is None else tmp_path / restore,
        )  # fmt: skip
    if restore is not None:
        assert (tmp_path / restore).read_bytes() == before


@pytest.mark.parametrize("blank", ["   ", "\u00a0", " \n ", "\u200b"])
def test_a_text_of_blanks_is_missing_to_the_server(blank: str, tmp_path: Path) -> None:
    source = written(tmp_path, {**FULL, "decision_facts": blank})
    checked = harmtax.convert(source, None, "dsa")
    assert ("missing", "/decision_facts", "decision_facts") in findings(checked)


def test_a_dump_that_we_write_keeps_the_servers_rules_too(tmp_path: Path) -> None:
    again = {**FULL, "revision": 2, "revision_reason": "a wrong day"}
    source = written(tmp_path, {**FULL, "incident_id": "x", "decision_facts": None}, FULL, again)
    outcome = harmtax.convert(source, tmp_path / "dump.csv", "dsa-v2")
    assert {(rule, path) for rule, path, _ in findings(outcome)} == {
        ("missing", "/decision_facts"), ("DSA-R09", "/incident_id"),
    }  # fmt: skip
    assert outcome.accepted == 1


def test_an_identifier_is_taken_once_for_each_platform(tmp_path: Path) -> None:
    source = written(tmp_path, FULL, {**FULL, "reporter_id": "south"})
    assert findings(harmtax.convert(source, None, "dsa")) == []


def test_a_default_holds_no_address_and_no_handle() -> None:
    for text in ("mail a@b.com", "see http://x.y", "ask @someone"):
        with pytest.raises(BadUse, match="decision_facts"):
            harmtax.convert(EXAMPLE, None, "ndjson", defaults={"decision_facts": text})


@pytest.mark.parametrize("first", ["", '{"cut', "[" * 3000 + "]" * 3000])
def test_a_bad_first_line_hides_no_other(first: str, tmp_path: Path) -> None:
    harmtax.convert(written(tmp_path, FULL), tmp_path / "sent", "dsa-single")
    path = tmp_path / "in.jsonl"
    path.write_text(f"{first}\n" + (tmp_path / "sent").read_text() * 2)
    outcome = harmtax.convert(path, None, "ndjson", format="dsa", defaults=PLATFORM)
    assert (outcome.rows, outcome.accepted, outcome.rejected) == (3, 2, 1)
    assert [g.places[0].line for g in outcome.groups if g.finding.rule == "unreadable"] == [1]


def test_a_damaged_input_is_named_and_not_the_result(tmp_path: Path) -> None:
    import gzip

    path = tmp_path / "in.ndjson.gz"
    path.write_bytes(gzip.compress(json.dumps(FULL).encode() * 50)[:-9])
    with pytest.raises(Unreadable, match=r"in\.ndjson\.gz"):
        harmtax.convert(path, tmp_path / "result", "ndjson")


def test_a_residue_is_believed_no_more_than_other_input(tmp_path: Path) -> None:
    pending = incident(
        incident_status="pending", automated_decision=None, decision_ground=None,
        ground_reference=None, decision_visibility=None, actioned_at=None,
    )  # fmt: skip
    kept = tmp_path / "residue"
    harmtax.convert(written(tmp_path, pending, FULL), tmp_path / "out", "dsa", residue=kept)
    changed = kept.read_text().replace('"IIA-NUD"', '"IIA-NDU"')
    kept.write_text(changed)
    with pytest.raises(BadUse, match="not as harmtax wrote it"):
        harmtax.convert(tmp_path / "out", tmp_path / "back", "ndjson", restore=kept)
    kept.write_text(signed_again(changed))
    back = harmtax.convert(tmp_path / "out", tmp_path / "back", "ndjson", restore=kept)
    assert ("code", "/category", None) in findings(back)
    assert (back.rows, back.accepted, back.rejected) == (2, 0, 2)


@pytest.mark.parametrize("name", ["example", "sample"])
def test_what_an_import_loses_can_be_kept_and_comes_back_exactly(name: str, tmp_path: Path) -> None:
    given_ = [json.loads(EXAMPLE.read_text())]
    if name == "sample":
        sample = HOME.parent / "exports" / "next" / "sample.ndjson"
        harmtax.convert(sample, tmp_path / "filed", "dsa-single", defaults=DEFAULTS)
        added = {
            "account_type": "ACCOUNT_TYPE_PRIVATE",
            "uuid": "u",
            "content_id": {"EAN-13": "1" * 13},
        }
        given_ = [each | added for each in lines(tmp_path / "filed")]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in given_))
    kept = tmp_path / "residue"
    ours = tmp_path / "ours.ndjson"
    harmtax.convert(tmp_path / "in.jsonl", ours, "ndjson", defaults=PLATFORM, residue=kept)
    back = harmtax.convert(ours, tmp_path / "back", "dsa-single", restore=kept)
    assert back.rejected == 0
    assert lines(tmp_path / "back") == given_


def test_a_residue_restores_one_way_only(tmp_path: Path) -> None:
    kept = tmp_path / "residue"
    harmtax.convert(written(tmp_path, FULL), tmp_path / "out", "dsa", residue=kept)
    with pytest.raises(BadUse, match="kept on the way out"):
        harmtax.convert(tmp_path / "in.ndjson", tmp_path / "again", "dsa", restore=kept)
    with pytest.raises(BadUse, match="no residue"):
        harmtax.convert(
            tmp_path / "in.ndjson", tmp_path / "again", "dsa", restore=tmp_path / "in.ndjson"
        )
    dump = DUMPS / "dsa-v1.csv"
    with pytest.raises(BadUse, match="cannot be written"):
        harmtax.convert(dump, tmp_path / "v1.ndjson", "ndjson", residue=kept)


# --- inward -----------------------------------------------------------------------------------------


def test_the_documented_payload_becomes_an_incident_and_a_statement_again(tmp_path: Path) -> None:
    outcome = harmtax.convert(EXAMPLE, tmp_path / "in.ndjson", "ndjson", defaults=PLATFORM)
    assert outcome.inputs[0].format == "dsa"
    [row] = lines(tmp_path / "in.ndjson")
    assert (row["category"], row["generation"]) == ("ASX", "synthetic_unspecified")
    assert row["ground_reference"] == "incompatible content grounds"
    dropped = {lost.field for lost in outcome.losses if lost.kind == "dropped"}
    assert dropped == {
        "account_type", "decision_ground_reference_url", "illegal_content_legal_ground",
        "illegal_content_explanation",
    }  # fmt: skip
    harmtax.convert(tmp_path / "in.ndjson", tmp_path / "out", "dsa")
    [statement] = lines(tmp_path / "out")[0]["statements"]
    assert refused(statement) == set()
    given_ = json.loads(EXAMPLE.read_text())
    same = {name for name, value in statement.items() if given_.get(name) == value}
    assert statement.keys() - same == {"category", "category_specification"}


@pytest.mark.parametrize("name", ["dsa-v1.csv", "dsa-v2.csv"])
def test_the_real_statements_go_in_and_out(name: str, tmp_path: Path) -> None:
    outcome = harmtax.convert(DUMPS / name, tmp_path / "out", "dsa")
    sent = [each for line in lines(tmp_path / "out") for each in line["statements"]]
    assert all(not refused(each) for each in sent)
    repeated = [("DSA-R09", "/incident_id", "puid")] if name == "dsa-v1.csv" else []
    assert findings(outcome) == repeated
    ways = {lost.way for lost in outcome.losses if lost.kind != "exact"}
    assert ways == {"in", "out"}


@pytest.mark.parametrize("shape", ["document", "list", "lines", "payload", "pretty", "answer"])
def test_every_shape_of_a_payload_is_read(shape: str, tmp_path: Path) -> None:
    [one] = [dict(dsa_payload.express(FULL, Incident.table()).row)]
    two = one | {"puid": "i-2"}
    answer = [
        each | {"uuid": "u", "self": "s", "created_at": "2026-01-01 00:00:00"}
        for each in (one, two)
    ]
    texts = {
        "document": json.dumps(one, indent=1),
        "list": json.dumps([one, two]),
        "lines": f"{json.dumps(one)}\n{json.dumps(two)}\n",
        "payload": f"{json.dumps({'statements': [one]})}\n{json.dumps({'statements': [two]})}\n",
        "pretty": json.dumps({"statements": [one, two]}, indent=2),
        "answer": json.dumps({"statements": answer}),
    }
    (tmp_path / "in.json").write_text(texts[shape])
    outcome = harmtax.convert(
        tmp_path / "in.json", tmp_path / "out.ndjson", "ndjson", defaults=PLATFORM
    )
    assert outcome.inputs[0].format == "dsa"
    assert [row["incident_id"] for row in lines(tmp_path / "out.ndjson")] == (
        ["i-1"] if shape == "document" else ["i-1", "i-2"]
    )


def test_defaults_name_the_platform_that_a_payload_leaves_open(tmp_path: Path) -> None:
    unnamed = harmtax.validate(EXAMPLE, tmp_path / "a")
    assert {group.finding.path for group in unnamed.groups if group.finding.rule == "missing"} == {
        "/reporter_id", "/service_id",
    }  # fmt: skip
    named = harmtax.validate(EXAMPLE, tmp_path / "b", defaults=PLATFORM)
    assert named.accepted == 1
    told = {lost.field: lost.given for lost in named.losses if lost.kind == "defaulted"}
    assert told["reporter_id"] == told["service_id"] == "declared default"


@LEAN
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        ),
        max_leaves=5,
    ),
    st.sampled_from(sorted(c.interface or c.name for c in dsa_payload.FORMATS["dsa_v2"].columns)),
)
def test_odd_values_in_a_payload_are_findings_and_raise_nothing(value: Any, name: str) -> None:
    sent = {**dsa_payload.express(FULL, Incident.table()).row, name: value}
    found = formats.named("dsa")
    assert found.read is not None and found.judge is not None
    found.read(sent, Incident.table())
    list(found.judge(sent))


def test_a_receiver_of_whom_nothing_is_known_cannot_be_asked() -> None:
    with pytest.raises(BadUse, match="nothing is known"):
        receiver.judge("dsa_v1", {}, "Incident")
