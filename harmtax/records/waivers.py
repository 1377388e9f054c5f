"""Waivers: a platform's own say on how severe a rule is for its records, with a reason and an end.

A waiver raises, lowers or silences what a rule finds; it never changes a record. Not every rule can be
lowered: a fault of a field would leave a typed column without its value, personal data may not pass,
and figures cannot rest on records that are counted twice or contradict each other.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from harmtax._generated.constraints import CODES, RECORDS, RULES
from harmtax.errors import BadUse, Unreadable
from harmtax.records.findings import Finding, Group, pointer
from harmtax.records.findings.finding import SEVERITIES
from harmtax.shapes import (
    Apart,
    Distinct,
    Part,
    RecordType,
    Refuse,
    RowCheck,
    Same,
    SetCheck,
    Sums,
    Unique,
)

Check = TypeVar("Check", bound=RowCheck | SetCheck)

# Personal data, and what would spoil every figure that is counted from the records.
_FIXED = (Refuse, Unique, Apart, Same, Part, Sums)
_NEEDED = ("rule", "severity", "reason", "expires")


class Waiver(NamedTuple):
    """One entry of the file: findings of `rule` get `severity`, where the other facts fit.

    Without `record_type`, `path` or `was` (the severity that the standard gives) every one fits.
    `expires` is the last day on which it holds.
    """

    rule: str
    severity: str
    reason: str
    expires: date
    record_type: str | None = None
    path: str | None = None
    was: str | None = None

    def facts(self) -> dict[str, object]:
        """The waiver as JSON types, what it leaves open left out."""
        told = self._asdict() | {"expires": self.expires.isoformat()}
        return {name: fact for name, fact in told.items() if fact is not None}

    def covers(self, record_type: str, rule: str, path: str) -> bool:
        """Whether the findings of a rule at a place fall under it, `was` left aside."""
        fits = self.record_type in (None, record_type) and self.path in (None, path)
        return fits and self.rule == rule


@dataclass(frozen=True, slots=True)
class Use:
    """What a waiver did in a run: so many findings stand at its places with its severity."""

    waiver: Waiver
    count: int

    def facts(self) -> dict[str, Any]:
        """The waiver and its count as JSON types, what it leaves open left out."""
        return self.waiver.facts() | {"count": self.count}


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a run: `entries` hold, the most particular first; `expired` hold no more.

    Of several that fit, the first holds: one with a path before one with a record type, that before
    one with `was`. Without entries nothing changes.
    """

    entries: tuple[Waiver, ...] = ()
    expired: tuple[Waiver, ...] = ()

    def severity(self, record_type: str, rule: str, path: str, severity: str) -> str:
        """The severity that a finding of this severity has under the waivers."""
        for each in self.entries:
            if each.was in (None, severity) and each.covers(record_type, rule, path):
                return each.severity
        return severity

    def settled(self, finding: Finding) -> Finding:
        """The finding with the severity that it has under the waivers."""
        place = finding.record_type, finding.rule, finding.path
        severity = self.severity(*place, finding.severity)
        return finding if severity == finding.severity else replace(finding, severity=severity)

    def effective(self, table: RecordType) -> RecordType:
        """The table with every check at the severity that it has under the waivers.

        It is the same table when no waiver speaks of its rules. A check of several fields becomes
        several checks where its fields differ.
        """
        rules = {each.rule for each in self.entries}
        if rules.isdisjoint(check.rule for check in _checks(table)):
            return table
        return table._replace(
            row_checks=tuple(new for old in table.row_checks for new in self._parts(table, old)),
            set_checks=tuple(self._at_one_field(table, check) for check in table.set_checks),
        )

    def in_use(self, groups: Iterable[Group]) -> tuple[Use, ...]:
        """What each waiver did, in the order of `entries`; a count of 0 means that nothing needed it.

        `groups` are those of the run, with the severities that the findings have under the waivers.
        """
        counts: Counter[Waiver] = Counter()
        for group in groups:
            found = group.finding
            for each in self.entries:
                place = found.record_type, found.rule, found.path
                if each.severity == found.severity and each.covers(*place):
                    counts[each] += group.count
                    break
        return tuple(Use(each, counts[each]) for each in self.entries)

    def _parts(self, table: RecordType, check: RowCheck) -> Iterator[RowCheck]:
        if not isinstance(check, Distinct | Refuse):
            yield self._at_one_field(table, check)
            return

        def severity(name: str) -> str:
            return self.severity(table.name, check.rule, pointer(name), check.severity)

        for found, fields in groupby(check.fields, severity):
            yield check._replace(severity=found, fields=tuple(fields))

    def _at_one_field(self, table: RecordType, check: Check) -> Check:
        [path] = _paths(check)
        severity = self.severity(table.name, check.rule, path, check.severity)
        return cast(Check, check._replace(severity=severity))


def read(path: Path, today: date) -> Waivers:
    """The waivers of a TOML file, as they hold on a day.

    Raises Unreadable for a file that cannot be read, and BadUse, naming the entry, for one that is
    not understood or asks for more than a waiver may do.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path, getattr(error, "strerror", None) or str(error)) from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadUse(f"{path}: {error}") from None
    found = [_entry(f"{path}, {name}", each) for name, each in _listed(path, content)]
    holding = sorted((each for each in found if each.expires >= today), key=_particular)
    _refuse_twins(path, holding)
    return Waivers(tuple(holding), tuple(each for each in found if each.expires < today))


def _listed(path: Path, content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    others = sorted(content.keys() - {"finding"})
    if others:
        raise BadUse(f"{path}: {others[0]!r} is not known; entries start with [[finding]]")
    entries = content.get("finding", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise BadUse(f"{path}: each entry starts with [[finding]], in two pairs of brackets")
    for place, each in enumerate(entries, 1):
        rule = each.get("rule")
        yield f"entry {place}{f' ({rule})' if isinstance(rule, str) else ''}", each


def _entry(name: str, facts: Mapping[str, Any]) -> Waiver:
    unknown = sorted(facts.keys() - set(Waiver._fields))
    if unknown:
        raise BadUse(f"{name}: {unknown[0]!r} is not known; known: {', '.join(Waiver._fields)}")
    for key in _NEEDED:
        if key not in facts:
            raise BadUse(f"{name}: {key!r} is missing")
    for key in facts.keys() - {"expires"}:
        if not isinstance(facts[key], str) or not facts[key].strip():
            raise BadUse(f"{name}: {key!r} must be a text that is not empty")
    # A time of day is a date too in Python, but says nothing that a day does not.
    if not isinstance(facts["expires"], date) or isinstance(facts["expires"], datetime):
        raise BadUse(f"{name}: 'expires' must be a day, written without quotes: 2026-12-31")
    waiver = Waiver(**facts)
    _refuse_unknown(name, waiver)
    _refuse_nowhere(name, waiver)
    _refuse_too_much(name, waiver)
    return waiver


def _refuse_unknown(name: str, waiver: Waiver) -> None:
    if waiver.rule in CODES["FieldFault"]:
        raise BadUse(
            f"{name}: a fault of a field is always an error, as the record could not be written"
        )
    known: dict[str, Collection[str]] = {
        "rule": RULES,
        "record_type": RECORDS,
        "severity": SEVERITIES,
        "was": SEVERITIES[:-1],
    }
    for key, values in known.items():
        value = getattr(waiver, key)
        if value is not None and value not in values:
            raise BadUse(f"{name}: {key} {value!r} is not known; known: {', '.join(values)}")


def _refuse_nowhere(name: str, waiver: Waiver) -> None:
    if not list(_covered(waiver)):
        anywhere = _covered(waiver._replace(record_type=None, path=None, was=None))
        places = (f"{table.name} {path} ({check.severity})" for table, check, path in anywhere)
        told = ", ".join(dict.fromkeys(places))
        raise BadUse(f"{name}: the rule finds nothing there; it finds at: {told}")


def _refuse_too_much(name: str, waiver: Waiver) -> None:
    for table, check, path in _covered(waiver):
        milder = SEVERITIES.index(waiver.severity) > SEVERITIES.index(check.severity)
        if milder and check.severity == SEVERITIES[0] and isinstance(check, _FIXED):
            personal = isinstance(check, Refuse)
            why = "it keeps out personal data" if personal else "figures rest on it"
            where = f"{table.name} at {path}"
            raise BadUse(f"{name}: the rule cannot be lowered for {where}, because {why}")


def _covered(waiver: Waiver) -> Iterator[tuple[RecordType, RowCheck | SetCheck, str]]:
    """The checks that a waiver speaks of, each with its record type and a path where it finds."""
    for table in RECORDS.values():
        for check in _checks(table):
            for path in _paths(check):
                fits = waiver.covers(table.name, check.rule, path)
                if fits and waiver.was in (None, check.severity):
                    yield table, check, path


def _checks(table: RecordType) -> tuple[RowCheck | SetCheck, ...]:
    return (*table.row_checks, *table.set_checks)


def _paths(check: RowCheck | SetCheck) -> tuple[str, ...]:
    names = check.fields if isinstance(check, Distinct | Refuse) else (check.at,)
    return tuple(pointer(name) for name in names)


def _particular(waiver: Waiver) -> tuple[bool, bool, bool]:
    return waiver.path is None, waiver.record_type is None, waiver.was is None


def _refuse_twins(path: Path, waivers: Iterable[Waiver]) -> None:
    seen: set[tuple[str | None, ...]] = set()
    for each in waivers:
        key = each.rule, each.record_type, each.path, each.was
        if key in seen:
            raise BadUse(f"{path}: two entries that hold speak of the same findings of {each.rule}")
        seen.add(key)
