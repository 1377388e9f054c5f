"""The publication as a workbook: a sheet for each table, with typed cells, and one on its provenance."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from harmtax._generated.constraints import RECORDS
from harmtax._generated.metrics import METRICS
from harmtax.errors import MissingExtra
from harmtax.figures.report import provenance
from harmtax.figures.report.breakdowns import Breakdown, Row, breakdowns
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.marks import UNRATED, number, of_row
from harmtax.shapes import MetricRow

if TYPE_CHECKING:
    from harmtax.figures.publication import Publication

# The same file each time: the day that the container format itself begins with.
MADE = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
# What Excel allows in the name of a sheet.
NAME_LENGTH = 31
WIDTHS = {"text": 28, "number": 14, "short": 12}
HIDDEN = "…"
# What an observation may hold beside its two sides.
MORE = ("numerator_lower", "numerator_upper", "median_lower", "median_upper")


def files(publication: Publication, name: str, language: str = "en") -> dict[str, bytes]:
    """The workbook under its name. Raises MissingExtra without xlsxwriter."""
    labels = Labels(language)
    stream = io.BytesIO()
    book = new_book(stream)
    styles = Styles(book)
    facts = provenance.told(publication)
    _about(book, styles, labels, facts)
    used = {"about"}
    for table in breakdowns(publication.table):
        _table(book.add_worksheet(_sheet_name(table, used)), styles, labels, table)
    book.close()
    return {name: stream.getvalue()}


def new_book(stream: io.BytesIO) -> Any:
    """A workbook in memory that says nothing about the day or the machine."""
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("publish", "a workbook") from None
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": MADE, "title": "harmtax publication"})
    return book


class Styles:
    """The formats of the cells."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.count = book.add_format({"num_format": "#,##0"})
        self.rate = book.add_format({"num_format": "0.00%"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.quiet = book.add_format({"italic": True, "font_color": "#535D70", "align": "right"})
        self.title = book.add_format({"bold": True, "font_size": 14})


def _about(book: Any, styles: Styles, labels: Labels, facts: dict[str, object]) -> None:
    sheet = book.add_worksheet("about")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, labels.say("title"), styles.title)
    marks = [
        (HIDDEN, labels.say("mark.hidden", k=str(facts.get("k", "?")))),
        ("0", labels.say("mark.zero")),
        ("", labels.say("mark.absent")),
        ("OBS_STATUS, CONF_STATUS", labels.say("mark.sdmx")),
        (labels.say("review.head"), labels.review),
    ]
    for at, pair in enumerate((*marks, *provenance.lines(facts)), start=2):
        for column, text in enumerate(pair):
            sheet.write_string(at, column, text, styles.text)


def _table(sheet: Any, styles: Styles, labels: Labels, table: Breakdown) -> None:
    heads = _heads(labels, table)
    for column, (head, kind) in enumerate(heads):
        sheet.set_column(column, column, WIDTHS[kind])
        sheet.write_string(0, column, head, styles.head)
    for at, row in enumerate(table.rows, start=1):
        _row(sheet, styles, labels, table.dimensions, at, row)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table.rows), 1), len(heads) - 1)


def _heads(labels: Labels, table: Breakdown) -> list[tuple[str, str]]:
    dims = [
        head
        for name in table.dimensions
        for head in ((labels.field(name), "short"), (labels.say("head.meaning"), "text"))
    ]
    short = [(labels.field(name), "short") for name in ("metric_id", "period")]
    told = [(labels.field("numerator"), "number"), (labels.field("denominator"), "number")]
    rest = [(labels.say("head.rate"), "number"), (labels.say("head.unit"), "short")]
    marks = [(labels.field("status"), "text"), ("OBS_STATUS", "short"), ("CONF_STATUS", "short")]
    more = [(_more(labels, table, name), "number") for name in MORE]
    about = [short[0], (labels.say("head.metric"), "text"), short[1], *dims]
    return [*about, *told, *rest, *marks, *more]


def _unit(metric: MetricRow) -> str:
    """What the numerator counts: a metric of durations counts records, its own unit is that of its median."""
    if metric.kind != "median":
        return metric.unit
    record = metric.numerator.record
    units = (m.unit for m in METRICS.values() if m.kind == "count" and m.numerator.record == record)
    return next(units, RECORDS[record].title.casefold())


def _more(labels: Labels, table: Breakdown, name: str) -> str:
    """A bound with its unit where all medians of the table share one."""
    units = {m.unit for r in table.rows if (m := METRICS[r["metric_id"]]).kind == "median"}
    told = f" ({units.pop()})" if name.startswith("median") and len(units) == 1 else ""
    return f"{labels.field(name)}{told}"


def _row(
    sheet: Any, styles: Styles, labels: Labels, dimensions: Sequence[str], at: int, row: Row
) -> None:
    metric = METRICS[row["metric_id"]]
    texts = [metric.id, labels.metric(metric.id), row["period"]]
    for name in dimensions:
        texts += [row[name], labels.value(name, row[name])]
    for column, text in enumerate(texts):
        sheet.write_string(at, column, text)
    column = len(texts)
    for offset, side in enumerate(("numerator", "denominator")):
        _number(sheet, styles, at, column + offset, row, side)
    if row["numerator"] is not None and row["denominator"] and row["status"] not in UNRATED:
        sheet.write_number(at, column + 2, row["numerator"] / row["denominator"], styles.rate)
    for offset, text in enumerate((_unit(metric), labels.status(row["status"]), *of_row(row))):
        sheet.write_string(at, column + 3 + offset, text)
    for offset, name in enumerate(MORE):
        if row[name] is not None:
            sheet.write_number(at, column + 7 + offset, row[name], styles.count)


def _number(sheet: Any, styles: Styles, at: int, column: int, row: Row, side: str) -> None:
    """A number as a number, a hidden one as its sign, an absent one as an empty cell."""
    found = number(row, side)
    if found is None:
        return
    if found.value is not None:
        sheet.write_number(at, column, found.value, styles.count)
    elif found.hidden:
        sheet.write_string(at, column, HIDDEN, styles.quiet)


def _sheet_name(table: Breakdown, used: set[str]) -> str:
    """A name that Excel takes and no other sheet has."""
    words = table.name
    name, at = words[:NAME_LENGTH], 1
    while name.casefold() in used:
        at += 1
        name = f"{words[: NAME_LENGTH - 4]} {at}"
    used.add(name.casefold())
    return name
