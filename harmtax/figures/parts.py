"""The parts of a merge: who states what in which revision, each statement once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.metrics import METRICS
from harmtax._generated.models import Observation
from harmtax.errors import NotMergeable, UnknownMetric
from harmtax.figures.levels import margins
from harmtax.figures.medians import is_median, with_intervals
from harmtax.figures.metrics import definition
from harmtax.figures.observations import KEY, Observations
from harmtax.figures.sides import STEP, SUBJECT
from harmtax.records.record import schema

# A statement is what one reporter files for one service and period, in one revision.
STATEMENT = (*SUBJECT, "period")
NUMBERS = (
    "numerator", "numerator_lower", "numerator_upper", "denominator", "median_lower",
    "median_upper",
)  # fmt: skip
SIDES = ("numerator", "denominator")
Statement = tuple[str, str, str]


class Part(NamedTuple):
    """Observations in a revision of each statement; where none is named it is `revision`."""

    observations: Observations
    revision: int = 1


class Statements(NamedTuple):
    """What is in force.

    `rows` names reporter and service in every row and holds `definition` and `level`, a number that
    stands for the dimensions that a row is broken down by, subject and step aside. `totals` are the
    metrics and periods that parts gave a total for. `told` is a digest of each statement.
    """

    rows: pa.Table
    totals: pa.Table
    told: Mapping[Statement, tuple[int, str]]
    superseded: Sequence[tuple[str, str, str, int]]
    levels: Mapping[Statement, frozenset[int]]


def of(parts: Sequence[Part]) -> Statements:
    """The statements of the parts: of each the highest revision, and each of its rows once.

    Raises NotMergeable when a revision states two different figures, when an exact median has no
    histogram beside it, when a number is suppressed or does not say whose it is;
    UnknownMetric for a metric not of this version.
    """
    tables = [_told(part) for part in parts]
    for part, table in zip(parts, tables, strict=True):
        _refuse_nobodys(part, table)
    whole = (
        pa.concat_tables(tables)
        if tables
        else _told(Part(Observations(schema(Observation).empty_table(), {})))
    )
    _refuse(whole)
    named = pc.and_(*(pc.is_valid(whole[name]) for name in SUBJECT))
    rows, superseded = _in_force(whole.filter(named))
    # An exact median is told as its histogram tells it, so that it is the same from wherever it comes.
    rows = _once(with_intervals(rows, only_histograms=True))
    _refuse_exact(rows)
    totals = whole.filter(pc.and_(pc.equal(whole["level"], 0), pc.is_null(whole[STEP])))
    kept = totals.group_by(["metric_id", "period"])
    told = dict(_digests(rows))
    superseded = sorted({*superseded, *_known_superseded(parts, told)})
    return Statements(
        rows, kept.aggregate([("denominator", "count")]), told, superseded, _levels(parts, told)
    )


def level(names: Sequence[str]) -> int:
    """The number that stands for a set of dimensions, subject and step aside."""
    return sum(
        1 << at for at, name in enumerate(KEY) if name in names and name not in (*SUBJECT, STEP)
    )


def _told(part: Part) -> pa.Table:
    """The rows of a part with revision, definition and level."""
    table, about = part.observations.table, part.observations.about
    named = {tuple(each[name] for name in STATEMENT): each for each in about.get("parts", ())}
    columns = table.select([*STATEMENT, "metric_id"]).to_pydict()
    places = zip(*(columns[name] for name in STATEMENT), strict=True)
    revision, meant = [], []
    own = {name: definition(metric) for name, metric in METRICS.items()} | {
        **about.get("definitions", {})
    }
    for place, metric in zip(places, columns["metric_id"], strict=True):
        told = named.get(place, {})
        revision.append(told.get("revision", part.revision))
        meant.append(told.get("definitions", {}).get(metric, own.get(metric)))
    bits = pa.array([0] * table.num_rows, pa.int64())
    for at, name in enumerate(KEY):
        if name not in ("metric_id", "period", *SUBJECT, STEP):
            bit = pc.multiply(pc.cast(pc.is_valid(table[name]), pa.int64()), 1 << at)
            bits = pc.add(bits, bit)
    table = table.append_column("revision", pa.array(revision, pa.int64()))
    table = table.append_column("definition", pa.array(meant, pa.string()))
    return table.append_column("level", bits)


def _refuse(rows: pa.Table) -> None:
    for metric in pc.unique(rows["metric_id"]).to_pylist():
        if metric not in METRICS:
            raise UnknownMetric(metric, METRICS)
    hidden = rows.filter(pc.equal(rows["status"], "suppressed"))
    if hidden.num_rows:
        raise NotMergeable(hidden["metric_id"][0].as_py(), "a part hides some of its numbers")


def _refuse_nobodys(part: Part, rows: pa.Table) -> None:
    """What is not told by reporter and service cannot be counted once, and leaving it out makes zeros.

    A sum over reporters is no loss where the part tells the same breakdown by reporter and service too.
    """
    about = part.observations.about
    by = [each for each in about.get("by", ()) if about.get("partial") or {*SUBJECT} <= {*each}]
    named = about.get("partial") or by
    told = {level(each) for each in margins(by)} | {0} if named else set()
    nameless = pc.or_(*(pc.is_null(rows[name]) for name in SUBJECT))
    counted = pc.or_(*(pc.fill_null(pc.not_equal(rows[n], 0), False) for n in SIDES))
    unknown = pc.invert(pc.is_in(rows["level"], pa.array(sorted(told), pa.int64())))
    lost = rows.filter(pc.and_(pc.and_(nameless, counted), unknown))
    if lost.num_rows:
        raise NotMergeable(
            lost["metric_id"][0].as_py(),
            "a part does not say by reporter and service whose its figures are;"
            " make it with aggregate --partial, or with a merge without --by",
        )


def _in_force(rows: pa.Table) -> tuple[pa.Table, list[tuple[str, str, str, int]]]:
    """The rows of the highest revision of each statement, and the revisions below it."""
    found = rows.group_by([*STATEMENT, "revision"]).aggregate([]).to_pylist()
    places = [tuple(each[name] for name in STATEMENT) for each in found]
    highest: dict[tuple[str, ...], int] = {}
    for place, each in zip(places, found, strict=True):
        highest[place] = max(highest.get(place, 0), each["revision"])
    old = sorted(
        (*place, each["revision"])
        for place, each in zip(places, found, strict=True)
        if each["revision"] < highest[place]
    )
    if old:
        columns = rows.select([*STATEMENT, "revision"]).to_pydict()
        valid = [
            highest[place] == revision
            for *place_, revision in zip(*columns.values(), strict=True)
            for place in [tuple(place_)]
        ]
        rows = rows.filter(pa.array(valid, pa.bool_()))
    return rows, old


def _known_superseded(
    parts: Sequence[Part], told: Mapping[Statement, tuple[int, str]]
) -> Iterator[tuple[str, str, str, int]]:
    """The revisions that a part, merged before, knows to be superseded."""
    for part in parts:
        for each in part.observations.about.get("superseded", ()):
            reporter, service, period = (each[name] for name in STATEMENT)
            if each["revision"] < told.get((reporter, service, period), (0, ""))[0]:
                yield reporter, service, period, each["revision"]


def _once(rows: pa.Table) -> pa.Table:
    """Every row once, in one order. Raises NotMergeable where a number is stated differently."""
    names = [name for name in rows.column_names if name != "harmtax_version"]
    once = rows.group_by(names).aggregate([("harmtax_version", "max")])
    once = once.rename_columns([*names, "harmtax_version"])
    keyed = once.group_by(list(KEY)).aggregate([([], "count_all")])
    twice = keyed.filter(pc.greater(keyed["count_all"], 1))
    if twice.num_rows:
        first = twice.slice(0, 1).to_pylist()[0]
        who = f"{first['reporter_id']} states two different figures for {first['service_id']}"
        raise NotMergeable(first["metric_id"], f"{who} in {first['period']}, in one revision")
    order = [(name, "ascending", "at_start") for name in (*STATEMENT, *KEY)]
    unique = list(dict.fromkeys(name for name, *_ in order))
    told = [(n, "ascending", "at_start") for n in unique if once[n].null_count < once.num_rows]
    return once.take(pc.sort_indices(once, sort_keys=told)).combine_chunks() if told else once


def _refuse_exact(rows: pa.Table) -> None:
    """A median adds up by its histogram alone."""
    names = (*STATEMENT, "metric_id", "level", STEP, "numerator")
    lines = list(zip(*(rows[name].to_pylist() for name in names), strict=True))
    stepped = {line[:5] for line in lines if line[5] is not None}
    for line in lines:
        if line[5] is None and line[6] and is_median(line[3]) and line[:5] not in stepped:
            raise NotMergeable(line[3], "its median is exact and no histogram stands beside it")


def _digests(rows: pa.Table) -> Iterator[tuple[Statement, tuple[int, str]]]:
    """A digest of the figures of each statement; the rows stand in order."""
    places = list(zip(*(rows[name].to_pylist() for name in STATEMENT), strict=True))
    names = [*KEY, *NUMBERS, "status", "definition"]
    lines = zip(*(rows[name].to_pylist() for name in names), strict=True)
    digests: dict[Statement, Any] = {}
    for place, line in zip(places, lines, strict=True):
        digests.setdefault(place, hashlib.sha256()).update(repr(line).encode())
    revisions = dict(zip(places, rows["revision"].to_pylist(), strict=True))
    for place, digest in digests.items():
        yield place, (revisions[place], digest.hexdigest())


def _levels(
    parts: Sequence[Part], told: Mapping[Statement, object]
) -> dict[Statement, frozenset[int]]:
    """The levels that each statement was broken down by, whether it found something there or not."""
    found: dict[Statement, set[int]] = {place: {0} for place in told}
    for part in parts:
        table, about = part.observations.table, part.observations.about
        asked = {level(each) for each in margins(about.get("by", ()))}
        own = {
            tuple(each[name] for name in STATEMENT): {level(names) for names in each["by"]}
            for each in about.get("parts", ())
            if "by" in each
        }
        statements = table.select(STATEMENT).group_by(list(STATEMENT)).aggregate([]).to_pylist()
        for each in statements:
            place = tuple(each[name] for name in STATEMENT)
            if place in found:
                found[place] |= own.get(place, asked)
    return {place: frozenset(levels) for place, levels in found.items()}
