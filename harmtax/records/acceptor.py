"""The acceptor: JSON rows of one record type to columns, at speed, and which rows it is not sure of.

It accepts a row only when its decoder has read every field exactly as the constraint table has it:
names, JSON types, codes, bounds, presence. Whatever else it meets makes the row a suspect, which the
row reading judges; a suspect is null in every column. Texts are not matched here, nor are times read:
that is the column reading's part.

A native acceptor may stand in the place of this one: the same `Acceptance`, from the same bytes.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, chain, pairwise
from operator import itemgetter
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import pyarrow as pa
from msgspec.structs import astuple

from harmtax._generated.constraints import CODES, RECORDS, VERSION
from harmtax.errors import BadUse
from harmtax.shapes import Field, RecordType
from harmtax.standard.migration import VERSION_FIELD

# Rows are decoded in groups that fit the processor's cache, and leave it as columns.
GROUP = 256
_FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Acceptance(NamedTuple):
    """Columns in the order of the fields, and the places of the rows that are not in them.

    A code is its place in the code list, counted from 1, and 0 when absent (unsigned integers, never
    null); a list of codes is one of a dictionary of lists of these, the empty one when absent; an
    integer is int64; a text, a time or a day is a string. `screened` names the texts in which nothing
    was found that a rule refuses to texts.
    """

    columns: tuple[pa.Array, ...]
    suspects: tuple[int, ...]
    screened: frozenset[str] = frozenset()


class Acceptor:
    """Reads rows of one record type."""

    def __init__(self, table: RecordType) -> None:
        struct = _struct(table)
        self._type = struct
        self._decode = msgspec.json.Decoder(struct).decode
        # Stands in the place of a suspect; no field is present.
        self._blank = (None,) * len(table.fields)
        self._fields = table.fields

    def from_json(self, raws: pa.Array) -> Acceptance:
        """Columns of a binary column of JSON objects."""
        return self._accepted(_groups(raws), self._decode)

    def from_rows(self, rows: Sequence[Mapping[str, object] | None]) -> Acceptance:
        """Columns of rows of JSON types; None is a suspect."""
        groups = (rows[first : first + GROUP] for first in range(0, len(rows), GROUP))
        return self._accepted(groups, self._convert)

    def _convert(self, row: Mapping[str, object] | None) -> Any:
        return msgspec.convert(row, self._type)

    def _accepted(self, groups: Iterator[Sequence[Any]], read: Any) -> Acceptance:
        columns = [_column(field) for field in self._fields]
        suspects: list[int] = []
        first = 0
        for group in groups:
            values = self._values(group, read, first, suspects)
            first += len(group)
            for column, each in zip(columns, zip(*values, strict=True), strict=True):
                # Most fields are absent from most records.
                if each[0] is None and each.count(None) == len(each):
                    column.skip(len(each))
                else:
                    column.extend(each)
        return Acceptance(tuple(column.array() for column in columns), tuple(suspects))

    def _values(self, group: Sequence[Any], read: Any, first: int, suspects: list[int]) -> Any:
        """The fields of each row of a group, in the order of the table."""
        rows: list[tuple[Any, ...]] = []
        values = map(astuple, map(read, group))
        while len(rows) < len(group):
            try:
                # What was read before a fault stays in the list, and the rest goes on after it.
                rows.extend(values)
            except _FAULTS:
                suspects.append(first + len(rows))
                rows.append(self._blank)
        return rows


def _groups(raws: pa.Array) -> Iterator[list[bytes]]:
    """The members of a binary column; cutting them out of the text is quicker than asking Arrow."""
    if not len(raws):
        return
    _, ends, text = raws.buffers()
    offsets = memoryview(ends).cast("i")[raws.offset : raws.offset + len(raws) + 1].tolist()
    for first in range(0, len(raws), GROUP):
        cuts = offsets[first : first + GROUP + 1]
        start = cuts[0]
        part = text.slice(start, cuts[-1] - start).to_pybytes() if text is not None else b""
        yield [part[here - start : there - start] for here, there in pairwise(cuts)]


def chosen(record: str) -> Acceptor | None:
    """The acceptor of a record type, or None, with which every row is a suspect.

    The environment variable HARMTAX_ACCEPTOR names it: `msgspec`, which is the default, or `none`.
    Raises BadUse for another name.
    """
    name = os.environ.get("HARMTAX_ACCEPTOR", "msgspec")
    if name not in ("msgspec", "none"):
        raise BadUse(f"HARMTAX_ACCEPTOR is {name!r}; it may be msgspec or none")
    return _acceptor(record) if name == "msgspec" else None


@cache
def _acceptor(record: str) -> Acceptor:
    return Acceptor(RECORDS[record])


def _struct(table: RecordType) -> Any:
    fields = [_typed(field) for field in table.fields]
    return msgspec.defstruct(
        table.name, fields, kw_only=True, forbid_unknown_fields=True, gc=False
    )  # fmt: skip


def _typed(field: Field) -> Any:
    kind: Any = _scalar(field)
    if field.many:
        # A list longer than its code list repeats a code.
        most = len(CODES[field.codes]) if field.codes is not None else None
        kind = Annotated[tuple[kind, ...], msgspec.Meta(min_length=1, max_length=most)]
    return (field.name, kind) if field.required else (field.name, kind | None, None)


def _scalar(field: Field) -> Any:
    if field.name == VERSION_FIELD:
        # Rows of other versions are migrated, or refused, one by one.
        return Literal[VERSION]
    if field.codes is not None:
        return Literal[CODES[field.codes]]
    if field.kind == "integer":
        return Annotated[int, msgspec.Meta(ge=field.minimum, le=field.maximum)]
    if field.max_length is not None:
        return Annotated[str, msgspec.Meta(min_length=1, max_length=field.max_length)]
    return str


# --- columns on their way ---------------------------------------------------------------------------


def _column(field: Field) -> _Codes | _Lists | _Values:
    if field.codes is None:
        return _Values(pa.int64() if field.kind == "integer" else pa.string())
    places = {code: place for place, code in enumerate(CODES[field.codes], 1)}
    return _Lists(places) if field.many else _Codes({None: 0, **places})


class _Codes:
    """A column of codes: looking a place up in a dictionary is cheaper than copying a string."""

    def __init__(self, places: Mapping[Any, int]) -> None:
        self._places = places
        self._pack, self._kind = _packing(len(places))
        self._parts: list[bytes] = []

    def skip(self, count: int) -> None:
        self._parts.append(bytes(count * self._kind.bit_width // 8))

    def extend(self, values: Sequence[str | None]) -> None:
        self._parts.append(self._pack(_looked_up(self._places, values)))

    def array(self) -> pa.Array:
        return _viewed(self._parts, self._kind)


def _looked_up(table: Mapping[Any, int], keys: Sequence[Any]) -> tuple[int, ...]:
    """What a table holds for each key; the getter looks them up without a step in Python."""
    return itemgetter(*keys)(table) if len(keys) > 1 else tuple(table[key] for key in keys)


class _Lists:
    """A column of lists of codes; an absent list is the empty one, since a list is never empty."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._members = _Codes(places)
        # Few lists are different, and what is asked of a list need be asked once only.
        self._different = _Numbered({None: 0})
        self._parts: list[bytes] = []

    def skip(self, count: int) -> None:
        self._parts.append(bytes(count * pa.int32().bit_width // 8))

    def extend(self, values: Sequence[tuple[str, ...] | None]) -> None:
        self._parts.append(array("i", _looked_up(self._different, values)).tobytes())

    def array(self) -> pa.Array:
        lists = [each or () for each in self._different]
        self._members.extend(tuple(chain.from_iterable(lists)))
        ends = list(accumulate(map(len, lists), initial=0))
        different = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), self._members.array())
        return pa.DictionaryArray.from_arrays(_viewed(self._parts, pa.int32()), different)


class _Numbered(dict[Any, int]):
    """Numbers things in the order in which they are first asked for."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self)
        return number


class _Values:
    """A column of integers or texts."""

    def __init__(self, kind: pa.DataType) -> None:
        self._kind = kind
        self._parts: list[pa.Array] = []
        self._skipped = 0

    def skip(self, count: int) -> None:
        self._skipped += count

    def extend(self, values: Sequence[object]) -> None:
        self._fill()
        self._parts.append(pa.array(values, self._kind))

    def _fill(self) -> None:
        if self._skipped:
            self._parts.append(pa.nulls(self._skipped, self._kind))
            self._skipped = 0

    def array(self) -> pa.Array:
        self._fill()
        return pa.concat_arrays(self._parts) if self._parts else pa.array([], self._kind)


Pack = Callable[[Iterable[int]], bytes]


def _packing(count: int) -> tuple[Pack, pa.DataType]:
    """How places below a count are packed: in one byte each for all lists but the longest."""
    if count <= 256:
        return bytes, pa.uint8()
    return lambda places: array("H", places).tobytes(), pa.uint16()


def _viewed(parts: Sequence[bytes], kind: pa.DataType) -> pa.Array:
    """Packed places as an Arrow array over the same memory."""
    whole = b"".join(parts)
    size = len(whole) // (kind.bit_width // 8)
    return pa.Array.from_buffers(kind, size, [None, pa.py_buffer(whole)])
