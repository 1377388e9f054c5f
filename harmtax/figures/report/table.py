"""Tables that a screen reader can walk through and that scroll in a box of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from harmtax.figures.report.markup import Markup, element, tagged, together


class Column(NamedTuple):
    """The head of a column and what stands in it: text, short, number, long or code."""

    head: str
    kind: str = "text"


def table(
    name: str, caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]
) -> Markup:
    """A table whose first cell of each row is the head of that row."""
    heads = [element("th", column.head, scope="col", class_=_style(column)) for column in columns]
    body = [element("tr", *_cells(columns, row)) for row in rows]
    inner = element(
        "table",
        element("caption", caption, id=f"{name}-caption"),
        element("thead", element("tr", *heads)),
        element("tbody", *body),
    )
    return scroll(inner, f"{name}-caption")


def scroll(inner: Markup, named_by: str) -> Markup:
    """A box that scrolls sideways, also by keyboard."""
    attributes = {
        "class": "scroll",
        "role": "region",
        "tabindex": "0",
        "aria-labelledby": named_by,
    }
    return tagged("div", attributes, inner)


def _cells(columns: Sequence[Column], row: Sequence[str]) -> list[Markup]:
    first, *rest = zip(columns, row, strict=True)
    head = element("th", _content(*first), scope="row", class_=_style(first[0]))
    return [head, *(element("td", _content(*cell), class_=_style(cell[0])) for cell in rest)]


def _content(column: Column, cell: str) -> Markup:
    return element("code", cell) if column.kind == "code" else together([cell])


def _style(column: Column) -> str | None:
    return column.kind if column.kind in ("short", "number", "long") else None
