"""The column reading of the constraint table: which rows of a batch are surely without error.

It says of a row only that it has no error or that it is a suspect, never what is wrong: that is the
row reading's part. Warnings are read here exactly, because many honest rows have one. Both readings
take their masks from `rules`, and property tests hold them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, cached_property
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.constraints import CODES, RECORDS
from harmtax.records.acceptor import Acceptance
from harmtax.records.matching import matches
from harmtax.records.rules import PRESENT, Bits, Mask
from harmtax.shapes import Alone, Condition, Distinct, Field, Never, Order, Refuse, RowCheck

# The widest integer of Arrow holds the bits of so many codes.
WIDEST = 62


class Warned(NamedTuple):
    """Rows that break a rule which rejects nothing, and the place of its check in the table."""

    place: int
    rule: str
    severity: str
    at: str
    rows: pa.BooleanArray


class Reading(NamedTuple):
    """The columns in the types of the record's schema, the suspects among the rows, the warnings."""

    columns: tuple[pa.Array, ...]
    suspects: pa.BooleanArray
    warned: tuple[Warned, ...]


Severity = Callable[[Never], str]


def read(acceptance: Acceptance, record: str, severity: Severity) -> Reading:
    """Reads the columns of a record type. `severity` says what a broken check counts as.

    The rows of `warned` are sound otherwise, and no other row breaks a check that is not an error.
    """
    batch = _Batch(record, acceptance)
    for field in batch.fields.values():
        batch.check_field(field)
    warned = _Warnings(record, severity)
    for place, check in enumerate(RECORDS[record].row_checks):
        broken = batch.broken(check)
        if broken is None:
            continue
        if isinstance(check, Never) and warned.are_exact(check):
            warned.add(place, check, broken)
        else:
            batch.suspect(broken)
    columns = tuple(batch.typed(field) for field in batch.fields.values())
    return Reading(columns, batch.suspects, tuple(warned.among(pc.invert(batch.suspects))))


class _Warnings:
    """The broken checks that reject nothing, one finding per rule and field as in the row reading."""

    def __init__(self, record: str, severity: Severity) -> None:
        self._severity = severity
        self._kinds: dict[tuple[str, str], set[str]] = {}
        for check in RECORDS[record].row_checks:
            if isinstance(check, Never) and severity(check) != "error":
                self._kinds.setdefault((check.rule, check.at), set()).add(check.severity)
        self._found: list[Warned] = []

    def are_exact(self, check: Never) -> bool:
        """Whether the check rejects nothing, and no other line of its rule speaks more gravely here."""
        kinds = self._kinds.get((check.rule, check.at), set())
        return self._severity(check) != "error" and len(kinds) == 1

    def add(self, place: int, check: Never, rows: pa.BooleanArray) -> None:
        for each in self._found:
            if (each.rule, each.at) == (check.rule, check.at):
                rows = pc.and_not(rows, each.rows)
        self._found.append(Warned(place, check.rule, self._severity(check), check.at, rows))

    def among(self, sound: pa.BooleanArray) -> Iterator[Warned]:
        for each in self._found:
            rows = pc.and_(each.rows, sound)
            if rows.true_count:
                yield each._replace(rows=rows)


class _Batch:
    """One batch while it is read; what several checks need is computed once."""

    def __init__(self, record: str, acceptance: Acceptance) -> None:
        table = RECORDS[record]
        self.bits_of = _bits(record)
        self.fields: Mapping[str, Field] = {field.name: field for field in table.fields}
        self.columns = dict(zip(self.fields, acceptance.columns, strict=True))
        self.rows = len(acceptance.columns[0])
        self.screened = acceptance.screened
        self.suspects = marked(self.rows, acceptance.suspects)
        self._numbers: dict[str, pa.Array] = {}
        self._tests: dict[Mask, pa.BooleanArray] = {}
        self._moments: dict[str, pa.Array] = {}

    def suspect(self, rows: pa.BooleanArray) -> None:
        """Adds rows to the suspects; an unknown is none."""
        if rows.true_count:
            self.suspects = pc.or_(self.suspects, rows.fill_null(False))

    @cached_property
    def nothing(self) -> pa.BooleanArray:
        """No row at all."""
        return marked(self.rows, ())

    # --- fields -------------------------------------------------------------------------------------

    def check_field(self, field: Field) -> None:
        """Suspects the rows whose text does not match, or names no time or day."""
        column = self.columns[field.name]
        if field.pattern is not None and column.null_count < self.rows:
            self.suspect(pc.invert(matches(column, field.pattern)))
        if field.kind in ("time", "date"):
            self._moments[field.name] = self._read_moments(field, column)

    def _read_moments(self, field: Field, column: pa.Array) -> pa.Array:
        kind = pa.timestamp("us", "UTC") if field.kind == "time" else pa.date32()
        column = self._unsuspected(column)
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            pass
        # Somewhere stands a day that no calendar has, such as 30 February.
        unreal = [text for text in column.unique().to_pylist() if not _is_real(field, text)]
        self.suspect(pc.is_in(column, pa.array(unreal, pa.string())))
        return self._unsuspected(column).cast(kind)

    def _unsuspected(self, column: pa.Array) -> pa.Array:
        if not self.suspects.true_count:
            return column
        return pc.if_else(self.suspects, pa.scalar(None, pa.string()), column)

    def typed(self, field: Field) -> pa.Array:
        """The column in the type of the record's schema."""
        column = self.columns[field.name]
        if field.name in self._moments:
            return self._moments[field.name]
        if field.codes is None:
            return column
        if field.many:
            lists = column.dictionary
            members = _codes(field.codes).take(lists.values)
            empty = pc.equal(lists.value_lengths(), 0)
            known = pa.ListArray.from_arrays(lists.offsets, members, mask=empty)
            return known.take(column.indices)
        return _codes(field.codes).take(column)

    # --- checks -------------------------------------------------------------------------------------

    def broken(self, check: RowCheck) -> pa.BooleanArray | None:
        """The rows that break a check; None when there is none."""
        match check:
            case Never():
                return self._condition(check.what)
            case Order():
                return None if check.otherwise is not None else self._order(check)
            case Distinct():
                for name in check.fields:
                    self._suspect_repeats(name)
                return None
            case Alone():
                return self._accompanied(check)
            case Refuse():
                for name in check.fields:
                    self._suspect_refused(name, check)
                return None

    def _condition(self, condition: Condition) -> pa.BooleanArray | None:
        found = None
        for conjunction in condition:
            masks = [mask for test in conjunction for mask in self.bits_of.masks(test)]
            rows = self._all(sorted(masks, key=self.bits_of.share))
            if rows is not None:
                found = rows if found is None else pc.or_(found, rows)
        return found

    def _all(self, masks: list[Mask]) -> pa.BooleanArray | None:
        """The rows where every test holds; the rarest is asked first, and often there is no row left."""
        rows = None
        for mask in masks:
            test = self._test(mask)
            rows = test if rows is None else pc.and_(rows, test)
            if not rows.true_count:
                return None
        return pc.invert(self.nothing) if rows is None else rows

    def _test(self, mask: Mask) -> pa.BooleanArray:
        if mask not in self._tests:
            field = self.fields[mask.field]
            if field.codes is not None and not field.many and len(CODES[field.codes]) > WIDEST:
                self._tests[mask] = self._looked_up(field.codes, mask)
                return self._tests[mask]
            bits = self._bits(mask.field)
            limit = (1 << bits.type.bit_width) - 1
            wanted = pa.array([_signed(mask.mask & limit, bits.type)], bits.type)[0]
            compare = pc.not_equal if mask.some else pc.equal
            self._tests[mask] = compare(pc.bit_wise_and(bits, wanted), pa.scalar(0, bits.type))
        return self._tests[mask]

    def _looked_up(self, code_list: str, mask: Mask) -> pa.BooleanArray:
        """A test on a code of a list that has more codes than an integer has bits."""
        places = range(len(CODES[code_list]) + 1)
        holds = [(mask.mask >> place & 1 == 1) is mask.some for place in places]
        return pa.array(holds, pa.bool_()).take(self.columns[mask.field])

    def _bits(self, name: str) -> pa.Array:
        if name not in self._numbers:
            self._numbers[name] = self._number(self.fields[name])
        return self._numbers[name]

    def _number(self, field: Field) -> pa.Array:
        column = self.columns[field.name]
        if field.codes is None:
            return self._plain_bits(field.name, column)
        width = len(CODES[field.codes]) + 1
        if not field.many:
            return _powers(width).take(column)
        # Sums of different powers; where a code repeats the sum is wrong, but such a row is a suspect.
        lists = column.dictionary
        powers = _powers(width, pa.int64()).take(lists.values)
        sums = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(powers)])
        ends = sums.take(lists.offsets)
        bits = pc.subtract(ends[1:], ends[:-1])
        known = pc.if_else(pc.equal(bits, 0), pa.scalar(1, pa.int64()), bits)
        return known.take(column.indices)

    def _plain_bits(self, name: str, column: pa.Array) -> pa.Array:
        bits = pa.scalar(PRESENT, pa.int64())
        for place, limit in enumerate(self.bits_of.limits.get(name, ())):
            above, below = PRESENT << (2 * place + 1), PRESENT << (2 * place + 2)
            reached = pc.if_else(pc.greater_equal(column, limit), above, below).cast(pa.int64())
            bits = pc.bit_wise_or(reached, bits)
        return pc.if_else(column.is_valid(), bits, pa.scalar(1, pa.int64()))

    def _suspect_repeats(self, name: str) -> None:
        column = self.columns[name]
        lists = column.dictionary
        repeats = [len(set(each)) < len(each) for each in lists.to_pylist()]
        if any(repeats):
            self.suspect(pa.array(repeats, pa.bool_()).take(column.indices))

    def _accompanied(self, check: Alone) -> pa.BooleanArray | None:
        codes = self.bits_of.codes[check.at]
        single = self._test(Mask(check.at, sum(codes[code] for code in check.codes), True))
        if not single.true_count:
            return None
        column = self.columns[check.at]
        longer = pc.greater(column.dictionary.value_lengths(), 1)
        return pc.and_(single, longer.take(column.indices))

    def _suspect_refused(self, name: str, check: Refuse) -> None:
        column = self.columns[name]
        if column.null_count < self.rows and name not in self.screened:
            any_of = "|".join(f"({pattern})" for _, pattern in check.patterns)
            self.suspect(pc.match_substring_regex(column, any_of))

    def _order(self, check: Order) -> pa.BooleanArray | None:
        first, then = self._side(check.first), self._side(check.then)
        if self.rows in (first.null_count, then.null_count):
            return None
        gap, second = _gap(first, then)
        compare = pc.not_equal if check.equal else pc.less
        late = compare(gap, check.seconds * second).fill_null(False)
        when = self._condition(check.when)
        return None if when is None else pc.and_(late, when)

    def _side(self, name: str) -> pa.Array:
        return self._moments.get(name, self.columns[name])


def marked(rows: int, places: Iterable[int]) -> pa.BooleanArray:
    """Of so many rows those at some places."""
    marks = bytearray(rows)
    for place in places:
        marks[place] = 1
    bytes_ = pa.Array.from_buffers(pa.uint8(), rows, [None, pa.py_buffer(bytes(marks))])
    return bytes_.cast(pa.bool_())


def _gap(first: pa.Array, then: pa.Array) -> tuple[pa.Array, int]:
    """How far `then` is after `first`, and how much of that is one second, or one of what is counted."""
    if pa.types.is_timestamp(first.type) and pa.types.is_timestamp(then.type):
        return pc.subtract(then.cast(pa.int64()), first.cast(pa.int64())), 1_000_000
    if pa.types.is_integer(first.type):
        return pc.subtract(then, first), 1
    # A time against a day counts as its UTC date.
    days = pc.subtract(*(side.cast(pa.date32()).cast(pa.int32()) for side in (then, first)))
    return pc.multiply(days.cast(pa.int64()), 86_400), 1


def _is_real(field: Field, text: str | None) -> bool:
    try:
        if text is not None:
            (datetime if field.kind == "time" else date).fromisoformat(text)
    except ValueError:
        return False
    return True


@cache
def _bits(record: str) -> Bits:
    return Bits(RECORDS[record])


@cache
def _codes(code_list: str) -> pa.Array:
    """The codes by their place; at 0 stands none."""
    return pa.array([None, *CODES[code_list]], pa.string())


@cache
def _powers(width: int, kind: pa.DataType | None = None) -> pa.Array:
    """Two to the power of each place below a width, in the narrowest integers that hold them."""
    assert width <= WIDEST + 1, (
        "a rule names a list of codes that are too many for the column reading"
    )
    narrow = (pa.uint8(), pa.uint16(), pa.uint32(), pa.int64())
    fits = next(each for each in narrow if width <= each.bit_width)
    return pa.array([1 << place for place in range(width)], kind or fits)


def _signed(number: int, kind: pa.DataType) -> int:
    """The number with the same bits in a type, which may be signed."""
    return number - (1 << 64) if kind == pa.int64() and number >= 1 << 63 else number
