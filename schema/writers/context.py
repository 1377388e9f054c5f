"""Writes the JSON-LD context: every field as a property, every code as a concept of its scheme."""

from __future__ import annotations

import json

from harmtax.shapes import Field

from schema.writers.plan import Plan

XSD = {"integer": "xsd:integer", "time": "xsd:dateTime", "date": "xsd:date"}


def write(plan: Plan) -> dict[str, str]:
    """The text of the context by its path."""
    terms: dict[str, object] = {
        "@version": 1.1,
        "ht": plan.prefixes["ht"],
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
    for record in plan.records.values():
        terms[record.name] = {"@id": f"ht:{record.name}", "@context": _fields(record.fields)}
    document = {"@context": terms}
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=False)
    return {"exports/next/context.jsonld": text + "\n"}


def _fields(fields: tuple[Field, ...]) -> dict[str, object]:
    # Scoped to its record type: one field name may carry two code lists in two record types.
    return {field.name: _term(field) for field in fields}


def _term(field: Field) -> dict[str, object]:
    term: dict[str, object] = {"@id": f"ht:{field.name}"}
    if field.codes:
        term |= {"@type": "@vocab", "@context": {"@vocab": f"ht:{field.codes}/"}}
    elif field.kind in XSD:
        term["@type"] = XSD[field.kind]
    if field.many:
        term["@container"] = "@set"
    return term
