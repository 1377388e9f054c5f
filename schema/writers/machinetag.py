"""Writes our public codes as a taxonomy of machine tags, as MISP loads it."""

from __future__ import annotations

import json
from typing import Any

from harmtax.shapes import Code, CodeList, Field
from harmtax.standard.tags import NAMESPACE, TIER, hyphened, is_tagged

from schema.writers.plan import Plan

ABOUT = (
    "Codes of the harmtax standard for incidents of harmful synthetic imagery. The category names are"
    " GARM-style and not endorsed by the WFA; GARM ended in August 2024."
)


def write(plan: Plan) -> dict[str, str]:
    """The text of the taxonomy by its path."""
    fields = [field for field in plan.records["Incident"].fields if _is_tagged(field, plan)]
    lists = {hyphened(field.name): (field, plan.code_lists[str(field.codes)]) for field in fields}
    predicates = [
        {"value": name, "expanded": field.title, "description": field.definition}
        for name, (field, _) in lists.items()
    ]
    tiers = plan.code_lists["Tier"]
    predicates.append({"value": TIER, "expanded": tiers.title, "description": tiers.definition})
    values = [_values(name, codes) for name, (_, codes) in lists.items()]
    taxonomy = {
        "namespace": NAMESPACE,
        "expanded": plan.title,
        "description": ABOUT,
        "version": _number(plan.version),
        "refs": ["https://w3id.org/harmtax/"],
        "type": ["event"],
        "predicates": predicates,
        "values": [*values, _values(TIER, tiers)],
    }
    text = json.dumps(taxonomy, ensure_ascii=False, indent=2)
    return {"exports/next/misp/machinetag.json": f"{text}\n"}


def _is_tagged(field: Field, plan: Plan) -> bool:
    return field.codes is not None and is_tagged(field, len(plan.code_lists[field.codes].codes))


def _values(predicate: str, codes: CodeList) -> dict[str, Any]:
    return {"predicate": predicate, "entry": [_entry(code) for code in codes.codes]}


def _entry(code: Code) -> dict[str, str]:
    entry = {"value": hyphened(code.code), "expanded": code.title}
    return entry | ({"description": code.definition} if code.definition else {})


def _number(version: str) -> int:
    """A version as the whole number that MISP compares: 1.2.3 is 10203."""
    major, minor, patch = map(int, version.split("."))
    return (major * 100 + minor) * 100 + patch
