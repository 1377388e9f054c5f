"""Reconciliation: a report held against the records that it claims to count, every difference explained."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated import models
from harmtax._generated.constraints import DIMENSIONS, RECORDS
from harmtax._generated.metrics import METRICS
from harmtax.figures import cells as places
from harmtax.figures import statements
from harmtax.figures.cells import ADDITIVE, Cell, Question
from harmtax.figures.combination import Choice, Effect, solved
from harmtax.figures.engine import files
from harmtax.figures.evidence import Reading, Rows, gathered
from harmtax.figures.sides import SUBJECT
from harmtax.records.dataset import part_name
from harmtax.records.record import schema

SUPPRESSED, UNEXPLAINED = "suppressed", "unexplained"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a figure differs: a code of DifferenceCause, and `count` of the records in `ids`.

    `count` is below the number of `ids` where records are alike in every figure of the report.
    """

    cause: str
    record_type: str | None = None
    ids: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a report that is not made as the records make it.

    A number that is the same only because causes cancel each other out is a difference as well.
    `measure` is numerator, denominator, median_lower or median_upper; `stated` is the number of the
    report, None where it has none, `derived` that of the records.
    """

    metric_id: str
    period: str
    dimensions: Mapping[str, str]
    measure: str
    stated: int | None
    derived: int | None
    causes: tuple[Cause, ...]

    @property
    def explained(self) -> bool:
        """Whether a cause was found."""
        return all(each.cause != UNEXPLAINED for each in self.causes)


def reconcile(report: Path, *records: Path) -> list[Difference]:
    """Every number of a report that the records do not give, with its causes and the records behind them.

    `report` is a submission, observations, a publication, or a table of them as Parquet or CSV;
    `records` are datasets. With a submission that holds its records each is compared with its present
    form. Else the causes are looked for where there is evidence: rows that came after the report (files
    whose digest it does not name, or rows beyond those it counted), earlier revisions, rows that stand
    several times, times near midnight UTC at the edge of a period. A cause is given only if the causes
    together make up the difference in every figure, in one way alone, and counting the records once
    more in this way gives the report. A hidden number is told as suppressed, without records.

    Raises Unreadable for a report or dataset that cannot be read, BadUse for a submission that does not
    verify.
    """
    statement = statements.read(report)
    stated = places.cells(statement.table)
    asked = places.question(stated)
    rows = gathered(files(records), statement)
    with tempfile.TemporaryDirectory() as folder:
        derived = _counted(Path(folder) / "now", _tables(rows, {}), asked)
        differing = _differing(stated, derived, asked)
        readings = [each for kind in rows.values() for each in kind.readings]
        same = not any(_delta(stated, derived, cell) for cell in differing)
        if same and not any(each.sure for each in readings):
            return list(_told(differing, stated, derived, {}, [], [], rows, derived))
        effects = [
            {cell: n for cell, n in each.items() if not _hidden(stated, cell)}
            for each in _effects(Path(folder) / "apart", rows, readings, asked)
        ]
        wanted = {c: _delta(stated, derived, c) for c in differing if c.measure in ADDITIVE}
        choices = solved({c: n for c, n in wanted.items() if n}, readings, effects)
        chosen = {choice.reading: readings[choice.reading] for choice in choices}
        proof = _counted(Path(folder) / "then", _tables(rows, chosen), asked)
    by_choice = {choice.reading: effects[choice.reading] for choice in choices}
    # Causes that cancel each other out leave a number as it is, and are causes all the same.
    differing = places.shown([*{*differing, *(c for each in by_choice.values() for c in each)}])
    return list(_told(differing, stated, derived, by_choice, choices, readings, rows, proof))


# --- counting -----------------------------------------------------------------------------------------


def _tables(rows: Mapping[str, Rows], chosen: Mapping[int, Reading]) -> dict[str, pa.Table]:
    """The rows that count, with some records read otherwise; a record counted twice has two names."""
    found = {}
    for name, kind in rows.items():
        taken = [each for each in chosen.values() if each.record == name]
        off = {at for each in taken for at in each.off}
        kept = [at for at in kind.current.values() if at not in off]
        once = [each.on[0] for each in taken if each.on]
        more = [at for each in taken for at in each.on[1:]]
        table = kind.table.take(pa.array(sorted([*kept, *once]), pa.int64()))
        copies = kind.table.take(pa.array(more, pa.int64()))
        found[name] = pa.concat_tables([table, _renamed(name, copies)])
    return found


def _renamed(name: str, copies: pa.Table) -> pa.Table:
    identifier = RECORDS[name].identifier
    if identifier is None or not copies.num_rows:
        return copies
    named = [f"{each} again {at}" for at, each in enumerate(copies[identifier].to_pylist())]
    place = copies.column_names.index(identifier)
    return copies.set_column(place, identifier, pa.array(named, pa.string()))


def _counted(folder: Path, tables: Mapping[str, pa.Table], asked: Question) -> dict[Cell, int]:
    _write(folder, tables)
    table = places.counted(folder, asked, files([folder]))
    found = places.cells(table)
    return {cell: n for cell, n in found.items() if n is not None and asked.asks(cell)}


def _write(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    folder.mkdir()
    for name, table in tables.items():
        # What no figure is made from is absent here, and would be absent in a submission as well.
        full = schema(getattr(models, name))
        fields = pa.schema([full.field(each) for each in table.column_names])
        pq.write_table(table.cast(fields), folder / part_name(name))


def _effects(
    folder: Path, rows: Mapping[str, Rows], readings: Sequence[Reading], asked: Question
) -> list[dict[Cell, int]]:
    """What each reading changes: its rows are counted by themselves, each as a reporter of its own."""
    tables: dict[str, pa.Table] = {}
    reporters: dict[str, str] = {}
    for name, kind in rows.items():
        used = sorted({at for r in readings if r.record == name for at in (*r.off, *r.on)})
        table = kind.table.take(pa.array(used, pa.int64()))
        place = table.column_names.index(SUBJECT[0])
        labels = [f"{name}.{at}" for at in used]
        reporters |= dict(zip(labels, table[SUBJECT[0]].to_pylist(), strict=True))
        tables[name] = table.set_column(place, SUBJECT[0], pa.array(labels, pa.string()))
    _write(folder, tables)
    alone: dict[str, dict[Cell, int]] = {}
    counted = places.cells(places.counted(folder, asked, files([folder]), labelled=True))
    known: dict[tuple[Cell, str], list[Cell]] = {}
    for cell, value in counted.items():
        label = dict(cell.place).get(SUBJECT[0])
        if label is None or not value or cell.measure not in ADDITIVE:
            continue
        bare = cell._replace(place=tuple(each for each in cell.place if each[0] != SUBJECT[0]))
        told = (bare, reporters[label])
        if told not in known:
            known[told] = [each for each in _both(*told) if asked.asks(each)]
        alone.setdefault(label, {}).update(dict.fromkeys(known[told], value))
    return [_sum(each, alone) for each in readings]


def _both(bare: Cell, reporter: str) -> Iterator[Cell]:
    """The place of a number among all reporters, and among the figures of its own."""
    yield bare
    named = dict(bare.place) | {SUBJECT[0]: reporter}
    yield bare._replace(place=tuple((n, named[n]) for n in DIMENSIONS if n in named))


def _sum(reading: Reading, alone: Mapping[str, Mapping[Cell, int]]) -> dict[Cell, int]:
    total: dict[Cell, int] = {}
    for sign, ats in ((-1, reading.off), (1, reading.on)):
        for at in ats:
            for cell, value in alone.get(f"{reading.record}.{at}", {}).items():
                total[cell] = total.get(cell, 0) + sign * value
    return {cell: value for cell, value in total.items() if value}


# --- differences --------------------------------------------------------------------------------------


def _hidden(stated: Mapping[Cell, int | None], cell: Cell) -> bool:
    return cell in stated and stated[cell] is None


def _delta(stated: Mapping[Cell, int | None], derived: Mapping[Cell, int], cell: Cell) -> int:
    """How much more the report states; a hidden number states nothing."""
    if _hidden(stated, cell):
        return 0
    return (stated.get(cell) or 0) - derived.get(cell, 0)


def _differing(
    stated: Mapping[Cell, int | None], derived: Mapping[Cell, int], asked: Question
) -> list[Cell]:
    every = {cell for cell in {*stated, *derived} if asked.asks(cell)}
    found = [
        c for c in every if _delta(stated, derived, c) or (_hidden(stated, c) and c in derived)
    ]
    return places.shown(found)


def _told(
    differing: Sequence[Cell],
    stated: Mapping[Cell, int | None],
    derived: Mapping[Cell, int],
    effects: Mapping[int, Effect],
    choices: Sequence[Choice],
    readings: Sequence[Reading],
    rows: Mapping[str, Rows],
    proof: Mapping[Cell, int],
) -> Iterator[Difference]:
    acting: dict[Cell, list[Choice]] = {}
    for choice in choices:
        for cell in effects[choice.reading]:
            acting.setdefault(cell, []).append(choice)
    for cell in differing:
        if _hidden(stated, cell):
            causes: tuple[Cause, ...] = (Cause(SUPPRESSED),)
        else:
            causes = tuple(_causes(_on(cell, acting), readings))
            if not causes or _delta(stated, proof, cell) or not _is_countable(cell, rows):
                causes = (Cause(UNEXPLAINED),)
        yield Difference(
            cell.metric, cell.period, dict(cell.place), cell.measure, stated.get(cell),
            derived.get(cell), causes,
        )  # fmt: skip


def _is_countable(cell: Cell, rows: Mapping[str, Rows]) -> bool:
    """Whether the given records are of the type that the metric counts."""
    return cell.metric in METRICS and METRICS[cell.metric].numerator.record in rows


def _on(cell: Cell, acting: Mapping[Cell, Sequence[Choice]]) -> Sequence[Choice]:
    """What changes a number; a median also changes with a part of what it is made from."""
    if cell.measure in ADDITIVE:
        return acting.get(cell, ())
    here, subject = set(cell.place), (cell.metric, cell.period)
    parts = [c for c in acting if c[:2] == subject and here <= set(c.place)]
    return list(dict.fromkeys(choice for each in parts for choice in acting[each]))


def _causes(acting: Sequence[Choice], readings: Sequence[Reading]) -> Iterator[Cause]:
    found: dict[tuple[str, str], list[Choice]] = {}
    for choice in acting:
        reading = readings[choice.reading]
        found.setdefault((reading.cause, reading.record), []).append(choice)
    for (cause, record), choices in sorted(found.items()):
        ids = {readings[at].id for choice in choices for at in choice.among}
        yield Cause(cause, record, tuple(sorted(ids)), len(choices))


def facts(difference: Difference) -> dict[str, Any]:
    """A difference as JSON types."""
    return {
        "metric_id": difference.metric_id,
        "period": difference.period,
        "dimensions": dict(difference.dimensions),
        "measure": difference.measure,
        "stated": difference.stated,
        "derived": difference.derived,
        "explained": difference.explained,
        "causes": [
            {"cause": c.cause, "record_type": c.record_type, "count": c.count, "ids": list(c.ids)}
            for c in difference.causes
        ],
    }


# So many ids are told to a person at once; `facts` holds all of them.
_TOLD = 20


def lines(difference: Difference) -> Iterator[str]:
    """A difference for a person to read."""
    where = (
        ", ".join(f"{name} {code}" for name, code in difference.dimensions.items()) or "in total"
    )
    stated = "hidden" if difference.stated is None else difference.stated
    derived = "nothing" if difference.derived is None else difference.derived
    yield (
        f"{difference.metric_id} {difference.period}, {where}, {difference.measure}:"
        f" the report says {stated}, the records say {derived}"
    )
    for each in difference.causes:
        of = f" of these {len(each.ids)}" if each.count < len(each.ids) else ""
        more = f" and {len(each.ids) - _TOLD} more" if len(each.ids) > _TOLD else ""
        ids = f": {', '.join(each.ids[:_TOLD])}{more}" if each.ids else ""
        counted = f" {each.count}{of} {each.record_type}" if each.record_type else ""
        yield f"    {each.cause}{counted}{ids}"
