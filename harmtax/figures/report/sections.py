"""The sections about numbers: what was found, its course, categories, removal, children, rates."""

from __future__ import annotations

from collections.abc import Sequence

from harmtax._generated.metrics import METRICS
from harmtax.figures.report import chart
from harmtax.figures.report.chart import Bar, Point, Words
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.markup import Markup, element, together
from harmtax.figures.report.parts import drawn, middle, pair, paragraph, rate, section, told
from harmtax.figures.report.reading import Figure, Node, Reading, index
from harmtax.figures.report.table import Column, table
from harmtax.figures.report.tiers import by_tier

HARMFUL, REAL_PEOPLE, CHILDREN, REPORTED, IN_TIME = "M01", "M02", "M23", "M24", "M17"
# What a reader takes away: the first of these that the publication holds.
KEY = (
    HARMFUL, REAL_PEOPLE, CHILDREN, IN_TIME, "M12-notices", "M14", "M13-median", "M19-appeals", "M21",
    "M04", "M05", "M28",
)  # fmt: skip
CARDS = 4
# Where the publication holds neither of the two main counts, the first ones that it has.
COURSES = 2


def key_figures(reading: Reading, labels: Labels) -> Markup:
    """The few numbers that a reader takes away."""
    held = [name for name in KEY if reading.total(name) is not None]
    wanted = (held + [name for name in KEY if name not in held])[:CARDS]
    cards = [_card(reading.total(name), labels.metric(name), labels) for name in wanted]
    return element("dl", *cards, class_="key")


def found(reading: Reading, labels: Labels) -> Markup:
    """All counts and medians, metric by metric, in every period."""
    metrics = reading.metrics(rates=False)
    title = labels.say("part.found")
    if not metrics:
        return section("found", title, paragraph(labels.say("nothing")))
    # The newest first: where the table is wider than the screen, the rest is scrolled to.
    newest = reading.every[::-1]
    heads = [Column(labels.field("metric_id")), *(Column(p, "number") for p in newest)]
    rows = []
    for name in metrics:
        by = {f.period: f for f in reading.totals(name, reading.every)}
        cells = [_cell(labels, by.get(period)) for period in newest]
        rows.append([labels.metric(name), *cells])
    about = paragraph(labels.say("found.about", period=", ".join(reading.every)))
    return section("found", title, about, table("found", labels.say("found.caption"), heads, rows))


def trend(reading: Reading, labels: Labels) -> Markup:
    """How the two main counts went over the periods."""
    shown = [name for name in (HARMFUL, REAL_PEOPLE) if reading.totals(name)]
    counts = [name for name in reading.metrics(rates=False) if METRICS[name].kind == "count"]
    content = [_course(reading, labels, name) for name in shown or counts[:COURSES]]
    if not content:
        content = [paragraph(labels.say("nothing"))]
    return section("trend", labels.say("part.trend"), *content)


def categories(reading: Reading, labels: Labels) -> Markup:
    """Harmful synthetic incidents by the tree of categories and by tier."""
    nodes, title = reading.tree(HARMFUL), labels.say("part.categories")
    tiers = by_tier(reading, labels)
    if not nodes:
        return section("categories", title, *(tiers or [paragraph(labels.say("nothing"))]))
    words = Words("categories-chart", title, _tree_words(reading, nodes, labels))
    bars = [_branch(node, labels) for node in nodes]
    caption = labels.say("categories.caption", period=reading.latest)
    about = paragraph(labels.say("categories.about", period=reading.latest))
    behind = _tree_table(nodes, labels, caption)
    shown = any(node.whole.value is not None or node.whole.hidden for node in nodes)
    picture = [drawn(chart.bars(bars, words), words), _key(nodes, labels)] if shown else []
    said = picture or [paragraph(words.description)]
    return section("categories", title, about, *tiers, *said, behind)


def children(reading: Reading, labels: Labels) -> Markup:
    """How many incidents concern children, and how many were reported to an authority."""
    title = labels.say("part.children")
    totals = [f for name in (CHILDREN, REPORTED) if (f := reading.total(name)) is not None]
    if not totals:
        return section("children", title, paragraph(labels.say("nothing")))
    words = Words("children-chart", title, " ".join(_ratio_words(f, labels) for f in totals))
    shown = [f for name in (CHILDREN, REPORTED) for f in reading.totals(name, reading.every)]
    behind = rate_table("children", labels.say("children.caption"), shown, labels)
    about = paragraph(labels.say("children.about"))
    rated = [f for f in totals if f.rated is not None and f.rated[1]]
    said = drawn(_shares(totals, words, labels), words) if rated else paragraph(words.description)
    return section("children", title, about, said, behind)


def rates(reading: Reading, labels: Labels) -> Markup:
    """Every rate with what it is made of."""
    title = labels.say("part.rates")
    figures = [
        f for name in reading.metrics(rates=True) for f in reading.totals(name, reading.every)
    ]
    if not figures:
        return section("rates", title, paragraph(labels.say("nothing")))
    latest = [f for f in figures if f.period == reading.latest]
    given = [f for f in latest if f.rated is not None and f.rated[1]]
    counts = {"given": labels.count(len(given)), "missing": labels.count(len(latest) - len(given))}
    words = Words(
        "rates-chart", title, labels.say("rates.reading", period=reading.latest, **counts)
    )
    behind = rate_table("rates", labels.say("rates.caption"), figures, labels)
    about = paragraph(labels.say("rates.about"))
    said = drawn(_shares(given, words, labels), words) if given else paragraph(words.description)
    return section("rates", title, about, said, behind)


def rate_table(name: str, caption: str, figures: Sequence[Figure], labels: Labels) -> Markup:
    """Ratios with numerator and denominator side by side."""
    heads = [
        Column(labels.field("metric_id")),
        Column(labels.field("period"), "short"),
        Column(labels.field("numerator"), "number"),
        Column(labels.field("denominator"), "number"),
        Column(labels.say("head.rate"), "number"),
    ]
    rows = [
        [
            labels.metric(f.metric),
            f.period,
            told(labels, f.top),
            told(labels, f.bottom),
            rate(labels, f),
        ]
        for f in figures
    ]
    return table(name, caption, heads, rows)


def _cell(labels: Labels, figure: Figure | None) -> str:
    if figure is None:
        return labels.say("absent")
    timed = METRICS[figure.metric].kind == "median"
    return middle(labels, figure) if timed else told(labels, figure.top)


def _course(reading: Reading, labels: Labels, metric: str) -> Markup:
    title = labels.metric(metric)
    by = {f.period: f for f in reading.totals(metric)}
    numbers = {period: by[period].top if period in by else None for period in reading.periods}
    points = [
        Point(period, index(period), number.value if number else None, told(labels, number))
        for period, number in numbers.items()
    ]
    words = Words(f"trend-{metric}", title, _course_words(points, title, labels))
    heads = [
        Column(labels.field("period"), "short"),
        Column(labels.say("head.count"), "number"),
        Column(labels.field("status"), "short"),
    ]
    rows = [
        [point.period, point.said, labels.status(by[point.period].top.status)]
        for point in points
        if point.period in by
    ]
    caption = labels.say("trend.caption", metric=title)
    behind = table(f"trend-{metric}", caption, heads, rows)
    # One point is no course.
    if sum(point.value is not None for point in points) < 2:
        return pair(paragraph(words.description), behind)
    return pair(drawn(chart.course(points, words), words), behind)


def _course_words(points: Sequence[Point], metric: str, labels: Labels) -> str:
    """How a number went over the periods, in a sentence."""
    shown = [(point.value, point.period) for point in points if point.value is not None]
    gaps = [labels.say("trend.gaps")] if _gapped(points) else []
    if not shown:
        return labels.say("trend.none", metric=metric)
    last, until = shown[-1]
    if len(shown) == 1:
        said = labels.say("trend.single", metric=metric, first=labels.count(last), since=until)
        return said
    first, since = shown[-2]
    if index(until) - index(since) != 1:
        # Numbers with a time between them that nothing is known of are not compared.
        said = labels.say("trend.apart", metric=metric, last=labels.count(last), until=until)
        return " ".join([said, *gaps])
    way = "rose" if last > first else "fell" if last < first else "same"
    top, when = max(shown, key=lambda each: each[0])
    places = {
        "first": labels.count(first),
        "top": labels.count(top),
        "since": since,
        "until": until,
    }
    if way != "same":
        places["last"] = labels.count(last)
    said = labels.say(f"trend.{way}", metric=metric, when=when, **places)
    return " ".join([said, *gaps])


def _gapped(points: Sequence[Point]) -> bool:
    """Whether a period between the first and the last has no number."""
    absent = points[-1].place - points[0].place + 1 > len(points)
    return absent or any(point.value is None for point in points)


def _branch(node: Node, labels: Labels) -> Bar:
    parts = tuple((n.value, f"tier-{tier}") for tier, n in node.tiers if n.value is not None)
    if not node.tiers and node.whole.value is not None:
        parts = ((node.whole.value, f"tier-{node.base or 'none'}"),)
    name = labels.category(node.code)
    return Bar(name, node.code, node.depth, node.whole.value, parts, told(labels, node.whole))


def _key(nodes: Sequence[Node], labels: Labels) -> Markup:
    """What the colours stand for; every bar says its number in words as well."""
    used: set[str | None] = {tier for node in nodes for tier, _ in node.tiers}
    used = used or {node.base for node in nodes}
    items = []
    for tier in ("floor", "high", "medium", "low"):
        if tier in used:
            swatch = element("span", class_=f"swatch tier-{tier}", aria_hidden="true")
            items.append(element("li", swatch, labels.code("Tier", tier)))
    return element("ul", *items, class_="legend")


def _tree_words(reading: Reading, nodes: Sequence[Node], labels: Labels) -> str:
    tops = [(n.whole.value, n.code) for n in nodes if n.depth == 0 and n.whole.value is not None]
    said = []
    if tops:
        most = max(count for count, _ in tops)
        first = [labels.category(code) for count, code in tops if count == most]
        key = "categories.reading" if len(first) == 1 else "categories.tied"
        said.append(labels.say(key, title=", ".join(first), count=labels.count(most)))
        whole = reading.total(HARMFUL)
        if whole is not None and whole.top.value and len(first) == 1:
            share = labels.share(most, whole.top.value)
            all_ = labels.count(whole.top.value)
            said.append(labels.say("categories.share", total=all_, share=share))
    if hidden := sum(node.whole.hidden for node in nodes):
        said.append(labels.say("categories.hidden", count=labels.count(hidden)))
    return " ".join(said) or labels.say("unshown")


def _tree_table(nodes: Sequence[Node], labels: Labels, caption: str) -> Markup:
    tiers = [
        t for t in ("floor", "high", "medium", "low") if any(t in dict(n.tiers) for n in nodes)
    ]
    heads = [
        Column(labels.field("category")),
        Column(labels.say("head.code"), "short"),
        Column(labels.say("head.all_tiers"), "number"),
        *(Column(labels.code("Tier", tier), "number") for tier in tiers),
    ]
    rows = []
    for node in nodes:
        name = labels.category(node.code)
        head = element("span", name, class_="deep") if node.depth else together([name])
        parts = dict(node.tiers)
        # In a table that is there a cell without a row holds none; without the table nothing is known.
        none = "0" if parts else labels.say("absent")
        cells = [told(labels, parts[tier]) if tier in parts else none for tier in tiers]
        rows.append([head, node.code, told(labels, node.whole), *cells])
    return table("categories", caption, heads, rows)


def _ratio_words(figure: Figure, labels: Labels) -> str:
    places = {"metric": labels.metric(figure.metric), "period": figure.period}
    if figure.rated is None or not figure.rated[1]:
        return labels.say("children.without", why=rate(labels, figure), **places)
    top, bottom = map(labels.count, figure.rated)
    share = rate(labels, figure)
    return labels.say("children.reading", top=top, bottom=bottom, share=share, **places)


def _shares(figures: Sequence[Figure], words: Words, labels: Labels) -> Markup:
    """A bar from 0 to 100 percent for each ratio, in hundredths of a percent."""
    rows = [
        Bar(labels.metric(f.metric), f.metric, 0, 10_000, _part(f), rate(labels, f), "track")
        if f.rated
        else Bar(labels.metric(f.metric), f.metric, 0, None, (), rate(labels, f))
        for f in figures
    ]
    return chart.bars(rows, words, 10_000)


def _part(figure: Figure) -> tuple[tuple[int, str], ...]:
    assert figure.rated is not None
    top, bottom = figure.rated
    return ((min(top, bottom) * 10_000 // bottom if bottom else 0, "main"),)


def _card(figure: Figure | None, title: str, labels: Labels) -> Markup:
    name = element("dt", title)
    if figure is None:
        return element("div", name, element("dd", labels.say("absent"), class_="note"))
    said, note = _cell(labels, figure), figure.period
    if figure.bottom is not None:
        said = rate(labels, figure)
        if figure.top.value is not None or figure.bottom.value is not None:
            note = f"{told(labels, figure.top)} / {told(labels, figure.bottom)}, {note}"
    # Words instead of a number are no headline.
    style = None if any(letter.isdigit() for letter in said) else "word"
    return element(
        "div", name, element("dd", said, class_=style), element("dd", note, class_="note")
    )
