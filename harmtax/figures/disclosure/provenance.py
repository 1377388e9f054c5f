"""Provenance: what observations come from, as far as a publication may tell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from harmtax._generated.constraints import VERSION
from harmtax.figures.metrics import Observations

# Fewer reporters than this are not named: with two, each would know the other's figures.
FEW = 3
# A number of records is told from ten times k on, in steps of at least twice k.
LEAST, STEP = 10, 2
_CHOSEN = ("period", "by", "partial", "profile")
_PART = ("reporter_id", "service_id", "period", "revision")


def provenance(observations: Observations, k: int) -> dict[str, Any]:
    """Version, inputs, parts and choices of the observations as plain values.

    The exact number of records would give a hidden total away, so `records_rounded` rounds it, and only says
    so below ten times k; files have a digest and no number of rows. A digest of a part's figures could be
    found by trying what is hidden in them, so all parts share one. `side_by_side` says what was not added up
    and why.
    """
    about = observations.about
    told: dict[str, Any] = {
        "version": VERSION,
        "records_rounded": {name: _told(n, k) for name, n in observations.counted.items()},
        "inputs": [_without_rows(each) for each in observations.inputs],
        "aggregate": {name: about[name] for name in _CHOSEN if name in about},
    }
    if parts := about.get("parts"):
        told |= _merged(about, parts)
    return told


def exact(observations: Observations) -> dict[str, Any]:
    """The same of a filing that is exact by law, with every number."""
    return {
        "version": VERSION,
        "counted": dict(observations.counted),
        "inputs": list(observations.inputs),
    } | {name: each for name, each in observations.about.items() if name in ("parts", *_CHOSEN)}


def rounded(count: int, k: int) -> int | None:
    """A number of records, down to steps of 2k, of 20k from 100k on, and so forth; None for fewer than 10k.

    Every number that is told stands for at least 2k different ones.
    """
    least, step = LEAST * k, STEP * k
    if count < least:
        return None
    while count >= 10 * least:
        least, step = 10 * least, 10 * step
    return count // step * step


def _told(count: int, k: int) -> int | str:
    found = rounded(count, k)
    return f"fewer than {LEAST * k}" if found is None else found


def _without_rows(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in told.items() if name != "rows"}


def _merged(about: Mapping[str, Any], parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What was put together, and what stands side by side."""
    listed = list(parts)
    digests = "\n".join(sorted(str(each.get("digest")) for each in listed))
    told: dict[str, Any] = {"parts_sha256": hashlib.sha256(digests.encode()).hexdigest()}
    if len({each["reporter_id"] for each in listed}) >= FEW:
        told["parts"] = [_named(each) for each in listed]
        told["superseded"] = [_named(each) for each in about.get("superseded", ())]
    return told | {"side_by_side": [dict(each) for each in about.get("side_by_side", ())]}


def _named(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in _PART if name in part}
