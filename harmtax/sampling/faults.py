"""Draws rows with a chosen fault: one broken rule, or one field that is not as it must be.

What breaks a rule is read from the constraint table: a conjunction that must not occur is made to
occur, an order is turned round, a list or a text is spoilt. All other rules hold where that is
possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from harmtax._generated.constraints import CODES
from harmtax.errors import BadUse
from harmtax.sampling.choosers import Chooser
from harmtax.sampling.patterns import drawn
from harmtax.sampling.rows import Target, Values, pinned, row_of, search, table_of
from harmtax.sampling.stages import EVERY, Predicate, predicates
from harmtax.shapes import Alone, Distinct, Field, Never, Order, RecordType, Refuse, RowCheck
from harmtax.standard.migration import VERSION_FIELD

if TYPE_CHECKING:
    from harmtax.records.record import Record

BAD_TIMES = (
    "2026-02-30", "2026-02-29T00:00:00Z", "2026-03-04T24:00:00Z", "2016-12-31T23:59:60Z",
    "2026-03-04T10:15:00", "2026-03-04T10:15:00+00:00", "2026-03-04T10:15:00.1234567Z",
    "2026-03-04t10:15:00z", "1899-12-31", "2100-01-01T00:00:00Z", "1772619300", "", 1772619300,
)  # fmt: skip
NEVER_RELEASED = ("0.0.999999", "999999.0.0")
WRONG: Mapping[str, tuple[object, ...]] = {
    "code": (17, True, {}, ["none"]),
    "text": (17, False, {}, ["text"]),
    "integer": ("1", 1.5, 1.0, True, [1]),
    "list": ("none", 17, {}, [17], [None]),
}


def row_rules(record: type[Record] | str) -> tuple[str, ...]:
    """The ids of the rules that a single row of the record type can break, in the order of the table.

    A rule that reads the header of a submission is not among them.
    """
    return tuple(dict.fromkeys(check.rule for check in _single(table_of(record))))


def field_words(record: type[Record] | str) -> tuple[str, ...]:
    """The words of the code list FieldFault that a row of the record type can show."""
    fields = table_of(record).fields
    return tuple(word for word, spoil in SPOILS.items() if any(map(spoil.fits, fields)))


def broken_row(
    record: type[Record] | str,
    word: str,
    choose: Chooser,
    pins: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """A row of JSON types that breaks a rule (`HT-R01` ...) or shows a fault of a field (`missing` ...).

    Another rule is broken only where the chosen one leaves no other way. Raises BadUse when no row
    of the record type can break the rule or show the fault.
    """
    table = table_of(record)
    values = pinned(table, pins)
    if word in SPOILS:
        return _spoilt(table, word, choose, values)
    checks = [check for check in _single(table) if check.rule == word]
    if not checks:
        raise BadUse(f"no single row of {table.name} can break or show {word!r}")
    return row_of(table, _broken(table, choose.pick("", checks), choose, values))


def _single(table: RecordType) -> list[RowCheck]:
    return [
        check
        for check in table.row_checks
        if not (isinstance(check, Order) and check.otherwise is not None)
    ]


# --- rules ------------------------------------------------------------------------------------------


def _broken(table: RecordType, check: RowCheck, choose: Chooser, pins: Values) -> Values:
    match check:
        case Never():
            conjunction = choose.pick("", check.what)
            target = Target(predicates(conjunction))
            return _forced(table, choose, pins, target, (conjunction, check.rule))
        case Order():
            tests = predicates(choose.pick("", check.when))
            both = {name: _is_present for name in (check.first, check.then)}
            return _forced(table, choose, pins, Target(tests | both, check), (check, check.rule))
        case Distinct():
            name = choose.pick("", check.fields)
            values = _forced(table, choose, pins, Target({name: _is_present}))
            return values | {name: (*values[name], choose.pick(name, values[name]))}
        case Alone():
            values = _forced(table, choose, pins, Target({check.at: _is_present}))
            return values | {check.at: _contradicted(table, check, values[check.at], choose)}
        case Refuse():
            name = choose.pick("", check.fields)
            _, pattern = choose.pick("", check.patterns)
            values = _forced(table, choose, pins, Target({name: _is_present}))
            return values | {name: f"{values[name]} {drawn(pattern, name, choose)}"}


def _forced(
    table: RecordType,
    choose: Chooser,
    pins: Values,
    target: Target,
    spared: tuple[object, ...] = (None,),
) -> Values:
    """Values that meet the target; first one check is spared, then its rule, at last all of them."""
    for each in spared:
        try:
            return search(table, choose, pins, target=target, spared=each)
        except BadUse:
            continue
    return search(table, choose, pins, target=target, spared=EVERY)


def _is_present(value: object) -> bool:
    return value is not None


def _contradicted(
    table: RecordType, check: Alone, members: tuple[str, ...], choose: Chooser
) -> tuple[str, ...]:
    single = choose.pick(check.at, check.codes)
    field = next(field for field in table.fields if field.name == check.at)
    others = [code for code in members if code != single] or [
        code for code in _codes(field) if code not in check.codes
    ]
    return choose.pick(check.at, [(single, others[0]), (others[0], single)])


# --- fields -----------------------------------------------------------------------------------------


class Spoil(NamedTuple):
    """A fault of a field: which fields can show it, and the value that does."""

    fits: Predicate
    value: Callable[[Field, Chooser], Any]


def _spoilt(table: RecordType, word: str, choose: Chooser, pins: Values) -> dict[str, Any]:
    row = row_of(table, search(table, choose, pins))
    spoil = SPOILS[word]
    field = choose.pick("", [each for each in table.fields if spoil.fits(each)])
    if word == "unknown_field":
        return row | {f"{field.name}_": spoil.value(field, choose)}
    row |= {field.name: spoil.value(field, choose)}
    if row[field.name] is None and choose.chance("", 0.5):
        del row[field.name]
    return row


def _codes(field: Field) -> tuple[str, ...]:
    return CODES[field.codes] if field.codes is not None else ()


def _type(field: Field, choose: Chooser) -> Any:
    return choose.pick(field.name, WRONG["list" if field.many else field.kind])


def _code(field: Field, choose: Chooser) -> Any:
    right = choose.pick(field.name, _codes(field))
    wrong = choose.pick(field.name, (f"{right} ", f"{right}-X", "", right.swapcase() + "_"))
    return [right, wrong] if field.many else wrong


def _pattern(field: Field, choose: Chooser) -> Any:
    right = drawn(field.pattern or "", field.name, choose)
    return choose.pick(field.name, (f"{right} ", f"{right}\n", f" {right}", f"{right}é", ""))


def _range(field: Field, choose: Chooser) -> Any:
    least, most = field.minimum or 0, field.maximum or 0
    return choose.pick(field.name, (least - 1, most + 1, -(10**30), 10**30))


def _length(field: Field, choose: Chooser) -> Any:
    return [] if field.many else "x" * ((field.max_length or 0) + 1)


def _is_dated(field: Field) -> bool:
    return field.kind in ("time", "date")


SPOILS: Mapping[str, Spoil] = {
    "missing": Spoil(lambda field: field.required, lambda field, choose: None),
    "unknown_field": Spoil(lambda field: True, lambda field, choose: choose.pick("", ("x", 1))),
    "type": Spoil(lambda field: not _is_dated(field), _type),
    "code": Spoil(lambda field: field.codes is not None, _code),
    "pattern": Spoil(lambda field: field.kind == "text" and field.pattern is not None, _pattern),
    "range": Spoil(lambda field: field.maximum is not None, _range),
    "length": Spoil(lambda field: field.many or field.max_length is not None, _length),
    "version": Spoil(
        lambda field: field.name == VERSION_FIELD,
        lambda field, choose: choose.pick(field.name, NEVER_RELEASED),
    ),
    "time": Spoil(_is_dated, lambda field, choose: choose.pick(field.name, BAD_TIMES)),
}
