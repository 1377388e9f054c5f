"""The strategies keep their promise, and the three validators agree on whatever they are given."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harmtax._generated import models
from harmtax._generated.constraints import CODES, RECORDS, RULES
from harmtax._generated.taxonomy import CODE_LISTS
from harmtax.errors import BadUse
from harmtax.records.record import Record, explain
from harmtax.sampling.faults import broken_row, field_words, row_rules
from harmtax.sampling.rows import RandomChooser, draw_row
from harmtax.testing import broken, records

HOME = Path(__file__).resolve().parent.parent
SCHEMAS = HOME / "exports" / "next" / "jsonschema"
# What is said of a line of a file, not of a row.
OF_LINES = {"unreadable", "unmapped"}
SLOW = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**53, max_value=10**40)
    | st.floats()
    | st.text(st.characters(), max_size=40)
    | st.sampled_from(
        ["\ud800", "\x00", "\u0661", "2026-01-01", "2026-01-01T00:00:00Z", "other", "none"]
    )
    | st.sampled_from([code for codes in CODES.values() for code in codes]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def model(name: str) -> type[Record]:
    found: type[Record] = getattr(models, name)
    return found


@cache
def schema(name: str) -> jsonschema_rs.Validator:
    text = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)


def accepted(name: str, row: dict[str, Any]) -> bool:
    return schema(name).is_valid({key: value for key, value in row.items() if value is not None})


def errors(name: str, row: dict[str, Any]) -> set[str]:
    return {f.rule for f in explain(row, model(name)) if f.severity == "error"}


def is_built(name: str, row: dict[str, Any]) -> bool:
    try:
        model(name).from_row(row)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", RECORDS)
def test_drawn_rows_are_valid_to_all_three(name: str) -> None:
    @SLOW
    @given(records(name))
    def check(row: dict[str, Any]) -> None:
        assert errors(name, row) == set()
        assert model(name).from_row(row).row() == row
        assert accepted(name, row)

    check()


@pytest.mark.parametrize("name", RECORDS)
def test_broken_rows_show_their_fault(name: str) -> None:
    @SLOW
    @given(broken(name))
    def check(drawn: tuple[dict[str, Any], str]) -> None:
        row, word = drawn
        found = explain(row, model(name))
        assert word in {finding.rule for finding in found}
        assert is_built(name, row) is all(finding.severity != "error" for finding in found)
        if word in RULES and RULES[word].json_schema == "yes":
            assert not accepted(name, row)

    check()


@pytest.mark.parametrize("name", RECORDS)
def test_any_mutation_is_judged_alike_and_nothing_raises(name: str) -> None:
    fields = st.sampled_from([field.name for field in RECORDS[name].fields]) | st.text(max_size=4)

    @SLOW
    @given(records(name), st.dictionaries(fields, JUNK, min_size=1, max_size=3))
    def check(row: dict[str, Any], junk: dict[str, Any]) -> None:
        mutated = {**row, **junk}
        wrong = errors(name, mutated)
        # A text that JSON cannot carry never reaches the model or the schema.
        if _is_json(mutated):
            assert is_built(name, mutated) is not bool(wrong)
            # What the schema rejects is wrong; what it does not carry is in the README of the corpus.
            assert accepted(name, mutated) or wrong

    check()


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, UnicodeEncodeError):
        return False
    return True


@pytest.mark.parametrize("name", RECORDS)
def test_every_rule_of_one_row_and_every_word_can_be_broken(name: str) -> None:
    choose = RandomChooser(Random(7))
    for word in (*row_rules(name), *field_words(name)):
        assert word in {f.rule for f in explain(broken_row(name, word, choose), model(name))}


def test_together_they_break_every_word_and_every_rule_of_one_row() -> None:
    drawn = {word for name in RECORDS for word in (*row_rules(name), *field_words(name))}
    words = {code.code for code in CODE_LISTS["FieldFault"].codes} - OF_LINES
    of_rows = {c.rule for table in RECORDS.values() for c in table.row_checks}
    # The clocks of HT-R30 are read at the as_of of a submission, which a row does not have.
    assert drawn == words | of_rows - {"HT-R30"}


def test_pins_hold_and_impossible_ones_are_refused() -> None:
    choose = RandomChooser(Random(1))
    pins = {"category": "CSE-IDM", "incident_status": "actioned", "content_date": "2026-02-01"}
    row = draw_row("Incident", choose, {**pins, "surface": None}, clean=True)
    assert {name: row.get(name) for name in (*pins, "surface")} == {**pins, "surface": None}
    assert explain(row, models.Incident) == []
    with pytest.raises(BadUse, match="Incident"):
        draw_row("Incident", choose, {"category": "DIS", "label": "visible_label"})
    with pytest.raises(BadUse, match="no field"):
        draw_row("Incident", choose, {"categories": []})
    with pytest.raises(BadUse, match="no record type"):
        draw_row("Case", choose)
    with pytest.raises(BadUse, match="HT-R40"):
        broken_row("Incident", "HT-R40", choose)


def test_the_same_seed_draws_the_same_rows_and_weights_and_spans_are_kept() -> None:
    def rows(seed: int) -> list[dict[str, Any]]:
        choose = RandomChooser(
            Random(seed),
            weights={"category": {"HAR": 1, "FRD": 3}},
            shares={"surface": 1.0},
            spans={"revision": (1, 1), "views_before_action": (10, 20)},
        )
        return [draw_row("Incident", choose, clean=True) for _ in range(50)]

    assert rows(3) == rows(3) != rows(4)
    assert {row["category"] for row in rows(3)} == {"HAR", "FRD"}
    assert all("surface" in row and row["revision"] == 1 for row in rows(3))
    assert {row.get("views_before_action", 10) for row in rows(3)} <= set(range(10, 21))


def test_without_hypothesis_the_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from harmtax.errors import MissingExtra\n"
        "from harmtax.testing import records\n"
        "try: records('Incident')\n"
        "except MissingExtra as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True)
    assert "harmtax[testing]" in run.stdout, run.stderr
