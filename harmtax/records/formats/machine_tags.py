"""Machine tags of our codes, as MISP writes them: `harmtax:category="iia-nud"`.

A predicate is a field, a value one of its codes, both in small letters with hyphens. Tags are for fields
whose codes anyone may see; countries and languages have taxonomies of their own there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES, RECORDS
from harmtax.shapes import Field
from harmtax.standard import taxonomy

NAMESPACE, TIER = "harmtax", "tier"
# Lists so long are taxonomies of others.
LONGEST = 100
_TAG = re.compile(r'([A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+)="([^"]*)"')


class Tag(NamedTuple):
    """One machine tag, taken apart."""

    namespace: str
    predicate: str
    value: str

    def __str__(self) -> str:
        return f'{self.namespace}:{self.predicate}="{self.value}"'


@cache
def fields() -> Mapping[str, Field]:
    """The fields of an incident that have tags, by their predicate."""
    return {
        hyphened(field.name): field
        for field in RECORDS["Incident"].fields
        if field.codes is not None
        and field.audience == "public"
        and len(CODES[field.codes]) < LONGEST
    }


def hyphened(code: str) -> str:
    """A code or the name of a field as a tag has it."""
    return code.lower().replace("_", "-")


def tags(row: Mapping[str, object]) -> Iterator[tuple[str | None, Tag]]:
    """The tags of an incident, each with the field that it stands for; the tier stands for none."""
    for predicate, field in fields().items():
        value = row.get(field.name)
        for code in value if isinstance(value, list | tuple) else [value] if value else []:
            yield field.name, Tag(NAMESPACE, predicate, hyphened(str(code)))
    tier = taxonomy.tier(str(row["category"]), str(row.get("treatment", "unknown"))).tier
    if tier is not None:
        yield None, Tag(NAMESPACE, TIER, hyphened(tier))


def parsed(text: str) -> Tag | None:
    """A machine tag taken apart, or None when it is none."""
    found = _TAG.fullmatch(text)
    return Tag(*found.groups()) if found else None


@cache
def code_of(field: Field, value: str) -> str | None:
    """The code that a value of a tag stands for."""
    return next((code for code in CODES[str(field.codes)] if hyphened(code) == value), None)
