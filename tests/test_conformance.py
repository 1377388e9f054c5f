"""Every file of the corpus is judged as it says, by the row reading, the models and the JSON Schema."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pyarrow as pa
import pytest
from pydantic import ValidationError

from harmtax._generated import models
from harmtax._generated.constraints import CODES, RECORDS, RULES
from harmtax.records import rules
from harmtax.records.record import judge_row, schema
from harmtax.records.sets import set_breaches
from harmtax.shapes import Order

HOME = Path(__file__).resolve().parent.parent
FILES = sorted((HOME / "tests" / "conformance").glob("*/*.json"))
CORPUS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}


def entries(case: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(each["record_type"], each["record"]) for each in case.get("records", [case])]


def found_alone(case: dict[str, Any]) -> Iterator[tuple[int, str, str, str]]:
    header = typed("Submission", case.get("submission", {}))
    for at, (name, row) in enumerate(entries(case)):
        for finding in judge_row(row, getattr(models, name), header):
            yield at, finding.rule, finding.severity, finding.path


def found_together(case: dict[str, Any]) -> Iterator[tuple[int, str, str, str]]:
    places = defaultdict(list)
    for at, (name, _) in enumerate(entries(case)):
        places[name].append(at)
    tables = {
        name: pa.Table.from_pylist(
            [typed(name, entries(case)[at][1]) for at in ats], schema(getattr(models, name))
        )
        for name, ats in places.items()
    }
    for breach in set_breaches(tables):
        at = places[breach.record_type][breach.row]
        yield at, breach.rule, breach.severity, f"/{breach.at}"


def typed(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row with its times and days read, as the readings of the rules want it."""
    read = {"time": datetime.fromisoformat, "date": date.fromisoformat}
    return {
        field.name: read.get(field.kind, lambda value: value)(row[field.name])
        for field in RECORDS[name].fields
        if row.get(field.name) is not None
    }


@pytest.mark.parametrize("stem", CORPUS)
def test_every_file_is_judged_as_it_says(stem: str) -> None:
    case = CORPUS[stem]
    found = [*found_alone(case), *(found_together(case) if "records" in case else ())]
    expected = [(e.get("record", 0), e["rule"], e["severity"], e["path"]) for e in case["expect"]]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("stem", CORPUS)
def test_models_refuse_what_is_an_error(stem: str) -> None:
    wrong = {
        (at, rule) for at, rule, severity, _ in found_alone(CORPUS[stem]) if severity == "error"
    }
    for at, (name, row) in enumerate(entries(CORPUS[stem])):
        here = {rule for place, rule in wrong if place == at}
        try:
            getattr(models, name).from_row(row)
        except ValidationError as error:
            types = {detail["type"] for detail in error.errors()}
            assert here and (types == here or here.isdisjoint(RULES))
        else:
            assert not here


@cache
def json_schema(name: str) -> jsonschema_rs.Validator:
    path = HOME / "exports" / "next" / "jsonschema" / f"{name}.schema.json"
    return jsonschema_rs.validator_for(
        json.loads(path.read_text(encoding="utf-8")), validate_formats=True
    )


@cache
def without_orders(name: str) -> rules.Reading:
    kept = tuple(c for c in RECORDS[name].row_checks if not isinstance(c, Order))
    return rules.Reading(RECORDS[name]._replace(row_checks=kept), CODES)


def carried(name: str, row: dict[str, Any], rule: str, severity: str, path: str) -> bool:
    """Whether JSON Schema can express this finding of one record."""
    if rule in RULES:
        breaches = without_orders(name).broken(typed(name, row), (), {})
        carries = severity == "error" and rule in {breach.rule for _, breach in breaches}
        assert carries is (RULES[rule].json_schema == "yes") or RULES[rule].json_schema == "partly"
        return carries
    value = row.get(path[1:])
    return not (rule == "type" and isinstance(value, float) and value.is_integer())


@pytest.mark.parametrize("stem", CORPUS)
def test_the_json_schema_agrees_where_it_can(stem: str) -> None:
    alone = list(found_alone(CORPUS[stem]))
    for at, (name, row) in enumerate(entries(CORPUS[stem])):
        here = [found[1:] for found in alone if found[0] == at]
        told = {key: value for key, value in row.items() if value is not None}
        expected = not any(carried(name, row, *each) for each in here)
        assert json_schema(name).is_valid(told) is expected
