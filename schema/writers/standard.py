"""Writes the whole standard as one flat map of elements, from which two versions are compared.

An element goes by the name that `changes.yaml` gives it; its facts are plain JSON. The elements stand in
the order of the schema, which for the categories is their precedence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harmtax.shapes import MetricRow

from schema.writers.plan import Plan
from schema.writers.source import plain, read

PATH = "exports/next/standard.json"
Element = tuple[str, Mapping[str, Any]]
# The facts that the name of an element says already, or that its own elements say.
NAMED = {"code", "name", "id"}
INNER = {"codes", "fields", "row_checks", "set_checks"}


def write(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of the map by its path."""
    told = snapshot(plan, schema, metrics)
    return {PATH: json.dumps(told, ensure_ascii=False, indent=1) + "\n"}


def snapshot(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, Any]:
    """Version, day, elements by name, and the changes of all versions as people wrote them."""
    blocks = plain(schema / "changes.yaml")["versions"]
    return {
        "version": plan.version,
        "date": blocks[0]["date"] if blocks else "",
        "elements": dict(_elements(plan, schema, metrics)),
        "changes": blocks,
    }


def _elements(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> Iterator[Element]:
    yield "categories", {"definition": " ".join(plan.category_notes.split())}
    for row in plan.categories:
        tiers = {how: list(told) for (code, how), told in plan.tiers.items() if code == row.code}
        yield f"categories/{row.code}", _facts(row) | {"tiers": tiers}
    for codes in plan.code_lists.values():
        if codes.name != "CategoryCode":
            yield f"code_lists/{codes.name}", _without(codes, INNER)
            for code in codes.codes:
                yield f"code_lists/{codes.name}/{code.code}", _facts(code)
    for record in plan.records.values():
        yield f"record_types/{record.name}", _without(record, INNER)
        for field in record.fields:
            yield f"record_types/{record.name}/{field.name}", _facts(field)
    for rule in plan.rules.values():
        yield f"rules/{rule.id}", _facts(rule) | {"checks": _checks(plan, rule.id)}
    for metric in metrics:
        yield f"metrics/{metric.id}", _facts(metric)
    for path in sorted((schema / "foreign").glob("*.yaml")):
        yield f"formats/{path.stem}", {"title": read(path)["title"]}


def _checks(plan: Plan, rule: str) -> dict[str, list[Any]]:
    """What a rule asks of each record type, one line per check, without the id that is the rule's own."""
    found = {}
    for record in plan.records.values():
        checks = [c for c in (*record.row_checks, *record.set_checks) if c.rule == rule]
        if checks:
            found[record.name] = [
                {"check": type(each).__name__.lower()} | _without(each, {"rule"}) for each in checks
            ]
    return found


def _facts(shape: Any) -> dict[str, Any]:
    return _without(shape, NAMED)


def _without(shape: Any, names: set[str]) -> dict[str, Any]:
    """The facts of a shape that are not what they are by default."""
    default = shape._field_defaults
    return {
        name: _json(value)
        for name, value in shape._asdict().items()
        if name not in names | NAMED and not (name in default and default[name] == value)
    }


def _json(value: Any) -> Any:
    if hasattr(value, "_asdict"):
        return {name: _json(each) for name, each in value._asdict().items()}
    if isinstance(value, tuple | list):
        return [_json(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _json(each) for name, each in value.items()}
    return value
