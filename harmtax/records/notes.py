"""The findings of a batch as one column: a list per row, filled row by row or by whole columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from harmtax.records.findings import PLACES, Finding, Place, pointer, shown

FACTS = ("rule", "severity", "path", "record", "value", "detail", "origin")
FINDING = pa.struct([(name, pa.string()) for name in FACTS])
_SEPARATOR = "\x1f"


# Equal findings of one batch, how many they are, and their first places.
Counted = tuple[Finding, int, tuple[Place, ...]]


class Notes:
    """Collects the findings of the rows of a batch."""

    def __init__(self, record: str, rows: int) -> None:
        self._record, self._rows = record, rows
        self._places: list[int] = []
        self._orders: list[int] = []
        self._facts: list[tuple[str | None, ...]] = []
        self._columns: list[pa.Table] = []

    def add(self, row: int, findings: Sequence[Finding]) -> None:
        """Adds the findings of one row, in their order."""
        for order, finding in enumerate(findings):
            self._places.append(row)
            self._orders.append(order)
            self._facts.append(tuple(getattr(finding, name) for name in FACTS))

    def add_column(
        self,
        order: int,
        rows: pa.BooleanArray,
        rule: tuple[str, str, str],
        records: pa.Array,
        values: pa.Array,
    ) -> None:
        """Adds one finding to each of many rows; `rule` is rule, severity and field."""
        places = pc.indices_nonzero(rows).cast(pa.int64())
        name, severity, at = rule
        facts = {
            "rule": name,
            "severity": severity,
            "path": pointer(at),
            "record": records.filter(rows),
            "value": _shown(values.filter(rows), self._record, pointer(at)),
            "detail": None,
            "origin": None,
        }
        columns = [_filled(fact, len(places)) for fact in facts.values()]
        orders = pa.repeat(pa.scalar(order, pa.int64()), len(places))
        self._columns.append(_table(places, orders, columns))

    def array(self) -> pa.Array:
        """The findings of each row, in the order in which the row reading tells them."""
        if not self._places and not self._columns:
            return empty_lists(self._rows, FINDING)
        columns = [list(column) for column in zip(*self._facts, strict=True)] or [[]] * len(FACTS)
        told = _table(
            pa.array(self._places, pa.int64()),
            pa.array(self._orders, pa.int64()),
            [pa.array(column, pa.string()) for column in columns],
        )
        whole = pa.concat_tables([told, *self._columns]).sort_by(
            [("row", "ascending"), ("order", "ascending")]
        )
        facts = [_single(whole.column(name)) for name in FACTS]
        members = pa.StructArray.from_arrays(facts, FACTS)
        return pa.ListArray.from_arrays(self._offsets(_single(whole.column("row"))), members)

    def _offsets(self, rows: pa.Array) -> pa.Array:
        # Each row is counted once more than it occurs, so that those without findings have their place.
        every = pa.array(range(self._rows), pa.int64())
        counts = pc.value_counts(pa.concat_arrays([every, rows])).field("counts")
        ends = pc.cumulative_sum(pc.subtract(counts, 1)).cast(pa.int32())
        return pa.concat_arrays([pa.array([0], pa.int32()), ends])


def counted(batch: pa.RecordBatch, record: str) -> Iterator[Counted]:
    """The findings of a judged batch, equal ones together, in order of arrival."""
    notes = batch.column("_findings")
    members = notes.flatten()
    if not len(members):
        return
    facts = {name: members.field(name) for name in FACTS if name != "record"}
    table = pa.table({**facts, "at": pa.array(range(len(members)), pa.int64())})
    groups = table.group_by(list(facts), use_threads=False).aggregate([("at", "list")])
    rows = pc.list_parent_indices(notes)
    for group in groups.to_pylist():
        found = group.pop("at_list")
        places = tuple(_place(batch, members, at, rows[at].as_py()) for at in found[:PLACES])
        first = places[0]
        finding = Finding(record_type=record, **group).at(first.line, first.source, first.record)
        yield finding, len(found), places


def _place(batch: pa.RecordBatch, members: pa.StructArray, at: int, row: int) -> Place:
    source, line = batch.column("_source")[row].as_py(), batch.column("_line")[row].as_py()
    return Place(members.field("record")[at].as_py(), source, line)


def _single(column: pa.ChunkedArray) -> pa.Array:
    found = column.combine_chunks()
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def empty_lists(rows: int, kind: pa.DataType) -> pa.Array:
    """An empty list for each row."""
    offsets = pa.repeat(pa.scalar(0, pa.int32()), rows + 1)
    return pa.ListArray.from_arrays(offsets, pa.array([], kind))


def _table(rows: pa.Array, orders: pa.Array, facts: Sequence[pa.Array]) -> pa.Table:
    return pa.Table.from_arrays([rows, orders, *facts], names=["row", "order", *FACTS])


def _filled(fact: str | pa.Array | None, rows: int) -> pa.Array:
    if isinstance(fact, pa.Array):
        return fact
    return pa.repeat(pa.scalar(fact, pa.string()), rows)


def _shown(values: pa.Array, record: str, path: str) -> pa.Array:
    """The values as findings may show them; each different one is worded once."""
    many = pa.types.is_list(values.type)
    texts = pc.binary_join(values, _SEPARATOR) if many else values
    encoded = texts.dictionary_encode()
    told = [
        shown(record, path, text.split(_SEPARATOR) if many and text is not None else text)
        for text in encoded.dictionary.to_pylist()
    ]
    return pa.array(told, pa.string()).take(encoded.indices)
