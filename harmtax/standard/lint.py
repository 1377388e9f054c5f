"""The quality of the standard's own words, links and rules: what is wrong with them, and what is excepted.

The kinds of flaws, their severity, limits and waivers stand in `schema/lint.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from harmtax._generated.lint import LIMITS, LINT, WAIVERS
from harmtax.shapes import Rule
from harmtax.standard import evidence as room
from harmtax.standard import link_flaws, rule_flaws, word_flaws
from harmtax.standard.evidence import Evidence
from harmtax.standard.flaws import Flaw
from harmtax.standard.release import Release

# From the gravest to the mildest; a waiver has silenced what is `waived`.
SEVERITIES = ("error", "warning", "info", "waived")
BY_EVIDENCE = {"no_example": room.EXAMPLES, "no_crosswalk_row": room.ROWS}
Waiver = tuple[str, tuple[str, ...], str]


class Judged(NamedTuple):
    """A flaw with its rule; `severity` is that of the rule, or `waived` for the `reason` given."""

    rule: Rule
    severity: str
    flaw: Flaw
    reason: str = ""


class Report(NamedTuple):
    """What was found in a version, the gravest first; `unseen` names files that it did not export."""

    version: str
    found: tuple[Judged, ...]
    unseen: tuple[str, ...]

    def of(self, severity: str) -> tuple[Judged, ...]:
        """The findings of one severity."""
        return tuple(each for each in self.found if each.severity == severity)


def lint(told: Release, evidence: Evidence, waivers: Iterable[Waiver] = WAIVERS) -> Report:
    """Judges a version by its own words and by what its export shows beside them.

    A waiver is the id of a rule, the elements of the finding, and the reason.
    """
    excepted = {(rule, frozenset(elements)): reason for rule, elements, reason in waivers}
    found, met = [], set()
    for flaw in dict.fromkeys(_flaws(told, evidence)):
        rule = LINT[flaw.kind]
        key = (rule.id, frozenset((flaw.element, *flaw.others)))
        if key in excepted:
            met.add(key)
            found.append(Judged(rule, "waived", flaw, excepted[key]))
        else:
            found.append(Judged(rule, rule.severity, flaw))
    found += _idle(told, evidence, {k: why for k, why in excepted.items() if k not in met})
    found.sort(key=lambda each: (SEVERITIES.index(each.severity), each.rule.id))
    return Report(told.version, tuple(found), evidence.unseen())


def _flaws(told: Release, evidence: Evidence) -> Iterator[Flaw]:
    yield from word_flaws.flaws(told, LIMITS)
    yield from link_flaws.flaws(told)
    yield from rule_flaws.flaws(told, room.used(told, evidence))
    yield from room.flaws(told, evidence)


def _idle(
    told: Release, evidence: Evidence, waivers: dict[tuple[str, frozenset[str]], str]
) -> Iterator[Judged]:
    """Waivers of elements that are all there and show no such flaw, although it was looked for."""
    rule = LINT["idle_waiver"]
    unjudged = {LINT[kind].id for kind, file in BY_EVIDENCE.items() if file in evidence.unseen()}
    for (waived, elements), reason in waivers.items():
        first, *others = sorted(elements)
        # An older version may lack what a newer one excepts.
        if waived not in unjudged and elements <= told.elements.keys():
            flaw = Flaw("idle_waiver", first, f'{waived} is waived with "{reason}"', tuple(others))
            yield Judged(rule, rule.severity, flaw)
