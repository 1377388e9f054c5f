"""Harmful synthetic incidents by tier alone, beside the tree of categories."""

from __future__ import annotations

from collections.abc import Sequence

from harmtax.figures.report import chart
from harmtax.figures.report.chart import Bar, Words
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.marks import Number
from harmtax.figures.report.markup import Markup
from harmtax.figures.report.parts import drawn, pair, told
from harmtax.figures.report.reading import Figure, Reading
from harmtax.figures.report.table import Column, table

HARMFUL = "M01"


def by_tier(reading: Reading, labels: Labels) -> list[Markup]:
    """Harmful synthetic incidents by tier, the strictest first."""
    found = reading.parts(HARMFUL, "tier")
    if not found:
        return []
    title = labels.say("tiers.caption", period=reading.latest)
    whole = reading.total(HARMFUL)
    words = Words("tiers-chart", title, _tier_words(found, whole, labels))
    bars = [
        Bar(
            labels.code("Tier", tier), "", 0, n.value,
            ((n.value, f"tier-{tier}"),) if n.value is not None else (), told(labels, n),
        )
        for tier, n in found
    ]  # fmt: skip
    heads = [Column(labels.field("tier")), Column(labels.say("head.count"), "number")]
    rows = [[labels.code("Tier", tier), told(labels, n)] for tier, n in found]
    return [pair(drawn(chart.bars(bars, words), words), table("tiers", title, heads, rows))]


def _tier_words(found: Sequence[tuple[str, Number]], whole: Figure | None, labels: Labels) -> str:
    """The share of each tier that is shown, where there is a total to hold it against."""
    total = whole.top.value if whole is not None else None
    said = [
        labels.say(
            "tiers.reading",
            title=labels.code("Tier", tier),
            count=labels.count(n.value),
            total=labels.count(total),
            share=labels.share(n.value, total),
        )
        for tier, n in found
        if n.value is not None and total
    ]
    return " ".join(said) or labels.say("unshown")
