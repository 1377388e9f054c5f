"""Findings in SARIF 2.1.0 (OASIS Standard), for whoever collects the results of many tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from harmtax._generated.constraints import VERSION
from harmtax.records.findings.fields import field_name
from harmtax.records.findings.finding import Finding, Group, Place
from harmtax.records.findings.links import BASE, link
from harmtax.records.findings.look import Facts, facts, waivers
from harmtax.records.findings.tables import written
from harmtax.records.findings.wording import faults, rule_of

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def look(groups: Sequence[Group], run: Facts) -> Iterator[str]:
    """One log with one run; each group is a result that names its first places."""
    rules = sorted({group.finding.rule for group in groups})
    driver = {
        "name": "harmtax",
        "version": VERSION,
        "informationUri": BASE,
        "rules": [_descriptor(rule) for rule in rules],
    }
    yield f'{{"$schema": {written(SCHEMA)}, "version": "2.1.0", "runs": [{{\n'
    yield f'"tool": {written({"driver": driver})},\n'
    yield f'"columnKind": "unicodeCodePoints", "properties": {written(dict(run))},\n"results": ['
    for at, group in enumerate(groups):
        yield f"{',' if at else ''}\n{written(_result(group, rules, run))}"
    yield "\n]}]}\n"


def _descriptor(rule: str) -> dict[str, object]:
    """What the standard says of a rule (SARIF 3.49)."""
    says, do, severity = _told(rule)
    return {
        "id": rule,
        "shortDescription": _said(says),
        "help": _said(do),
        "helpUri": link(rule),
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }


def _told(rule: str) -> tuple[str, str, str]:
    known = rule_of(rule)
    if known is not None:
        return known.says, known.do, known.severity
    code = faults()[rule]
    return code.definition, code.do or "", "error"


def _result(group: Group, rules: Sequence[str], run: Facts) -> dict[str, object]:
    """One group (SARIF 3.27). All of its places need a change, so all of them are its locations."""
    found = group.finding
    result: dict[str, object] = {
        "ruleId": found.rule,
        "ruleIndex": rules.index(found.rule),
        # A waived finding keeps the level that the rule has; the suppression silences it.
        "level": _LEVELS.get(found.severity) or _LEVELS[_told(found.rule)[2]],
        "message": _said(_message(found)),
        "locations": [_location(found, place) for place in group.places],
        "occurrenceCount": group.count,
        "properties": facts(group),
    }
    if found.severity not in _LEVELS:
        result["suppressions"] = [{"kind": "external", "justification": _reason(found, run)}]
    return result


def _message(found: Finding) -> str:
    value = f" = {found.value}" if found.value is not None else ""
    origin = f" (column {found.origin})" if found.origin else ""
    return f"{found.path or 'The record'}{value}{origin}: {found.message} {found.hint}"


def _said(text: str) -> dict[str, str]:
    """A message string, in which braces stand doubled (SARIF 3.11.5) and nothing is a link (3.11.6)."""
    return {"text": text.replace("{", "{{").replace("}", "}}").replace("](", "] (")}


def _location(found: Finding, place: Place) -> dict[str, object]:
    named = f"{place.record or ''}{found.path}" or found.record_type
    member = {"name": field_name(found.path) or found.record_type, "fullyQualifiedName": named}
    location: dict[str, object] = {"logicalLocations": [member]}
    if place.source is not None:
        physical: dict[str, object] = {
            "artifactLocation": {"uri": quote(place.source, errors="backslashreplace")}
        }
        if place.line is not None and place.line > 0:
            physical["region"] = {"startLine": place.line}
        location["physicalLocation"] = physical
    return location


def _reason(found: Finding, run: Facts) -> str:
    """Why a finding was waived, as the waiver says that covers it."""
    for each in waivers(run):
        fits = each.get("record_type") in (None, found.record_type)
        fits &= each.get("path") in (None, found.path)
        if fits and (each.get("rule"), each.get("severity")) == (found.rule, found.severity):
            return str(each.get("reason"))
    return "waived"
