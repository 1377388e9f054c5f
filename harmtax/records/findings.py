"""Findings: what is wrong with a row, where, and what the person who must fix it can do.

A finding holds facts only. Its message and its hint are derived here, so that collecting and phrasing
stay apart. The value of a restricted field never enters a finding.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from harmtax._generated.constraints import RECORDS, RULES
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.shapes import Field

# A value longer than this says no more about the fault than its beginning does.
SHOWN = 120
PLACES = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one row.

    `rule` is a rule id (HT-R01 ...) or a word of the code list FieldFault. `path` is a JSON Pointer
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
        return _message(self)

    @property
    def hint(self) -> str:
        """What to do, in one sentence."""
        return _hint(self)

    def at(self, line: int | None, source: str | None, record: str | None) -> Finding:
        """The same finding with its place."""
        return replace(self, line=line, source=source, record=record or self.record)

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
    places: tuple[str, ...]


def pointer(*steps: str | int) -> str:
    """A JSON Pointer (RFC 6901) to a field or a member of a list."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def field_of(record_type: str, path: str) -> Field | None:
    """The field that a path leads to, or None."""
    name = path.split("/")[1] if path.startswith("/") else ""
    name = name.replace("~1", "/").replace("~0", "~")
    return _fields(record_type).get(name)


def shown(record_type: str, path: str, value: object) -> str | None:
    """A value as a finding may show it: as JSON, cut short, and never of a restricted field."""
    field = field_of(record_type, path)
    # An unknown field may be a misspelt restricted one, so its value stays out as well.
    if value is None or field is None or field.audience == "restricted":
        return None
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


class Tally:
    """Groups findings as they come, in memory bounded by the number of different faults."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str | None], int] = {}
        self._first: dict[tuple[str, str, str | None], Finding] = {}
        self._places: dict[tuple[str, str, str | None], list[str]] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Counts the findings."""
        for finding in findings:
            key = (finding.rule, finding.path, finding.value)
            self._counts[key] = self._counts.get(key, 0) + 1
            self._first.setdefault(key, finding)
            places = self._places.setdefault(key, [])
            if len(places) < PLACES:
                places.append(place(finding))

    def groups(self) -> tuple[Group, ...]:
        """The groups, errors first, then the most frequent, then by rule and path."""
        keys = sorted(
            self._counts,
            key=lambda key: (
                self._first[key].severity != "error",
                -self._counts[key],
                key[0],
                key[1],
                key[2] or "",
            ),
        )
        return tuple(
            Group(self._first[key], self._counts[key], tuple(self._places[key])) for key in keys
        )


def place(finding: Finding) -> str:
    """Where a finding is: the record's identifier first, then file and line."""
    where = f"{finding.source or 'row'}:{finding.line}" if finding.line is not None else ""
    return " ".join(part for part in (finding.record, f"({where})" if where else "") if part)


def text(groups: Sequence[Group], most: int = 50) -> str:
    """The groups for a person to read, at most `most` of them; how many follow is said."""
    lines = [line for group in groups[:most] for line in _paragraph(group)]
    if len(groups) > most:
        lines.append(f"... and {len(groups) - most} more kinds of finding")
    return "\n".join(lines)


def _paragraph(group: Group) -> Iterator[str]:
    finding, many = group.finding, group.count
    value = f" = {finding.value}" if finding.value is not None else ""
    origin = f" (column {finding.origin})" if finding.origin else ""
    yield f"{finding.severity} {finding.rule} at {finding.path or 'the record'}{value}{origin}, {many}x"
    yield f"    {finding.message}"
    yield f"    Do: {finding.hint}"
    yield f"    First: {', '.join(group.places)}"


def _message(finding: Finding) -> str:
    rule = RULES.get(finding.rule)
    if rule is None:
        says = _fault(finding.rule)[0]
        return f"{says} {_expected(finding)}".strip()
    return f"{rule.says} Here {finding.detail}." if finding.detail else rule.says


def _hint(finding: Finding) -> str:
    rule = RULES.get(finding.rule)
    if rule is not None:
        return rule.do
    near = did_you_mean(finding)
    do = _fault(finding.rule)[1]
    return f"{do} Did you mean {' or '.join(near)}?" if near else do


def _fault(word: str) -> tuple[str, str]:
    code = next(each for each in CODE_LISTS["FieldFault"].codes if each.code == word)
    return code.definition, code.do or ""


def _expected(finding: Finding) -> str:
    if finding.detail:
        return f"({finding.detail})"
    field = field_of(finding.record_type, finding.path)
    if field is None:
        return ""
    match finding.rule:
        case "code" if field.codes:
            return f"(code list {field.codes})"
        case "type":
            kind = f"{field.kind} codes" if field.many else field.kind
            return f"(expected: {'a list of codes' if field.many else kind})"
        case "range":
            return f"(from {field.minimum} to {field.maximum})"
        case "length":
            return f"(at most {field.max_length} characters)" if field.max_length else ""
    return ""


def did_you_mean(finding: Finding) -> tuple[str, ...]:
    """Up to three codes or field names close to what was written."""
    if finding.rule == "unknown_field":
        written = finding.path.removeprefix("/")
        return tuple(difflib.get_close_matches(written, _fields(finding.record_type), 3))
    field = field_of(finding.record_type, finding.path)
    if finding.rule != "code" or field is None or field.codes is None or finding.value is None:
        return ()
    return near_codes(
        field.codes, str(json.loads(finding.value)) if _is_whole(finding.value) else ""
    )


def near_codes(code_list: str, written: str) -> tuple[str, ...]:
    """Up to three codes whose code or title is close to what was written."""
    names = _names(code_list)
    close = difflib.get_close_matches(written.casefold(), names, 3, cutoff=0.7)
    return tuple(dict.fromkeys(names[name] for name in close))


@cache
def _names(code_list: str) -> Mapping[str, str]:
    rows: Iterable[tuple[str, str]] = (
        ((row.code, row.title) for row in CATEGORIES)
        if code_list == "CategoryCode"
        else ((code.code, code.title) for code in CODE_LISTS[code_list].codes)
    )
    return {name.casefold(): code for code, title in rows for name in (title, code)}


@cache
def _fields(record_type: str) -> Mapping[str, Field]:
    return {field.name: field for field in RECORDS[record_type].fields}


def _is_whole(value: str) -> bool:
    """Whether a shown value was not cut short, so that it still is JSON."""
    return not value.endswith("…")
