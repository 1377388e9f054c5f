"""The fields of a record type in the order of their drawing, each with the checks that it completes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from harmtax._generated.constraints import RECORDS
from harmtax.shapes import Alone, Conjunction, Field, Never, Order, RecordType, Refuse, Test

Predicate = Callable[[Any], bool]

# What to spare so that no rule counts.
EVERY = ""


class Bar(NamedTuple):
    """When `others` all hold, a value of this field for which `own` holds is barred."""

    others: tuple[tuple[str, Predicate], ...]
    own: Predicate


class Stage(NamedTuple):
    """One field with the checks of which it is the last part to be drawn."""

    field: Field
    bars: tuple[Bar, ...]
    orders: tuple[Order, ...]
    alone: frozenset[str]
    refuse: tuple[str, ...]
    limits: tuple[int, ...]


@lru_cache(maxsize=1024)
def stages(
    name: str, front: tuple[str, ...], clean: bool, spared: object = None
) -> tuple[Stage, ...]:
    """The stages of a record type, the fields of `front` first; `spared` is a check to leave out."""
    table = RECORDS[name]
    fields = sorted(table.fields, key=lambda field: _rank(table, front, field))
    place = {field.name: at for at, field in enumerate(fields)}
    bars: list[list[Bar]] = [[] for _ in fields]
    orders: list[list[Order]] = [[] for _ in fields]
    for check in table.row_checks:
        if not (clean or check.severity == "error") or spared in (check, check.rule, EVERY):
            continue
        if isinstance(check, Never):
            for conjunction in check.what:
                if conjunction != spared:
                    tests = predicates(conjunction)
                    last = max(tests, key=place.__getitem__)
                    others = tuple((each, test) for each, test in tests.items() if each != last)
                    bars[place[last]].append(Bar(others, tests[last]))
        elif isinstance(check, Order):
            asked = {test[0] for conjunction in check.when for test in conjunction}
            orders[max(place[each] for each in {check.first, check.then, *asked})].append(check)
    return tuple(
        Stage(
            field, tuple(bars[at]), tuple(orders[at]), _alone(table, field.name),
            _refused(table, field.name), _limits(table, field.name),
        )
        for at, field in enumerate(fields)
    )  # fmt: skip


def _rank(table: RecordType, front: tuple[str, ...], field: Field) -> tuple[bool, bool, bool, bool]:
    # Codes first, because they decide what else must be there; then the times that others equal.
    pairs = [(c.first, c.then) for c in table.row_checks if isinstance(c, Order) and c.equal]
    equal = {name for pair in pairs for name in pair}
    is_text = field.kind == "text"
    return (field.name not in front, is_text, field.kind != "code", field.name not in equal)


def predicates(conjunction: Conjunction) -> dict[str, Predicate]:
    """The tests of a conjunction, by field."""
    found: dict[str, list[Predicate]] = {}
    for test in conjunction:
        found.setdefault(test[0], []).append(predicate(test))
    return {name: _all(tests) for name, tests in found.items()}


def _all(tests: list[Predicate]) -> Predicate:
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def predicate(test: Test) -> Predicate:
    _, word, argument = test
    match word:
        case "present":
            return lambda value: value is not None
        case "absent":
            return lambda value: value is None
        case "min":
            return lambda value: value is not None and value >= argument
        case "below":
            return lambda value: value is not None and value < argument
    assert isinstance(argument, tuple)
    codes = frozenset(argument)
    match word:
        case "has":
            return lambda value: value is not None and not codes.isdisjoint(value)
        case "lacks":
            return lambda value: value is None or codes.isdisjoint(value)
        case "only":
            return lambda value: value is not None and codes.issuperset(value)
    return codes.__contains__


def _alone(table: RecordType, name: str) -> frozenset[str]:
    checks = (c for c in table.row_checks if isinstance(c, Alone) and c.at == name)
    return frozenset(code for check in checks for code in check.codes)


def _refused(table: RecordType, name: str) -> tuple[str, ...]:
    checks = (c for c in table.row_checks if isinstance(c, Refuse) and name in c.fields)
    return tuple(pattern for check in checks for _, pattern in check.patterns)


def _limits(table: RecordType, name: str) -> tuple[int, ...]:
    """The integers at which some rule changes its mind about this field, and their neighbours."""
    tests = (
        t for c in table.row_checks if isinstance(c, Never) for conj in c.what for t in conj
    )  # fmt: skip
    marks = {t[2] for t in tests if t[0] == name and t[1] in ("min", "below")}
    return tuple(sorted(mark + step for mark in marks if isinstance(mark, int) for step in (-1, 0)))
