"""What an import presumes where a foreign record is silent: that it is not known."""

from __future__ import annotations

from functools import cache

from harmtax._generated.constraints import CODES, RECORDS

UNKNOWN = "unknown"


@cache
def presumable(record: str) -> tuple[str, ...]:
    """The required fields of a record type that take the code for unknown."""
    required = (field for field in RECORDS[record].fields if field.required)
    return tuple(field.name for field in required if UNKNOWN in CODES.get(field.codes or "", ()))
