"""Reporters beside each other: what was not added up and why, and the numbers of each, never ranked."""

from __future__ import annotations

from collections.abc import Mapping

from harmtax.figures.report import chart
from harmtax.figures.report.chart import Bar, Words
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.markup import Markup, element
from harmtax.figures.report.parts import drawn, pair, paragraph, told
from harmtax.figures.report.reading import Reading
from harmtax.figures.report.table import Column, table

REPORTER, HARMFUL = "reporter_id", "M01"


def apart(facts: Mapping[str, object], labels: Labels) -> list[Markup]:
    """The figures that stand side by side instead of being added up, each with the reason."""
    listed = facts.get("side_by_side")
    if not isinstance(listed, list) or not listed:
        return []
    heads = [
        Column(labels.field("period"), "short"),
        Column(labels.field("metric_id"), "long"),
        Column(labels.say("apart.why"), "long"),
    ]
    # The reasons are words of the program and stand in its own language.
    found: dict[tuple[str, str], list[str]] = {}
    for each in listed:
        found.setdefault((each["period"], each["why"]), []).append(labels.metric(each["metric"]))
    rows = [
        [period, ", ".join(metrics), element("span", why, lang="en")]
        for (period, why), metrics in found.items()
    ]
    about = paragraph(labels.say("apart.about"))
    return [about, table("apart", labels.say("apart.caption"), heads, rows)]


def by_reporter(reading: Reading, labels: Labels) -> list[Markup]:
    """Harmful synthetic incidents of each reporter in the latest period, in the order of their names."""
    found = reading.parts(HARMFUL, REPORTER)
    if not found:
        return []
    title = labels.say("by_reporter.caption", metric=labels.metric(HARMFUL), period=reading.latest)
    sentences = [labels.say("by_reporter.reading")]
    if hidden := sum(amount.hidden for _, amount in found):
        sentences.append(labels.say("by_reporter.hidden", count=labels.count(hidden)))
    words = Words("by-reporter-chart", title, " ".join(sentences))
    rows = [
        Bar(
            name,
            "",
            0,
            n.value,
            ((n.value, "main"),) if n.value is not None else (),
            told(labels, n),
        )
        for name, n in found
    ]
    heads = [Column(labels.field(REPORTER)), Column(labels.say("head.count"), "number")]
    cells = [[name, told(labels, amount)] for name, amount in found]
    behind = table("by-reporter", title, heads, cells)
    some = any(amount.value is not None or amount.hidden for _, amount in found)
    said = drawn(chart.bars(rows, words), words) if some else paragraph(words.description)
    return [pair(said, behind)]
