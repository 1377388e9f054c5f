"""The verdict on a change: a rule, a level and a reason per difference, and the least version for all.

The rules stand in `schema/verdicts.yaml`. Levels are those of Semantic Versioning 2.0.0 (clauses 6 to 8),
with its clause 4 for versions before 1.0.0 made definite: there a major change asks for the next minor
number, and any other for the next patch number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from harmtax._generated.verdicts import VERDICTS
from harmtax.standard.difference import differences
from harmtax.standard.entries import Entry, between
from harmtax.standard.kinds import Difference
from harmtax.standard.release import Release, number
from harmtax.version_shapes import VerdictRule

LEVELS = ("none", "patch", "minor", "major")
BREAKS = ("nothing", "figures", "records")
# The rules by the kind of difference that they judge.
Rules = Mapping[str, VerdictRule]
RULES: Rules = {rule.difference: rule for rule in VERDICTS}


class Judged(NamedTuple):
    """A difference with the rule that judges it; level and breaks count what follows from it as well."""

    difference: Difference
    rule: VerdictRule
    level: str
    breaks: str


class Verdict(NamedTuple):
    """What lies between two versions, and what it asks of the number of the newer one.

    `level` is the highest of all, none where nothing differs; `breaks` the worst. `least` is the lowest
    version that the newer one may have. `entries` are the declared changes between the two.
    """

    old: Release
    new: Release
    changes: tuple[Judged, ...]
    level: str
    breaks: str
    least: str
    entries: tuple[Entry, ...]


def verdict(old: Release, new: Release, rules: Rules = RULES) -> Verdict:
    """Compares two versions and judges every difference. Raises BadUse when `old` is the newer one."""
    found = tuple(judged(each, rules) for each in differences(old, new))
    level = max((each.level for each in found), key=LEVELS.index, default="none")
    breaks = max((each.breaks for each in found), key=BREAKS.index, default="nothing")
    return Verdict(
        old, new, found, level, breaks, least(old.version, level), between(old, new)
    )  # fmt: skip


def judged(difference: Difference, rules: Rules = RULES) -> Judged:
    """One difference with its rule."""
    told = [rules[each.kind] for each in _all(difference)]
    return Judged(
        difference,
        told[0],
        max((rule.level for rule in told), key=LEVELS.index),
        max((rule.breaks for rule in told), key=BREAKS.index),
    )


def _all(difference: Difference) -> Iterator[Difference]:
    yield difference
    for each in difference.follows:
        yield from _all(each)


def following(version: str) -> tuple[str, str, str]:
    """The versions that may come next: patch, minor, major."""
    major, minor, patch = number(version)
    return f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 1}.0", f"{major + 1}.0.0"


def least(version: str, level: str) -> str:
    """The lowest version that may follow after changes of this level."""
    if level == "none":
        return version
    patch, minor, major = following(version)
    if number(version)[0] == 0:
        return minor if level == "major" else patch
    return {"major": major, "minor": minor}.get(level, patch)
