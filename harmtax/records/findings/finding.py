"""Findings: what is wrong with a row, and where.

A finding holds facts only; its message and its hint are worded from them when somebody asks. The value
of a restricted field never enters a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from harmtax._generated.constraints import CODES
from harmtax.records.findings import wording
from harmtax.records.findings.fields import IDENTIFIER, cut

# Enough to find equal faults in the input; the count says how many there are.
PLACES = 3
# From the gravest to the mildest. A waiver has silenced what is `waived`; it never rejects.
SEVERITIES = (*CODES["Severity"], "waived")


class Place(NamedTuple):
    """Where a finding is: the record's identifier first, then file and line."""

    record: str | None = None
    source: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.line is None:
            return self.record or self.source or ""
        where = f"({self.source or 'row'}:{self.line})"
        return f"{self.record} {where}" if self.record else where


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one row.

    `rule` is a rule id (HT-R01 ...) or a word of FieldFault or SubmissionFault. `path` is a JSON Pointer
    (RFC 6901) into our record, "" for the whole row; `origin` the foreign column that it came from.
    `line` counts from 1 in a text file and is the row's ordinal in a table.
    """

    rule: str
    severity: str
    record_type: str
    path: str
    record: str | None = None
    value: str | None = None
    detail: str | None = None
    line: int | None = None
    source: str | None = None
    origin: str | None = None

    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
        return wording.message(self.rule, self.record_type, self.path, self.detail)

    @property
    def hint(self) -> str:
        """What to do, in one sentence, with what was probably meant."""
        return wording.hint(self.rule, self.record_type, self.path, self.value, self.origin)

    def at(self, line: int | None, source: str | None, record: str | None) -> Finding:
        """The same finding with its place."""
        known = cut(record, IDENTIFIER) if record else self.record
        return replace(self, line=line, source=source, record=known)

    def row(self) -> dict[str, object]:
        """The finding as JSON types, absent facts left out."""
        facts = {
            "rule": self.rule,
            "severity": self.severity,
            "record_type": self.record_type,
            "record": self.record,
            "line": self.line,
            "source": self.source,
            "path": self.path,
            "origin": self.origin,
            "value": self.value,
            "detail": self.detail,
            "message": self.message,
            "hint": self.hint,
        }
        return {name: fact for name, fact in facts.items() if fact is not None}


@dataclass(frozen=True, slots=True)
class Group:
    """Equal faults: the same rule, path and value, with an exact count and the first places."""

    finding: Finding
    count: int
    places: tuple[Place, ...]

    @property
    def where(self) -> str:
        """The first places for a person to read; empty where there is no place to name."""
        return ", ".join(filter(None, dict.fromkeys(map(str, self.places))))


def place(finding: Finding) -> Place:
    """Where a finding is."""
    return Place(finding.record, finding.source, finding.line)
