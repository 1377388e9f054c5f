"""What a rule asks more or less of records than it did, decided exactly for all records that both know.

Compared are records that the fields of both versions allow: a code that only one of them has, or a field
that only one of them has, is a change of its own and no change of the rules that mention it. So a rule
whose text of codes grew with a list has not changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from harmtax.shapes import (
    ALWAYS,
    Alone,
    Apart,
    Condition,
    Conjunction,
    Distinct,
    Field,
    Never,
    Order,
    Part,
    RecordType,
    Refers,
    Refuse,
    RowCheck,
    Same,
    SetCheck,
    Sums,
    Unique,
)
from harmtax.standard import regions
from harmtax.standard.regions import THERE, Many, Region, Space, Undecided, segments
from harmtax.standard.release import CATEGORY_LIST

ERROR = "error"
Check = RowCheck | SetCheck
Codes = Mapping[str, tuple[str, ...]]
# One thing that a check asks: a word and what it is about.
Atom = tuple[str, ...]


class Effect(NamedTuple):
    """What a rule does otherwise to the records of one type.

    `witness` is a part of the records that were accepted and are refused now, where one was worked out;
    `guessed` says that no exact answer was found, so that the worst is assumed. `causes` are the things
    whose own change explains it: the atoms, or the categories that moved.
    """

    refuses_more: bool = False
    refuses_less: bool = False
    warns_more: bool = False
    warns_less: bool = False
    guessed: bool = False
    witness: Region | None = None

    def __bool__(self) -> bool:
        return self.refuses_more or self.refuses_less or self.warns_more or self.warns_less


class Sides(NamedTuple):
    """One record type in both versions, the older in the names of the newer, with the live codes."""

    old: RecordType
    new: RecordType
    old_codes: Codes
    new_codes: Codes


class Comparison:
    """The rules of one record type in two versions.

    `without` are categories that are left out of the comparison, `spared` atoms that are: what is equal
    without them is explained by them.
    """

    def __init__(
        self,
        sides: Sides,
        without: Collection[str] = (),
        spared: Collection[Atom] = (),
    ) -> None:
        self.sides, self.spared = sides, frozenset(spared)
        self.before = {field.name: field for field in sides.old.fields}
        self.after = {field.name: field for field in sides.new.fields}
        self.both = {
            name
            for name, field in self.before.items()
            if name in self.after and _same_type(field, self.after[name])
        }
        self.common = {name: self._common(name, without) for name in self.both}
        self.space = self._space()
        # A record type in which nothing differs needs no reasoning.
        self.is_equal = _is_equal(sides)
        # The comparisons of the other record types, which references ask; whoever has them gives them.
        self.others: Mapping[str, Comparison] = {}
        self._known_cuts: dict[Conjunction, Conjunction] = {}
        self.old_errors = _conjunctions(sides.old.row_checks, lambda s: s == ERROR)

    def effect(self, rule: str) -> Effect:
        """What the rule does otherwise."""
        try:
            return self._nevers(rule, self._others(rule))
        except Undecided:
            return Effect(refuses_more=True, guessed=True)

    def _nevers(self, rule: str, others: Effect) -> Effect:
        old, new = (
            [check for check in table.row_checks if check.rule == rule]
            for table in (self.sides.old, self.sides.new)
        )
        was, now = (_conjunctions(checks, lambda s: s == ERROR) for checks in (old, new))
        warned, warns = (_conjunctions(checks, lambda s: s != ERROR) for checks in (old, new))
        more = self.beyond(now, [*was, *self.old_errors])
        return Effect(
            refuses_more=others.refuses_more or more is not None,
            refuses_less=others.refuses_less or self.beyond(was, now) is not None,
            warns_more=others.warns_more or self.beyond(warns, [*warned, *was]) is not None,
            warns_less=others.warns_less or self.beyond(warned, [*warns, *now]) is not None,
            guessed=others.guessed,
            witness=more,
        )

    def beyond(
        self, what: Collection[Conjunction], cover: Collection[Conjunction]
    ) -> Region | None:
        """A part of the records for which something of `what` holds and nothing of `cover`."""
        known = self._cut(cover)
        for conjunction in self._cut(what):
            if conjunction not in known:
                found = self.space.uncovered(conjunction, known)
                if found is not None:
                    # The other fields are as they have to be for no other rule to refuse the record.
                    asked = {test[0] for test in conjunction}
                    return {name: part for name, part in found.items() if name in asked}
        return None

    def _cut(self, conjunctions: Iterable[Conjunction]) -> dict[Conjunction, None]:
        found: dict[Conjunction, None] = {}
        known = self._known_cuts
        for each in conjunctions:
            if self._is_comparable(each):
                if each not in known:
                    known[each] = self.space.cut(each)
                found[known[each]] = None
        return found

    def _is_comparable(self, conjunction: Conjunction) -> bool:
        return all(test[0] in self.space.parts for test in conjunction)

    # --- the records that both versions know --------------------------------------------------------

    def _common(self, name: str, without: Collection[str]) -> frozenset[str]:
        before, after = self.before[name], self.after[name]
        if before.codes is None or after.codes is None:
            return frozenset()
        found = {*self.sides.old_codes[before.codes]} & {*self.sides.new_codes[after.codes]}
        return frozenset(found - set(without) if after.codes == CATEGORY_LIST else found)

    def _space(self) -> Space:
        limits = {
            name: tuple(sorted(set(marks)))
            for name, marks in _limits([*self.sides.old.row_checks, *self.sides.new.row_checks])
        }
        parts = {name: self._part(name, limits.get(name, ())) for name in self.both}
        for name, field in {**self.before, **self.after}.items():
            if not (name in self.before and name in self.after):
                absent: regions.Part = frozenset({None})
                nothing: frozenset[str] = frozenset()
                parts[name] = Many(nothing, frozenset(), True, False) if field.many else absent
        alone = {
            check.at: frozenset(check.codes)
            for check in self.sides.old.row_checks
            if isinstance(check, Alone)
        }
        return Space(parts, limits, alone)

    def _part(self, name: str, limits: tuple[int, ...]) -> regions.Part:
        before, after = self.before[name], self.after[name]
        optional = not (before.required or after.required)
        if after.many:
            return Many(self.common[name], frozenset(), optional, True)
        nothing: frozenset[None] = frozenset({None} if optional else ())
        if after.kind == "code":
            return self.common[name] | nothing
        if after.kind == "integer":
            lows = [f.minimum for f in (before, after) if f.minimum is not None]
            highs = [f.maximum for f in (before, after) if f.maximum is not None]
            return segments(limits, max(lows, default=None), min(highs, default=None)) | nothing
        return frozenset({THERE}) | nothing

    # --- everything but conjunctions ----------------------------------------------------------------

    def _others(self, rule: str) -> Effect:
        sides = self.sides
        everything = [c for c in (*sides.old.row_checks, *sides.old.set_checks)]
        old, new = (
            [c for c in (*t.row_checks, *t.set_checks) if c.rule == rule]
            for t in (sides.old, sides.new)
        )
        errors = [check for check in everything if check.severity == ERROR]
        was, now = ([c for c in checks if c.severity == ERROR] for checks in (old, new))
        warned, warns = ([c for c in checks if c.severity != ERROR] for checks in (old, new))
        more = self._more(now, errors)
        return Effect(
            refuses_more=bool(more),
            refuses_less=bool(self._more(was, now)),
            warns_more=bool(self._more(warns, [*warned, *was])),
            warns_less=bool(self._more(warned, [*warns, *now])),
            guessed=any(word == "guessed" for word in more),
        )

    def _more(self, checks: Iterable[Check], cover: Collection[Check]) -> list[str]:
        """A word for each thing that `checks` ask and nothing of `cover` does."""
        known = {atom for check in cover for atom in self.atoms(check)}
        found = ["atom" for check in checks for atom in self.atoms(check) if atom not in known]
        for check in checks:
            if isinstance(check, Order):
                found += [] if self._is_ordered(check, cover) else ["order"]
            elif not isinstance(check, Never | Distinct | Alone | Refuse):
                kept = self._is_kept(check, cover)
                found += [] if kept else ["guessed" if kept is None else "set"]
        return found

    def atoms(self, check: Check) -> Iterator[Atom]:
        """The single things that a check of lists or texts asks of records that both versions know."""
        match check:
            case Distinct(fields=fields):
                told: Iterable[Atom] = (("distinct", name) for name in fields)
            case Alone(at=at, codes=codes):
                told = (("alone", at, code) for code in codes if code in self.common.get(at, ()))
            case Refuse(fields=fields, patterns=patterns):
                told = (("refuse", name, p) for name in fields for _, p in patterns)
            case _:
                told = ()
        return (a for a in told if a[1] in self.both and a not in self.spared)

    def _is_ordered(self, check: Order, cover: Collection[Check]) -> bool:
        """Whether what an order asks was asked before, for every record that it binds."""
        if not {check.first, check.then} <= self.both:
            return True
        enough = [
            other.when
            for other in cover
            if isinstance(other, Order)
            and (other.first, other.then, other.otherwise)
            == (check.first, check.then, check.otherwise)
            and _implies(other, check)
        ]
        there: Conjunction = ((check.then, "present", None),)
        if check.otherwise is None:
            there = (*there, (check.first, "present", None))
        bound = [(*conjunction, *there) for conjunction in check.when]
        held = [conjunction for when in enough for conjunction in when]
        return self.beyond(bound, [*held, *self.old_errors]) is None

    def _is_kept(self, check: Check, cover: Collection[Check]) -> bool | None:
        """Whether what a check of the set asks was asked before; None where that is not decided."""
        like = [other for other in cover if type(other) is type(check)]
        for other in like:
            if self._core(other) == self._core(check):
                when = self.beyond(_when(check), _when(other)) is None
                if when and self._is_met(check, other):
                    return True
            elif isinstance(check, Unique | Apart) and _is_finer(check, other, self.both):
                return True
        undecided = isinstance(check, Refers | Part | Sums | Same)
        return None if undecided and any(other.rule == check.rule for other in like) else False

    def _is_met(self, check: Check, other: Check) -> bool:
        """Whether what a record refers to met the condition of `check` by meeting that of `other`."""
        if not isinstance(check, Refers) or not isinstance(other, Refers):
            return True
        target = self.others.get(check.to)
        if target is None:
            return check.where == other.where
        return target.beyond(other.where, check.where) is None

    def _core(self, check: Check) -> dict[str, Any]:
        """The facts of a check without its conditions, and without fields that one version lacks."""
        told = check._asdict()
        for word in ("rule", "severity", "at", "when", "where"):
            told.pop(word, None)
        return told | {
            word: self._known(told[word]) for word in ("key",) if word in told
        }  # fmt: skip

    def _known(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name in self.both)


def _is_equal(sides: Sides) -> bool:
    same = (sides.old.fields, sides.old.row_checks, sides.old.set_checks) == (
        sides.new.fields,
        sides.new.row_checks,
        sides.new.set_checks,
    )
    lists = {field.codes for field in sides.new.fields if field.codes is not None}
    return same and all(sides.old_codes[each] == sides.new_codes[each] for each in lists)


def _is_finer(check: Unique | Apart, other: Check, both: Collection[str]) -> bool:
    """Whether fewer records agree on the key of `check` than on that of `other`, which is like it."""
    assert isinstance(other, Unique | Apart)
    spans = [(each.first, each.then) for each in (check, other) if isinstance(each, Apart)]
    return {*other.key} & {*both} <= {*check.key} and len(set(spans)) < 2


def _when(check: Check) -> Condition:
    return getattr(check, "when", ALWAYS)


def _implies(one: Order, other: Order) -> bool:
    """Whether times that stand as `one` asks stand as `other` asks."""
    if other.equal:
        return one.equal and one.seconds == other.seconds
    return one.seconds >= other.seconds


def _conjunctions(checks: Iterable[RowCheck], severity: Any) -> list[Conjunction]:
    return [
        conjunction
        for check in checks
        if isinstance(check, Never) and severity(check.severity)
        for conjunction in check.what
    ]


def _limits(checks: Iterable[RowCheck]) -> Iterator[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for check in checks:
        for condition in (getattr(check, "what", ()), getattr(check, "when", ())):
            for conjunction in condition:
                for name, word, argument in conjunction:
                    if word in ("min", "below"):
                        found.setdefault(name, []).append(argument)
    return iter(found.items())


def _same_type(before: Field, after: Field) -> bool:
    return (before.kind, before.many) == (after.kind, after.many)
