"""What every look at findings has in common: what it is made from, and the facts that it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from harmtax.records.findings.finding import Group
from harmtax.records.findings.links import link

# What is known of the whole run, as JSON types, such as rows, accepted and rejected. `waivers` is a list
# of objects with rule, record_type, path, severity, reason, expires and count.
Facts = Mapping[str, object]

# Texts that follow each other in the file; each is written in UTF-8 as it stands.
Look = Callable[[Sequence[Group], Facts], Iterator[str]]


def facts(group: Group) -> dict[str, object]:
    """A group as JSON types, absent facts left out; each place is a record, a source and a line."""
    found = group.finding
    told = {
        "rule": found.rule,
        "severity": found.severity,
        "record_type": found.record_type,
        "path": found.path,
        "origin": found.origin,
        "value": found.value,
        "detail": found.detail,
        "count": group.count,
        "places": [_present(place._asdict()) for place in group.places],
        "message": found.message,
        "hint": found.hint,
        "link": link(found.rule),
    }
    return _present(told)


def waivers(run: Facts) -> list[Mapping[str, object]]:
    """The waivers among the facts of a run."""
    listed = run.get("waivers")
    entries = listed if isinstance(listed, list | tuple) else ()
    return [each for each in entries if isinstance(each, Mapping)]


def _present(told: Mapping[str, object]) -> dict[str, object]:
    return {name: fact for name, fact in told.items() if fact is not None}
