"""Statements of reasons by whole columns: each part of `dsa_statement` is asked once per different value.

What comes out is what reading the statements one by one gives, to the last loss. A statement of which that
is not sure is a suspect and is read by itself: one that was scanned by itself, one with another number of
cells, one with a code that has no place, and one that lacks something required.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.constraints import CODES
from harmtax._generated.foreign import FORMATS
from harmtax.records.formats import dsa_cells, dsa_statement
from harmtax.records.formats.dsa_statement import FIELDS, INCIDENT, Cell, Part
from harmtax.records.formats.format import Loss, Translation, column_names
from harmtax.records.formats.presumptions import UNKNOWN, presumable
from harmtax.shapes import Field, ForeignColumn, RecordType

NOTHING = -1


def translate(version: str, batch: pa.RecordBatch, record: RecordType) -> Translation:
    """A raw batch of a dump as columns of Incident."""
    names = column_names(batch)
    found, suspects = dsa_cells.cells(batch, names)
    return _Columns(version, batch.num_rows, suspects).translation(found)


class _Columns:
    """The fields of a batch, filled group by group; what an earlier group has filled is settled."""

    def __init__(self, version: str, rows: int, suspects: Iterable[int]) -> None:
        self.version, self.rows = version, rows
        self.suspects = set(suspects)
        self._columns: dict[str, pa.Array] = {}
        self._losses: dict[Loss, int] = {}
        # One column of places among the losses for each thing that was lost or carried by some rows,
        # and the places of what happens to all.
        self._lost: list[pa.Array] = []
        self._common: list[int] = []
        # The fields that may hold a text which a rule refuses.
        self._refused = {name for name in FIELDS if dsa_statement.refused(name)}

    def translation(self, cells: dict[str, pa.Array]) -> Translation:
        """The batch translated."""
        self._premise()
        known = {column.name: column for column in FORMATS[self.version].columns}
        for names in dsa_statement.groups(self.version):
            if any(name in cells for name in names):
                self._group(names, [cells.get(name) for name in names], known[names[0]])
        for name in sorted(cells.keys() - known.keys()):
            self._dropped(name, cells[name])
        self._presume()
        self._require()
        columns = tuple(self._finished(field) for field in INCIDENT.fields)
        lost = _lists(self._without_suspects(), self.rows)
        return Translation(
            columns, tuple(sorted(self.suspects)), tuple(self._losses), lost, tuple(self._common),
            frozenset(self._columns.keys() - self._refused),
        )  # fmt: skip

    def _premise(self) -> None:
        premises = dsa_statement.premises()
        for name, value in premises.row.items():
            self._fill(name, pa.repeat(self._scalar(FIELDS[name], value), self.rows))
            self._lose(pa.repeat(pa.scalar(self._number(premises.losses[name])), self.rows))

    def _group(
        self, names: tuple[str, ...], cells: Sequence[pa.Array | None], first: ForeignColumn
    ) -> None:
        if first.codes is None and first.lost is None:
            self._plain(first, cells[0])
        elif first.lost is not None:
            self._dropped(first.name, cells[0])
        else:
            self._coded(names, cells)

    def _dropped(self, name: str, cells: pa.Array) -> None:
        if cells.null_count < self.rows:
            number = self._number(dsa_statement.dropped(name).losses[name])
            self._lose(pc.if_else(pc.is_valid(cells), number, NOTHING))

    # --- texts and days -----------------------------------------------------------------------------

    def _plain(self, column: ForeignColumn, cells: pa.Array) -> None:
        if cells.null_count == self.rows:
            return
        if column.ours == (INCIDENT.identifier,):
            # It is taken as it is, and each one is different.
            number = self._number(Loss(column.ours[0], "exact"))
            self._settle(column.ours[0], cells, pa.repeat(pa.scalar(number), self.rows))
            return
        encoded = pc.dictionary_encode(cells)
        for name in column.ours:
            values, losses = self._values(FIELDS[name], encoded.dictionary)
            self._settle(name, values.take(encoded.indices), losses.take(encoded.indices))

    def _values(self, field: Field, texts: pa.Array) -> tuple[pa.Array, pa.Array]:
        """What a field takes of each different text, and the place of its loss."""
        is_free = field.kind == "text" and field.pattern is None and field.max_length is not None
        found = self._masked(field, texts) if is_free else None
        if found is None and is_free:
            number = self._number(Loss(field.name, "exact"))
            return texts, pa.repeat(pa.scalar(number), len(texts))
        if found is None:
            found = [dsa_statement.plain(field, text) for text in texts.to_pylist()]
        values = pa.array([value for value, _ in found], pa.string())
        return values, pa.array([self._number(loss) for _, loss in found], pa.int64())

    def _masked(self, field: Field, texts: pa.Array) -> list[tuple[str, Loss]] | None:
        """The texts masked, or None when none holds anything to mask."""
        patterns = dsa_statement.refused(field.name)
        any_of = "|".join(f"({pattern})" for pattern in patterns)
        hit = pc.match_substring_regex(texts, any_of) if patterns else None
        if hit is None or not hit.true_count:
            self._screen(field.name)
            return None
        exact = Loss(field.name, "exact")
        found = [
            dsa_statement.masked(field, text) if is_hit else (text, exact)
            for text, is_hit in zip(texts.to_pylist(), hit.to_pylist(), strict=True)
        ]
        masked = pa.array(
            [text for (text, _), is_hit in zip(found, hit.to_pylist(), strict=True) if is_hit]
        )
        if not pc.match_substring_regex(masked, any_of).true_count:
            self._screen(field.name)
        return found

    def _screen(self, name: str) -> None:
        """Notes that a field holds nothing refused; what another group fills it with is asked anew."""
        if name not in self._columns:
            self._refused.discard(name)

    # --- codes --------------------------------------------------------------------------------------

    def _coded(self, names: tuple[str, ...], cells: Sequence[pa.Array | None]) -> None:
        given = [each if each is not None else pa.nulls(self.rows, pa.string()) for each in cells]
        if all(each.null_count == self.rows for each in given):
            return
        indices, different = _combined(given)
        parts = [_part(self.version, names, each) for each in different]
        bad = [place for place, each in enumerate(parts) if each is None or each.findings]
        if bad:
            rows = pc.indices_nonzero(pc.is_in(indices, value_set=pa.array(bad, indices.type)))
            self.suspects.update(rows.to_pylist())
        sound = [each if each is not None and not each.findings else Part({}, {}) for each in parts]
        for name in dict.fromkeys(name for each in sound for name in (*each.row, *each.losses)):
            losses = [
                self._number(each.losses[name]) if name in each.losses else NOTHING
                for each in sound
            ]
            lost = pa.array(losses, pa.int64()).take(indices)
            if name in FIELDS:
                values = self._array(FIELDS[name], [each.row.get(name) for each in sound])
                self._settle(name, values.take(indices), lost)
            else:
                self._lose(lost)

    # --- filling ------------------------------------------------------------------------------------

    def _settle(self, name: str, values: pa.Array, lost: pa.Array) -> None:
        """Fills a field where it is not filled yet; only there does the loss count."""
        before = self._columns.get(name)
        if before is not None:
            lost = pc.if_else(pc.is_valid(before), pa.scalar(NOTHING, pa.int64()), lost)
        self._fill(name, values)
        self._lose(pc.if_else(pc.is_valid(values), lost, NOTHING))

    def _fill(self, name: str, values: pa.Array) -> None:
        before = self._columns.get(name)
        if before is not None and dsa_statement.refused(name):
            self._refused.add(name)
        self._columns[name] = values if before is None else pc.coalesce(before, values)

    def _presume(self) -> None:
        """Fills what is required and open with the code for unknown."""
        for name in presumable(INCIDENT.name):
            before = self._columns.get(name)
            if before is None or before.null_count:
                number = self._number(Loss(name, "defaulted", "", UNKNOWN))
                presumed = pa.repeat(self._scalar(FIELDS[name], UNKNOWN), self.rows)
                self._settle(name, presumed, pa.repeat(pa.scalar(number), self.rows))

    def _require(self) -> None:
        """Suspects the rows that lack a required field, or whose text is too long for its field."""
        for field in INCIDENT.fields:
            column = self._columns.get(field.name)
            if column is None:
                if field.required:
                    self.suspects.update(range(self.rows))
                continue
            if field.required and column.null_count:
                self.suspects.update(pc.indices_nonzero(pc.is_null(column)).to_pylist())
            if field.max_length is not None and field.kind == "text":
                long = pc.greater(pc.utf8_length(column), field.max_length).fill_null(False)
                if long.true_count:
                    self.suspects.update(pc.indices_nonzero(long).to_pylist())

    def _lose(self, places: pa.Array) -> None:
        least, most = pc.min_max(places).values()
        if least != most:
            self._lost.append(places.cast(pa.int64()))
        elif least.as_py() not in (NOTHING, None):
            self._common.append(least.as_py())

    def _number(self, loss: Loss) -> int:
        return self._losses.setdefault(loss, len(self._losses))

    # --- as the acceptor gives it -------------------------------------------------------------------

    def _scalar(self, field: Field, value: object) -> pa.Scalar:
        return self._array(field, [value])[0]

    def _array(self, field: Field, values: Sequence[Any]) -> pa.Array:
        """Values of a field: a code by its place, a list of codes by its places, joined in a text."""
        if field.codes is None:
            return pa.array(values, pa.int64() if field.kind == "integer" else pa.string())
        places = _places(field.codes)
        if not field.many:
            return pa.array([places.get(value) for value in values], _width(field.codes))
        joined = (None if v is None else " ".join(str(places[code]) for code in v) for v in values)
        return pa.array(list(joined), pa.string())

    def _finished(self, field: Field) -> pa.Array:
        column = self._columns.get(field.name)
        if column is not None and self.suspects:
            column = pc.if_else(self._is_sound(), column, pa.scalar(None, column.type))
        if field.codes is None:
            kind = pa.int64() if field.kind == "integer" else pa.string()
            return pa.nulls(self.rows, kind) if column is None else column
        width = _width(field.codes)
        if not field.many:
            return _zeros(self.rows, width) if column is None else column.fill_null(0)
        return _listed(column, width, self.rows)

    def _is_sound(self) -> pa.BooleanArray:
        return pa.array([row not in self.suspects for row in range(self.rows)])

    def _without_suspects(self) -> list[pa.Array]:
        if not self.suspects:
            return self._lost
        sound = self._is_sound()
        return [pc.if_else(sound, each, pa.scalar(NOTHING, pa.int64())) for each in self._lost]


@lru_cache(maxsize=dsa_statement.COMBINATIONS)
def _part(version: str, names: tuple[str, ...], texts: tuple[str | None, ...]) -> Part | None:
    """What a group of columns says by these cells, or None when a cell is no list of codes."""
    try:
        cells = tuple(_cell(version, name, text) for name, text in zip(names, texts, strict=True))
    except (ValueError, RecursionError):
        return None
    if all(cell is None for cell in cells):
        return Part({}, {})
    return dsa_statement.part(version, names, cells)


def _cell(version: str, name: str, text: str | None) -> Cell:
    return members(text) if text is not None and name in _many(version) else text


def members(cell: str) -> tuple[str, ...]:
    """The members of a JSON array in a cell. Raises ValueError when it is none."""
    found = json.loads(cell)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError("expected a JSON array of codes in a cell")
    return tuple(found)


@cache
def _many(version: str) -> frozenset[str]:
    return frozenset(column.name for column in FORMATS[version].columns if column.many)


@cache
def _places(code_list: str) -> dict[str | None, int]:
    """The place of each code, counted from 1."""
    return {code: place for place, code in enumerate(CODES[code_list], 1)}


def _width(code_list: str) -> pa.DataType:
    return pa.uint8() if len(CODES[code_list]) < 256 else pa.uint16()


def _zeros(rows: int, kind: pa.DataType) -> pa.Array:
    return pa.repeat(pa.scalar(0, kind), rows)


def _listed(column: pa.Array | None, width: pa.DataType, rows: int) -> pa.Array:
    """Lists of places as a dictionary of the different ones; the empty list stands first."""
    if column is None:
        encoded, different = pa.nulls(rows, pa.int32()), []
    else:
        dictionary = pc.dictionary_encode(column)
        encoded = pc.add(dictionary.indices, 1)
        different = [list(map(int, each.split())) for each in dictionary.dictionary.to_pylist()]
    lists = pa.array([[], *different], pa.list_(width))
    return pa.DictionaryArray.from_arrays(encoded.fill_null(0).cast(pa.int32()), lists)


def _combined(columns: Sequence[pa.Array]) -> tuple[pa.Array, list[tuple[str | None, ...]]]:
    """For each row the place of its combination of cells, and the different combinations."""
    indices: pa.Array | None = None
    different: list[tuple[str | None, ...]] = [()]
    for column in columns:
        encoded = pc.dictionary_encode(column, null_encoding="encode")
        texts = encoded.dictionary.to_pylist()
        codes = encoded.indices.cast(pa.int64())
        if indices is None:
            indices, different = codes, [(text,) for text in texts]
            continue
        both = pc.dictionary_encode(pc.add(pc.multiply(indices, len(texts)), codes))
        pairs = (divmod(each, len(texts)) for each in both.dictionary.to_pylist())
        different = [(*different[left], texts[right]) for left, right in pairs]
        indices = both.indices.cast(pa.int64())
    assert indices is not None
    return indices, different


def _lists(columns: Sequence[pa.Array], rows: int) -> pa.ListArray:
    """For each row the list of what stands in the columns, leaving out what is nothing."""
    width = len(columns)
    if not width:
        return pa.ListArray.from_arrays(
            pa.array([0] * (rows + 1), pa.int32()), pa.array([], pa.int64())
        )
    # Row by row instead of column by column.
    flat = pa.concat_arrays(columns).take(_transposed(width, rows))
    is_there = pc.greater_equal(flat, 0)
    ends = pc.cumulative_sum(is_there.cast(pa.int32())).take(_strides(width, rows))
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    return pa.ListArray.from_arrays(offsets, flat.filter(is_there))


def _transposed(width: int, rows: int) -> pa.Array:
    places = _upward(1 << (width * rows).bit_length()).slice(0, width * rows)
    row = pc.divide(places, width)
    column = pc.subtract(places, pc.multiply(row, width))
    return pc.add(pc.multiply(column, rows), row)


def _strides(width: int, rows: int) -> pa.Array:
    return pc.add(pc.multiply(_upward(1 << rows.bit_length()).slice(0, rows), width), width - 1)


@lru_cache(maxsize=4)
def _upward(count: int) -> pa.Array:
    """The numbers from 0 on, cut from a table that serves many batches."""
    return pa.array(range(count), pa.int64())
