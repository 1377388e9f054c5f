"""Conditions of metrics: when what one counts is counted by another as well, whatever the records are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, RECORDS
from harmtax.figures.disclosure.cells import BELOW
from harmtax.figures.disclosure.plan import TREE
from harmtax.figures.sides import UNKNOWN
from harmtax.shapes import Quantity

Test = tuple[Any, ...]
Tests = tuple[Test, ...]


@cache
def implies(part: Quantity, whole: Quantity) -> bool:
    """Whether whatever the part counts, the whole counts too."""
    if part.distinct or whole.distinct or not _dated(part, whole):
        return False
    # A part may ask for more than the whole: a time that is known, a deadline that is kept.
    asked: dict[str, Any] = {
        "where": whole.where,
        "period": whole.period,
        "dimensions": whole.dimensions,
        "whole": whole.whole,
    }
    asked |= {name: None for name in ("duration", "in_time") if getattr(whole, name) is None}
    if part._replace(**asked) != whole:
        return False
    return all(any(stricter(one, other) for other in whole.where) for one in part.where)


def between(quantities: Mapping[str, Quantity], part: str, whole: str, held: Iterable[str]) -> bool:
    """Whether one of some quantities holds all of the part and is held by the whole."""
    one, other = quantities[part], quantities[whole]
    return any(
        name not in (part, whole)
        and implies(one, quantities[name])
        and implies(quantities[name], other)
        and not implies(quantities[name], one)
        and not implies(other, quantities[name])
        for name in held
    )


def stricter(one: Iterable[Test], other: Iterable[Test]) -> bool:
    """Whether all that passes the first tests passes the others."""
    return all(any(_test(mine, theirs) for mine in one) for theirs in other)


def _test(mine: Test, theirs: Test) -> bool:
    if mine[0] != theirs[0]:
        return False
    if theirs[1] == "present":
        return mine[1] in ("present", "in", "has")
    # Of a field that holds several codes one of the named ones is enough.
    if mine[1] == theirs[1] and mine[1] in ("in", "has"):
        return set(mine[2]) <= set(theirs[2])
    return mine == theirs


def related(one: Quantity, other: Quantity) -> bool:
    """Whether both count records of the same kind by the same day, so that either may hold the other."""
    dated = _dated(one, other) or _dated(other, one)
    return dated and not (one.distinct or other.distinct) and _bare(one) == _bare(other)


def _dated(part: Quantity, whole: Quantity) -> bool:
    """Whether what the part counts has its day from the same field with the whole.

    Of the fields that may set the period the first that is present counts.
    """
    return part.period == whole.period or (
        bool(part.period) and whole.period[: len(part.period)] == part.period
    )


def _bare(quantity: Quantity) -> Quantity:
    return quantity._replace(
        where=(), period=(), dimensions=(), whole=(), duration=None, in_time=None
    )


@cache
def common(one: Quantity, other: Quantity) -> Quantity:
    """What two related quantities both count."""
    part, whole = (one, other) if _dated(one, other) else (other, one)
    where = tuple(
        tuple(dict.fromkeys((*mine, *theirs))) for mine in part.where for theirs in whole.where
    )
    return part._replace(
        where=where,
        whole=tuple(sorted({*part.whole, *whole.whole})),
        duration=part.duration or whole.duration,
        in_time=part.in_time or whole.in_time,
    )


@cache
def disjoint(one: Quantity, other: Quantity) -> bool:
    """Whether no record is counted by both: each condition asks for other codes of a field than the other."""
    return all(
        any(_apart(mine, theirs) for mine in some for theirs in others)
        for some in one.where
        for others in other.where
    )


def _apart(mine: Test, theirs: Test) -> bool:
    return mine[:2] == theirs[:2] and mine[1] == "in" and not {*mine[2]} & {*theirs[2]}


def narrowed(quantity: Quantity, tests: Iterable[Test]) -> Quantity:
    """What the quantity counts and passes more tests as well."""
    more = tuple(tests)
    return quantity._replace(where=tuple((*old, *more) for old in quantity.where))


def choices(part: Quantity, whole: Quantity) -> Iterator[tuple[str, tuple[str, ...], Test]]:
    """Dimensions of which all that the part counts has one of some codes, beyond what the whole asks for."""
    if not part.where or not whole.where:
        return
    always: list[Any] = [
        each for each in part.where[0] if all(each in tests for tests in part.where)
    ]
    for test in always:
        if all(any(_test(theirs, test) for theirs in tests) for tests in whole.where):
            continue
        if test[1] == "present":
            yield from _every(part.record, test)
            continue
        name = dimension(part.record, test[0])
        if test[1] in ("in", "has") and name is not None and None not in test[2]:
            yield name, tuple(test[2]), test


def _every(record: str, test: Test) -> Iterator[tuple[str, tuple[str, ...], Test]]:
    """The dimension that tells a field, and all its codes: under one of them is whatever has the field."""
    if steps := stepped(record, test[0]):
        yield steps, tuple(code for code, _ in DIMENSION_ROWS[steps].steps), test
        return
    name = dimension(record, test[0])
    listed = next((each.codes for each in RECORDS[record].fields if each.name == test[0]), None)
    if name not in (None, TREE) and listed is not None and UNKNOWN not in CODES[listed]:
        yield str(name), tuple(CODES[listed]), test


def asks(record: str, name: str, code: str) -> Tests:
    """What a code of a dimension says of a record. Of the code for unknown that is nothing."""
    row = DIMENSION_ROWS[name]
    field = field_of(record, name)
    if name == TREE:
        return ((field, "in", tuple(sorted(BELOW[code]))),)
    if row.steps:
        return ((field, "present", None),)
    if code == UNKNOWN:
        return ()
    return ((field, "has" if row.overlapping else "in", (code,)),)


def exact(record: str, name: str, code: str) -> bool:
    """Whether `asks` says all of what a code means."""
    return bool(asks(record, name, code)) and not DIMENSION_ROWS[name].steps


def excludes(test: Test, record: str, codes: Iterable[tuple[str, str]]) -> bool:
    """Whether no record under the codes passes the test."""
    for name, code in codes:
        if field_of(record, name) != test[0] or DIMENSION_ROWS[name].steps:
            continue
        if name == TREE:
            return not BELOW[code] & set(test[2])
        # Of several codes another may be the one that is asked for.
        return test[1] == "in" and not DIMENSION_ROWS[name].overlapping and code not in test[2]
    return False


def field_of(record: str, name: str) -> str:
    """The field of a record that a dimension tells the codes of."""
    row = DIMENSION_ROWS[name]
    return row.field if row.record == record and row.field else name


@cache
def dimension(record: str, field: str) -> str | None:
    """The dimension that tells the codes of a field of a record, if there is one."""
    for name, row in DIMENSION_ROWS.items():
        if not row.steps and field_of(record, name) == field:
            return name
    return None


@cache
def stepped(record: str, field: str) -> str | None:
    """The dimension whose steps divide the records in which a field is present, if there is one."""
    for name, row in DIMENSION_ROWS.items():
        if row.steps and row.record == record and row.field == field:
            return name
    return None
