"""Machine tags of an incident, as MISP writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES, RECORDS
from harmtax.shapes import Field
from harmtax.standard import taxonomy
from harmtax.standard.tags import NAMESPACE, TIER, hyphened, is_tagged

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
        if is_tagged(field, len(CODES.get(field.codes or "", ())))
    }


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
