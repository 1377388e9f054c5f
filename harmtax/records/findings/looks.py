"""The looks that findings can have, by name."""

from __future__ import annotations

from collections.abc import Mapping

from harmtax.errors import BadUse
from harmtax.records.findings import commands, paragraphs, sarif, tables
from harmtax.records.findings.look import Look

LOOKS: Mapping[str, Look] = {
    "text": paragraphs.look,
    "json": tables.as_json,
    "ndjson": tables.as_ndjson,
    "csv": tables.as_csv,
    "sarif": sarif.look,
    "annotations": commands.look,
}


def named(name: str) -> Look:
    """The look of a name. Raises BadUse when there is none."""
    if name not in LOOKS:
        raise BadUse(f"findings have no look {name!r}; known: {', '.join(LOOKS)}")
    return LOOKS[name]
