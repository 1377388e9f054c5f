"""Writes the CSV exports (RFC 4180, UTF-8): categories, code lists, columns and rules."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from harmtax.shapes import Field

from schema.writers.plan import Plan

ARROW = {
    "code": "string",
    "text": "string",
    "integer": "int64",
    "time": "timestamp[us, tz=UTC]",
    "date": "date32[day]",
}


def write(plan: Plan) -> dict[str, str]:
    """The text of each table by its path."""
    return {
        "exports/next/categories.csv": _categories(plan),
        "exports/next/codelists.csv": _code_lists(plan),
        "exports/next/columns.csv": _columns(plan),
        "exports/next/rules.csv": _rules(plan),
    }


def arrow_type(field: Field) -> str:
    """The Arrow type of a field as Arrow itself prints it."""
    kind = ARROW[field.kind]
    return f"list<item: {kind}>" if field.many else kind


def _categories(plan: Plan) -> str:
    head = (
        "code", "parent", "precedence", "title", "definition", "includes", "excludes",
        "base_tier", "absolute_floor", "status", "replaced_by",
    )  # fmt: skip
    return _csv(
        head,
        (
            (
                row.code, row.parent, place, row.title, row.definition, row.includes, row.excludes,
                row.base_tier, "yes" if row.absolute_floor else "no", row.status, row.replaced_by,
            )
            for place, row in enumerate(plan.categories, 1)
        ),
    )  # fmt: skip


def _code_lists(plan: Plan) -> str:
    head = (
        "code_list",
        "code",
        "title",
        "definition",
        "stands_alone",
        "unit",
        "upper",
        "meaning",
        "status",
        "replaced_by",
    )
    return _csv(
        head,
        (
            (
                codes.name, code.code, code.title, code.definition, "yes" if code.alone else "no",
                code.unit, code.upper, code.meaning, code.status, code.replaced_by,
            )
            for codes in plan.code_lists.values()
            for code in codes.codes
        ),
    )  # fmt: skip


def _columns(plan: Plan) -> str:
    head = (
        "record_type", "column", "arrow_type", "required", "code_list", "unit", "audience",
        "pattern", "minimum", "maximum", "max_length", "definition", "source",
    )  # fmt: skip
    return _csv(
        head,
        (
            (
                record.name, field.name, arrow_type(field), "yes" if field.required else "no",
                field.codes, field.unit, field.audience, field.pattern, field.minimum,
                field.maximum, field.max_length, field.definition, field.source,
            )
            for record in plan.records.values()
            for field in record.fields
        ),
    )  # fmt: skip


def _rules(plan: Plan) -> str:
    head = ("rule", "severity", "records", "says", "do", "source", "json_schema")
    return _csv(
        head,
        (
            (
                rule.id, rule.severity, " ".join(rule.records), rule.says, rule.do, rule.source,
                rule.json_schema,
            )
            for rule in plan.rules.values()
        ),
    )  # fmt: skip


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows(("" if cell is None else cell for cell in row) for row in rows)
    return buffer.getvalue()
