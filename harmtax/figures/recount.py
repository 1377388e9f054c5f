"""Counting records again: read one way or another, each by itself, and those behind a hidden number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated import models
from harmtax._generated.constraints import DIMENSIONS, RECORDS
from harmtax.figures import cells as places
from harmtax.figures.cells import ADDITIVE, Cell, Question
from harmtax.figures.engine import files
from harmtax.figures.evidence import Reading, Rows, name_of
from harmtax.figures.sides import SUBJECT
from harmtax.records.dataset import part_name
from harmtax.records.record import schema


def tables(rows: Mapping[str, Rows], chosen: Mapping[int, Reading]) -> dict[str, pa.Table]:
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


def counted(folder: Path, tables: Mapping[str, pa.Table], asked: Question) -> dict[Cell, int]:
    """The numbers that the rows give where the report has some; `folder` is made for them."""
    _write(folder, tables)
    return places.as_asked(places.counted(folder, asked, files([folder])), asked)


def _write(folder: Path, tables: Mapping[str, pa.Table]) -> None:
    folder.mkdir()
    for name, table in tables.items():
        # What no figure is made from is absent here, and would be absent in a submission as well.
        full = schema(getattr(models, name))
        fields = pa.schema([full.field(each) for each in table.column_names])
        pq.write_table(table.cast(fields), folder / part_name(name))


def effects(
    folder: Path, rows: Mapping[str, Rows], readings: Sequence[Reading], asked: Question
) -> list[dict[Cell, int]]:
    """What each reading changes: its rows are counted by themselves, each as a reporter of its own."""
    used = {
        name: sorted({at for r in readings if r.record == name for at in (*r.off, *r.on)})
        for name in rows
    }
    table, reporters = _labelled(folder, rows, used, asked)
    alone = _alone(places.cells(table), reporters, asked)
    return [_sum(each, alone) for each in readings]


def behind(
    folder: Path, rows: Mapping[str, Rows], hidden: Sequence[Cell]
) -> dict[Cell, dict[str, tuple[str, ...]]]:
    """The ids of the records that are in each of the numbers, by record type."""
    asked = places.question(dict.fromkeys(hidden))
    used = {name: sorted(kind.current.values()) for name, kind in rows.items()}
    table, reporters = _labelled(folder, rows, used, asked)
    # There is a row for every record and breakdown; most of them are in no hidden number.
    alone = _alone(places.cells(_among(table, hidden)), reporters, asked)
    named = {
        f"{name}.{at}": (name, name_of(name, each))
        for name, kind in rows.items()
        for each, at in kind.current.items()
    }
    found: dict[Cell, dict[str, list[str]]] = {cell: {} for cell in hidden}
    for label, numbers in alone.items():
        record, identifier = named[label]
        for cell in numbers.keys() & found.keys():
            found[cell].setdefault(record, []).append(identifier)
    return {
        cell: {record: tuple(sorted(ids)) for record, ids in sorted(each.items())}
        for cell, each in found.items()
    }


def _labelled(
    folder: Path, rows: Mapping[str, Rows], used: Mapping[str, Sequence[int]], asked: Question
) -> tuple[pa.Table, dict[str, str]]:
    """The figures of some rows, each as a reporter of its own, and who its reporter is."""
    tables: dict[str, pa.Table] = {}
    reporters: dict[str, str] = {}
    for name, kind in rows.items():
        table = kind.table.take(pa.array(used[name], pa.int64()))
        place = table.column_names.index(SUBJECT[0])
        labels = [f"{name}.{at}" for at in used[name]]
        reporters |= dict(zip(labels, table[SUBJECT[0]].to_pylist(), strict=True))
        tables[name] = table.set_column(place, SUBJECT[0], pa.array(labels, pa.string()))
    _write(folder, tables)
    return places.counted(folder, asked, files([folder]), labelled=True), reporters


def _alone(
    counted: Mapping[Cell, int | None], reporters: Mapping[str, str], asked: Question
) -> dict[str, dict[Cell, int]]:
    """What each row adds to each number, by its label."""
    alone: dict[str, dict[Cell, int]] = {}
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
    return alone


def _among(table: pa.Table, cells: Sequence[Cell]) -> pa.Table:
    """The rows of a labelled table that are at the place of one of the cells, whoever reports."""
    keys = ["metric_id", "period", *(name for name in DIMENSIONS if name != SUBJECT[0])]
    wanted = [
        {"metric_id": c.metric, "period": c.period, **dict(c.place)} for c in dict.fromkeys(cells)
    ]
    # A join takes an absent key for equal to none.
    filled = pa.table({name: pc.fill_null(table[name], "") for name in keys})
    sought = pa.table({name: [each.get(name, "") for each in wanted] for name in keys})
    sought = sought.group_by(keys).aggregate([])
    numbered = filled.append_column("_row", pa.array(range(table.num_rows), pa.int64()))
    found = numbered.join(sought, keys=keys, join_type="left semi")
    return table.take(found["_row"].sort())


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
