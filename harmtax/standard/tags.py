"""How our codes are spelt as machine tags, `harmtax:category="iia-nud"`; the ground that needs no table.

A predicate is a field, a value one of its codes, both in small letters with hyphens. Tags are for fields
whose codes anyone may see; countries and languages have taxonomies of their own.
"""

from __future__ import annotations

from harmtax.shapes import Field

NAMESPACE, TIER = "harmtax", "tier"
# Lists so long are taxonomies of others.
_LONGEST = 100


def hyphened(code: str) -> str:
    """A code or the name of a field as a tag has it."""
    return code.lower().replace("_", "-")


def is_tagged(field: Field, codes: int) -> bool:
    """Whether a field, whose code list has so many codes, has tags."""
    return field.codes is not None and field.audience == "public" and codes < _LONGEST
