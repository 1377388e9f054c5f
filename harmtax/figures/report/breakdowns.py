"""The tables of a publication: its rows by the dimensions that they are broken down by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa

from harmtax._generated.constraints import DIMENSIONS

Row = Mapping[str, Any]


class Breakdown(NamedTuple):
    """The rows that name the same dimensions; none for the totals. Rows stand in one order."""

    dimensions: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The dimensions in words of the schema, or `total`."""
        return " x ".join(self.dimensions) or "total"


def breakdowns(table: pa.Table) -> list[Breakdown]:
    """Every breakdown that occurs, the totals first, then from few dimensions to many."""
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in ordered(table):
        found.setdefault(named(row), []).append(row)
    return [Breakdown(dims, tuple(found[dims])) for dims in sorted(found, key=_rank)]


def ordered(table: pa.Table) -> list[Row]:
    """The rows by metric, period and dimensions, the total before its parts, whatever order they had."""
    return sorted(table.to_pylist(), key=_place)


def named(row: Row) -> tuple[str, ...]:
    """The dimensions that a row is broken down by."""
    return tuple(name for name in DIMENSIONS if row[name] is not None)


def total(rows: Iterator[Row] | list[Row]) -> list[Row]:
    """The rows that are broken down by nothing."""
    return [row for row in rows if not named(row)]


def _rank(dimensions: tuple[str, ...]) -> tuple[int, tuple[int, ...]]:
    return len(dimensions), tuple(DIMENSIONS.index(name) for name in dimensions)


def _place(row: Row) -> tuple[object, ...]:
    codes = ((row[name] is not None, row[name] or "") for name in DIMENSIONS)
    return row["metric_id"], row["period"], *codes
