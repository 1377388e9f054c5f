"""Every number of the publication, table by table, folded away until a reader asks for it."""

from __future__ import annotations

from collections.abc import Sequence

from harmtax._generated.metrics import METRICS
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.markup import Markup, element
from harmtax.figures.report.parts import middle, paragraph, rate, section, told
from harmtax.figures.report.reading import Figure, Reading
from harmtax.figures.report.table import Column, table


def every(reading: Reading, labels: Labels) -> Markup:
    """A folded table for each breakdown, the totals first."""
    title, tables = labels.say("part.tables"), reading.breakdowns()
    if not tables:
        return section("tables", title, paragraph(labels.say("nothing")))
    folded = [_folded(at, *each, labels) for at, each in enumerate(tables, start=1)]
    return section("tables", title, paragraph(labels.say("tables.about")), *folded)


def _folded(
    at: int,
    dims: tuple[str, ...],
    rows: Sequence[tuple[tuple[str, ...], Figure]],
    labels: Labels,
) -> Markup:
    name = " / ".join(map(labels.field, dims)) or labels.say("hidden.total")
    heads = [
        Column(labels.field("metric_id")),
        Column(labels.field("period"), "short"),
        *(Column(labels.field(each)) for each in dims),
        Column(labels.field("numerator"), "number"),
        Column(labels.field("denominator"), "number"),
        Column(f"{labels.say('head.rate')}, {labels.say('head.median')}", "number"),
        Column(labels.field("status"), "short"),
    ]
    cells = [
        [
            labels.metric(figure.metric),
            figure.period,
            *(labels.value(*each) for each in zip(dims, codes, strict=True)),
            told(labels, figure.top),
            "" if figure.bottom is None else told(labels, figure.bottom),
            _made(figure, labels),
            labels.status(figure.status),
        ]
        for codes, figure in rows
    ]
    summary = element("summary", f"{name} ({labels.count(len(rows))})")
    return element("details", summary, table(f"every-{at}", name, heads, cells))


def _made(figure: Figure, labels: Labels) -> str:
    """The rate or the median of a row; a count has neither."""
    if figure.bottom is not None:
        return rate(labels, figure)
    timed = figure.metric in METRICS and METRICS[figure.metric].kind == "median"
    return middle(labels, figure) if timed else ""
