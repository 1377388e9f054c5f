"""Where the figures come from, as every file of a publication carries it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from harmtax._generated.constraints import VERSION
from harmtax.figures.report.breakdowns import ordered

if TYPE_CHECKING:
    from harmtax.figures.publication import Publication


def told(publication: Publication) -> dict[str, object]:
    """Everything that is known about the publication, as plain JSON values in one order.

    `publication` is the digest of its numbers together with all the rest, so that two files can be seen to
    tell of the same figures.
    """
    about = _public(json.loads(json.dumps(dict(publication.about), default=str, sort_keys=True)))
    policy = publication.policy.told()
    facts: dict[str, object] = {"written_by": f"harmtax {VERSION}", "use": publication.use}
    facts |= {"policy": policy} | about
    if publication.basis is not None:
        facts["legal_basis"] = publication.basis
    return {"publication": _digest(publication, facts)} | facts


def lines(facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """The facts one to a line, each under its path, such as `inputs.0.sha256`."""
    return [(".".join(path), value) for path, value in _flat((), facts)]


def compact(facts: Mapping[str, object]) -> str:
    """The facts as one line of JSON."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _public(about: Mapping[str, Any]) -> dict[str, object]:
    """What may be told: the exact number of records would give a hidden total away."""
    told = {name: each for name, each in about.items() if name != "counted"}
    inputs = told.get("inputs")
    if isinstance(inputs, list):
        told["inputs"] = [
            {name: fact for name, fact in each.items() if name != "rows"} for each in inputs
        ]
    return told


def _flat(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat((*path, str(key)), inner)
    elif isinstance(value, list) and any(isinstance(each, (list, Mapping)) for each in value):
        for at, inner in enumerate(value):
            yield from _flat((*path, str(at + 1)), inner)
    elif isinstance(value, list):
        yield path, ", ".join(map(str, value)) or "none"
    else:
        yield path, "none" if value is None else str(value)


def _digest(publication: Publication, facts: Mapping[str, object]) -> str:
    text = json.dumps(
        [facts, ordered(publication.table)], default=str, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()
