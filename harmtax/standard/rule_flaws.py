"""Which rules can never apply, say nothing of their own, or leave no room for a field or a code.

Decided exactly over the codes that fields may have, by `regions`: whether a record can hold what a line
forbids, and whether other lines forbid all of that as well. Orders of times, patterns of texts and rules
about sets take part by their conditions alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from harmtax.shapes import (
    ALWAYS,
    Alone,
    Condition,
    Conjunction,
    Never,
    Order,
    Part,
    RecordType,
    Refers,
    RowCheck,
    SetCheck,
)
from harmtax.standard import tables
from harmtax.standard.effects import ERROR, Comparison, Sides
from harmtax.standard.evidence import Used, element
from harmtax.standard.flaws import Flaw
from harmtax.standard.regions import Undecided
from harmtax.standard.release import Release


class Line(NamedTuple):
    """One line of a rule that forbids something: the rule, its severity, what it forbids."""

    rule: str
    severity: str
    at: str
    what: Condition


class Bench:
    """The rules of one record type, ready to be asked."""

    def __init__(self, table: RecordType, codes: dict[str, tuple[str, ...]]) -> None:
        self.table, self.codes = table, codes
        self.space = Comparison(Sides(table, table, codes, codes))
        self.lines = [
            Line(check.rule, check.severity, check.at, check.what)
            for check in table.row_checks
            if isinstance(check, Never)
        ]
        self.errors = [c for line in self.lines if line.severity == ERROR for c in line.what]

    def is_possible(
        self, what: Collection[Conjunction], cover: Collection[Conjunction] = ()
    ) -> bool:
        """Whether some record holds something of `what` and nothing of `cover`. Raises Undecided."""
        return self.space.beyond(what, cover) is not None

    def rest(self, line: Line, others: Sequence[Line]) -> list[Conjunction]:
        """What all lines but the given one forbid; only an error makes another error superfluous."""
        strong = [each for each in others if each.severity == ERROR or line.severity != ERROR]
        return [conjunction for each in strong for conjunction in each.what]


def flaws(told: Release, used: Used) -> Iterator[Flaw]:
    """Every flaw in rules; what is in `used` is shown by an example and needs no search."""
    codes = tables.live_codes(told)
    benches = {name: Bench(table, codes) for name, table in tables.tables(told).items()}
    for bench in benches.values():
        yield from _unreachable(bench)
    yield from _implied(benches)
    for bench in benches.values():
        yield from _unusable(bench, used)


# --- lines that never apply ---------------------------------------------------------------------------


def _unreachable(bench: Bench) -> Iterator[Flaw]:
    record = bench.table.name
    for line in bench.lines:
        yield from _asked(line.rule, f"{record}/{line.at}", bench, line.what)
    for check in (*bench.table.row_checks, *bench.table.set_checks):
        at = getattr(check, "at", record)
        if isinstance(check, Order):
            yield from _asked(check.rule, f"{record}/{at}", bench, _bound(check), bench.errors)
        elif isinstance(check, Alone):
            known = bench.codes[next(f.codes or "" for f in bench.table.fields if f.name == at)]
            if not {*check.codes} & {*known}:
                yield _never(check.rule, f"{record}/{at}", ", ".join(check.codes))
        elif isinstance(check, Refers | Part) and check.when != ALWAYS:
            yield from _asked(check.rule, f"{record}/{at}", bench, check.when, bench.errors)


def _asked(
    rule: str, where: str, bench: Bench, what: Condition, cover: Sequence[Conjunction] = ()
) -> Iterator[Flaw]:
    """A flaw for each alternative of a condition that no record meets."""
    for conjunction in what:
        try:
            if not bench.is_possible([conjunction], cover):
                yield _never(rule, where, shown(conjunction))
        except Undecided:
            yield Flaw("undecided", f"rules/{rule}", f"at {where}: {shown(conjunction)}")


def _bound(check: Order) -> Condition:
    """The records that an order binds: those with both sides."""
    there: Conjunction = ((check.then, "present", None),)
    if check.otherwise is None:
        there = (*there, (check.first, "present", None))
    return tuple((*conjunction, *there) for conjunction in check.when)


def _never(rule: str, where: str, what: str) -> Flaw:
    return Flaw("unreachable_rule", f"rules/{rule}", f"no record has at {where}: {what}")


def shown(conjunction: Conjunction) -> str:
    """A condition for people."""
    return " and ".join(_shown(*test) for test in conjunction) or "anything"


def _shown(name: str, word: str, argument: object) -> str:
    if not isinstance(argument, tuple):
        return f"{name} {word}" if argument is None else f"{name} {word} {argument}"
    return f"{name} {word} {', '.join(str(each or 'absent') for each in argument)}"


# --- lines that say nothing of their own --------------------------------------------------------------


def _implied(benches: dict[str, Bench]) -> Iterator[Flaw]:
    said: dict[str, list[bool]] = {}
    for bench in benches.values():
        for rule in dict.fromkeys(check.rule for check in _checks(bench.table)):
            said.setdefault(rule, []).append(_is_implied(bench, rule))
    whole = {rule for rule, told in said.items() if all(told)}
    for rule in said:
        if rule in whole:
            yield Flaw("implied_rule", f"rules/{rule}", "other rules refuse whatever it refuses")
    for bench in benches.values():
        for place, line in enumerate(bench.lines):
            if line.rule not in whole:
                others = [*bench.lines[:place], *bench.lines[place + 1 :]]
                yield from _implied_line(bench, line, others)


def _checks(table: RecordType) -> tuple[RowCheck | SetCheck, ...]:
    return (*table.row_checks, *table.set_checks)


def _is_implied(bench: Bench, rule: str) -> bool:
    """Whether a rule that only forbids finds nothing in records of the type that other rules do not."""
    if any(c.rule == rule and not isinstance(c, Never) for c in _checks(bench.table)):
        return False
    others = [each for each in bench.lines if each.rule != rule]
    try:
        return not any(
            bench.is_possible(line.what, bench.rest(line, others))
            for line in bench.lines
            if line.rule == rule
        )
    except Undecided:
        return False


def _implied_line(bench: Bench, line: Line, others: Sequence[Line]) -> Iterator[Flaw]:
    where = f"{bench.table.name}/{line.at}: {'; or '.join(map(shown, line.what))}"
    try:
        if not bench.is_possible(line.what, bench.rest(line, others)):
            yield Flaw("implied_line", f"rules/{line.rule}", f"the one at {where}")
    except Undecided:
        yield Flaw("undecided", f"rules/{line.rule}", f"the one at {where}")


# --- what no valid record can hold --------------------------------------------------------------------


def _unusable(bench: Bench, used: Used) -> Iterator[Flaw]:
    record = bench.table.name
    for field in bench.table.fields:
        name = f"record_types/{record}/{field.name}"
        shown_by = {code for owner, at, code in used if (owner, at) == (record, field.name)}
        if not shown_by and not _holds(bench, (field.name, "present", None)):
            yield Flaw("unusable", name, "no valid record has the field")
            continue
        listed = str(field.codes)
        for codes in _alike(bench, field.name, bench.codes[listed] if field.codes else ()):
            word = "has" if field.many else "in"
            if not shown_by & {*codes} and not _holds(bench, (field.name, word, codes[:1])):
                for code in codes:
                    detail = f"no valid record has {code} in it"
                    yield Flaw("unusable", name, detail, (element(listed, code),))


def _alike(bench: Bench, name: str, codes: Sequence[str]) -> list[tuple[str, ...]]:
    """The codes of a field in groups that no rule tells apart, so that one of a group stands for all."""
    told = [
        argument
        for conjunction in bench.errors
        for field, _, argument in conjunction
        if field == name and isinstance(argument, tuple)
    ]
    alone = bench.space.space.alone.get(name, frozenset())
    groups: dict[tuple[bool, ...], list[str]] = {}
    for code in codes:
        key = (code in alone, *(code in argument for argument in told))
        groups.setdefault(key, []).append(code)
    return [tuple(group) for group in groups.values()]


def _holds(bench: Bench, test: tuple[str, str, tuple[str, ...] | None]) -> bool:
    """Whether a valid record passes the test; what is not decided counts as possible."""
    try:
        return bench.is_possible([(test,)], bench.errors)
    except Undecided:
        return True
