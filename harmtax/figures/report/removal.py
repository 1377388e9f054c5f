"""The section about how fast harmful imagery was removed, held against the line of 48 hours."""

from __future__ import annotations

from collections.abc import Sequence

from harmtax.figures.report import chart
from harmtax.figures.report.chart import Slot, Words
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.markup import Markup
from harmtax.figures.report.parts import drawn, pair, paragraph, rate, section, told
from harmtax.figures.report.reading import Figure, Reading, Step
from harmtax.figures.report.sections import IN_TIME, rate_table
from harmtax.figures.report.table import Column, table

TIME_TO_ACTION = "M13-median"
# TAKE IT DOWN Act, section 3: 48 hours from a valid request.
LIMIT = 48 * 3600
HOUR, DAY = 3600, 86_400


def removal(reading: Reading, labels: Labels) -> Markup:
    """Deadlines met, and how long it took with the line of 48 hours in the chart."""
    title = labels.say("part.removal")
    steps, median = reading.steps(TIME_TO_ACTION), reading.total(TIME_TO_ACTION)
    met = reading.totals(IN_TIME, reading.every)
    said = _met(reading.total(IN_TIME), labels)
    content = [paragraph(labels.say("removal.about"), *said)]
    if steps:
        content.append(paragraph(labels.say("removal.chart")))
        content.append(_histogram(reading, steps, median, labels))
    if met:
        content.append(rate_table("removal-met", labels.metric(IN_TIME), met, labels))
    if not steps and not met:
        content = [paragraph(labels.say("nothing"))]
    return section("removal", title, *content)


def _met(figure: Figure | None, labels: Labels) -> list[str]:
    if figure is None or figure.rated is None:
        return []
    top, bottom = figure.rated
    counts = {"met": labels.count(top), "all": labels.count(bottom), "share": rate(labels, figure)}
    return [labels.say("removal.met", period=figure.period, **counts)]


def _histogram(
    reading: Reading, steps: Sequence[Step], median: Figure | None, labels: Labels
) -> Markup:
    name = labels.metric(TIME_TO_ACTION)
    said = [*_median(median, labels), _within(reading, steps, labels)]
    words = Words("removal-chart", name, " ".join(said))
    slots = [Slot(_short(step), step.amount.value, told(labels, step.amount)) for step in steps]
    before = sum(step.upper is not None and step.upper <= LIMIT for step in steps)
    svg = chart.ladder(slots, words, (before, labels.say("removal.line")))
    heads = [Column(labels.field("duration_bin")), Column(labels.say("head.count"), "number")]
    rows = [[labels.value("duration_bin", s.code), told(labels, s.amount)] for s in steps]
    caption = labels.say("removal.caption", metric=name, period=reading.latest)
    return pair(drawn(svg, words), table("removal", caption, heads, rows))


def _median(figure: Figure | None, labels: Labels) -> list[str]:
    lower, upper = figure.median if figure else (None, None)
    if figure is None or lower is None:
        return []
    places = {"metric": labels.metric(figure.metric), "period": figure.period}
    if upper is None:
        return [labels.say("removal.above", lower=labels.hours(lower), **places)]
    if lower == upper:
        return [labels.say("removal.median", median=labels.hours(lower), **places)]
    bounds = {"lower": labels.hours(lower), "upper": labels.hours(upper)}
    return [labels.say("removal.between", **bounds, **places)]


def _within(reading: Reading, steps: Sequence[Step], labels: Labels) -> str:
    places = {"metric": labels.metric(TIME_TO_ACTION), "period": reading.latest}
    values = [step.amount.value for step in steps]
    if any(step.amount.hidden for step in steps):
        return labels.say("removal.hidden", **places)
    if any(value is None for value in values):
        return labels.say("unshown")
    whole = sum(value or 0 for value in values)
    met = sum(s.amount.value or 0 for s in steps if s.upper is not None and s.upper <= LIMIT)
    counts = {"met": labels.count(met), "all": labels.count(whole)}
    return labels.say("removal.histogram", share=labels.share(met, whole), **counts, **places)


def _short(step: Step) -> str:
    """The end of a step as its name; the table has it in words."""
    if step.upper is None:
        return "…"
    if step.upper <= 3 * DAY:
        return f"{step.upper // HOUR} h"
    return f"{step.upper // DAY} d"
