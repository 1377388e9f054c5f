"""The gate under fire: after every kind of single edit, old data is valid if and only if the verdict says so.

Rows are drawn from the old schema, some at random and some where the two schemas differ, and judged by the
new one. The judge here is small and knows nothing of the comparison: fields one by one, rules by the row
reading of the package. HARMTAX_GATE_SEEDS tells how many places are edited per kind; one if left out.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
import yaml

from harmtax._generated.constraints import CODES
from harmtax._generated.constraints import RECORDS as TABLES
from harmtax.errors import BadUse
from harmtax.records.record import arrow_schema, typed
from harmtax.records.rules import Reading
from harmtax.records.sets import connect, judge
from harmtax.sampling.choosers import RandomChooser
from harmtax.sampling.patterns import drawn
from harmtax.sampling.rows import Target, draw_row, pinned, row_of, search
from harmtax.sampling.stages import predicates
from harmtax.shapes import Alone, Apart, Distinct, Field, Never, Order, RecordType, Refuse, Unique
from harmtax.standard.declaration import problems
from harmtax.standard.release import Release, release
from harmtax.standard.tables import live_codes, tables
from harmtax.standard.verdict import Verdict, verdict
from tests.edits import EDITS, RECORDS

TOLD = json.loads((Path(__file__).parent.parent / "exports/next/standard.json").read_bytes())
SEEDS = range(1, 1 + int(os.environ.get("HARMTAX_GATE_SEEDS", "1")))
ROWS = 12
# Rows are judged alone, and as part of a submission that was filed much later.
HEADERS: tuple[dict[str, Any], ...] = ({}, {"as_of": datetime(2099, 1, 1, tzinfo=UTC)})
Codes = Mapping[str, tuple[str, ...]]


def told(elements: Mapping[str, Any], version: str, changes: Sequence[Any] = ()) -> Release:
    block = {"version": version, "date": "2027-01-01", "changes": list(changes)}
    return release({"elements": elements, "version": version, "changes": [block]}, "the test")


OLD = told(TOLD["elements"], "1.0.0")


# --- the judge --------------------------------------------------------------------------------------


class Judge:
    """Says whether a row is valid under a table and code lists."""

    def __init__(self, table: RecordType, codes: Codes) -> None:
        self.fields = {field.name: field for field in table.fields}
        self.codes = codes
        self.reading = Reading(table, dict(codes))

    def takes(self, row: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
        if row.keys() - self.fields.keys():
            return False
        for name, field in self.fields.items():
            if (row.get(name) is None and field.required) or (
                row.get(name) is not None and not self._fits(field, row[name])
            ):
                return False
        values = {name: _read(self.fields[name], value) for name, value in row.items()}
        broken = [b for _, b in self.reading.broken(values, (), header)]
        return not any(breach.severity == "error" for breach in broken)

    def _fits(self, field: Field, value: Any) -> bool:
        if field.many:
            assert field.codes is not None
            return (
                isinstance(value, list) and bool(value) and set(value) <= {*self.codes[field.codes]}
            )
        if field.kind == "integer":
            low, high = field.minimum, field.maximum
            return (
                type(value) is int
                and (low is None or value >= low)
                and (high is None or value <= high)
            )
        if not isinstance(value, str):
            return False
        if field.kind == "code":
            assert field.codes is not None
            return value in self.codes[field.codes]
        if field.pattern is not None and re.fullmatch(field.pattern, value) is None:
            return False
        return field.max_length is None or len(value) <= field.max_length


def _read(field: Field, value: Any) -> Any:
    if field.kind == "time" and isinstance(value, str):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if field.kind == "date" else value


@cache
def old_judge(record: str) -> Judge:
    return Judge(TABLES[record], CODES)


@cache
def at_random(record: str) -> tuple[dict[str, Any], ...]:
    choose = RandomChooser(Random(record))
    return tuple(draw_row(record, choose) for _ in range(ROWS))


# --- rows where the two schemas differ ---------------------------------------------------------------


def aimed(record: str, new: RecordType, codes: Codes, random: Random) -> Iterator[dict[str, Any]]:
    """Rows of the old schema at the places where it differs from the new one."""
    old, choose = TABLES[record], RandomChooser(random)
    for pins in _pins(old, new, codes, random):
        yield from _tried(record, choose, pins)
    known = {
        j for c in old.row_checks if isinstance(c, Never) and c.severity == "error" for j in c.what
    }
    known_others = {c._replace(rule="") for c in old.row_checks if not isinstance(c, Never)}
    names = {field.name for field in old.fields}
    for check in new.row_checks:
        if check.severity != "error":
            continue
        match check:
            case Never():
                for conjunction in check.what:
                    if conjunction not in known and {t[0] for t in conjunction} <= names:
                        yield from _searched(old, choose, Target(predicates(conjunction)))
            case Order() if check._replace(rule="") not in known_others:
                there = {check.first: _is_there, check.then: _is_there}
                target: tuple[Any, ...] = (check,)
                if check.otherwise is not None:
                    # The header of the submission stands for the first side.
                    there[check.first], target = _is_absent, ()
                for conjunction in check.when:
                    yield from _searched(
                        old, choose, Target(predicates(conjunction) | there, *target)
                    )  # fmt: skip
            case Alone(at=at, codes=single) if check._replace(rule="") not in known_others:
                field = next(each for each in old.fields if each.name == at)
                others = [c for c in CODES[field.codes or ""] if c not in single][:6]
                for code in single:
                    for other in others:
                        yield from _tried(record, choose, {at: [other, code]})
            case Distinct(fields=lists):
                for name in set(lists) - {
                    n for c in old.row_checks if isinstance(c, Distinct) for n in c.fields
                }:
                    code = CODES[next(f for f in old.fields if f.name == name).codes or ""][0]
                    yield from _tried(record, choose, {name: [code, code]})
            case Refuse(fields=texts, patterns=patterns) if (
                check._replace(rule="") not in known_others
            ):
                for name in texts:
                    for _, pattern in patterns:
                        for row in _tried(record, choose, {name: "some words"}):
                            yield row | {name: f"some {drawn(pattern, name, choose)}"}


def _is_there(value: object) -> bool:
    return value is not None


def _is_absent(value: object) -> bool:
    return value is None


def _tried(record: str, choose: RandomChooser, pins: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    try:
        yield draw_row(record, choose, pins)
    except BadUse:
        return


def _searched(table: RecordType, choose: RandomChooser, target: Target) -> Iterator[dict[str, Any]]:
    try:
        yield row_of(table, search(table, choose, pinned(table, None), target=target))
    except BadUse:
        return


def _pins(
    old: RecordType, new: RecordType, codes: Codes, random: Random
) -> Iterator[dict[str, Any]]:
    """Values of single fields where the fields differ."""
    after = {field.name: field for field in new.fields}
    for was in old.fields:
        now = after.get(was.name)
        same = (
            now is not None
            and now == was
            and (was.codes is None or codes[was.codes] == CODES[was.codes])
        )
        if not same:
            yield from ({was.name: value} for value in _values(was, now, codes, random))


def _values(was: Field, now: Field | None, codes: Codes, random: Random) -> Iterator[Any]:
    if not was.required:
        yield None
    if was.codes is not None:
        left = set(codes[now.codes]) if now is not None and now.codes is not None else set()
        lost = [code for code in CODES[was.codes] if code not in left]
        for code in [*lost[:4], *CODES[was.codes][:2]]:
            yield [code] if was.many else code
    elif was.kind == "integer":
        yield from {was.minimum or 0, was.maximum or 9}
    elif was.kind == "text" and was.pattern is not None:
        for _ in range(8):
            yield drawn(was.pattern, was.name, RandomChooser(random))
    elif was.kind == "text":
        yield "§ 4"
        yield "x" * (was.max_length or 9)
    elif was.kind in ("time", "date"):
        yield "2026-01-05T00:00:00Z" if was.kind == "time" else "2026-01-05"


# --- the law ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EDITS)
def test_old_data_stays_valid_exactly_when_the_verdict_says_so(name: str) -> None:
    for seed in SEEDS:
        random = Random(f"{name} {seed}")
        elements = copy.deepcopy(TOLD["elements"])
        EDITS[name](elements, random)
        new = told(elements, "2.0.0")
        judged = verdict(OLD, new)
        assert judged.changes or name in CHANGELESS, "the edit was not seen"
        refused = next(_refused(new, random), None)
        says = [(c.rule.id, c.difference.element, c.difference.note) for c in judged.changes]
        if judged.breaks == "records":
            assert refused is not None, f"{says}: nothing was refused"
        else:
            assert refused is None, f"{says}: refused {refused}"
        if seed == SEEDS[0] and name != "delete_a_code":
            _satisfy(judged, elements)


def _satisfy(judged: Verdict, elements: Mapping[str, Any]) -> None:
    """What the gate proposes is what it asks for."""
    missing = problems(judged, [OLD])
    assert {each.kind for each in missing} <= {"undeclared"}
    written = "".join(f"{each.proposal}\n" for each in missing)
    declared = told(elements, "2.0.0", yaml.safe_load(written) or [])
    assert problems(verdict(OLD, declared), [OLD]) == []


# Edits whose effect another rule may have already, so that nothing differs.
CHANGELESS = {
    "ask_less_before_refusing", "ask_more_before_refusing", "refuse_one_more_code", "refuse_one_thing_less",
}  # fmt: skip


def _refused(new: Release, random: Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows that the old schema takes and the new one does not."""
    codes = live_codes(new)
    for record, table in tables(new).items():
        same = table._replace(row_checks=(), set_checks=()) == TABLES[record]._replace(
            row_checks=(), set_checks=()
        )
        checks = set(table.row_checks) == set(TABLES[record].row_checks)
        if record not in RECORDS or (same and checks and codes == CODES):
            continue
        judge = Judge(table, codes)
        for row in (*at_random(record), *aimed(record, table, codes, random)):
            for header in HEADERS:
                if old_judge(record).takes(row, header) and not judge.takes(row, header):
                    yield record, row


# --- rules about many records --------------------------------------------------------------------------


def _shorten(check: dict[str, Any], random: Random) -> None:
    check["key"].pop(int(random.random() * len(check["key"])))


def _lengthen(check: dict[str, Any], random: Random) -> None:
    check["key"].append("surface" if "surface" not in check["key"] else "harmtax_version")


def _forgive(check: dict[str, Any], random: Random) -> None:
    check["severity"] = "warning"


@pytest.mark.parametrize("change", [_shorten, _lengthen, _forgive])
def test_a_rule_about_many_records_is_judged_as_records_fare_by_it(change: Any) -> None:
    for record in RECORDS:
        for seed in SEEDS[:1]:
            random = Random(f"{record} {seed}")
            elements = copy.deepcopy(TOLD["elements"])
            found = [
                check
                for name, facts in elements.items()
                if name.startswith("rules/")
                for check in facts["checks"].get(record, ())
                if check["check"] in ("unique", "apart") and "surface" not in check["key"]
            ]
            if not found or (
                change is _lengthen and f"record_types/{record}/surface" not in elements
            ):
                continue
            check = found[int(random.random() * len(found))]
            before = tuple(check["key"])
            change(check, random)
            new = told(elements, "2.0.0")
            refused = any(_collide(new, record, before, name) for name in before)
            assert (verdict(OLD, new).breaks == "records") == refused, (record, before, check)


def _collide(new: Release, record: str, key: Sequence[str], name: str) -> bool:
    """Whether two records that differ in one field of the key are together valid no more."""
    row = next(iter(at_random(record)))
    pair = pa.Table.from_batches(
        [typed([row, row | {name: _another(row, name)}], arrow_schema(TABLES[record]))]
    )
    assert not _set_errors(TABLES[record], pair, key)
    return _set_errors(tables(new)[record], pair, key)


def _another(row: Mapping[str, Any], name: str) -> Any:
    if isinstance(row.get(name), int):
        return row[name] + 1
    # The next year is apart from every period.
    return (
        f"2{int(row[name][1:4]) + 1:03}{row[name][4:]}"
        if name.startswith("period_")
        else f"{row.get(name)}x"
    )


def _set_errors(table: RecordType, rows: pa.Table, key: Sequence[str]) -> bool:
    """Whether a record of a set loses by a rule about records that agree on something."""
    alone = tuple(check for check in table.set_checks if isinstance(check, Unique | Apart))
    with connect() as connection:
        numbers = pa.array(range(rows.num_rows), pa.int64())
        connection.register(f"{table.name}_staged", rows.append_column("_row", numbers))
        judge(connection, [table._replace(set_checks=alone)])
        found = connection.execute("SELECT severity FROM breaches").fetchall()
    return ("error",) in found
