"""Writes our public codes as a taxonomy of machine tags, as MISP loads it."""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from harmtax.shapes import Code, CodeList, Field
from harmtax.standard.tags import NAMESPACE, TIER, hyphened, is_tagged

from schema.writers.plan import Plan

HOME = "https://w3id.org/harmtax/"
ABOUT = (
    "Codes of the harmtax standard for incidents of harmful synthetic imagery. The category names are"
    " GARM-style and not endorsed by the WFA; GARM ended in August 2024."
)


def write(plan: Plan) -> dict[str, str]:
    """The text of the taxonomy by its path."""
    fields = [field for field in plan.records["Incident"].fields if _is_tagged(field, plan)]
    predicates = [_predicate(hyphened(f.name), f.title, f.definition, not f.many) for f in fields]
    values = [_values(hyphened(f.name), plan.code_lists[str(f.codes)]) for f in fields]
    tiers = plan.code_lists["Tier"]
    taxonomy = {
        "namespace": NAMESPACE,
        "expanded": plan.title,
        "description": ABOUT,
        "uuid": _key(),
        "version": _number(plan.version),
        "refs": [HOME],
        "type": ["event"],
        "predicates": [*predicates, _predicate(TIER, tiers.title, tiers.definition, True)],
        "values": [*values, _values(TIER, tiers)],
    }
    text = json.dumps(taxonomy, ensure_ascii=False, indent=2)
    return {"exports/next/misp/machinetag.json": f"{text}\n"}


def _is_tagged(field: Field, plan: Plan) -> bool:
    return field.codes is not None and is_tagged(field, len(plan.code_lists[field.codes].codes))


def _predicate(name: str, title: str, definition: str, is_exclusive: bool) -> dict[str, Any]:
    about = {"value": name, "expanded": title, "description": definition, "uuid": _key(name)}
    return about | ({"exclusive": True} if is_exclusive else {})


def _values(predicate: str, codes: CodeList) -> dict[str, Any]:
    return {
        "predicate": predicate,
        "entry": [_entry(predicate, code) for code in codes.codes if code.status == "active"],
    }


def _entry(predicate: str, code: Code) -> dict[str, str]:
    value = hyphened(code.code)
    entry = {"value": value, "expanded": code.title, "uuid": _key(predicate, value)}
    return entry | ({"description": code.definition} if code.definition else {})


def _key(*names: str) -> str:
    """A key that stays the same from version to version; the tools ask for one at each level."""
    return str(uuid5(NAMESPACE_URL, "/".join((f"{HOME}misp", *names))))


def _number(version: str) -> int:
    """A version as the whole number that MISP compares: 1.2.3 is 10203."""
    major, minor, patch = map(int, version.split("."))
    return (major * 100 + minor) * 100 + patch
