"""The account of losses as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harmtax.records.losses import Lost

HEAD = ("field", "what became of it", "given", "became", "records", "first of them")
_TITLES = {"in": "Losses on the way in", "out": "Losses on the way out"}
# A code of another format may be long; beyond this its end says more than its beginning.
_WIDEST = 60


def lines(losses: Iterable[Lost]) -> Iterator[str]:
    """A table for each way; what arrived exactly is told in one line."""
    listed = list(losses)
    for way, title in _TITLES.items():
        here = [lost for lost in listed if lost.way == way]
        rows = [_row(lost) for lost in here if lost.kind != "exact"]
        if rows:
            yield f"{title}:"
            yield from table([HEAD, *rows])
        exact = dict.fromkeys(lost.field for lost in here if lost.kind == "exact")
        if exact:
            yield f"Carried exactly, at least in some records: {', '.join(exact)}"


def _row(lost: Lost) -> Sequence[str]:
    field = lost.field or "(whole record)"
    records = ", ".join(lost.records)
    return field, lost.kind, _cut(lost.given), _cut(lost.became), str(lost.count), records


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"…{text[1 - _WIDEST :]}"


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of texts in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells).rstrip()}"
