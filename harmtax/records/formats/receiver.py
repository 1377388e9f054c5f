"""The rules of whoever receives a foreign record, judged here before anything is sent.

They stand in `schema/foreign/` in the notation of our own rules: columns with their code lists, lengths,
patterns and days, and rules across columns. A finding speaks of our record: its path is the field to
mend, its origin the foreign column that would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse
from harmtax.records import rules
from harmtax.records.findings import Finding, pointer
from harmtax.shapes import Bound, Field, ForeignFormat, Receiver, Unique

# White space, and the marks without width that the server trims as well.
_BLANK = re.compile(r"[\s\0\u200b\u200e\ufeff]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def judge(version: str, row: Mapping[str, object], record: str) -> list[Finding]:
    """What the receiver of a foreign format would refuse or drop of one record, given by its columns.

    `version` names the file in `schema/foreign/`, `record` the record type that was expressed. Rules
    about many records, such as an identifier that is used once only, are not judged here. Raises BadUse
    for a format whose receiver has no rules.
    """
    return list(_judgement(version).findings(row, record))


def once(version: str) -> tuple[str, str]:
    """The column that no two records of a sender agree on, and the rule that says so."""
    found = FORMATS[version].receiver
    assert found is not None
    return next((c.at, c.rule) for c in found.table.set_checks if isinstance(c, Unique))


@cache
def _judgement(version: str) -> _Judgement:
    return _Judgement(FORMATS[version])


class _Judgement:
    """The table of one receiver, prepared for rows."""

    def __init__(self, format_: ForeignFormat) -> None:
        if format_.receiver is None:
            raise BadUse(f"nothing is known of what the receiver of {format_.title} asks")
        receiver: Receiver = format_.receiver
        self.format = format_
        self.fields = {field.name: field for field in receiver.table.fields}
        self.bounds = {bound.field: bound for bound in receiver.bounds}
        self.ours = {column.name: column.ours for column in format_.columns}
        self.identifier = receiver.table.identifier
        self.reading = rules.Reading(receiver.table, format_.codes)

    def findings(self, row: Mapping[str, object], record: str) -> Iterator[Finding]:
        # A web form trims its texts, and what is left of blanks was not given.
        row = {name: value for name, value in row.items() if not _is_blank(value)}
        faults = dict(self._faults(row))
        named = row.get(self.identifier or "")
        for name, (rule, detail) in faults.items():
            yield self._finding(rule, "error", record, name, named, f"{name}: {detail}")
        values = {
            name: _value(self.fields[name], value)
            for name, value in row.items()
            if name not in faults and name in self.fields
        }
        for breach in rules.worst(self.reading.broken(values, faults.keys(), {})):
            where = f"it concerns {breach.at}"
            yield self._finding(breach.rule, breach.severity, record, breach.at, named, where)

    def _finding(
        self, rule: str, severity: str, record: str, column: str, named: object, detail: str
    ) -> Finding:
        ours = self.ours.get(column, ())
        path = pointer(ours[0]) if ours else ""
        identifier = named if isinstance(named, str) else None
        return Finding(rule, severity, record, path, identifier, detail=detail, origin=column)

    def _faults(self, row: Mapping[str, object]) -> Iterator[tuple[str, tuple[str, str]]]:
        """The first fault of each column: its word and what was asked."""
        for name in row.keys() - self.fields.keys():
            yield name, ("unknown_field", f"no column of {self.format.title}")
        for name, field in self.fields.items():
            value = row.get(name)
            if value is None:
                if field.required:
                    yield name, ("missing", "required there")
                continue
            fault = self._fault(field, value)
            if fault is not None:
                yield name, fault

    def _fault(self, field: Field, value: object) -> tuple[str, str] | None:
        members = value if field.many else [value]
        if not isinstance(members, list | tuple) or not members:
            return "type", "a list of codes"
        if not all(isinstance(member, str) for member in members):
            return "type", "text"
        if field.codes is not None:
            unknown = [each for each in members if each not in self.format.codes[field.codes]]
            return ("code", f"code list {field.codes}") if unknown else None
        if field.kind == "date":
            return _day_fault(str(value), self.bounds.get(field.name))
        return _text_fault(field, str(value))


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and _BLANK.fullmatch(value) is not None


def _text_fault(field: Field, text: str) -> tuple[str, str] | None:
    if field.max_length is not None and not 0 < len(text) <= field.max_length:
        return "length", f"from 1 to {field.max_length} characters"
    if field.pattern is not None and not re.fullmatch(field.pattern, text):
        return "pattern", f"the pattern {field.pattern}"
    return None


def _day_fault(text: str, bound: Bound | None) -> tuple[str, str] | None:
    day = _day(text)
    if day is None:
        return "time", "a day in the form YYYY-MM-DD"
    first, last = (_day(each or "") for each in (bound or Bound("", None, None))[1:])
    if (first is not None and day < first) or (last is not None and day > last):
        return "range", f"from {first or 'the beginning'} to {last or 'the end'}"
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _value(field: Field, value: object) -> object:
    return _day(str(value)) if field.kind == "date" else value
