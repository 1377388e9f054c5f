"""The constraint tables and code lists of any version, made again from the facts of its elements."""

from __future__ import annotations

from typing import Any

from harmtax import shapes
from harmtax.shapes import (
    Alone,
    Apart,
    Distinct,
    Field,
    Never,
    Order,
    Part,
    Quantity,
    RecordType,
    Refers,
    Refuse,
    RowCheck,
    Same,
    SetCheck,
    Sums,
    Unique,
)
from harmtax.standard.release import CATEGORY_LIST, Release, is_live, split

CHECKS = {
    each.__name__.lower(): each
    for each in (Never, Order, Distinct, Alone, Refuse, Unique, Apart, Refers, Part, Same, Sums)
}
ROW = (Never, Order, Distinct, Alone, Refuse)


def live_codes(told: Release) -> dict[str, tuple[str, ...]]:
    """Per code list the codes that records may use, the categories among them."""
    found: dict[str, list[str]] = {split(name)[1]: [] for name in told.of("code list")}
    for name in told.of("code"):
        if is_live(told.elements[name]):
            found[split(name)[1]].append(split(name)[2])
    found[CATEGORY_LIST] = [
        split(name)[1] for name in told.of("category") if is_live(told.elements[name])
    ]
    return {name: tuple(codes) for name, codes in found.items()}


def tables(told: Release) -> dict[str, RecordType]:
    """The constraint table of every record type."""
    return {split(name)[1]: table(told, split(name)[1]) for name in told.of("record type")}


def table(told: Release, record: str) -> RecordType:
    """The constraint table of one record type; the checks stand in the order of the rules' ids."""
    facts = told.elements[f"record_types/{record}"]
    checks = [
        _check(split(name)[1], dict(each))
        for name in told.of("rule")
        for each in told.elements[name]["checks"].get(record, ())
    ]
    fields = told.below(f"record_types/{record}")
    return RecordType(
        record,
        facts["title"],
        facts["definition"],
        facts["identifier"],
        tuple(Field(name=name, **each) for name, each in fields.items()),
        tuple(check for check in checks if isinstance(check, ROW)),
        tuple(check for check in checks if not isinstance(check, ROW)),
    )


def _check(rule: str, told: dict[str, Any]) -> RowCheck | SetCheck:
    shape = CHECKS[told.pop("check")]
    return shape(rule=rule, **{name: tuples(value) for name, value in told.items()})


def side(told: dict[str, Any] | None) -> Quantity | None:
    """Numerator or denominator of a metric."""
    if told is None:
        return None
    return shapes.Quantity(**{name: tuples(value) for name, value in told.items()})


def tuples(value: Any) -> Any:
    """A value from JSON with tuples for its lists, as the shapes have it."""
    return tuple(tuples(each) for each in value) if isinstance(value, list) else value
