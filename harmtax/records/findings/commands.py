"""Findings as workflow commands, which the runner of a CI shows beside the line of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harmtax.records.findings.escapes import visible
from harmtax.records.findings.finding import Finding, Group
from harmtax.records.findings.links import link
from harmtax.records.findings.look import Facts

# What neither rejects nor warns is told all the same.
_COMMANDS = {"error": "error", "warning": "warning"}
_QUIET = "notice"


def look(groups: Sequence[Group], run: Facts) -> Iterator[str]:
    """One command a line for each group, at its first place."""
    for group in groups:
        found = group.finding
        command = _COMMANDS.get(found.severity, _QUIET)
        message = "\n".join(_message(found, group))
        properties = ",".join(f"{name}={_property(fact)}" for name, fact in _properties(group))
        yield f"::{command} {properties}::{_data(message)}\n"


def _properties(group: Group) -> Iterator[tuple[str, str]]:
    found = group.finding
    place = group.places[0] if group.places else None
    if place is not None and place.source is not None:
        yield "file", place.source
        if place.line is not None:
            yield "line", str(place.line)
    yield "title", f"{found.severity} {found.rule} at {found.path or 'the record'}, {group.count}x"


def _message(found: Finding, group: Group) -> Iterator[str]:
    yield found.message
    if found.value is not None:
        yield f"Value: {found.value}"
    if found.origin:
        yield f"Column: {found.origin}"
    yield f"Do: {found.hint}"
    if group.where:
        yield f"First: {group.where}"
    yield f"See: {link(found.rule)}"


def _data(text: str) -> str:
    """The text as the runner reads it: one line, in which a percent sign starts an escape."""
    line = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return visible(line)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
