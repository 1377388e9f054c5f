"""The generated files follow from the schema alone, and the schema says nothing that gets lost."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from harmtax._generated.changes import CHANGES, DATES
from harmtax._generated.constraints import RULES, VERSION

from schema import build
from schema.writers import changes, metrics, tables
from schema.writers.plan import Plan, load
from schema.writers.source import Refused

DIGESTS = """
import hashlib, json
from schema.build import build
print(json.dumps({path: hashlib.sha256(text).hexdigest() for path, text in build().items()}))
"""
Node = dict[str, Any]


def _run(tree: Path, *arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def _check(tree: Path) -> subprocess.CompletedProcess[str]:
    return _run(tree, "-m", "schema.build", "--check")


# --- determinism ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digests(home: Path) -> list[dict[str, str]]:
    """The digest of every generated file under two hash seeds."""
    runs = [_run(home, "-c", DIGESTS, seed=seed) for seed in ("1", "2")]
    assert [run.returncode for run in runs] == [0, 0], runs[0].stderr
    return [json.loads(run.stdout) for run in runs]


def test_the_hash_seed_changes_no_byte(digests: list[dict[str, str]]) -> None:
    assert digests[0] == digests[1]


def test_what_is_checked_in_is_what_the_schema_says(
    home: Path, digests: list[dict[str, str]]
) -> None:
    wrong = [
        path
        for path, digest in digests[0].items()
        if not (home / path).exists()
        or hashlib.sha256((home / path).read_bytes()).hexdigest() != digest
    ]
    assert wrong == [], "run: python -m schema.build"


def test_nothing_lies_beside_what_is_generated(home: Path, digests: list[dict[str, str]]) -> None:
    there = {
        path.relative_to(home).as_posix()
        for folder in build.OWNED
        for path in (home / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert there == digests[0].keys()


def test_no_generated_file_names_this_machine(home: Path) -> None:
    for folder in build.OWNED:
        for path in (home / folder).rglob("*.*"):
            if path.suffix not in (".pyc", ".parquet"):
                assert str(home) not in path.read_text(encoding="utf-8"), path


# --- an edit and its diff ------------------------------------------------------------------------


def _names(source: str) -> list[str]:
    """Every name that a module defines, and the values of its enum members."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            found.append(ast.unparse(node))
    return found


def test_a_title_edit_is_shown_and_renames_nothing_in_python(copy: Path) -> None:
    assert _check(copy).returncode == 0
    before = _names((copy / "harmtax/_generated/models.py").read_text())
    _edit(copy, "incident.yaml", _retitle)
    _edit(copy, "codelists.yaml", _retitle_list)
    checked = _check(copy)
    assert checked.returncode == 1
    assert "+++ docs/reference/codelists.md (schema)" in checked.stdout
    assert re.search(r"^\+.*Not yet assessed", checked.stdout, re.MULTILINE)
    assert re.search(r"^-.*Pending", checked.stdout, re.MULTILINE)
    assert "run: python -m schema.build" in checked.stderr
    assert _run(copy, "-m", "schema.build").returncode == 0
    assert _names((copy / "harmtax/_generated/models.py").read_text()) == before
    assert _check(copy).returncode == 0


def _retitle(node: Node) -> None:
    node["classes"]["Incident"]["title"] = "Case of harm"
    node["classes"]["Incident"]["attributes"]["category"]["title"] = "Kind of harm"


def _retitle_list(node: Node) -> None:
    node["enums"]["IncidentStatus"]["title"] = "State of play"
    node["enums"]["IncidentStatus"]["permissible_values"]["pending"]["title"] = "Not yet assessed"


def _edit(tree: Path, file: str, change: Callable[[Node], object]) -> None:
    path = tree / "schema" / file
    node = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(node)
    path.write_text(yaml.safe_dump(node, sort_keys=False, allow_unicode=True), encoding="utf-8")


# --- refusals ------------------------------------------------------------------------------------


class Case(NamedTuple):
    """An edit that the build must refuse, and the words by which it says where."""

    name: str
    file: str
    change: Callable[[Node], object]
    says: tuple[str, ...]


def _field(name: str, class_: str = "Incident") -> Callable[[Node], Node]:
    return lambda node: node["classes"][class_]["attributes"][name]


def _pending(node: Node) -> Node:
    value: Node = node["enums"]["IncidentStatus"]["permissible_values"]["pending"]
    return value


def _rule(node: Node, rule: str) -> Node:
    rules = node["classes"]["Incident"]["annotations"]["rules"]["value"]
    return next(each for each in rules if each["id"] == rule)


def _line(node: Node) -> Node:
    """The first line of HT-R04, a plain `never`."""
    line: Node = _rule(node, "HT-R04")["lines"][0]
    return line


def _tested(test: object) -> Callable[[Node], object]:
    return lambda node: _line(node).update(what={"category_additional": test})


def _incident(**words: object) -> Callable[[Node], object]:
    return lambda node: node["classes"]["Incident"].update(words)


STATUS = _field("incident_status")
CASES = (
    Case("type", "types.yaml", lambda n: n["types"]["Id"].update(structured_pattern="x"),
         ("types.yaml", "type Id", "structured_pattern")),
    Case("enum", "codelists.yaml", lambda n: n["enums"]["IncidentStatus"].update(inherits=["X"]),
         ("codelists.yaml", "IncidentStatus", "inherits")),
    Case("value", "codelists.yaml", lambda n: _pending(n).update(deprecated="x"),
         ("codelists.yaml", "IncidentStatus", "pending", "deprecated")),
    Case("note", "codelists.yaml", lambda n: _pending(n).update(annotations={"alon": True}),
         ("codelists.yaml", "IncidentStatus", "pending", "alon")),
    Case("class", "incident.yaml", _incident(tree_root=True),
         ("incident.yaml", "class Incident", "tree_root")),
    Case("slot_usage", "incident.yaml", _incident(slot_usage={"category": {"required": True}}),
         ("incident.yaml", "class Incident", "slot_usage")),
    Case("rules of LinkML", "incident.yaml", _incident(rules=[{"preconditions": {}}]),
         ("incident.yaml", "class Incident", "rules")),
    Case("attribute", "incident.yaml", lambda n: STATUS(n).update(pattern="x"),
         ("incident.yaml", "field incident_status", "pattern")),
    Case("any_of", "incident.yaml", lambda n: STATUS(n).update(any_of=[{"range": "Text"}]),
         ("incident.yaml", "field incident_status", "any_of")),
    Case("audience", "incident.yaml",
         lambda n: STATUS(n)["annotations"].update(audience="everyone"),
         ("incident.yaml", "field incident_status", "audience")),
    Case("range", "incident.yaml", lambda n: STATUS(n).update(range="Nowhere"),
         ("incident.yaml", "field incident_status", "Nowhere")),
    Case("no title", "incident.yaml", lambda n: STATUS(n).pop("title"),
         ("incident.yaml", "field incident_status", "title")),
    Case("list of text", "incident.yaml",
         lambda n: _field("ground_reference")(n).update(multivalued=True),
         ("incident.yaml", "field ground_reference", "list of Text")),
    Case("word of a rule", "incident.yaml", lambda n: _line(n).update(check="newer"),
         ("incident.yaml", "HT-R04", "newer")),
    Case("parameter of a rule", "incident.yaml", lambda n: _line(n).update(unless={}),
         ("incident.yaml", "HT-R04", "unless")),
    Case("no parameter", "incident.yaml", lambda n: _line(n).pop("what"),
         ("incident.yaml", "HT-R04", "what")),
    Case("word of a test", "incident.yaml", _tested({"holds": ["UNS"]}),
         ("incident.yaml", "HT-R04", "category_additional", "holds")),
    Case("code of a test", "incident.yaml", _tested({"has": ["UNX"]}),
         ("incident.yaml", "HT-R04", "category_additional", "UNX")),
    Case("field of a test", "incident.yaml",
         lambda n: _line(n).update(what={"categori": ["UNS"]}),
         ("incident.yaml", "HT-R04", "categori")),
    Case("unquoted no in a test", "incident.yaml",
         lambda n: _line(n).update(what={"depicted_identifiable": [False]}),
         ("incident.yaml", "HT-R04", "depicted_identifiable", "quote it")),
    Case("key of a rule", "incident.yaml", lambda n: _rule(n, "HT-R15").update(why="x"),
         ("incident.yaml", "HT-R15", "why")),
    Case("rule without says", "incident.yaml", lambda n: _rule(n, "HT-R15").pop("says"),
         ("incident.yaml", "HT-R15", "says")),
    Case("rule without do", "incident.yaml", lambda n: _rule(n, "HT-R15").pop("do"),
         ("incident.yaml", "HT-R15", "do")),
    Case("retired code", "codelists.yaml", lambda n: _pending(n).update(status="retired"),
         ("codelists.yaml", "IncidentStatus", "pending", "replaced_by")),
    Case("unknown severity", "incident.yaml", lambda n: _rule(n, "HT-R15").update(severity="bogus"),
         ("incident.yaml", "HT-R15", "bogus")),
    Case("severity away from the words of a rule", "incident.yaml",
         lambda n: _rule(n, "HT-R03").update(severity="warning"),
         ("incident.yaml", "HT-R03", "severity")),
    Case("rule without lines", "incident.yaml", lambda n: _rule(n, "HT-R15").update(lines=[]),
         ("incident.yaml", "HT-R15", "no lines")),
    Case("foreign word on our field", "incident.yaml",
         lambda n: n["classes"]["Incident"]["attributes"]["surface"]["annotations"].update(lost="x"),
         ("incident.yaml", "surface", "lost")),
    Case("second identifier", "incident.yaml",
         lambda n: n["classes"]["Incident"]["attributes"]["request_id"].update(identifier=True),
         ("incident.yaml", "Incident", "request_id")),
    Case("a switch in words", "incident.yaml",
         lambda n: n["classes"]["Incident"]["attributes"]["surface"].update(required="no"),
         ("incident.yaml", "surface", "required")),
    Case("unknown tier", "categories.yaml",
         lambda n: n["enums"]["CategoryCode"]["permissible_values"]["IPR"]["annotations"].update(
             base_tier="bogus"),
         ("categories.yaml", "IPR", "bogus")),
    Case("replaced by nothing known", "codelists.yaml",
         lambda n: _pending(n).update(status="retired", annotations={"replaced_by": "gone"}),
         ("codelists.yaml", "IncidentStatus", "pending", "gone")),
    Case("retired category", "categories.yaml",
         lambda n: n["enums"]["CategoryCode"]["permissible_values"]["OTH"].update(status="retired"),
         ("categories.yaml", "CategoryCode", "OTH", "replaced_by")),
    Case("parent", "categories.yaml",
         lambda n: n["enums"]["CategoryCode"]["permissible_values"]["CSE-COE"].update(is_a="CSX"),
         ("categories.yaml", "CSE-COE", "CSX")),
    Case("metric", "metrics.yaml", lambda n: n["metrics"][0].update(weight=2),
         ("metrics.yaml", "M01", "weight")),
    Case("field of a metric", "metrics.yaml",
         lambda n: n["metrics"][0]["numerator"].update(period=["someday"]),
         ("metrics.yaml", "M01", "someday")),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_what_no_output_would_carry_is_refused(copy: Path, case: Case) -> None:
    _edit(copy, case.file, case.change)
    with pytest.raises(Refused) as refusal:
        build.build(copy)
    for word in case.says:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("codelists.yaml", r'^(\s+)"no":', r"\1no:", ("codelists.yaml", "False", "quote it")),
        ("incident.yaml", r"\Z", "\nlicense: other\n", ("incident.yaml", "'license' stands twice")),
    ],
    ids=["unquoted no", "duplicated key"],
)
def test_the_accidents_of_yaml_are_refused(
    copy: Path, file: str, old: str, new: str, says: tuple[str, ...]
) -> None:
    path = copy / "schema" / file
    text, many = re.subn(old, new, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    assert many == 1
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        build.build(copy)
    for word in says:
        assert word in str(refusal.value)


def test_a_refusal_ends_the_command_without_a_traceback(copy: Path) -> None:
    _edit(copy, "incident.yaml", _incident(slot_usage={}))
    run = _check(copy)
    assert run.returncode == 1
    assert run.stderr.startswith("refused: incident.yaml: class Incident")
    assert "Traceback" not in run.stderr


# --- no rule can be lost -------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [each.id for each in RULES.values() if "Incident" in each.records])
def test_removing_a_rule_is_noticed(home: Path, copy: Path, rule: str) -> None:
    def remove(node: Node) -> None:
        for class_ in node["classes"].values():
            value = class_.get("annotations", {}).get("rules", {"value": []})["value"]
            value[:] = [each for each in value if each["id"] != rule]

    for file in ("incident.yaml", "record.yaml"):
        _edit(copy, file, remove)
    try:
        made = tables.write(load(copy / "schema" / "harmtax.yaml"))
    except Refused:
        return
    path = "harmtax/_generated/constraints.py"
    assert made[path] != (home / path).read_text(encoding="utf-8")


# --- the changes ---------------------------------------------------------------------------------


def test_the_versions_of_schema_tables_and_package_agree(home: Path, plan: Plan) -> None:
    project = tomllib.loads((home / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == plan.version == VERSION == next(iter(DATES)) == CHANGES[0].version


def _changes(plan: Plan, home: Path, copy: Path, **entry: object) -> str:
    _edit(copy, "changes.yaml", lambda node: node["versions"][0]["changes"].append(entry))
    measured = metrics.read(plan, home / "schema" / "metrics.yaml")
    return changes.write(plan, copy / "schema", measured)["harmtax/_generated/changes.py"]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"aded": "rules", "detail": "x"}, "expected one operation"),
        ({"add": "rules", "retire": "rules", "detail": "x"}, "expected one operation"),
        ({"add": "rules"}, "'detail'"),
        ({"add": "rules", "detail": "x", "why": "y"}, "'why'"),
        ({"add": "rules/HT-R99", "detail": "x"}, "'rules/HT-R99'"),
        ({"merge": "categories/OLD", "detail": "x"}, "'to'"),
        ({"merge": "categories/OLD", "to": ["categories/NEW"], "detail": "x"}, "'categories/NEW'"),
        (
            {"split": "categories/OLD", "to": ["categories/OTH"], "fallback": "x", "detail": "x"},
            "fallback",
        ),
    ],
)
def test_a_change_that_migration_cannot_read_is_refused(
    plan: Plan, home: Path, copy: Path, entry: Node, says: str
) -> None:
    with pytest.raises(Refused) as refusal:
        _changes(plan, home, copy, **entry)
    assert str(refusal.value).startswith("changes.yaml: version 0.2.0, entry")
    assert says in str(refusal.value)


def test_every_operation_can_be_written(plan: Plan, home: Path, copy: Path) -> None:
    for operation in changes.OPERATIONS:
        target = "categories/OTH"
        needs = {"to": [target], "fallback": target, "meaning": "other"}
        entry = {key: needs[key] for key in changes.OPERATIONS[operation][1]}
        entry |= {"no_successor": True} if operation == "retire" else {}
        text = _changes(plan, home, copy, **{operation: target, "detail": "x"}, **entry)
        assert f'operation="{operation}"' in text


def test_a_version_without_its_block_is_refused(plan: Plan, home: Path, copy: Path) -> None:
    _edit(copy, "changes.yaml", lambda node: node["versions"][0].update(version="0.1.9"))
    with pytest.raises(Refused, match=f"newest version is not {plan.version}"):
        _changes(plan, home, copy, added="rules", detail="x")
