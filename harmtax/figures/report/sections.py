"""The sections about numbers: categories, trend, rates, children, real people."""

from __future__ import annotations

from collections.abc import Sequence

from harmtax._generated.metrics import METRICS
from harmtax.figures.report import chart
from harmtax.figures.report.chart import Words
from harmtax.figures.report.markup import Markup, element, together
from harmtax.figures.report.reading import Figure, Node, Reading, count, many, share, status
from harmtax.figures.report.reading import together as all_periods
from harmtax.figures.report.table import Column, scroll, table

HARMFUL, REAL_PEOPLE, CHILDREN, REPORTED = "M01", "M02", "M23", "M24"


def key_figures(reading: Reading) -> Markup:
    """The few numbers that a reader takes away."""
    cards = [
        _card(all_periods(reading.totals(name)), name) for name in (HARMFUL, REAL_PEOPLE, CHILDREN)
    ]
    return element("dl", *cards, class_="key")


def categories(reading: Reading) -> Markup:
    """Harmful synthetic incidents by the tree of categories."""
    nodes = reading.tree(HARMFUL)
    tiers = (
        "Each tier follows from category and treatment."
        if reading.named("tier")
        else "The tier is that of the category; the treatment of the subject can change it."
    )
    about = element(
        "p",
        "Every incident has one main category and counts there and in the category above it. "
        + tiers,
    )
    if not nodes:
        said = "These observations hold no harmful synthetic incident by category."
        return section("categories", "Harmful synthetic incidents by category", element("p", said))
    return section(
        "categories", "Harmful synthetic incidents by category", about, _tree(reading, nodes)
    )


def trend(reading: Reading) -> Markup:
    """Harmful synthetic incidents per period."""
    figures = reading.totals(HARMFUL)
    title = "Harmful synthetic incidents over time"
    if not figures:
        return section("trend", title, element("p", "These observations hold no period."))
    words = Words("trend-chart", title, _course(figures))
    drawn = _drawn(chart.columns(figures, words), words)
    rows = [[figure.period, count(figure.numerator), status(figure.status)] for figure in figures]
    heads = [Column("Period", "short"), Column("Incidents", "number"), Column("Status", "short")]
    return section("trend", title, _pair(drawn, table("trend", f"{title}, by period", heads, rows)))


def rates(reading: Reading) -> Markup:
    """Every ratio with what it is made of."""
    figures = reading.ratios()
    if not figures:
        return section("rates", "Rates", element("p", "These observations hold no rate."))
    latest = max(figure.period for figure in figures)
    shown = [f for f in figures if f.period == latest and f.numerator is not None and f.denominator]
    about = element(
        "p",
        "A rate is read with both of its numbers. Where nobody reported what a number is held against, "
        "the denominator is missing and no rate is given.",
    )
    return section(
        "rates", "Rates", about, _rate_chart(shown, latest), rate_table("rates", figures)
    )


def children(reading: Reading) -> Markup:
    """How many incidents concern children, and how many were reported to an authority."""
    return _ratios_together(reading, "children", "Children", (CHILDREN, REPORTED))


def real_people(reading: Reading) -> Markup:
    """Real people shown without their consent."""
    figures, title = reading.totals(REAL_PEOPLE), METRICS[REAL_PEOPLE].title
    if not figures:
        return section("people", title, element("p", "These observations do not hold this figure."))
    words = Words("people-chart", f"{title} over time", _course(figures))
    drawn = _drawn(chart.columns(figures, words), words)
    rows = [[figure.period, count(figure.numerator)] for figure in figures]
    heads = [Column("Period", "short"), Column("Incidents", "number")]
    shown = table("people", f"{title}, by period", heads, rows)
    about = element("p", METRICS[REAL_PEOPLE].definition)
    return section("people", title, about, _pair(drawn, shown))


def section(name: str, title: str, *content: Markup) -> Markup:
    """A section with its heading."""
    head = element("h2", title, id=f"{name}-head")
    return element("section", head, *content, id=name, aria_labelledby=f"{name}-head")


def rate_table(name: str, figures: Sequence[Figure]) -> Markup:
    """Ratios with numerator and denominator side by side."""
    heads = [
        Column("Rate"),
        Column("Period", "short"),
        Column("Numerator", "number"),
        Column("Denominator", "number"),
        Column("Rate in percent", "number"),
        Column("Counted in"),
        Column("Status", "short"),
    ]
    rows = [_rate(figure) for figure in figures]
    return table(name, "Each rate with the two numbers that it is made of", heads, rows)


def _rate(figure: Figure) -> list[str]:
    bottom = "missing denominator" if figure.denominator is None else count(figure.denominator)
    rate = share(figure.numerator, figure.denominator)
    unit = METRICS[figure.metric].unit
    return [
        figure.title,
        figure.period,
        count(figure.numerator),
        bottom,
        rate,
        unit,
        status(figure.status),
    ]


def _rate_chart(shown: Sequence[Figure], latest: str) -> Markup:
    if not shown:
        return element("p", f"In {latest} no rate can be given.")
    each = "; ".join(f"{f.title}: {share(f.numerator, f.denominator)}" for f in shown)
    words = Words("rates-chart", f"Rates in {latest}", f"In {latest}, the latest period: {each}.")
    return _drawn(chart.shares(shown, words), words)


def _ratios_together(reading: Reading, name: str, title: str, metrics: Sequence[str]) -> Markup:
    totals = [figures for metric in metrics if (figures := reading.totals(metric))]
    wholes = [whole for figures in totals if (whole := all_periods(figures)) is not None]
    if not wholes:
        return section(name, title, element("p", "These observations do not hold these figures."))
    said = " ".join(f"{f.title}: {_out_of(f)}." for f in wholes)
    words = Words(f"{name}-chart", f"{title}, all periods together", said)
    rows = [figure for figures in totals for figure in _with(figures)]
    about = [element("p", METRICS[metric].definition) for metric in metrics]
    return section(
        name, title, *about, _drawn(chart.shares(wholes, words), words), rate_table(name, rows)
    )


def _with(figures: Sequence[Figure]) -> list[Figure]:
    """The periods, and all of them as one where that says something new."""
    whole = all_periods(figures) if len(figures) > 1 else None
    return [*figures, whole] if whole else list(figures)


def _out_of(figure: Figure) -> str:
    part = f"{count(figure.numerator)} of {count(figure.denominator)}"
    return f"{part} ({share(figure.numerator, figure.denominator)})"


def _tree(reading: Reading, nodes: Sequence[Node]) -> Markup:
    top = max((node for node in nodes if node.depth == 0), key=lambda node: node.incidents)
    total = sum(node.incidents for node in nodes if node.depth == 0)
    said = (
        f"Of {many(total, 'incident')} in the categories, the largest part,"
        f" {count(top.incidents)}, is in {top.title} ({share(top.incidents, total)})."
    )
    if any(node.by_tier for node in nodes):
        said += " The parts of a bar stand in the order of the tiers, the strictest on the left."
    said += _rest(reading, total)
    words = Words("categories-chart", "Harmful synthetic incidents by category", said)
    heads = [
        Column("Category"),
        Column("Incidents", "number"),
        Column("Code", "short"),
        Column("Tier", "short"),
    ]
    rows = [[_indented(node), count(node.incidents), node.code, _tiers(node)] for node in nodes]
    caption = "Harmful synthetic incidents by category, all periods together"
    drawn = _drawn(chart.tree(nodes, words), words)
    return _pair(drawn, table("categories", caption, heads, rows))


def _tiers(node: Node) -> Markup:
    if not node.by_tier:
        return together([node.span])
    told = [f"{tier.title} {count(tier.incidents)}" for tier in node.tiers]
    return together(element("span", each, class_="line") for each in told)


def _rest(reading: Reading, shown: int) -> str:
    """What the tree does not show is said, so that nobody adds the bars up to the total."""
    whole = all_periods(reading.totals(HARMFUL))
    missing = (whole.numerator or 0) - shown if whole else 0
    told = f" In no bar, because a dimension of theirs is absent: {many(missing, 'incident')}."
    return told if missing > 0 else ""


def _indented(node: Node) -> Markup:
    return element("span", node.title, class_="deep") if node.depth else together([node.title])


def _course(figures: Sequence[Figure]) -> str:
    """How a number went over the periods, in a sentence."""
    told = [(figure.numerator, figure.period) for figure in figures if figure.numerator is not None]
    if not told:
        return "No period has a number."
    (first, since), (last, until) = told[0], told[-1]
    if len(told) == 1:
        return f"{since} has {many(first, 'incident')}; with one period there is no trend."
    moved = "rose" if last > first else "fell" if last < first else "stayed the same"
    top, when = max(told, key=lambda each: each[0])
    course = (
        f"stayed at {count(first)}"
        if moved == "stayed the same"
        else (f"{moved} from {count(first)} to {count(last)}")
    )
    return f"The number {course} between {since} and {until}; it was highest in {when} with {count(top)}."


def _card(figure: Figure | None, metric: str) -> Markup:
    title = element("dt", METRICS[metric].title)
    if figure is None:
        return element("div", title, element("dd", "not reported"))
    note = "all periods together"
    if figure.denominator is not None:
        note = f"of {count(figure.denominator)}, {share(figure.numerator, figure.denominator)}"
    return element(
        "div", title, element("dd", count(figure.numerator)), element("dd", note, class_="note")
    )


def _drawn(svg: Markup, words: Words) -> Markup:
    caption = element("figcaption", words.description)
    return element("figure", scroll(svg, f"{words.name}-title"), caption)


def _pair(left: Markup, right: Markup) -> Markup:
    return element("div", left, right, class_="pair")
