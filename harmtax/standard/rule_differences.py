"""What differs in the rules: what they ask of records, told at its root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harmtax.standard.effects import ERROR, Atom, Comparison, Effect, Sides
from harmtax.standard.kinds import Difference
from harmtax.standard.regions import Many, Region
from harmtax.standard.release import Release, split
from harmtax.standard.tables import live_codes, tables

GUESSED = "not decided by reasoning, so taken for refusing more"
# So many values of a field are named in a note.
NAMED = 3


class Cause(NamedTuple):
    """A difference that explains others: the categories or the atoms that it touches."""

    element: str
    categories: frozenset[str] = frozenset()
    atoms: frozenset[Atom] = frozenset()


def causes(found: list[Difference], old: Release, new: Release) -> list[Cause]:
    """What among the differences may be the reason why rules ask something else."""
    told = []
    for each in found:
        name = split(each.element)
        if each.kind == "category_moved":
            told.append(Cause(each.element, categories=_branch(name[1], old, new)))
        elif each.kind in ("code_stands_alone", "code_joins_others"):
            fields = [
                split(f)[2] for f in new.of("field") if new.elements[f].get("codes") == name[1]
            ]
            told.append(Cause(each.element, atoms=frozenset(("alone", f, name[2]) for f in fields)))
        elif each.kind in ("audience_widened", "audience_narrowed"):
            told.append(Cause(each.element, atoms=_refusals(name[1], name[2], old, new)))
    return told


def _branch(code: str, old: Release, new: Release) -> frozenset[str]:
    """A category with everything that is or was below it."""
    found = {code}
    for _ in range(len(new.elements)):
        more = {
            split(name)[1]
            for each in (old, new)
            for name in each.of("category")
            if each.elements[name]["parent"] in found
        } - found
        if not more:
            break
        found |= more
    return frozenset(found)


def _refusals(record: str, field: str, old: Release, new: Release) -> frozenset[Atom]:
    told = [
        check
        for each in (old, new)
        for name in each.of("rule")
        for check in each.elements[name]["checks"].get(record, ())
        if check["check"] == "refuse"
    ]
    return frozenset(("refuse", field, pattern) for c in told for _, pattern in c["patterns"])


class Rules:
    """The rules of two versions, the older in the names of the newer."""

    def __init__(self, old: Release, new: Release, why: list[Cause]) -> None:
        self.old, self.new, self.why = old, new, why
        before, after = tables(old), tables(new)
        codes = live_codes(old), live_codes(new)
        self.sides = {
            record: Sides(before[record], after[record], *codes)
            for record in after
            if record in before
        }
        self.whole = {record: Comparison(sides) for record, sides in self.sides.items()}
        self.rest = (
            self.whole
            if not why
            else {record: _spared(sides, why) for record, sides in self.sides.items()}
        )
        for comparisons in (self.whole, self.rest):
            for comparison in comparisons.values():
                comparison.others = comparisons
        # What follows from each cause, by its element.
        self.follows: dict[str, list[Difference]] = {}

    def found(self) -> list[Difference]:
        """What differs in its own right; fills `follows` with what does not."""
        return [*self._changed(), *self._gone()]

    def _changed(self) -> Iterator[Difference]:
        for name in self.new.of("rule"):
            if name not in self.old.elements:
                yield self._added(name)
                continue
            yield from self._rule(name)

    def _gone(self) -> Iterator[Difference]:
        for name in self.old.of("rule"):
            if name not in self.new.elements:
                yield Difference("rule_removed", name, before=self.old.elements[name]["says"])

    def _added(self, name: str) -> Difference:
        effects = self._effects(name, self.whole)
        more = {record: e for record, e in effects.items() if e.refuses_more}
        kind = "refusing_rule_added" if more else "rule_added"
        return Difference(kind, name, after=self.new.elements[name]["says"], note=_noted(more))

    def _rule(self, name: str) -> Iterator[Difference]:
        before, after = self.old.elements[name], self.new.elements[name]
        effects = self._effects(name, self.whole)
        own = effects if self.rest is self.whole else self._effects(name, self.rest)
        for record, effect in effects.items():
            if record not in own:
                self._attribute(name, record, effect)
        remaining = {record: effects[record] for record in own if record in effects}
        weighed = before["severity"] != after["severity"]
        facts = ("severity",) if weighed else ("checks",)
        yield from told(name, remaining, facts, before["severity"], after["severity"])
        if weighed and not remaining:
            # The lines of the rule have severities of their own, or it binds nothing new.
            kind = "rule_warns_less" if after["severity"] != ERROR else "rule_warns_more"
            yield Difference(kind, name, facts, before["severity"], after["severity"])

    def _effects(self, name: str, comparisons: Mapping[str, Comparison]) -> dict[str, Effect]:
        rule = split(name)[1]
        records = {
            record: comparisons[record].effect(rule)
            for each in (self.old, self.new)
            if name in each.elements
            for record in each.elements[name]["checks"]
            if record in comparisons and not comparisons[record].is_equal
        }
        return {record: effect for record, effect in records.items() if effect}

    def _attribute(self, name: str, record: str, effect: Effect) -> None:
        """Files an effect under its causes: those without which it would be another one."""
        rule = split(name)[1]
        guilty = [
            cause
            for cause in self.why
            if _spared(self.sides[record], [cause]).effect(rule)[:4] != effect[:4]
        ]
        for cause in guilty or self.why:
            consequences = self.follows.setdefault(cause.element, [])
            for each in told(name, {record: effect}, ("checks",)):
                if each not in consequences:
                    consequences.append(each)


def _spared(sides: Sides, why: list[Cause]) -> Comparison:
    categories = {code for cause in why for code in cause.categories}
    atoms = {atom for cause in why for atom in cause.atoms}
    return Comparison(sides, categories, atoms)


def told(
    name: str,
    effects: Mapping[str, Effect],
    facts: tuple[str, ...],
    before: object = None,
    after: object = None,
) -> Iterator[Difference]:
    """The gravest difference that the effects on the record types amount to."""
    kinds = {
        "rule_tightened": {r: e for r, e in effects.items() if e.refuses_more},
        "rule_loosened": {r: e for r, e in effects.items() if e.refuses_less},
        "rule_warns_more": {r: e for r, e in effects.items() if e.warns_more},
        "rule_warns_less": {r: e for r, e in effects.items() if e.warns_less},
    }
    for kind, those in kinds.items():
        if those:
            yield Difference(kind, name, facts, before, after, note=_noted(those))
            return


def _noted(effects: Mapping[str, Effect]) -> str:
    words = [f"concerns {', '.join(effects)}"] if effects else []
    witness = next((e.witness for e in effects.values() if e.witness), None)
    if witness:
        words.append(f"refused now: {_example(witness)}")
    if any(effect.guessed for effect in effects.values()):
        words.append(GUESSED)
    return "; ".join(words)


def _example(region: Region) -> str:
    """One of the records of a region in words."""
    return ", ".join(f"{name} {_value(part)}" for name, part in region.items())


def _value(part: frozenset[str | int | None] | Many) -> str:
    if isinstance(part, Many):
        if not part.present:
            return "absent"
        hits = [sorted(hit & part.members)[0] for hit in part.hits if hit & part.members]
        return f"with {' and '.join(sorted(set(hits)))}" if hits else "without what is asked"
    values = sorted("absent" if each is None else str(each) for each in part)
    more = f" or {len(values) - NAMED} more" if len(values) > NAMED else ""
    return f"{' or '.join(values[:NAMED])}{more}"
