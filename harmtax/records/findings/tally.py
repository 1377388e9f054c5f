"""Counts findings as they come, in memory that does not grow with the input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from harmtax.records.findings.fields import IDENTIFIER, cut, field_name, field_of, pointer
from harmtax.records.findings.finding import PLACES, SEVERITIES, Finding, Group, Place, place

# Nobody reads so many; a file of random bytes must not fill the memory.
GROUPS = 10_000
TOGETHER = "further values are counted together"

_Key = tuple[str, str, str, str, str | None]


class Tally:
    """Groups findings by (rule, path, value), with exact counts and the first places.

    Findings of another severity or record type are never counted together. At most `most` groups are
    told apart, in order of arrival; later faults are counted per rule, severity and field, without a
    value, so that the counts of each rule stay exact.
    """

    def __init__(self, most: int = GROUPS) -> None:
        self._most = most
        self._known: dict[_Key, _Counted] = {}
        self._rest: dict[_Key, _Counted] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Counts the findings, each with its own place."""
        for finding in findings:
            self._group(finding).take(1, (place(finding),))

    def count(self, finding: Finding, count: int, places: Iterable[Place]) -> None:
        """Counts `count` findings that equal this one; `places` are their first ones, in order."""
        if count > 0:
            self._group(finding).take(count, places)

    def groups(self) -> tuple[Group, ...]:
        """The groups, gravest first, then the most frequent, then by rule, path and value."""
        made = [each.group() for counted in (self._known, self._rest) for each in counted.values()]
        return tuple(sorted(made, key=_order))

    def _group(self, finding: Finding) -> _Counted:
        key = (finding.rule, finding.path, finding.severity, finding.record_type, finding.value)
        found = self._known.get(key)
        if found is None and len(self._known) < self._most:
            found = self._known[key] = _Counted(finding)
        return found if found is not None else self._overflow(finding)

    def _overflow(self, finding: Finding) -> _Counted:
        field = field_of(finding.record_type, finding.path)
        path = pointer(field_name(finding.path)) if field is not None else ""
        key = (finding.rule, path, finding.severity, finding.record_type, None)
        if key not in self._rest:
            sample = replace(finding, path=path, value=None, detail=TOGETHER, origin=None)
            self._rest[key] = _Counted(sample)
        return self._rest[key]


class _Counted:
    """One group on its way."""

    __slots__ = ("count", "first", "places")

    def __init__(self, first: Finding) -> None:
        self.first = replace(first, record=_short(first.record))
        self.count = 0
        self.places: list[Place] = []

    def take(self, count: int, places: Iterable[Place]) -> None:
        self.count += count
        if len(self.places) < PLACES:
            more = islice(places, PLACES - len(self.places))
            self.places += [each._replace(record=_short(each.record)) for each in more]

    def group(self) -> Group:
        return Group(self.first, self.count, tuple(self.places))


def _order(group: Group) -> tuple[int, int, str, str, str, str]:
    found = group.finding
    rank = SEVERITIES.index(found.severity)
    return rank, -group.count, found.rule, found.path, found.value or "", found.record_type


def _short(identifier: str | None) -> str | None:
    return cut(identifier, IDENTIFIER) if identifier is not None else None
