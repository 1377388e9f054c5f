"""The figures of several reporters put together: added up where they add up, side by side where not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.constraints import DIMENSIONS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax.errors import BadUse, Unreadable
from harmtax.figures import parts as room
from harmtax.figures.gathering import gather
from harmtax.figures.incomparable import NONE, SUMS, Doubts, Place, doubts
from harmtax.figures.levels import margins
from harmtax.figures.manifest import FIGURES
from harmtax.figures.medians import with_intervals
from harmtax.figures.metrics import Breakdowns, breakdowns
from harmtax.figures.observations import KEY, Observations, ordered
from harmtax.figures.parts import NUMBERS, Part, Statements
from harmtax.figures.profiles import kept, raised
from harmtax.figures.query import zero
from harmtax.figures.sides import STEP, SUBJECT
from harmtax.records.findings import Finding


def merge(
    *parts: Path | Observations,
    by: Breakdowns | None = None,
    profile: Mapping[str, str] | None = None,
) -> Observations:
    """The figures of the parts together: observations, files of them, or folders of submissions.

    Figures are counted by reporter, service and period, each in its highest revision and once, however
    the parts are cut, ordered or repeated; so parts name reporter and service in their figures, as
    `aggregate(partial=True)` makes them. `by` gives the breakdowns of the result, with their margins; if
    left out all that the parts hold, also by reporter and service. `profile` raises the tier of categories
    (code to tier), never lowers one; it needs figures by category and tier together, and `about` then
    holds the `profile` and the `kept_tiers` that are stricter than it asks for.

    Counts, sums and both sides of ratios are added. A median is known as the step of its histogram that
    holds it. Where reporters use another major version or definition of a metric, or its samples cannot
    be pooled, the total is null and not comparable, and the figures of each stand beside it. `about`
    names the `parts` with a digest of each, what is `superseded`, and what stands `side_by_side` and why.

    Raises NotMergeable for an exact median without its histogram, for two different figures in one
    revision, for suppressed numbers and for figures that do not name reporter and service;
    BadUse for a dimension that no part is broken down by, for a profile that would lower a tier or
    names none; UnknownMetric, Unreadable and SchemaMismatch for a part, and
    Unreadable for a submission that does not verify.
    """
    found, broken = read([each for each in parts if isinstance(each, Path)])
    for path, findings in broken.items():
        raise Unreadable(
            path, f"does not verify, {len(findings)} findings; harmtax verify names them"
        )
    given = [Part(each) for each in parts if isinstance(each, Observations)]
    return merged([*given, *found], by, profile)


def read(paths: Sequence[Path]) -> tuple[list[Part], Mapping[Path, Sequence[Finding]]]:
    """Files and submissions as parts, and the submissions that do not verify with what is wrong.

    Raises NotMergeable for two different submissions in one revision, and as `Observations.read`.
    """
    files = [Part(Observations.read(path)) for path in paths if not path.is_dir()]
    found = gather([path for path in paths if path.is_dir()])
    filed = [
        Part(Observations.read(each.path / FIGURES), each.manifest.revision)
        for each in (*found.superseded, *found.filings)
    ]
    return [*files, *filed], found.broken


def merged(
    parts: Sequence[Part], by: Breakdowns | None, profile: Mapping[str, str] | None
) -> Observations:
    """As `merge`, of parts that are read already."""
    stated = room.of(parts)
    if profile:
        stated = stated._replace(rows=raised(stated.rows, profile))
    found = {of: doubts(stated.rows, stated.levels, of) for of in SUMS}
    wanted = None if by is None else margins(breakdowns(by))
    if wanted is not None:
        _refuse(wanted, stated)
    rows = _flagged(stated, {place[:2] for place in found[()].apart})
    tables = [
        _summed(_chosen(rows, subject, wanted), subject, found.get(subject, NONE))
        for subject in _subjects(wanted, bool(found[()].apart))
    ]
    table = pa.concat_tables([*tables, _zeros(stated)]) if tables else _zeros(stated)
    table = _once_more(table)
    return Observations(
        with_intervals(ordered(_stated(table))),
        MappingProxyType({}),
        MappingProxyType(_about(stated, found[()], by) | _profiled(profile)),
    )


def _profiled(profile: Mapping[str, str] | None) -> dict[str, Any]:
    """What a profile asked for, and which stricter tiers of the standard it leaves as they are."""
    if not profile:
        return {}
    return {"profile": dict(sorted(profile.items())), "kept_tiers": kept(profile)}


def _refuse(wanted: Iterable[Sequence[str]], stated: Statements) -> None:
    held = set(pc.unique(stated.rows["level"]).to_pylist()) | {0}
    held |= {level for levels in stated.levels.values() for level in levels}
    for each in wanted:
        if room.level(each) not in held:
            raise BadUse(f"no part is broken down by {', '.join(each)}; make the parts with it")


def _subjects(wanted: Iterable[Sequence[str]] | None, apart: bool) -> list[tuple[str, ...]]:
    """By which of reporter and service the result is split, the whole last."""
    every = [tuple(part) for size in (2, 1, 0) for part in combinations(SUBJECT, size)]
    if wanted is None:
        return every
    asked = {tuple(name for name in SUBJECT if name in each) for each in wanted}
    return [each for each in every if each in asked or (apart and each == SUBJECT)]


# --- what stands side by side -------------------------------------------------------------------------


def _flagged(stated: Statements, apart: Set[Place]) -> pa.Table:
    """The rows with what their sums must say: a side is lacking, a part is missing, not to be added."""
    rows = stated.rows
    none = pc.is_null(rows["numerator"])
    ratio = pa.array(
        [METRICS[name].denominator is not None for name in rows["metric_id"].to_pylist()],
        pa.bool_(),
    )
    # A denominator may be there and yet be none of all that the numerator counts.
    short = pc.or_(pc.is_null(rows["denominator"]), pc.equal(rows["status"], "missing_denominator"))
    lacks = pc.and_(ratio, pc.and_(pc.invert(none), short))
    partly = pc.or_(none, pc.equal(rows["status"], "partly_covered"))
    places = zip(rows["metric_id"].to_pylist(), rows["period"].to_pylist(), strict=True)
    kept = [place in apart for place in places]
    for name, flag in (("lacks", lacks), ("partly", partly)):
        rows = rows.append_column(name, pc.cast(flag, pa.int64()))
    single = pc.equal(rows["status"], "not_comparable")
    rows = rows.append_column("single", pc.cast(single, pa.int64()))
    return rows.append_column("apart", pa.array(kept, pa.bool_()))


# --- sums -----------------------------------------------------------------------------------------------


def _chosen(
    rows: pa.Table, subject: tuple[str, ...], wanted: Sequence[Sequence[str]] | None
) -> pa.Table:
    """The rows of the levels that are wanted by `subject`."""
    if wanted is None:
        return rows
    levels = {room.level(each) for each in wanted if {*each} & {*SUBJECT} == {*subject}}
    asked = pc.is_in(rows["level"], pa.array(sorted(levels), pa.int64()))
    # Beside what cannot be added stands what everybody said.
    lone = {room.level(each) for each in wanted} if subject == SUBJECT else set()
    beside = pc.and_(rows["apart"], pc.is_in(rows["level"], pa.array(sorted(lone), pa.int64())))
    return rows.filter(pc.or_(asked, beside))


def _summed(rows: pa.Table, subject: tuple[str, ...], found: Doubts) -> pa.Table:
    """The rows added up over what is not in `subject`, and what is found about the sums."""
    whole = subject == SUBJECT
    keys = [name for name in KEY if name not in SUBJECT or name in subject]
    keys += ["harmtax_version"] if whole else []
    at_least = pc.ScalarAggregateOptions(min_count=1)
    sums = [(name, "sum", at_least) for name in NUMBERS]
    flags = [(name, "max") for name in ("lacks", "partly", "single", "level")]
    if not whole:
        flags.append(("harmtax_version", "max"))
    table = rows.group_by(keys).aggregate([*sums, *flags])
    table = table.rename_columns(
        [name.removesuffix("_sum").removesuffix("_max") for name in table.column_names]
    )
    for name in SUBJECT:
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
    return _doubted(_versioned(table, subject), subject, found)


def _doubted(table: pa.Table, subject: tuple[str, ...], found: Doubts) -> pa.Table:
    """The sums without those that are none; those that lack somebody cover a part."""
    columns = [table[name].to_pylist() for name in ("metric_id", "period", *subject)]
    places = list(zip(*columns, strict=True))
    here = zip(places, table["level"].to_pylist(), strict=True)
    lacking = [int(place in found.short or (place, at) in found.torn) for place, at in here]
    partly = pc.max_element_wise(table["partly"], pa.array(lacking, pa.int64()))
    table = table.set_column(table.column_names.index("partly"), "partly", partly)
    hidden = pa.array([place in found.apart for place in places], pa.bool_())
    single = pc.or_(hidden, pc.equal(table["single"], 1))
    for name in NUMBERS:
        at = table.column_names.index(name)
        table = table.set_column(at, name, pc.if_else(single, None, table[name]))
    return table.append_column("beside", single).select(_names())


def _versioned(table: pa.Table, subject: tuple[str, ...]) -> pa.Table:
    """Sums are told in our version; those of one reporter or service of another major version in theirs."""
    if subject == SUBJECT:
        return table
    ours = pc.starts_with(table["harmtax_version"], f"{VERSION.split('.')[0]}.")
    told = pc.if_else(ours, VERSION, table["harmtax_version"]) if subject else None
    at = table.column_names.index("harmtax_version")
    fill = pa.array([VERSION] * table.num_rows, pa.string()) if told is None else told
    return table.set_column(at, "harmtax_version", fill)


def _names() -> list[str]:
    return ["harmtax_version", *KEY, *NUMBERS, "lacks", "partly", "beside"]


def _zeros(stated: Statements) -> pa.Table:
    """A zero for the total of every period, where counting nothing means that there is none."""
    periods = sorted(set(stated.totals["period"].to_pylist()))
    bottoms: dict[str, bool] = {}
    for row in stated.totals.to_pylist():
        there = bool(row["denominator_count"])
        bottoms[row["metric_id"]] = bottoms.get(row["metric_id"], False) or there
    lines = [
        {"metric_id": name, "period": period, "numerator": 0, "denominator": 0 if bottom else None}
        for name, there in sorted(bottoms.items())
        if zero(METRICS[name].numerator)
        for side in [METRICS[name].denominator]
        for bottom in [side is not None and there and zero(side)]
        for period in periods
    ]
    types = {n: pa.int64() for n in (*NUMBERS, "lacks", "partly")} | {"beside": pa.bool_()}
    fields = [(name, types.get(name, pa.string())) for name in _names()]
    fixed = {"harmtax_version": VERSION, "lacks": 0, "partly": 0, "beside": False}
    return pa.Table.from_pylist([line | fixed for line in lines], schema=pa.schema(fields))


def _once_more(table: pa.Table) -> pa.Table:
    """The rows with the zeros added to them."""
    keys = ["harmtax_version", *KEY]
    at_least = pc.ScalarAggregateOptions(min_count=1)
    sums = [(name, "sum", at_least) for name in NUMBERS]
    flags = [(name, "max") for name in ("lacks", "partly", "beside")]
    added = table.group_by(keys).aggregate([*sums, *flags])
    return added.rename_columns(
        [name.removesuffix("_sum").removesuffix("_max") for name in added.column_names]
    )


def _stated(table: pa.Table) -> pa.Table:
    """The rows with their status; what stands side by side has no number of its own."""
    status = []
    columns = ("metric_id", STEP, "numerator", "denominator", "lacks", "partly", "beside")
    for metric, step, top, bottom, lacks, partly, beside in zip(
        *(table[name].to_pylist() for name in columns), strict=True
    ):
        row = METRICS[metric]
        ratio = row.denominator is not None
        empty = (ratio and bottom == 0) or (row.numerator.duration and step is None and top == 0)
        cases = (
            (beside, "not_comparable"),
            (ratio and bottom is None, "missing_denominator"),
            (top is None, "not_applicable"),
            (bool(lacks), "missing_denominator"),
            (bool(partly), "partly_covered"),
            (empty, "not_applicable"),
        )
        status.append(next((code for holds, code in cases if holds), "normal"))
    shown = table.append_column("status", pa.array(status, pa.string()))
    for name in NUMBERS:
        at = shown.column_names.index(name)
        shown = shown.set_column(at, name, pc.if_else(table["beside"], None, shown[name]))
    return shown


def _about(stated: Statements, found: Doubts, by: Breakdowns | None) -> dict[str, Any]:
    names = (*room.STATEMENT, "revision")
    keys = [*room.STATEMENT, "metric_id", "definition"]
    meanings = sorted(zip(*(stated.rows[name].to_pylist() for name in keys), strict=True))
    # One meaning is told once for all; whoever means something else says so.
    common = {metric: meaning for *_, metric, meaning in reversed(meanings)}
    other: dict[Any, dict[str, str]] = {}
    for *place, metric, meaning in meanings:
        if meaning != common[metric]:
            other.setdefault(tuple(place), {})[metric] = meaning
    levels = sorted({level for found in stated.levels.values() for level in found})
    whole = [_dimensions(level) for level in levels if level] if by is None else breakdowns(by)
    asked = {room.level(each) for each in margins(whole)}
    told = [
        dict(zip(names, (*place, revision), strict=True))
        | {"digest": digest}
        | ({"definitions": other[place]} if place in other else {})
        | _levels(stated.levels[place], asked)
        for place, (revision, digest) in sorted(stated.told.items())
    ]
    return {
        "by": [list(each) for each in whole],
        "partial": by is None or (bool(whole) and all({*SUBJECT} <= {*each} for each in whole)),
        "definitions": dict(sorted(common.items())),
        "parts": told,
        "superseded": [dict(zip(names, each, strict=True)) for each in stated.superseded],
        "side_by_side": [
            {"metric": metric, "period": period, "why": why}
            for told_apart in (found.apart, found.short)
            for (metric, period), why in told_apart.items()
        ],
    }


def _levels(own: Set[int], asked: Set[int]) -> dict[str, list[list[str]]]:
    """The breakdowns of a statement that has not all of those of the whole."""
    if asked <= own:
        return {}
    return {"by": [_dimensions(level) for level in sorted(own & asked) if level]}


def _dimensions(level: int) -> list[str]:
    return [name for at, name in enumerate(KEY) if level >> at & 1 and name in DIMENSIONS]
