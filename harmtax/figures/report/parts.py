"""Pieces that every section of the page is made of: headings, charts with their words, numbers in cells."""

from __future__ import annotations

from harmtax.figures.report.chart import Words
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.marks import NOT_APPLICABLE, NOT_COMPARABLE, Number
from harmtax.figures.report.markup import Markup, element
from harmtax.figures.report.reading import Figure
from harmtax.figures.report.table import scroll


def section(name: str, title: str, *content: Markup) -> Markup:
    """A section with its heading."""
    head = element("h2", title, id=f"{name}-head")
    return element("section", head, *content, id=name, aria_labelledby=f"{name}-head")


def paragraph(*sentences: str) -> Markup:
    """Sentences as one paragraph."""
    return element("p", " ".join(sentences))


def drawn(svg: Markup, words: Words) -> Markup:
    """A chart with its plain reading below it."""
    caption = element("figcaption", words.description)
    return element("figure", scroll(svg, f"{words.name}-title"), caption)


def pair(left: Markup, right: Markup) -> Markup:
    """A chart and the table behind it, side by side where there is room."""
    return element("div", left, right, class_="pair")


def told(labels: Labels, number: Number | None) -> str:
    """A number in a cell: the number, that it is hidden, or why there is none."""
    if number is None:
        return labels.say("absent")
    if number.value is not None:
        return labels.count(number.value)
    return labels.say("hidden") if number.hidden else labels.status(number.status).casefold()


def rate(labels: Labels, figure: Figure) -> str:
    """A rate in a cell."""
    if figure.rated is not None:
        return labels.share(*figure.rated)
    bottom = figure.bottom
    if figure.status == NOT_APPLICABLE and bottom is not None and bottom.value == 0:
        return labels.say("no_cases")
    hidden = figure.top.hidden or (bottom is not None and bottom.hidden)
    return labels.say("hidden") if hidden else labels.status(figure.status).casefold()


def middle(labels: Labels, figure: Figure) -> str:
    """A median in a cell, as a number of hours or as the interval that it lies in."""
    lower, upper = figure.median
    if lower is None and figure.status == NOT_COMPARABLE:
        return labels.status(figure.status).casefold()
    if lower is None:
        # A median of few is withheld, although their number may be shown.
        return labels.say("hidden" if figure.top.value or figure.top.hidden else "no_cases")
    if upper is None:
        return f"> {labels.hours(lower)}"
    return (
        labels.hours(lower)
        if lower == upper
        else f"{labels.hours(lower)}\u2013{labels.hours(upper)}"
    )
