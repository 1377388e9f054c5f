"""The EU's change from version 1 to 2 of the statement of reasons, as a change of a standard like ours.

It is judged by the gate and replayed by the interpreter that carry our own versions. The statements are real
ones (CC BY 4.0), and so is the change: nobody here made it fit.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from harmtax import Incident
from harmtax._generated.foreign import FORMATS
from harmtax.records import formats
from harmtax.records.formats.format import Decoded
from harmtax.standard import declaration, migration
from harmtax.standard.entries import between
from harmtax.standard.migration import VERSION_FIELD, Migrated, Turned
from harmtax.standard.release import Release, kind_of
from harmtax.standard.verdict import verdict

from schema.writers import passages
from schema.writers.source import plain, read

FOREIGN = Path(__file__).resolve().parent.parent / "schema" / "foreign"
DUMP = Path(str(files("harmtax"))) / "data" / "dsa-v1.csv"
OLD, NEW = "1.0.0", "2.0.0"
SCHEMAS = {OLD: "dsa_v1", NEW: "dsa_v2"}
CATEGORIES, KEYWORDS = "DsaCategory", "DsaKeyword"
Elements = dict[str, dict[str, Any]]
Row = Mapping[str, object]


# --- both versions as standards --------------------------------------------------------------------


@cache
def block() -> Mapping[str, Any]:
    [found] = plain(FOREIGN / "changes" / "dsa.yaml")["versions"]
    return dict(found)


@cache
def elements(version: str) -> Elements:
    """A version of the statement as the flat map that our own versions are frozen in.

    Only titles are words of the EU; the definitions in our schema are ours and differ for our own reasons.
    """
    node = read(FOREIGN / f"{SCHEMAS[version]}.yaml")
    [statement] = node["classes"].values()
    # The schema names the version in the title of the record; the EU does not.
    found: Elements = {
        "record_types/Statement": {"title": "Statement", "definition": "", "identifier": "uuid"}
    }
    for name, codes in node["enums"].items():
        found[f"code_lists/{name}"] = _words(codes)
        for code, told in codes["permissible_values"].items():
            found[f"code_lists/{name}/{code}"] = _words(told)
    for column in FORMATS[SCHEMAS[version]].columns:
        found[f"record_types/Statement/{column.name}"] = {
            **_words(statement["attributes"][column.name]), "kind": column.kind, "audience": "public",
            "required": column.required, "many": column.many, "codes": column.codes,
        }  # fmt: skip
    return found


def _words(node: Mapping[str, Any]) -> dict[str, Any]:
    return {"title": node["title"], "definition": ""}


def releases(changes: list[Any]) -> tuple[Release, Release]:
    """Both versions for the gate, the newer one with the codes it gave up as retired ones."""
    told = {**block(), "changes": changes}
    kept = _kept(elements(OLD), elements(NEW))
    return Release(OLD, "2023-09-25", elements(OLD), ()), Release(NEW, told["date"], kept, (told,))


def _kept(old: Elements, new: Elements) -> Elements:
    """A list that gives a code up keeps it where it was, as ours do; the EU takes it out."""
    order = list(new)
    for name, before in zip(list(old)[1:], old, strict=False):
        if name not in new:
            order.insert(order.index(before) + 1, name)
    return {name: new.get(name) or {**old[name], "status": "retired"} for name in order}


CHANGE = passages.passage("Statement", (OLD, NEW), elements(OLD), elements(NEW), block())


def onward(row: Row) -> Migrated:
    return migration.walked(row, (CHANGE,), 0, 1)


def back(row: Row) -> Migrated:
    return migration.walked(row, (CHANGE,), 1, 0)


def codes(version: str, code_list: str) -> tuple[str, ...]:
    return FORMATS[SCHEMAS[version]].codes[code_list]


def misfits(version: str, row: Row) -> set[str]:
    """The fields with a code that a version does not have."""
    found = set()
    for column in FORMATS[SCHEMAS[version]].columns:
        value = row.get(column.name, [])
        held = value if isinstance(value, list) else [value]
        if column.codes is not None and not set(held) <= set(codes(version, column.codes)):
            found.add(column.name)
    return found


# --- what was declared -----------------------------------------------------------------------------


def test_the_changelog_is_told_whole_and_each_entry_is_one_operation() -> None:
    old, new = releases(block()["changes"])
    entries = between(old, new)
    assert len(entries) == len(block()["changes"])
    renamed = {target for entry in entries for target in entry.to}
    listed = [e for e in entries if kind_of(e.element) == "code" and e.element not in renamed]
    assert Counter(entry.operation for entry in listed) == {
        "add": 24, "rename": 6, "retire": 8, "retitle": 6, "redefine": 3,
    }  # fmt: skip
    assert len(listed) == 47


def test_the_gate_finds_all_of_it_declared_and_asks_for_the_number_that_it_got() -> None:
    found = verdict(*releases(block()["changes"]))
    assert declaration.problems(found) == []
    assert (found.level, found.least, found.breaks) == ("major", NEW, "records")


def test_the_gate_objects_to_codes_that_are_taken_out_of_their_list() -> None:
    old, new = releases(block()["changes"])
    deleted = Release(NEW, new.date, elements(NEW), new.changes)
    found = declaration.problems(verdict(old, deleted))
    gone = {p.element for p in found if p.kind == "deleted"}
    assert gone == set(elements(OLD)) - set(elements(NEW))


@pytest.mark.parametrize("place", range(len(block()["changes"])))
def test_no_entry_can_be_left_out_unnoticed(place: int) -> None:
    changes = list(block()["changes"])
    left_out = changes.pop(place)
    found = declaration.problems(verdict(*releases(changes)))
    named = {problem.element for problem in found}
    assert named & {*map(str, left_out.values()), *left_out.get("to", ())}


# --- the replay ------------------------------------------------------------------------------------


def statements() -> Iterator[dict[str, Any]]:
    """The real statements as rows of JSON types."""
    many = {column.name for column in FORMATS["dsa_v1"].columns if column.many}
    with DUMP.open(newline="", encoding="utf-8") as file:
        for cells in csv.DictReader(file):
            told = {name: cell for name, cell in cells.items() if cell}
            yield {name: json.loads(c) if name in many else c for name, c in told.items()}


def decoded(version: str, row: Row) -> Decoded:
    """What the format of a version reads in a statement."""
    columns = [column.name for column in FORMATS[SCHEMAS[version]].columns]
    cells = {n: json.dumps(v) if isinstance(v, list) else v for n, v in row.items() if n in columns}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerow(cells)
    format_ = formats.named(SCHEMAS[version].replace("_", "-"))
    [batch] = format_.scan(io.BytesIO(text.getvalue().encode()), "dump")
    [found] = format_.decode(batch, Incident.table())
    return found


def test_four_of_five_real_statements_can_be_told_in_version_2_and_the_fifth_says_why_not() -> None:
    rows = list(statements())
    found = [onward(row) for row in rows]
    assert [each.stuck for each in found] == [(), (), ("category",), (), ()]
    assert found[2].row["category"] == "STATEMENT_CATEGORY_PORNOGRAPHY_OR_SEXUALIZED_CONTENT"
    assert [each.turned for each in found] == [
        (), (), (),
        (Turned("category", "exact", "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE",
                "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"),),
        (),
    ]  # fmt: skip
    for row, each in zip(rows, found, strict=True):
        assert misfits(NEW, each.row) == set(each.stuck)
        touched = {VERSION_FIELD, *(turned.field for turned in each.turned)}
        assert {n: v for n, v in each.row.items() if n not in touched} == {
            name: value for name, value in row.items() if name not in touched
        }


def test_a_real_statement_is_the_same_incident_by_way_of_version_2() -> None:
    for row in statements():
        found = onward(row)
        if not found.stuck:
            assert _without_origin(decoded(NEW, found.row)) == _without_origin(decoded(OLD, row))


def _without_origin(told: Decoded) -> Row:
    """The incident without the text that quotes the code, by its name and version, for want of ours."""
    assert told.row is not None
    return {name: value for name, value in told.row.items() if name != "category_other_text"}


def test_every_statement_of_version_1_is_valid_in_version_2_or_named_as_not_to_be_told() -> None:
    for category, keyword in product(codes(OLD, CATEGORIES), codes(OLD, KEYWORDS)):
        row = {"category": category, "category_specification": [keyword, "KEYWORD_OTHER"]}
        found = onward(row)
        assert misfits(NEW, found.row) == set(found.stuck)
        changed = {name for name in row if found.row.get(name) != row[name]}
        assert changed == {turned.field for turned in found.turned}
        again = back(found.row)
        if all(turned.kind == "exact" for turned in found.turned) and not found.stuck:
            assert {name: again.row.get(name) for name in row} == row
            assert again.stuck == ()


def test_what_has_no_successor_is_never_given_one() -> None:
    gone = [str(e["retire"]).rpartition("/")[2] for e in block()["changes"] if "retire" in e]
    for code in gone:
        if code in codes(OLD, CATEGORIES):
            assert onward({"category": code}).stuck == ("category",)
        else:
            found = onward({"category_specification": [code]})
            assert "category_specification" not in found.row
            assert found.turned == (Turned("category_specification", "dropped", code),)


def test_two_keywords_that_version_2_does_not_tell_apart_are_kept_by_the_name_of_one() -> None:
    row = {"category_specification": ["KEYWORD_MISINFORMATION", "KEYWORD_DISINFORMATION"]}
    found = onward(row)
    assert found.row["category_specification"] == ["KEYWORD_MISINFORMATION_DISINFORMATION"]
    assert {(each.kind, each.given) for each in found.turned} == {
        ("dropped", "KEYWORD_MISINFORMATION"), ("exact", "KEYWORD_DISINFORMATION"),
    }  # fmt: skip


def test_what_only_version_2_can_say_is_dropped_or_named_on_the_way_back() -> None:
    fresh = set(codes(NEW, KEYWORDS)) - set(codes(OLD, KEYWORDS))
    renamed = {turn.code for turn in CHANGE.backward if turn.ways}
    for code in sorted(fresh):
        found = back({"category_specification": [code], "content_id_ean": "4006381333931"})
        assert Turned("content_id_ean", "dropped") in found.turned
        assert found.stuck == (() if code in renamed else ("category_specification",))
        assert misfits(OLD, found.row) == set(found.stuck)
    assert fresh & renamed and fresh - renamed
