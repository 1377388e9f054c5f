"""Writes the metrics as a plain table: what is counted, over what, and in which dimensions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harmtax.shapes import Field, MetricRow, Quantity

from schema.writers import notation
from schema.writers.literals import module
from schema.writers.notation import Words
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain

SIDE = {
    "record", "sum", "where", "period", "in_force", "ended", "whole", "distinct", "duration",
    "in_time", "bounds",
}  # fmt: skip
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
    denominator, kind = entry.get("denominator"), entry["metric_kind"]
    if (denominator is not None) != (kind == "ratio"):
        raise Refused("a ratio, and only a ratio, has a denominator")
    if ("duration" in entry["numerator"]) != (kind == "median"):
        raise Refused("a median, and only a median, is of a duration")
    if (kind == "sum") != (denominator is None and "sum" in entry["numerator"]):
        raise Refused("a sum, and only a sum, adds up a field and has no denominator")
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
    force, ended = _pair(side, "in_force"), side.get("ended")
    if ("period" in side) is (force is not None):
        raise Refused("a side has either a period or in_force")
    days = (*side.get("period", ()), *(force or ()), *(ended["period"] if ended else ()))
    _of(words, days, ("date", "time"), "day and no time")
    _of(words, _pair(side, "duration") or (), ("time",), "time")
    _of(words, _pair(side, "in_time") or (), ("time",), "time")
    _of(words, [side["sum"]] if "sum" in side else (), ("integer",), "number")
    _of(words, _pair(side, "bounds") or (), ("integer",), "number")
    _of(words, side.get("distinct", ()), ("code", "text"), "code and no text")
    dimensions = _dimensions(plan, record, set(words.fields))
    if unknown := set(side.get("whole", ())) - set(dimensions):
        raise Refused(f"whole: {sorted(unknown)} are no dimensions of {record}")
    return Quantity(
        record=record,
        sum=side.get("sum"),
        where=notation.normal(notation.options(side["where"], words), words),
        period=tuple(side.get("period", ())),
        dimensions=dimensions,
        whole=tuple(side.get("whole", ())),
        in_force=force,
        ended=(words.field(ended["by"]).name, tuple(ended["period"])) if ended else None,
        distinct=tuple(side.get("distinct", ())),
        duration=_pair(side, "duration"),
        in_time=_pair(side, "in_time"),
        bounds=_pair(side, "bounds"),
    )


def _pair(side: Mapping[str, Any], word: str) -> tuple[str, str] | None:
    if word not in side:
        return None
    if not isinstance(side[word], list) or len(side[word]) != 2:
        raise Refused(f"{word}: expected two fields, not {side[word]!r}")
    first, second = side[word]
    return str(first), str(second)


def _of(words: Words, names: Iterable[str], kinds: tuple[str, ...], what: str) -> None:
    for name in names:
        if words.field(name).kind not in kinds:
            raise Refused(f"{name} is no {what}")


def _dimensions(plan: Plan, record: str, fields: set[str]) -> tuple[str, ...]:
    """The dimensions that a record of this type has or gives rise to."""
    return tuple(
        name
        for name in plan.dimensions
        if name in fields
        or COMPUTED.get(name, {""}) <= fields
        or plan.sources.get(name, ("",))[0] == record
    )
