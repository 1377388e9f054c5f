"""The corpus is whole: no rule, word, code, field or line of a rule is without a file."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_conformance import CORPUS, FILES, entries, typed

from harmtax._generated.constraints import CODES, RECORDS, RULES
from harmtax._generated.taxonomy import CODE_LISTS
from harmtax.records import rules
from harmtax.shapes import RowCheck

HOME = Path(__file__).resolve().parent.parent
VALID = {path.stem: CORPUS[path.stem] for path in FILES if path.parent.name == "valid"}
INVALID = {path.stem: CORPUS[path.stem] for path in FILES if path.parent.name == "invalid"}
# What is said of a line of a file, not of a row.
OF_LINES = {"unreadable", "unmapped"}
MATRIX = ("depicted_age_group", "depicted_identifiable", "depicted_consent")


def expected(case: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in case["expect"]}


def ids_of_the_schema() -> set[str]:
    found = set()
    for path in (HOME / "schema").glob("*.yaml"):
        for each in (
            yaml.safe_load(path.read_text(encoding="utf-8")).get("classes") or {}
        ).values():
            written = (each.get("annotations") or {}).get("rules") or {"value": []}
            found |= {rule["id"] for rule in written["value"]}
    return found


def test_schema_table_and_corpus_name_the_same_rules() -> None:
    bound = {c.rule for table in RECORDS.values() for c in (*table.row_checks, *table.set_checks)}
    shown = {rule for case in INVALID.values() for rule in expected(case)}
    assert ids_of_the_schema() == set(RULES) == bound == shown & set(RULES)


def test_every_word_for_a_fault_is_shown() -> None:
    words = {code.code for code in CODE_LISTS["FieldFault"].codes}
    shown = {rule for case in INVALID.values() for rule in expected(case)}
    assert shown - set(RULES) == words - OF_LINES


def test_file_names_tell_what_is_inside() -> None:
    assert len(CORPUS) == len(FILES)
    for stem, case in INVALID.items():
        # Two versions side by side cannot be shown without one of another version.
        (rule,) = {*expected(case)} - ({"version"} if stem.startswith("ht-r40") else set())
        assert stem.startswith((f"{rule.lower()}-", f"field-{rule}-"))
    for stem, case in VALID.items():
        assert case["expect"] == []
        kind, _, code = stem.partition("-")
        if kind == "category":
            assert case["record"]["category"] == code
    assert {f"category-{code}" for code in CODES["CategoryCode"]} <= set(VALID)


def test_every_code_and_every_field_occurs_in_a_valid_record() -> None:
    codes: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for case in VALID.values():
        for name, row in entries(case):
            names[name] |= row.keys()
            for field in RECORDS[name].fields:
                if field.codes is not None and row.get(field.name) is not None:
                    value = row[field.name]
                    codes[field.codes] |= set(value) if field.many else {value}
    for name, table in RECORDS.items():
        assert {field.name for field in table.fields} == names[name]
        for field in table.fields:
            if field.codes is not None:
                assert codes[field.codes] == set(CODES[field.codes]), field.codes


CHECKS = [(name, c) for name, table in RECORDS.items() for c in table.row_checks]


@pytest.mark.parametrize(("name", "check"), CHECKS, ids=lambda each: getattr(each, "rule", each))
def test_every_line_of_every_rule_is_broken_by_a_file(name: str, check: RowCheck) -> None:
    reading = rules.Reading(RECORDS[name]._replace(row_checks=(check,)), CODES)
    shown = []
    for case in INVALID.values():
        if check.rule in expected(case):
            header = case.get("submission", {})
            for record, row in entries(case):
                if record == name:
                    shown += reading.broken(typed(name, row), (), typed("Submission", header))
    assert shown, "removing this line would go unnoticed"


def test_the_matrix_of_the_depicted_person_has_the_agreed_counts() -> None:
    fields = {field.name: field.codes for field in RECORDS["Incident"].fields}
    triples = list(product(*(CODES[str(fields[name])] for name in MATRIX)))
    counts: Counter[str] = Counter()
    for category in CODES["CategoryCode"]:
        for triple in triples:
            row = dict(zip(MATRIX, triple, strict=True))
            row |= {"category": category, "incident_status": "actioned"}
            found = [b for b in rules.breaches("Incident", row) if b.rule in ("HT-R12", "HT-R13")]
            worst = min(
                (b.severity for b in found), key=rules.SEVERITY.__getitem__, default="accept"
            )
            counts[worst] += 1
            counts["ill-formed"] += any(b.rule == "HT-R12" for b in found)
    assert counts == {"accept": 666, "warning": 108, "error": 1386, "ill-formed": 1190}
