"""Filings: the figures and records of one reporter, service and period, and what must hold of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.constraints import CODES, DIMENSIONS, RECORDS
from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Submission
from harmtax._generated.taxonomy import TIERS
from harmtax.errors import BadUse
from harmtax.figures.manifest import FIGURES, days
from harmtax.figures.sides import SUBJECT, TIER, TREE
from harmtax.records.dataset import part_name
from harmtax.records.findings import Finding, pointer
from harmtax.records.record import explain
from harmtax.records.rules import ordered as in_order
from harmtax.records.sets import set_breaches
from harmtax.shapes import MetricRow, Order, Quantity
from harmtax.standard.condition import holds

# Breaches of one rule in one file are told one by one up to here; the count is always exact.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Filing:
    """What is filed: the header (a row of Submission), the period, figures and records by type."""

    header: Mapping[str, Any]
    period: str
    figures: pa.Table
    records: Mapping[str, pa.Table]


def headed(header: Mapping[str, Any], period: str) -> list[Finding]:
    """What is wrong with a header, without which the rest cannot be judged."""
    found = explain(header, Submission)
    try:
        told = [day.isoformat() for day in days(period)]
    except BadUse as error:
        return [*found, fault("rows_foreign", str(error), None)]
    if told != [header.get("period_start"), header.get("period_end")]:
        found.append(fault("rows_foreign", f"the days of the header are not {period}", None))
    return found


def judged(filing: Filing) -> list[Finding]:
    """What does not hold of a filing with a sound header: values first, then the rules about the whole.

    Those are base dimensions, HT-R30, HT-R41 and the rules about sets.
    """
    strange = [*strange_values("Observation", filing.figures), *_strange_metrics(filing.figures)]
    for record, table in filing.records.items():
        strange += strange_values(record, table)
    if strange:
        return strange
    return [
        *coarse(filing.figures),
        *_set_rules({"Observation": filing.figures}),
        *_set_rules(filing.records),
        *_late(filing),
    ]


def strange_values(record: str, table: pa.Table) -> Iterator[Finding]:
    """One finding for each field with a code that is not in its list or a number beyond its bounds.

    The rows were accepted once; a column at a time shows what was put into the file since.
    """
    for each in RECORDS[record].fields:
        if each.name not in table.column_names:
            continue
        column = table[each.name]
        if each.codes is not None:
            known = pa.array(CODES[each.codes], pa.string())
            flat = pc.list_flatten(column) if each.many else column
            strange = pc.and_(pc.is_valid(flat), pc.invert(pc.is_in(flat, known)))
            found, rule = flat.filter(strange), "code"
        elif each.kind == "integer":
            low, high = each.minimum, each.maximum
            none = pa.array([False] * len(column), pa.bool_())
            below = none if low is None else pc.less(column, low)
            above = none if high is None else pc.greater(column, high)
            found, rule = column.filter(pc.or_kleene(below, above)), "range"
        else:
            continue
        if len(found):
            yield Finding(
                rule, "error", record, pointer(each.name), value=str(found[0].as_py()),
                source=_file(record),
            )  # fmt: skip


def _strange_metrics(figures: pa.Table) -> Iterator[Finding]:
    for name in sorted({*pc.unique(figures["metric_id"]).to_pylist()} - {*METRICS}):
        yield fault("file_unsound", f"{name} is no metric of this version", FIGURES)


def coarse(figures: pa.Table) -> Iterator[Finding]:
    """One finding for each metric that is not broken down by its base dimensions."""
    used = [name for name in DIMENSIONS if name not in (*SUBJECT, TREE, TIER)]
    others = [name for name in used if figures[name].null_count < figures.num_rows]
    bare = reduce(pc.and_, (pc.is_null(figures[n]) for n in others), pa.scalar(True))
    above = pc.fill_null(pc.greater(figures["numerator"], 0), False)
    rows = figures.filter(pc.and_(above, bare)).select(["metric_id", TREE, TIER]).to_pylist()
    tiered = {category for category, _ in TIERS}
    for metric in sorted({row["metric_id"] for row in rows}):
        needed = base(METRICS[metric]) if metric in METRICS else ()
        told = {(row[TREE], row[TIER]) for row in rows if row["metric_id"] == metric}
        categories = {category for category, tier in told if category and not tier}
        fine = {category for category, tier in told if category and tier}
        lacks = TREE in needed and not categories
        if lacks or (TIER in needed and any(c in tiered - fine for c in categories)):
            yield fault("figures_coarse", f"{metric} by {' and '.join(needed)}", FIGURES)


def base(metric: MetricRow) -> tuple[str, ...]:
    """The dimensions below which no figure of a metric may stay: category and tier, if records have them."""
    top = metric.numerator
    required = {field.name for field in RECORDS[top.record].fields if field.required}
    named = (TREE,) if TREE in required else ()
    return tuple(n for n in (*named, TIER) if n in top.dimensions and n not in top.whole)


def foreign_rows(filing: Filing) -> Iterator[Finding]:
    """Findings for rows about another reporter, service or period, or that stand twice."""
    wanted = {name: filing.header[name] for name in SUBJECT} | {"period": filing.period}
    for name, value in wanted.items():
        found = [each for each in pc.unique(filing.figures[name]).to_pylist() if each != value]
        if found:
            yield fault("rows_foreign", f"{name} is {found[0]}, not {value}", FIGURES)
    key = ["metric_id", "period", *DIMENSIONS]
    if filing.figures.group_by(key).aggregate([]).num_rows < filing.figures.num_rows:
        yield fault("rows_foreign", "two rows tell the same figure", FIGURES)
    for record, table in filing.records.items():
        for name in SUBJECT:
            if set(pc.unique(table[name]).to_pylist()) - {wanted[name]}:
                yield fault("rows_foreign", f"another {name}", part_name(record))


def belonging(record: str, table: pa.Table, header: Mapping[str, Any], period: str) -> pa.Table:
    """The records of one reporter and service that may count in a period, with all of their revisions."""
    # Whole rows are dear to filter, so that it is done once.
    kept = reduce(pc.and_, [pc.equal(table[name], header[name]) for name in SUBJECT])
    first, last = days(period)
    sides = [side for side in _sides() if side.record == record]
    span = ("period_start", "period_end")
    identifier = RECORDS[record].identifier
    if {*span} <= {*table.column_names}:
        inside = pc.and_(
            pc.less_equal(table[span[0]], last), pc.greater_equal(table[span[1]], first)
        )
        kept = pc.and_(kept, inside)
    elif identifier is not None and sides and all(side.period for side in sides):
        told = sorted({name for side in sides for name in side.period})
        here = pc.and_(kept, reduce(pc.or_, [_inside(table[n], first, last) for n in told]))
        found = pc.unique(table[identifier].filter(here))
        kept = pc.and_(kept, pc.is_in(table[identifier], found))
    return table if pc.all(kept, skip_nulls=False).as_py() else table.filter(kept)


def fault(word: str, detail: str, source: str | None) -> Finding:
    """A finding of the list SubmissionFault about a file of a submission."""
    return Finding(word, "error", "Submission", "", detail=detail, source=source)


def _sides() -> Iterator[Quantity]:
    for metric in METRICS.values():
        yield metric.numerator
        if metric.denominator is not None:
            yield metric.denominator


def _inside(column: pa.ChunkedArray, first: object, last: object) -> pa.ChunkedArray:
    day = column.cast(pa.date32(), safe=False)
    within = pc.and_(pc.greater_equal(day, first), pc.less_equal(day, last))
    return pc.fill_null(within, False)


def _set_rules(tables: Mapping[str, pa.Table]) -> Iterator[Finding]:
    for breach in set_breaches(tables):
        table = tables[breach.record_type]
        named = RECORDS[breach.record_type].identifier or "metric_id"
        record = table[named][breach.row].as_py() if named in table.column_names else None
        yield Finding(
            breach.rule, breach.severity, breach.record_type, pointer(breach.at), record=record,
            line=breach.row + 1, source=_file(breach.record_type),
        )  # fmt: skip


def _file(record: str) -> str:
    return FIGURES if record == "Observation" else part_name(record)


def _late(filing: Filing) -> Iterator[Finding]:
    """The orders that are read at the moment of the submission (HT-R30)."""
    for name, table in filing.records.items():
        identifier = RECORDS[name].identifier
        for check in RECORDS[name].row_checks:
            if isinstance(check, Order) and check.otherwise is not None:
                yield from _overdue(name, table, check, filing.header, identifier)


def _overdue(
    name: str, table: pa.Table, check: Order, header: Mapping[str, Any], identifier: str | None
) -> Iterator[Finding]:
    moment = pa.scalar(header[str(check.otherwise)]).cast(table.schema.field(check.first).type)
    first = pc.coalesce(table[check.first], moment)
    suspects = table.append_column("_row", pa.array(range(table.num_rows))).filter(
        pc.fill_null(pc.greater(first, table[check.then]), False)
    )
    for row in suspects.to_pylist():
        read = row[check.first] or moment.as_py()
        if holds(check.when, row) and not in_order(check, read, row[check.then]):
            record = row[identifier] if identifier else None
            yield Finding(
                check.rule, check.severity, name, pointer(check.at), record=record,
                line=row["_row"] + 1, source=_file(name),
            )  # fmt: skip
