"""Conditions of metrics: when what one counts is counted by another as well, whatever the records are."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax.figures.disclosure.cells import BELOW
from harmtax.figures.disclosure.plan import TREE
from harmtax.figures.sides import UNKNOWN
from harmtax.shapes import Quantity

Test = tuple[Any, ...]
Tests = tuple[Test, ...]


@cache
def implies(part: Quantity, whole: Quantity) -> bool:
    """Whether whatever the part counts, the whole counts too."""
    if part.distinct or whole.distinct:
        return False
    # A part may ask for more than the whole: a time that is known, a deadline that is kept.
    asked: dict[str, Any] = {
        "where": whole.where,
        "dimensions": whole.dimensions,
        "whole": whole.whole,
    }
    asked |= {name: None for name in ("duration", "in_time") if getattr(whole, name) is None}
    if part._replace(**asked) != whole:
        return False
    return all(any(stricter(one, other) for other in whole.where) for one in part.where)


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


def under(quantity: Quantity, codes: Iterable[tuple[str, str]]) -> Quantity:
    """What the quantity counts under some codes of dimensions, as a condition."""
    more = tuple(test for name, code in codes for test in asks(quantity.record, name, code))
    return quantity._replace(where=tuple((*tests, *more) for tests in quantity.where))


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


def settled(part: Quantity, whole: Quantity, codes: Iterable[tuple[str, str]]) -> bool:
    """Whether under the codes the part counts all that the whole counts, so that both are one number.

    `implies(part, whole)` holds anyway.
    """
    asked = {test[0] for tests in part.where for test in tests}
    told = tuple(pair for pair in codes if asked & {test[0] for test in asks(part.record, *pair)})
    return _settled(part, whole, told)


@cache
def _settled(part: Quantity, whole: Quantity, codes: tuple[tuple[str, str], ...]) -> bool:
    same = part._replace(where=whole.where, dimensions=whole.dimensions, whole=whole.whole)
    if same != whole:
        # Beside its conditions the part asks for something else, such as a deadline that is kept.
        return False
    more = under(whole, codes).where
    return all(any(stricter(one, other) for other in part.where) for one in more)
