"""Observations made: what the records of datasets add up to, metric by metric."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated.constraints import DIMENSIONS
from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Observation
from harmtax.errors import BadUse, NotMergeable, UnknownMetric, Unreadable
from harmtax.figures import query
from harmtax.figures.engine import DuckDB, Engine, Files, check_columns, files
from harmtax.figures.medians import with_intervals
from harmtax.figures.observations import NOT_FOR_PUBLICATION, Observations, ordered
from harmtax.figures.sides import GRAINS, SUBJECT
from harmtax.records.record import schema
from harmtax.shapes import MetricRow

__all__ = [
    "NOT_FOR_PUBLICATION",
    "Breakdowns",
    "Observations",
    "aggregate",
    "breakdowns",
    "definition",
]

Breakdowns = Sequence[str] | Sequence[Sequence[str]]
_FORMS = {
    "year": r"[0-9]{4}",
    "half": r"[0-9]{4}-H[12]",
    "quarter": r"[0-9]{4}-Q[1-4]",
    "month": r"[0-9]{4}-(0[1-9]|1[0-2])",
}


def aggregate(
    *datasets: Path,
    period: str,
    metrics: Sequence[str] | None = None,
    by: Breakdowns = (),
    partial: bool = False,
    engine: Engine | None = None,
) -> Observations:
    """The metrics of the datasets for each period: in total, and at every margin of the breakdowns.

    `period` is month, quarter, half or year, for every period found in the data, or one period such
    as 2026-Q1. `by` is one breakdown, or several; each gives all of its dimensions together and every
    subset of them. Only the latest revision of a record counts. Numerator and denominator are summed
    apart. An incident counts in its category and in every category above it, and under each of its
    codes where a field is a list. A metric whose numerator lacks a dimension of a breakdown leaves it
    out, and is refused when it was named and no breakdown is left; a denominator that lacks one is
    absent from the parts. A median stands beside its histogram, in whole seconds, rounded down.

    `partial` makes what `merge` adds up: every figure by reporter and service, of medians only the
    histograms and the step that holds them.

    An absent dimension of an incident, request or appeal is counted as unknown where the code list
    has that code; otherwise the record counts in the total only. An exposure without a dimension
    speaks of the whole. Where a reporter states wholes and parts, the wholes make the total; where
    it states parts only, their sum does. An exposure counts in a period only if it lies inside; what
    crosses its edge is left out, and the ratio is partly covered. Where a reporter states only one of
    two sides the ratio of all has a missing denominator, or is partly covered.

    Raises UnknownMetric, BadUse for an unknown period or dimension or a named metric that the
    datasets cannot give, NotMergeable for a named metric that no partial can hold, Unreadable for a
    missing dataset.
    """
    grain, only = _period(period)
    asked = breakdowns(by)
    tables = files(datasets)
    check_columns(tables)
    chosen = _metrics(metrics, asked, tables.keys(), partial)
    about = _about(tables, period, asked, partial, chosen)
    if partial:
        asked = [(*each, *(name for name in SUBJECT if name not in each)) for each in asked or [()]]
    if not chosen:
        return Observations(schema(Observation).empty_table(), _counted(tables), about)
    text = query.text(query.Plan(chosen, asked, grain, tables.keys(), exact=not partial))
    found = (engine or DuckDB()).run(text, tables)
    rows = found.filter(pc.equal(found["period"], only)) if only else found
    table = ordered(rows)
    return Observations(with_intervals(table) if partial else table, _counted(tables), about)


def breakdowns(by: Breakdowns) -> list[tuple[str, ...]]:
    """The asked breakdowns, each in the order of the standard. Raises BadUse for no dimension."""
    if isinstance(by, str):
        raise BadUse(f"by is a list of dimensions, not the text {by!r}")
    several = [by] if all(isinstance(each, str) for each in by) else by
    found = []
    for each in several:
        names = [each] if isinstance(each, str) else each
        for name in names:
            if name not in DIMENSIONS:
                raise BadUse(f"the dimension {name!r} is not known; known: {', '.join(DIMENSIONS)}")
        if names:
            found.append(tuple(name for name in DIMENSIONS if name in names))
    return list(dict.fromkeys(found))


def definition(metric: MetricRow) -> str:
    """A digest of what a metric counts, whatever its words and by whatever it can be broken down.

    So a version of the standard that has one dimension more does not set its reporters apart.
    """
    told = (metric.numerator, metric.denominator)
    counted = tuple(None if side is None else side._replace(dimensions=()) for side in told)
    return hashlib.sha256(repr(counted).encode()).hexdigest()[:16]


def _period(period: str) -> tuple[str, str | None]:
    """The grain, and the period if one was named."""
    if period in GRAINS:
        return period, None
    for grain, form in _FORMS.items():
        if re.fullmatch(form, period):
            return grain, period
    known = f"{', '.join(GRAINS)}, or a period such as 2026, 2026-H1, 2026-Q1, 2026-01"
    raise BadUse(f"the period {period!r} is not known; known: {known}")


def _metrics(
    wanted: Sequence[str] | None, by: Sequence[Sequence[str]], held: Set[str], partial: bool
) -> list[MetricRow]:
    if wanted is None:
        _refuse_unheld(by, held)
        return [
            each
            for each in METRICS.values()
            if not _lacks(each, by) and _held(each, held) and (each.mergeable or not partial)
        ]
    for name in wanted:
        if name not in METRICS:
            raise UnknownMetric(name, METRICS)
        _refuse(METRICS[name], by, held, partial)
    return [metric for name, metric in METRICS.items() if name in wanted]


def _refuse_unheld(by: Sequence[Sequence[str]], held: Set[str]) -> None:
    """A breakdown that no metric of the datasets has would give nothing without a word."""
    there = [{*each.numerator.dimensions} for each in METRICS.values() if _held(each, held)]
    for each in by:
        if there and not any({*each} <= has for has in there):
            raise BadUse(f"no metric of the datasets can be broken down by {', '.join(each)}")


def _refuse(metric: MetricRow, by: Sequence[Sequence[str]], held: Set[str], partial: bool) -> None:
    if missing := _lacks(metric, by):
        has = ", ".join(metric.numerator.dimensions)
        raise BadUse(f"{metric.id} has no dimension {', '.join(missing)}; it has: {has}")
    if not _held(metric, held):
        raise BadUse(
            f"{metric.id} counts {metric.numerator.record}, of which the datasets hold no file"
        )
    if partial and not metric.mergeable:
        raise NotMergeable(metric.id, "its figures stand side by side and do not add up")


def _lacks(metric: MetricRow, by: Sequence[Sequence[str]]) -> list[str]:
    """The dimensions for want of which no breakdown can be given."""
    has = metric.numerator.dimensions
    if not by or any(set(each) <= set(has) for each in by):
        return []
    return [name for name in DIMENSIONS if any(name in each for each in by) and name not in has]


def _held(metric: MetricRow, held: Set[str]) -> bool:
    return metric.numerator.record in held


def _about(
    tables: Files,
    period: str,
    by: Sequence[Sequence[str]],
    partial: bool,
    chosen: Sequence[MetricRow],
) -> Mapping[str, Any]:
    inputs = [_input(path) for paths in tables.values() for path in paths]
    return MappingProxyType(
        {
            "inputs": sorted(inputs, key=lambda each: (each["file"], each["sha256"])),
            "period": period,
            "by": [list(each) for each in by],
            "partial": partial,
            "definitions": {metric.id: definition(metric) for metric in chosen},
        }
    )


def _input(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"file": path.name, "sha256": digest, "rows": _rows(path)}
    except OSError as error:
        raise Unreadable(path, error.strerror or str(error)) from error


def _counted(tables: Files) -> Mapping[str, int]:
    """How many records of each type the files hold, superseded revisions included."""
    counts = {name: sum(map(_rows, paths)) for name, paths in sorted(tables.items())}
    return MappingProxyType(counts)


def _rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowInvalid) as error:
        raise Unreadable(path, str(error).splitlines()[0]) from error
