"""Each export is read by somebody else's reader and holds what the plan holds."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jsonschema_rs
import polars
import pytest
from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, URIRef

from harmtax.shapes import Field
from harmtax.standard import languages

from schema.writers import metrics as measured
from schema.writers import skos
from schema.writers.codes import live
from schema.writers.plan import Plan
from schema.writers.translations import fresh

Row = dict[str, Any]


@pytest.fixture(scope="session")
def exports(home: Path) -> Path:
    return home / "exports" / "next"


@pytest.fixture(scope="session")
def sample(exports: Path) -> list[Row]:
    lines = (exports / "sample.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def corpus(home: Path) -> list[Row]:
    """The records of the conformance corpus that must be accepted."""
    return _cases(home / "tests" / "conformance" / "valid")


@pytest.fixture(scope="session")
def faulty(home: Path) -> list[Row]:
    """The records of the conformance corpus that have findings."""
    return _cases(home / "tests" / "conformance" / "invalid")


def _cases(folder: Path) -> list[Row]:
    """The single records of a folder; null and absent are the same, so nulls are left out."""
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [
        {**case, "record": {k: v for k, v in case["record"].items() if v is not None}}
        for case in cases
        if "record" in case
    ]


# --- JSON Schema ---------------------------------------------------------------------------------


def _validators(exports: Path) -> dict[str, Any]:
    found = {}
    for path in sorted((exports / "jsonschema").glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema_rs.meta.validate(schema)
        found[path.name.partition(".")[0]] = jsonschema_rs.validator_for(
            schema, validate_formats=True
        )
    return found


def test_there_is_one_json_schema_per_record_type(exports: Path, plan: Plan) -> None:
    assert _validators(exports).keys() == plan.records.keys()


def test_the_json_schema_accepts_the_sample(exports: Path, sample: list[Row]) -> None:
    incident = _validators(exports)["Incident"]
    assert [error.message for row in sample for error in incident.iter_errors(row)] == []


def test_the_json_schemas_accept_the_corpus(exports: Path, corpus: list[Row]) -> None:
    validators = _validators(exports)
    assert corpus
    wrong = [
        (case["says"], error.message)
        for case in corpus
        for error in validators[case["record_type"]].iter_errors(case["record"])
    ]
    assert wrong == []


def test_the_json_schemas_reject_what_breaks_a_rule_that_they_carry(
    exports: Path, plan: Plan, faulty: list[Row]
) -> None:
    validators = _validators(exports)
    passed = [
        case["says"]
        for case in faulty
        if any(_carried(plan, finding, case["record"]) for finding in case["expect"])
        and validators[case["record_type"]].is_valid(case["record"])
    ]
    assert faulty
    assert passed == []


def _carried(plan: Plan, finding: Row, record: Row) -> bool:
    """Faults of fields are carried, rules when the schema says so, warnings never.

    To JSON Schema 1.0 is an integer; that is the one fault of a field that it cannot tell.
    """
    value = record.get(finding["path"].removeprefix("/"))
    if finding["severity"] != "error" or (isinstance(value, float) and value.is_integer()):
        return False
    rule = plan.rules.get(finding["rule"])
    return rule is None or rule.json_schema == "yes"


def test_the_json_schemas_refuse_unknown_and_missing_fields(
    exports: Path, plan: Plan, corpus: list[Row]
) -> None:
    validators = _validators(exports)
    for case in corpus:
        record, validator = case["record"], validators[case["record_type"]]
        assert not validator.is_valid({**record, "surprise": "x"})
        for field in plan.records[case["record_type"]].fields:
            if field.required:
                rest = {name: value for name, value in record.items() if name != field.name}
                assert not validator.is_valid(rest), (case["says"], field.name)


def test_the_json_schemas_know_every_field_and_code(exports: Path, plan: Plan) -> None:
    for name, record in plan.records.items():
        path = exports / "jsonschema" / f"{name}.schema.json"
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert schema["properties"].keys() == {field.name for field in record.fields}
        for field in record.fields:
            if field.codes:
                codes = live(plan.code_lists[field.codes])
                assert schema["$defs"][field.codes]["enum"] == list(codes)


# --- SKOS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def graph(exports: Path) -> Graph:
    return Graph().parse(exports / "skos.ttl", format="turtle")


def _one(graph: Graph, node: Any, predicate: URIRef) -> Any:
    [found] = graph.objects(node, predicate)
    return found


def _in(graph: Graph, node: Any, predicate: URIRef) -> dict[str | None, str]:
    """What a node says, by language."""
    return {text.language: str(text) for text in graph.objects(node, predicate)}


def test_skos_holds_every_list_and_code(graph: Graph, plan: Plan) -> None:
    assert len(set(graph.subjects(RDF.type, SKOS.ConceptScheme))) == len(plan.code_lists)
    base = plan.prefixes["ht"]
    for codes in plan.code_lists.values():
        members = set(graph.subjects(SKOS.inScheme, URIRef(base + codes.name)))
        assert members == {URIRef(f"{base}{codes.name}/{code.code}") for code in codes.codes}


def test_every_concept_is_named_once_and_lies_in_one_scheme(graph: Graph) -> None:
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    notations: defaultdict[Any, list[str]] = defaultdict(list)
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        scheme = _one(graph, concept, SKOS.inScheme)
        assert scheme in schemes
        notations[scheme].append(str(_one(graph, concept, SKOS.notation)))
        labels = Counter(label.language for label in graph.objects(concept, SKOS.prefLabel))
        assert labels
        assert set(labels.values()) == {1}
    assert all(len(each) == len(set(each)) for each in notations.values())


def test_every_category_has_its_words(graph: Graph, plan: Plan) -> None:
    for row in plan.categories:
        concept = URIRef(f"{plan.prefixes['ht']}CategoryCode/{row.code}")
        assert _in(graph, concept, SKOS.prefLabel)["en"] == row.title
        assert _in(graph, concept, SKOS.definition)["en"] == row.definition


def test_skos_speaks_every_language_as_far_as_it_is_translated(graph: Graph, plan: Plan) -> None:
    node = URIRef(f"{plan.prefixes['ht']}CategoryCode/CSE-IDM")
    for tag in languages.languages():
        told = languages.tell("categories/CSE-IDM", "title", tag)
        assert _in(graph, node, SKOS.prefLabel)[tag] == told.text
    place = URIRef(f"{plan.prefixes['ht']}CountryCode/GR")
    assert _in(graph, place, SKOS.prefLabel)["de"] == "Griechenland"


def test_skos_has_no_translation_of_an_older_english_text(plan: Plan, home: Path) -> None:
    schema = home / "schema"
    metrics = measured.read(plan, schema / "metrics.yaml")
    first, *rest = plan.categories
    other = replace(plan, categories=(first._replace(title="Another title"), *rest))
    now, then = (fresh(each, schema, metrics) for each in (plan, other))
    name = f"categories/{first.code}"
    assert all(name in now[tag] and name not in then[tag] for tag in now)
    assert all(len(now[tag]) == len(then[tag]) + 1 for tag in now)


def test_broader_and_narrower_agree_and_make_a_tree(graph: Graph, plan: Plan) -> None:
    upward = set(graph.subject_objects(SKOS.broader))
    assert upward == {(below, above) for above, below in graph.subject_objects(SKOS.narrower)}
    assert len(upward) == sum(row.parent is not None for row in plan.categories)
    for concept in {below for below, _ in upward}:
        above = _one(graph, concept, SKOS.broader)
        assert concept not in set(graph.transitive_objects(above, SKOS.broader))


def test_a_concept_is_a_top_concept_or_has_one_above_it(graph: Graph) -> None:
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        is_top = (concept, SKOS.topConceptOf, _one(graph, concept, SKOS.inScheme)) in graph
        assert is_top != any(graph.objects(concept, SKOS.broader))
    assert set(graph.subject_objects(SKOS.topConceptOf)) == {
        (concept, scheme) for scheme, concept in graph.subject_objects(SKOS.hasTopConcept)
    }


def test_a_retired_category_names_its_successor(plan: Plan) -> None:
    """No category is retired so far, so one is retired here."""
    first, *rest = plan.categories
    retired = first._replace(status="retired", replaced_by=rest[-1].code)
    text = skos.write(replace(plan, categories=(retired, *rest)), {})["exports/next/skos.ttl"]
    graph = Graph().parse(data=text, format="turtle")
    scheme = f"{plan.prefixes['ht']}CategoryCode"
    node = URIRef(f"{scheme}/{first.code}")
    assert (node, OWL.deprecated, Literal(True)) in graph
    assert _one(graph, node, DCTERMS.isReplacedBy) == URIRef(f"{scheme}/{rest[-1].code}")


def test_deprecated_concepts_are_the_retired_codes_with_their_successors(
    graph: Graph, plan: Plan
) -> None:
    base = plan.prefixes["ht"]
    retired = {
        URIRef(f"{base}{each.name}/{code.code}"): code.replaced_by
        and URIRef(f"{base}{each.name}/{code.replaced_by}")
        for each in plan.code_lists.values()
        for code in each.codes
        if code.status == "retired"
    }
    assert set(graph.subjects(OWL.deprecated, Literal(True))) == retired.keys()
    for concept, successor in retired.items():
        assert graph.value(concept, DCTERMS.isReplacedBy) == successor
        assert successor is None or (successor, RDF.type, SKOS.Concept) in graph


# --- JSON-LD ---------------------------------------------------------------------------------------


def _linked(exports: Path, rows: list[Row]) -> Graph:
    context = json.loads((exports / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    nodes = [{"@type": "Incident", "@id": f"ex:{place}", **row} for place, row in enumerate(rows)]
    document = {"@context": [context, {"ex": "https://example.org/"}], "@graph": nodes}
    return Graph().parse(data=json.dumps(document), format="json-ld")


def test_the_context_makes_concepts_of_codes(
    exports: Path, plan: Plan, graph: Graph, sample: list[Row]
) -> None:
    base = plan.prefixes["ht"]
    rows = [*sample, {"category": plan.categories[0].code}]
    linked = _linked(exports, rows)
    for place, row in enumerate(rows):
        node = URIRef(f"https://example.org/{place}")
        assert (node, RDF.type, URIRef(f"{base}Incident")) in linked
        for field in plan.records["Incident"].fields:
            codes = _codes(field, row)
            found = set(linked.objects(node, URIRef(base + field.name)))
            if codes:
                assert found == {URIRef(f"{base}{field.codes}/{code}") for code in codes}
                assert all((concept, RDF.type, SKOS.Concept) in graph for concept in found)


def _codes(field: Field, row: Row) -> list[str]:
    if field.codes is None or field.name not in row:
        return []
    return list(row[field.name]) if field.many else [row[field.name]]


# --- tables --------------------------------------------------------------------------------------


def test_the_tables_hold_as_many_rows_as_the_plan(exports: Path, plan: Plan) -> None:
    expected = {
        "categories": len(plan.categories),
        "codelists": sum(len(each.codes) for each in plan.code_lists.values()),
        "columns": sum(len(each.fields) for each in plan.records.values()),
        "rules": len(plan.rules),
    }
    for name, many in expected.items():
        table = polars.read_csv(exports / f"{name}.csv", infer_schema=False)
        [(count,)] = duckdb.sql(
            f"SELECT count(*) FROM read_csv('{exports / name}.csv', all_varchar=true, header=true)"
        ).fetchall()
        assert (table.height, count) == (many, many), name


def test_the_tables_keep_every_code_as_written(exports: Path, plan: Plan) -> None:
    """NO is Norway and no is a code; a reader that guesses types must not be needed."""
    with (exports / "codelists.csv").open(encoding="utf-8", newline="") as file:
        read = [(row["code_list"], row["code"]) for row in csv.DictReader(file)]
    assert read == [(each.name, c.code) for each in plan.code_lists.values() for c in each.codes]
    table = polars.read_csv(exports / "categories.csv", infer_schema=False)
    assert table["code"].to_list() == [row.code for row in plan.categories]
    assert table["parent"].to_list() == [row.parent for row in plan.categories]


def test_no_cell_is_read_as_a_formula(exports: Path) -> None:
    for path in exports.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_both_samples_hold_the_same_records(exports: Path, plan: Plan, sample: list[Row]) -> None:
    fields = plan.records["Incident"].fields
    relation = duckdb.sql(f"SELECT * FROM '{exports / 'sample.parquet'}'")
    assert relation.columns == [field.name for field in fields]
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    told = [{name: value for name, value in row.items() if value is not None} for row in rows]
    kinds = {field.name: field.kind for field in fields}
    assert told == [{n: _typed(kinds[n], value) for n, value in row.items()} for row in sample]


def _typed(kind: str, value: Any) -> Any:
    if kind == "time":
        return datetime.fromisoformat(value).astimezone(UTC)
    return date.fromisoformat(value) if kind == "date" else value


def test_the_sample_holds_one_incident_per_category(plan: Plan, sample: list[Row]) -> None:
    assert Counter(row["category"] for row in sample) == {row.code: 1 for row in plan.categories}


def test_the_digests_verify(exports: Path) -> None:
    run = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=exports, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    listed = {line.split("  ")[1] for line in (exports / "SHA256SUMS").read_text().splitlines()}
    there = {p.relative_to(exports).as_posix() for p in exports.rglob("*") if p.is_file()}
    assert listed == there - {"SHA256SUMS"}


# --- TypeScript ----------------------------------------------------------------------------------

UNION = re.compile(r'export type (\w+) =((?:\n  \| "[^"\n]*")+);')
INTERFACE = re.compile(r"export interface (\w+) \{\n(.*?)\n\}", re.DOTALL)
MEMBER = re.compile(r"^  readonly (\w+)(\??): (readonly )?(\w+)(\[\])?;$", re.MULTILINE)
PLAIN = {"text": "string", "integer": "number", "time": "string", "date": "string"}


def test_the_typescript_unions_hold_every_code(exports: Path, plan: Plan) -> None:
    text = (exports / "harmtax.ts").read_text(encoding="utf-8")
    unions = {name: re.findall(r'"([^"]*)"', body) for name, body in UNION.findall(text)}
    used = {f.codes for record in plan.records.values() for f in record.fields if f.codes}
    assert unions == {name: list(live(plan.code_lists[name])) for name in used}


def test_the_typescript_interfaces_hold_every_field(exports: Path, plan: Plan) -> None:
    text = (exports / "harmtax.ts").read_text(encoding="utf-8")
    read = {name: MEMBER.findall(body) for name, body in INTERFACE.findall(text)}
    expected = {
        record.name: [
            (
                field.name,
                "" if field.required else "?",
                "readonly " if field.many else "",
                field.codes or PLAIN[field.kind],
                "[]" if field.many else "",
            )
            for field in record.fields
        ]
        for record in plan.records.values()
    }
    assert read == expected


@pytest.mark.skipif(
    shutil.which("tsc") is None and "CI" not in os.environ,
    reason="no TypeScript compiler on this machine",
)
def test_the_typescript_compiles(exports: Path, sample: list[Row], tmp_path: Path) -> None:
    """The sample is typed against the interface; a wrong code must not compile."""
    shutil.copy(exports / "harmtax.ts", tmp_path)
    head = 'import type { Incident } from "./harmtax";\n'
    rows = f"export const rows: readonly Incident[] = {json.dumps(sample)};\n"
    (tmp_path / "good.ts").write_text(head + rows, encoding="utf-8")
    bad = json.dumps([{**sample[0], "category": "nothing"}])
    (tmp_path / "bad.ts").write_text(head + f"export const x: Incident[] = {bad};\n", "utf-8")
    command = ["tsc", "--noEmit", "--strict", "--target", "es2022", "--moduleResolution", "bundler",
               "--module", "es2022"]  # fmt: skip
    codes = [
        subprocess.run([*command, name], cwd=tmp_path, capture_output=True, check=False).returncode
        for name in ("good.ts", "bad.ts")
    ]
    assert codes[0] == 0
    assert codes[1] != 0
