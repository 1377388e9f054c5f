"""A typed column as the JSON texts of its values; what has no exact text is refused value by value.

Whole columns are turned by Arrow's own functions. A column in which one value does not go that way is
turned value by value, so that only the rows at fault get a finding. What is taken without loss:

- integers of every width, and whole numbers held as floats or decimals;
- text of every layout, dictionaries, run ends, lists of every layout, UUIDs (RFC 9562);
- days, and midnights where a day is asked for, since some writers have no days;
- times with a zone, moved to UTC; to the microsecond and finer only when nothing finer is said.

A time without a zone names no moment; its text lacks the Z, so that every field of time refuses it.
What no field can hold, such as bytes or not a number, becomes an object, which every field refuses.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

_ESCAPED = rb'"\\' + bytes(range(0x20))
_TO_ESCAPE = r'["\\\x00-\x1f]'
# Days since 1970 of the years 0001 to 9999; Arrow writes years beyond as if they were others.
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - 719_163, date.max.toordinal() - 719_163
# A slice that starts here starts at the end of any text.
_END = 2**31 - 1
_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_LISTS = (
    pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list,
    pa.types.is_list_view, pa.types.is_large_list_view,
)  # fmt: skip


class _Inexact(Exception):
    """Some value of a column does not go the way of the whole column."""


def json_texts(column: pa.Array, *, is_day: bool = False) -> pa.Array:
    """The values as JSON texts (a column of strings), null where there is none.

    `is_day` says that a midnight stands for its day. Raises pyarrow's ArrowInvalid when the column
    itself is damaged.
    """
    if isinstance(column, pa.DictionaryArray):
        return _dictionary(column, is_day)
    if pa.types.is_date64(column.type):
        # A day in milliseconds may hold a time of day, though it must not.
        column, is_day = column.view(pa.int64()).view(pa.timestamp("ms")), True
    if not is_text_sound(column):
        return _by_value(column.view(_bytes_type(column.type)), _text_or_object)
    try:
        return _by_column(column, is_day)
    except (_Inexact, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _by_value(column, _object)


def is_text_sound(column: pa.Array) -> bool:
    """Whether what a column has for text is UTF-8. Raises ArrowInvalid when its layout is damaged."""
    if isinstance(column, pa.DictionaryArray):
        column.indices.validate(full=True)
        return is_text_sound(column.dictionary)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        column.view(_bytes_type(column.type)).validate(full=True)
        return False
    return True


def moments(column: pa.Array, *, is_day: bool = False) -> pa.Array:
    """Timestamps as texts of RFC 3339, without the Z when they have no zone.

    A moment outside the years 0001 to 9999 is told as its distance from 1970.
    """
    unit = column.type.unit
    # Whatever the zone, the number counts from 1970 in UTC.
    numbers = column.view(pa.int64())
    least = max(_FIRST_DAY * _PER_DAY[unit], -(2**63))
    most = min((_LAST_DAY + 1) * _PER_DAY[unit], 2**63) - 1
    inside = pc.and_(pc.greater_equal(numbers, least), pc.less_equal(numbers, most))
    if pc.all(inside).as_py() is not False:
        return _written(numbers.view(pa.timestamp(unit)), "Z" if column.type.tz else "", is_day)
    far = enclosed("", numbers.cast(pa.string()), f" {unit} from 1970")
    near = pc.if_else(inside, column, pa.scalar(None, column.type))
    return pc.if_else(inside, moments(near, is_day=is_day), far)


def _written(plain: pa.Array, zone: str, is_day: bool) -> pa.Array:
    micros = plain.cast(pa.timestamp("us"), safe=False)
    texts = pc.replace_substring(micros.cast(pa.string()), ".000000", "")
    if plain.type.unit == "ns":
        exact = pc.equal(micros.cast(plain.type), plain)
        texts = pc.if_else(exact, texts, plain.cast(pa.string()))
    texts = enclosed("", pc.replace_substring(texts, " ", "T"), zone)
    if is_day:
        days = plain.cast(pa.date32(), safe=False)
        texts = pc.if_else(pc.equal(days.cast(plain.type), plain), days.cast(pa.string()), texts)
    return texts


def _by_column(column: pa.Array, is_day: bool) -> pa.Array:
    kind = column.type
    if isinstance(column, pa.DictionaryArray):
        return _dictionary(column, is_day)
    if any(is_it(kind) for is_it in _TEXTS):
        return _quoted(column.cast(pa.string()))
    if any(is_it(kind) for is_it in _LISTS):
        return _listed(column, is_day)
    if pa.types.is_timestamp(kind):
        return enclosed('"', moments(column, is_day=is_day), '"')
    if pa.types.is_date32(kind):
        return enclosed('"', moments(column.cast(pa.timestamp("s")), is_day=True), '"')
    return _plain(column)


def _plain(column: pa.Array) -> pa.Array:
    """Numbers and what wraps another column."""
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return column.cast(pa.string())
    if pa.types.is_floating(kind):
        return column.cast(pa.int64()).cast(pa.string())
    if pa.types.is_decimal(kind):
        wide = column if kind.bit_width > 64 else column.cast(pa.decimal128(38, kind.scale))
        return wide.cast(pa.int64()).cast(pa.string())
    if pa.types.is_null(kind):
        return column.cast(pa.string())
    if pa.types.is_run_end_encoded(kind):
        return json_texts(pc.run_end_decode(column))
    if isinstance(column, pa.ExtensionArray) and not isinstance(column, pa.UuidArray):
        return json_texts(column.storage)
    raise _Inexact


def _dictionary(column: pa.DictionaryArray, is_day: bool) -> pa.Array:
    # A slice of a long column may carry a dictionary that is longer than itself.
    used = column.indices
    if len(column.dictionary) > len(used):
        used.validate(full=True)
        distinct = pc.unique(used.drop_null())
        positions = pc.index_in(used, distinct)
        return json_texts(column.dictionary.take(distinct), is_day=is_day).take(positions)
    return json_texts(column.dictionary, is_day=is_day).take(used)


def _listed(column: pa.Array, is_day: bool) -> pa.Array:
    members = _by_column(column.flatten(), is_day).fill_null("null")
    lengths = pc.list_value_length(column).fill_null(0).cast(pa.int32())
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    texts = enclosed("[", pc.binary_join(pa.ListArray.from_arrays(offsets, members), ","), "]")
    if column.null_count == 0:
        return texts
    return pc.if_else(column.is_valid(), texts, pa.scalar(None, pa.string()))


def _quoted(column: pa.Array) -> pa.Array:
    texts = enclosed('"', column, '"')
    if _is_clean(column):
        return texts
    marked = pc.match_substring_regex(column, _TO_ESCAPE).fill_null(False)
    escaped = [_dumped(value) for value in column.filter(marked).to_pylist()]
    return pc.replace_with_mask(texts, marked, pa.array(escaped, pa.string()))


def _is_clean(column: pa.Array) -> bool:
    """Whether no byte of a column of strings is one that JSON escapes."""
    _, offsets, content = column.buffers()
    if content is None or len(column) == 0:
        return True
    ends = pa.Array.from_buffers(pa.int32(), len(column) + 1, [None, offsets], 0, column.offset)
    used = bytes(memoryview(content)[ends[0].as_py() : ends[-1].as_py()])
    return len(used.translate(None, _ESCAPED)) == len(used)


def enclosed(before: str, texts: pa.Array, after: str) -> pa.Array:
    """Each text with one text before it and one after it."""
    # Replacing an empty slice is several times as fast as joining.
    texts = pc.binary_replace_slice(texts, 0, 0, before) if before else texts
    return pc.binary_replace_slice(texts, _END, _END, after) if after else texts


# --- value by value ---------------------------------------------------------------------------------


def _by_value(column: pa.Array, bytes_: Callable[[bytes], object]) -> pa.Array:
    return pa.array([_text(scalar, bytes_) for scalar in column], pa.string())


def _text(scalar: pa.Scalar, bytes_: Callable[[bytes], object]) -> str | None:
    if not scalar.is_valid:
        return None
    try:
        return _dumped(_json(scalar.as_py(), bytes_))
    except (ValueError, OverflowError, pa.ArrowException):
        return _dumped(_refused(scalar.type))


def _json(value: Any, bytes_: Callable[[bytes], object]) -> object:
    if isinstance(value, float | Decimal):
        if not math.isfinite(value):
            return _refused(value)
        return int(value) if value == int(value) else float(value)
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, bytes):
        return bytes_(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_json(member, bytes_) for member in value]
    if isinstance(value, dict):
        return {str(name): _json(member, bytes_) for name, member in value.items()}
    return str(value) if isinstance(value, UUID) else _refused(value)


def _object(value: bytes) -> object:
    """Bytes in a form that keeps them and that every field refuses."""
    return {"base64": b64encode(value).decode("ascii")}


def _text_or_object(value: bytes) -> object:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return _object(value)


def _refused(value: object) -> object:
    """What stands for a value that no field can hold."""
    return {"unreadable": str(value)}


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _bytes_type(kind: pa.DataType) -> pa.DataType:
    """The type of the same layout in which text is bytes, which need not be UTF-8."""
    if pa.types.is_string(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_string_view(kind):
        return pa.binary_view()
    if pa.types.is_list(kind):
        return pa.list_(_bytes_type(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_bytes_type(kind.value_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_bytes_type(kind.value_type), kind.list_size)
    if pa.types.is_list_view(kind):
        return pa.list_view(_bytes_type(kind.value_type))
    if pa.types.is_large_list_view(kind):
        return pa.large_list_view(_bytes_type(kind.value_type))
    return kind
