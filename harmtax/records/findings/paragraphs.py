"""Findings as text for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harmtax.records.findings.escapes import visible
from harmtax.records.findings.finding import Group
from harmtax.records.findings.links import link
from harmtax.records.findings.look import Facts, waivers

# More is not read; the other looks hold every group.
MOST = 50


def text(groups: Sequence[Group], most: int = MOST) -> str:
    """The groups for a person to read, at most `most` of them; how many follow is said."""
    return "\n".join(_lines(groups, most))


def look(groups: Sequence[Group], run: Facts) -> Iterator[str]:
    """The same with the waivers of the run, as lines of a file."""
    for line in _lines(groups, MOST):
        yield f"{line}\n"
    for each in waivers(run):
        yield f"{visible(_waiver(each))}\n"


def _lines(groups: Sequence[Group], most: int) -> Iterator[str]:
    for group in groups[:most]:
        for line in _paragraph(group):
            yield visible(line)
    if len(groups) > most:
        yield f"... and {len(groups) - most} more kinds of finding"


def _paragraph(group: Group) -> Iterator[str]:
    found = group.finding
    value = f" = {found.value}" if found.value is not None else ""
    origin = f" (column {found.origin})" if found.origin else ""
    where = found.path or "the record"
    yield f"{found.severity} {found.rule} at {where}{value}{origin}, {group.count}x"
    yield f"    {found.message}"
    yield f"    Do: {found.hint}"
    if group.where:
        yield f"    First: {group.where}"
    yield f"    See: {link(found.rule)}"


def _waiver(facts: Facts) -> str:
    where = " ".join(str(facts[key]) for key in ("record_type", "path") if facts.get(key))
    rule = f"{facts.get('rule')} {where}".strip()
    until = f"until {facts.get('expires')}, {facts.get('count', 0)}x"
    return f"waiver {rule} -> {facts.get('severity')} {until}: {facts.get('reason')}"
