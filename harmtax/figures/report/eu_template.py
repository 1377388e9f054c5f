"""The transparency report template of Implementing Regulation (EU) 2024/2835, as CSV parts or a workbook.

It is exact by law and so takes statutory publications alone. Parts 1 to 8 are filled as far as the figures
go; a cell without a figure stays blank, which the template reads as not applicable.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from harmtax.figures.report import provenance
from harmtax.figures.report.eu_parts import Grid, filled
from harmtax.figures.report.eu_rules import SOURCE, Breach, breaches
from harmtax.figures.report.workbook import new_book

if TYPE_CHECKING:
    from harmtax.figures.publication import Publication

# The first moment that a ZIP archive can name.
MADE = (1980, 1, 1, 0, 0, 0)
NOTES = "harmtax_provenance"
# The part about the provider, which holds names and days and no figure.
NAMES = "1_summary"


def archive(publication: Publication, name: str, _: str = "en") -> dict[str, bytes]:
    """A ZIP archive with each part as CSV (RFC 4180, UTF-8), and where the figures come from."""
    stream, grids = io.BytesIO(), filled(publication)
    with zipfile.ZipFile(stream, "w") as parts:
        for part, grid in grids.items():
            text = io.StringIO()
            csv.writer(text).writerows(grid)
            _add(parts, f"{part}.csv", text.getvalue())
        _add(
            parts,
            f"{NOTES}.json",
            json.dumps(_facts(publication, grids), indent=2, ensure_ascii=False),
        )
    return {name: stream.getvalue()}


def workbook(publication: Publication, name: str, _: str = "en") -> dict[str, bytes]:
    """A workbook with a sheet for each part and one about where the figures come from.

    Raises MissingExtra without xlsxwriter.
    """
    stream, grids = io.BytesIO(), filled(publication)
    book = new_book(stream)
    for part, grid in grids.items():
        sheet = book.add_worksheet(part)
        for at, row in enumerate(grid):
            for column, cell in enumerate(row):
                named = part == NAMES or grid[0][column] == "Service"
                _write(sheet, at, column, cell, counted=at > 0 and not named)
        sheet.freeze_panes(1, 0)
    sheet = book.add_worksheet(NOTES)
    sheet.set_column(0, 1, 50)
    for at, pair in enumerate(provenance.lines(_facts(publication, grids))):
        for column, text in enumerate(pair):
            sheet.write_string(at, column, text)
    book.close()
    return {name: stream.getvalue()}


def findings(publication: Publication) -> list[Breach]:
    """The rules of the template that the filled one breaks; nothing where it keeps them all."""
    return breaches(filled(publication))


def _facts(publication: Publication, grids: dict[str, Grid]) -> dict[str, object]:
    """The provenance, the template and what it would find fault with."""
    told = [each._asdict() for each in breaches(grids)]
    return {**provenance.told(publication), "template": SOURCE, "breaches": told}


def _add(parts: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    parts.writestr(entry, text.encode())


def _write(sheet: Any, row: int, column: int, cell: str, *, counted: bool) -> None:
    """Numbers as numbers; a blank cell is not written. A name of digits, such as 007, stays a name."""
    if counted and cell.replace(".", "", 1).isdecimal():
        sheet.write_number(row, column, float(cell) if "." in cell else int(cell))
    elif cell:
        sheet.write_string(row, column, cell)
