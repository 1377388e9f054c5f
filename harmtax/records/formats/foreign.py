"""The columns of a foreign format by name, as its description has them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from harmtax._generated.foreign import FORMATS
from harmtax.shapes import ForeignColumn


@cache
def columns(name: str) -> Mapping[str, ForeignColumn]:
    """The columns that records are written with; lists of codes by themselves are none."""
    return {column.name: column for column in FORMATS[name].columns if column.ours or column.lost}


@cache
def listed(name: str, column: ForeignColumn) -> str:
    """The name under which the crosswalk speaks of the codes of a column."""
    found = FORMATS[name].columns
    return next(each.name for each in reversed(found) if each.codes == column.codes)
