"""The entries of `changes.yaml` between two versions, one operation on one element each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from harmtax.standard.release import Release, number

OPERATIONS = (
    "add", "rename", "retitle", "redefine", "move", "merge", "split", "tighten", "loosen", "retire",
)  # fmt: skip


class Entry(NamedTuple):
    """One declared change; `to` names what the element became, `told` is all that was written."""

    version: str
    operation: str
    element: str
    to: tuple[str, ...]
    told: Mapping[str, Any]


def between(old: Release, new: Release) -> tuple[Entry, ...]:
    """What is declared after `old` up to `new`, oldest version first."""
    return tuple(entry for block in reversed(blocks(old, new)) for entry in _entries(block))


def blocks(old: Release, new: Release) -> list[Mapping[str, Any]]:
    """The blocks of the versions after `old` up to `new`, newest first."""
    low, high = number(old.version), number(new.version)
    return [each for each in new.changes if low < number(str(each["version"])) <= high]


def _entries(block: Mapping[str, Any]) -> Iterator[Entry]:
    for told in block["changes"]:
        for operation in OPERATIONS:
            if operation in told:
                yield Entry(
                    str(block["version"]), operation, str(told[operation]), _targets(told), told
                )


def _targets(told: Mapping[str, Any]) -> tuple[str, ...]:
    """The elements of `to`; those of a split are maps with a condition."""
    return tuple(
        str(each["element"]) if isinstance(each, Mapping) else str(each)
        for each in told.get("to") or ()
    )
