"""Writes the metrics as a plain table: what is counted, over what, and in which dimensions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmtax.shapes import Field, MetricRow, Quantity

from schema.writers import notation
from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain

SIDE = {"record", "sum", "where", "period"}
# A tier follows from category and treatment, so an incident has one without storing it.
COMPUTED = {"tier": {"category", "treatment"}}


def write(plan: Plan, path: Path) -> dict[str, str]:
    """The text of the table by its path."""
    rows = {row.id: row for row in read(plan, path)}
    return {
        "harmtax/_generated/metrics.py": module(
            "The metrics by their id.",
            "from harmtax.shapes import MetricRow, Quantity",
            {"METRICS": ("dict[str, MetricRow]", rows)},
        )
    }


def read(plan: Plan, path: Path) -> list[MetricRow]:
    """The metrics of the schema. Raises Refused with the metric and the word."""
    fields = [field.name for field in plan.records["Metric"].fields]
    rows: list[MetricRow] = []
    for entry in plain(path)["metrics"]:
        where = f"{path.name}: metric {entry.get('metric_id')}"
        try:
            known(where, entry, {*fields, "numerator", "denominator"})
            for field in plan.records["Metric"].fields:
                _fits(plan, field, entry[field.name])
            if any(row.id == entry["metric_id"] for row in rows):
                raise Refused("the metric stands twice")
            rows.append(_row(plan, entry))
        except KeyError as error:
            raise Refused(f"{where}: {error.args[0]!r} is missing") from None
        except Refused as error:
            raise Refused(f"{where}: {error}") from None
    return rows


def _fits(plan: Plan, field: Field, value: Any) -> None:
    codes = plan.code_lists[field.codes].codes if field.codes else ()
    if not isinstance(value, str) or (codes and value not in {code.code for code in codes}):
        raise Refused(f"{field.name}: {value!r} does not fit")
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise Refused(f"{field.name}: {value!r} does not have the form {field.pattern}")


def _row(plan: Plan, entry: Mapping[str, Any]) -> MetricRow:
    denominator = entry.get("denominator")
    if (denominator is not None) != (entry["metric_kind"] == "ratio"):
        raise Refused("a ratio, and only a ratio, has a denominator")
    return MetricRow(
        id=entry["metric_id"],
        title=entry["title"],
        definition=entry["definition"],
        kind=entry["metric_kind"],
        unit=entry["unit"],
        mergeable=entry["mergeable"] == "yes",
        source=entry["source"],
        numerator=_quantity(plan, entry["numerator"]),
        denominator=_quantity(plan, denominator) if denominator else None,
    )


def _quantity(plan: Plan, side: Mapping[str, Any]) -> Quantity:
    known("quantity", side, SIDE)
    record = side["record"]
    words = plan.words(record)
    for name in side["period"]:
        if words.field(name).kind not in ("date", "time"):
            raise Refused(f"period: {name} is no day and no time")
    if "sum" in side and words.field(side["sum"]).kind != "integer":
        raise Refused(f"sum: {side['sum']} is no number")
    return Quantity(
        record=record,
        sum=side.get("sum"),
        where=notation.normal(notation.options(side["where"], words), words),
        period=tuple(side["period"]),
        dimensions=_dimensions(
            plan, {name for name, field in words.fields.items() if not field.many}
        ),
    )


def _dimensions(plan: Plan, fields: set[str]) -> tuple[str, ...]:
    """The dimensions that a record of this type has or gives rise to."""
    return tuple(
        name for name in plan.dimensions if name in fields or COMPUTED.get(name, {""}) <= fields
    )
