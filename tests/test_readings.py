"""The two readings agree: what the acceptor lets pass the row reading accepts, and both warn alike."""

from __future__ import annotations

import gc
import json
from datetime import date
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmtax._generated import models
from harmtax._generated.constraints import CODES, RECORDS
from harmtax.errors import BadUse
from harmtax.records import acceptor, columns, gate
from harmtax.records.formats.format import raw_batches
from harmtax.records.formats.ndjson import NDJSON
from harmtax.records.record import explain, schema
from harmtax.records.waivers import Waiver, Waivers
from harmtax.shapes import Never
from harmtax.testing import broken, records
from tests.rows import incident

TYPES = sorted(name for name in RECORDS if hasattr(models, name))
LEAN = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def judged(
    monkeypatch: pytest.MonkeyPatch,
    lines: list[bytes],
    name: str = "Incident",
    waivers: Waivers | None = None,
) -> pa.RecordBatch:
    """The judged batch of some lines, after both ways of judging have given the same."""
    found = []
    for way in ("msgspec", "none"):
        monkeypatch.setenv("HARMTAX_ACCEPTOR", way)
        raws = raw_batches(((place, line, None) for place, line in enumerate(lines, 1)), "x")
        [batch] = gate.judge(raws, getattr(models, name), NDJSON, waivers or Waivers())
        batch.validate(full=True)
        found.append(batch)
    with_acceptor, without = found
    assert with_acceptor.schema.equals(without.schema)
    for column in without.schema.names:
        assert with_acceptor.column(column).equals(without.column(column)), column
    assert gate.suspects(without) == len(lines)
    return with_acceptor


def encoded(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
@LEAN
def test_both_readings_judge_every_drawn_row_alike(name: str, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        rows = data.draw(
            st.lists(records(name) | broken(name).map(lambda b: b[0]), min_size=1, max_size=8)
        )
        judged(patch, [encoded(row) for row in rows], name)


@given(data=st.data())
@LEAN
def test_both_readings_judge_rows_of_random_codes_alike(data: st.DataObject) -> None:
    """Codes that fit the lists but not each other: nearly every rule is broken by some of them."""
    fields = RECORDS["Incident"].fields
    chosen = data.draw(st.lists(st.sampled_from([f for f in fields if f.codes]), max_size=12))
    row = incident()
    for field in chosen:
        code = st.sampled_from(CODES[field.codes or ""])
        several = st.lists(code, min_size=1, max_size=4)
        drawn = data.draw((several if field.many else code) | st.none())
        row[field.name] = drawn
    with pytest.MonkeyPatch.context() as patch:
        judged(patch, [encoded(row), encoded(incident())])


FAR = date(2099, 1, 1)
NEVERS = [check for check in RECORDS["Incident"].row_checks if isinstance(check, Never)]


@given(data=st.data())
@LEAN
def test_both_readings_agree_under_waivers(data: st.DataObject) -> None:
    entries = []
    for check in data.draw(
        st.lists(st.sampled_from(NEVERS), unique_by=lambda c: c.rule, max_size=4)
    ):
        severity = data.draw(st.sampled_from(("error", "warning", "info", "waived")))
        path = data.draw(st.sampled_from((None, f"/{check.at}")))
        was = data.draw(st.sampled_from((None, check.severity)))
        entries.append(Waiver(check.rule, severity, "a test", FAR, path=path, was=was))
    rows = [incident()]
    for field in data.draw(
        st.lists(st.sampled_from([f for f in RECORDS["Incident"].fields if f.codes]), max_size=12)
    ):
        code = st.sampled_from(CODES[field.codes or ""])
        rows.append({**rows[-1], field.name: [data.draw(code)] if field.many else data.draw(code)})
    with pytest.MonkeyPatch.context() as patch:
        judged(patch, [encoded(row) for row in rows], waivers=Waivers(tuple(entries)))


@given(st.binary(max_size=80) | st.text(max_size=80).map(lambda t: t.encode("utf-8", "replace")))
@LEAN
def test_both_readings_judge_any_bytes_alike(line: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        judged(patch, [line.replace(b"\n", b""), encoded(incident())])


@given(data=st.data())
@LEAN
def test_a_row_that_the_acceptor_lets_pass_has_no_error(data: st.DataObject) -> None:
    rows = data.draw(
        st.lists(records("Incident") | broken("Incident").map(lambda b: b[0]), min_size=1)
    )
    raws = pa.array([encoded(row) for row in rows], pa.binary())
    found = acceptor.Acceptor(RECORDS["Incident"])
    reading = columns.read(found.from_json(raws), "Incident", lambda check: check.severity)
    for row, suspect in zip(rows, reading.suspects.to_pylist(), strict=True):
        errors = [f for f in explain(row, models.Incident) if f.severity == "error"]
        assert suspect or not errors
        # A false suspect costs time only, but on sound rows there should be none.
        assert errors or not suspect


@pytest.mark.parametrize("name", TYPES)
@given(data=st.data())
@LEAN
def test_the_columns_hold_what_the_row_holds(name: str, data: st.DataObject) -> None:
    row = data.draw(records(name))
    record = getattr(models, name)
    with pytest.MonkeyPatch.context() as patch:
        batch = judged(patch, [encoded(row)], name)
    [found] = batch.select(schema(record).names).to_pylist()
    present = {field: value for field, value in found.items() if value is not None}
    assert record.from_row(msgspec.to_builtins(present)).row() == record.from_row(row).row()


def test_a_wrong_name_of_an_acceptor_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMTAX_ACCEPTOR", "fastest")
    with pytest.raises(BadUse, match="fastest"):
        acceptor.chosen("Incident")


def test_no_rule_names_a_list_of_codes_that_are_too_many_for_the_column_reading() -> None:
    for table in RECORDS.values():
        lists = {field.name: field.codes for field in table.fields if field.codes and field.many}
        for check in table.row_checks:
            named = [t[0] for c in getattr(check, "what", ()) for t in c]
            named += [t[0] for c in getattr(check, "when", ()) for t in c]
            assert all(len(CODES[lists[n]]) <= columns.WIDEST for n in named if n in lists)


def test_judging_leaves_the_collector_of_cycles_as_it_was() -> None:
    for on in (True, False):
        (gc.enable if on else gc.disable)()
        try:
            raws = raw_batches([(1, encoded(incident()), None), (2, b"{", None)], "x")
            for _ in gate.judge(raws, models.Incident, NDJSON):
                assert gc.isenabled() is on
            assert gc.isenabled() is on
        finally:
            gc.enable()


def test_an_empty_batch_is_judged_as_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for way in ("msgspec", "none"):
        monkeypatch.setenv("HARMTAX_ACCEPTOR", way)
        empty = next(raw_batches([(1, b"{}", None)], "x")).slice(0, 0)
        [batch] = gate.judge([empty], models.Incident, NDJSON)
        assert batch.num_rows == 0
