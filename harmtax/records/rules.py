"""The row reading of the constraint table: the sole authority on which rules a record breaks.

Every code of a list is one bit and bit 0 means absent, so that a code field is an integer with one
bit, a list the OR of its members, and every test a mask: some bit of it set, or none. A conjunction
that must not occur is filed under its rarest positive test; a row looks only at those that its own
codes call up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES, RECORDS
from harmtax.shapes import (
    Alone,
    Condition,
    Conjunction,
    Distinct,
    Field,
    Never,
    Order,
    RecordType,
    Refuse,
    RowCheck,
    Test,
)

ABSENT = 1
PRESENT = 2
NONE: frozenset[str] = frozenset()
# So many combinations of codes are remembered with what they break.
COMBINATIONS = 8_192
SEVERITY = {"error": 0, "warning": 1, "info": 2}


class Breach(NamedTuple):
    """A rule that a record breaks, and the field to look at; `detail` says more where there is more."""

    rule: str
    severity: str
    at: str
    detail: str | None = None


class Mask(NamedTuple):
    """A test on the integer of one field: some bit of `mask` is set, or none is."""

    field: str
    mask: int
    some: bool


class _Conjunction(NamedTuple):
    check: int
    masks: tuple[Mask, ...]
    fields: frozenset[str]


def breaches(
    record: str,
    values: Mapping[str, object],
    *,
    unsound: Collection[str] = (),
    header: Mapping[str, object] | None = None,
) -> list[Breach]:
    """Every rule of the record type that the values break, in the order of the table.

    `values` maps fields to codes, texts, integers, dates and aware datetimes; absent and None are the
    same. A rule that speaks of a field in `unsound` is skipped, not guessed. `header` holds the
    fields of the submission; without it a rule that reads them is not judged.
    """
    return worst(_reading(record).broken(values, unsound, header or {}))


@cache
def _reading(record: str) -> Reading:
    return Reading(RECORDS[record], CODES)


def worst(found: Iterable[tuple[int, Breach]]) -> list[Breach]:
    """One breach per rule and field, the gravest, in the order of the table."""
    chosen: dict[tuple[str, str], Breach] = {}
    for _, breach in sorted(found):
        known = chosen.get((breach.rule, breach.at))
        if known is None or SEVERITY[breach.severity] < SEVERITY[known.severity]:
            chosen[breach.rule, breach.at] = breach
    return list(chosen.values())


class Reading:
    """One constraint table, prepared for rows; `codes` are the code lists that it speaks of."""

    def __init__(self, table: RecordType, codes: Mapping[str, tuple[str, ...]]) -> None:
        self.checks: Sequence[RowCheck] = table.row_checks
        self.fields = {field.name: field for field in table.fields}
        self.bits = Bits(table, codes)
        self.called: dict[tuple[str, int], list[_Conjunction]] = {}
        self.always: list[_Conjunction] = []
        self.others: list[tuple[int, RowCheck]] = []
        self.read: dict[str, None] = {}
        for place, check in enumerate(self.checks):
            if isinstance(check, Never):
                for conjunction in check.what:
                    self._file(place, conjunction)
            else:
                self.others.append((place, check))
        self.callers = sorted({name for name, _ in self.called})
        # Records of one platform repeat their combinations of codes.
        self._occurring = lru_cache(maxsize=COMBINATIONS)(self._find)

    def _file(self, place: int, conjunction: Conjunction) -> None:
        masks = tuple(mask for test in conjunction for mask in self.bits.masks(test))
        entry = _Conjunction(place, masks, frozenset(mask.field for mask in masks))
        self.read |= dict.fromkeys(mask.field for mask in masks)
        positive = [mask for mask in masks if mask.some]
        if not positive:
            self.always.append(entry)
            return
        rarest = min(positive, key=lambda mask: self.bits.share(mask))
        for bit in _single_bits(rarest.mask):
            self.called.setdefault((rarest.field, bit), []).append(entry)

    def broken(
        self,
        values: Mapping[str, object],
        unsound: Collection[str],
        header: Mapping[str, object],
    ) -> Iterator[tuple[int, Breach]]:
        """Each broken check by its place in the table; the same rule and field may come twice."""
        numbers = dict.fromkeys(self.read, ABSENT)
        for name, value in values.items():
            if name in numbers:
                numbers[name] = self.bits.number(name, value)
        doubtful = frozenset(name for name in self.read if name in unsound) if unsound else NONE
        yield from self._occurring(tuple(numbers.values()), doubtful)
        for place, other in self.others:
            for breach in self._other(other, values, unsound, header):
                yield place, breach

    def _find(
        self, numbers: tuple[int, ...], unsound: frozenset[str]
    ) -> tuple[tuple[int, Breach], ...]:
        """The checks one of whose conjunctions occurs among the numbers of the fields in `read`."""
        by_name = dict(zip(self.read, numbers, strict=True))
        found: dict[int, Breach] = {}
        for entry in self._candidates(by_name):
            if entry.check in found or not _all_hold(entry.masks, by_name):
                continue
            if unsound.isdisjoint(entry.fields):
                check = self.checks[entry.check]
                assert isinstance(check, Never)
                found[entry.check] = Breach(check.rule, check.severity, check.at)
        return tuple(found.items())

    def _candidates(self, numbers: Mapping[str, int]) -> Iterator[_Conjunction]:
        yield from self.always
        for name in self.callers:
            for bit in _single_bits(numbers[name]):
                yield from self.called.get((name, bit), ())

    def _other(
        self,
        check: RowCheck,
        values: Mapping[str, object],
        unsound: Container[str],
        header: Mapping[str, object],
    ) -> Iterator[Breach]:
        match check:
            case Order():
                return self._order(check, values, unsound, header)
            case Distinct():
                return _repeated(check, values, unsound)
            case Alone():
                return _accompanied(check, values, unsound)
            case Refuse():
                return _refused(check, values, unsound)
            case Never():
                raise AssertionError("conjunctions are read all together")

    def _order(
        self,
        check: Order,
        values: Mapping[str, object],
        unsound: Container[str],
        header: Mapping[str, object],
    ) -> Iterator[Breach]:
        if check.otherwise is not None and check.otherwise not in header:
            return
        first, then = values.get(check.first), values.get(check.then)
        if first is None and check.otherwise is not None:
            first = header[check.otherwise]
        if first is None or then is None or ordered(check, first, then):
            return
        named = {check.first, check.then, *(t[0] for c in check.when for t in c)}
        if not any(name in unsound for name in named) and self._holds(check.when, values):
            yield Breach(check.rule, check.severity, check.at)

    def _holds(self, condition: Condition, values: Mapping[str, object]) -> bool:
        for conjunction in condition:
            masks = [mask for test in conjunction for mask in self.bits.masks(test)]
            names = {mask.field for mask in masks}
            numbers = {name: self.bits.number(name, values.get(name)) for name in names}
            if _all_hold(masks, numbers):
                return True
        return False


def _all_hold(masks: Iterable[Mask], numbers: Mapping[str, int]) -> bool:
    for name, mask, some in masks:  # noqa: SIM110 - a loop is twice as fast, and every suspect runs it
        if (numbers[name] & mask != 0) is not some:
            return False
    return True


class Bits:
    """The integers of one record type's values, and the masks of its tests."""

    def __init__(self, table: RecordType, codes: Mapping[str, tuple[str, ...]] = CODES) -> None:
        self.fields: dict[str, Field] = {field.name: field for field in table.fields}
        self.codes: dict[str, dict[str, int]] = {
            field.name: {code: PRESENT << place for place, code in enumerate(codes[field.codes])}
            for field in table.fields
            if field.codes is not None
        }
        self.limits: dict[str, tuple[int, ...]] = _limits(table)

    def number(self, name: str, value: object) -> int:
        """The bits of a value; a code outside the list has none, its field being unsound."""
        if value is None:
            return ABSENT
        codes = self.codes.get(name)
        if codes is not None:
            if isinstance(value, str):
                return codes.get(value, 0)
            if isinstance(value, Sequence):
                return sum({codes.get(member, 0) for member in value if isinstance(member, str)})
            return 0
        bits = PRESENT
        for place, limit in enumerate(self.limits.get(name, ())):
            if isinstance(value, int):
                bits |= PRESENT << (2 * place + 1 if value >= limit else 2 * place + 2)
        return bits

    def masks(self, test: Test) -> tuple[Mask, ...]:
        name, word, argument = test
        codes = self.codes.get(name, {})
        everything = -1
        if word == "absent":
            return (Mask(name, ABSENT, True),)
        if word == "present":
            return (Mask(name, ABSENT, False),)
        if word in ("min", "below"):
            assert isinstance(argument, int)
            place = self.limits[name].index(argument)
            return (Mask(name, PRESENT << (2 * place + (1 if word == "min" else 2)), True),)
        assert isinstance(argument, tuple)
        mask = sum(ABSENT if code is None else codes[code] for code in argument)
        if word == "lacks":
            return (Mask(name, mask, False),)
        if word == "only":
            return (Mask(name, mask, True), Mask(name, everything ^ mask, False))
        return (Mask(name, mask, True),)

    def share(self, mask: Mask) -> float:
        """The part of a field's bits that a mask covers; the smaller, the rarer the test."""
        return mask.mask.bit_count() / (len(self.codes.get(mask.field, ())) + 1)


def ordered(check: Order, first: object, then: object) -> bool:
    """Whether the two sides stand as the check asks; a time against a date counts as its UTC date."""
    if isinstance(first, datetime) != isinstance(then, datetime):
        first, then = _day(first), _day(then)
    if isinstance(first, int) and isinstance(then, int):
        gap: timedelta | int = then - first
        plus: timedelta | int = check.seconds
    elif isinstance(first, date) and isinstance(then, date):
        # The difference cannot overflow, while first + plus can at the end of the calendar.
        gap, plus = then - first, timedelta(seconds=check.seconds)
    else:
        return True
    return gap == plus if check.equal else gap >= plus  # type: ignore[operator]


def _day(value: object) -> object:
    return value.date() if isinstance(value, datetime) else value


def _repeated(
    check: Distinct, values: Mapping[str, object], unsound: Container[str]
) -> Iterator[Breach]:
    for name in check.fields:
        members = _members(name, values, unsound)
        if len(set(members)) < len(members):
            yield Breach(check.rule, check.severity, name, "a code stands twice")


def _accompanied(
    check: Alone, values: Mapping[str, object], unsound: Container[str]
) -> Iterator[Breach]:
    members = _members(check.at, values, unsound)
    single = next((code for code in check.codes if code in members), None)
    if single is not None and len(set(members)) > 1:
        yield Breach(check.rule, check.severity, check.at, f"{single} stands alone")


def _members(name: str, values: Mapping[str, object], unsound: Container[str]) -> Sequence[object]:
    members = values.get(name)
    return members if isinstance(members, list | tuple) and name not in unsound else ()


def _refused(
    check: Refuse, values: Mapping[str, object], unsound: Container[str]
) -> Iterator[Breach]:
    for name in check.fields:
        text = values.get(name)
        if isinstance(text, str) and name not in unsound:
            # One by one, since each has a beginning that can be searched for.
            found = (what for what, search in _searches(check) if search(text))
            what = next(found, None)
            if what is not None:
                yield Breach(check.rule, check.severity, name, f"it holds {what}")


@cache
def _searches(check: Refuse) -> tuple[tuple[str, Callable[[str], object]], ...]:
    return tuple((what, re.compile(pattern).search) for what, pattern in check.patterns)


def _limits(table: RecordType) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for check in table.row_checks:
        conditions = check.what if isinstance(check, Never) else getattr(check, "when", ())
        for conjunction in conditions:
            for name, word, argument in conjunction:
                if word in ("min", "below") and isinstance(argument, int):
                    found.setdefault(name, set()).add(argument)
    return {name: tuple(sorted(limits)) for name, limits in found.items()}


def _single_bits(number: int) -> Iterator[int]:
    while number > 0:
        bit = number & -number
        yield bit
        number ^= bit
