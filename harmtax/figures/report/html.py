"""The report as one HTML file: no script, nothing loaded from anywhere, readable and printable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harmtax.figures.disclosure.provenance import LEAST
from harmtax.figures.publication import Publication
from harmtax.figures.report import provenance, sections
from harmtax.figures.report.apart import apart, by_reporter
from harmtax.figures.report.chart import Bar, Words, bars
from harmtax.figures.report.every import every
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.markup import Markup, element, tagged
from harmtax.figures.report.parts import drawn, paragraph, section
from harmtax.figures.report.reading import Reading
from harmtax.figures.report.removal import removal
from harmtax.figures.report.style import STYLE
from harmtax.figures.report.table import Column, table

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# In this order on the page.
PARTS = (
    "reporters", "found", "trend", "categories", "removal", "children", "rates", "tables", "hidden",
    "provenance",
)  # fmt: skip
SAMPLE = "synthetic_sample"
# What is hidden in which table and what was not added up stands in sections of its own.
TOLD_ABOVE = ("tables", "side_by_side")


def files(publication: Publication, name: str, language: str = "en") -> dict[str, bytes]:
    """The report under its name."""
    return {name: page(publication, language).encode()}


def page(publication: Publication, language: str = "en") -> str:
    """The whole page as text. The same publication gives the same page. Raises BadUse for a language
    without words."""
    labels, reading = Labels(language), Reading(publication)
    facts = provenance.told(publication)
    body = element("body", *_body(reading, labels, facts))
    return f"<!DOCTYPE html>\n{element('html', _head(labels, facts), body, lang=labels.language)}\n"


def _head(labels: Labels, facts: Mapping[str, object]) -> Markup:
    policy = {"http-equiv": "Content-Security-Policy", "content": POLICY}
    return element(
        "head",
        element("meta", charset="utf-8"),
        tagged("meta", policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="harmtax-publication", content=str(facts["publication"])),
        element("title", labels.say("title")),
        element("style", Markup(STYLE)),
    )


def _body(reading: Reading, labels: Labels, facts: Mapping[str, object]) -> list[Markup]:
    content = [
        _reporters(reading, labels, facts),
        sections.found(reading, labels),
        sections.trend(reading, labels),
        sections.categories(reading, labels),
        removal(reading, labels),
        sections.children(reading, labels),
        sections.rates(reading, labels),
        every(reading, labels),
        _hidden(reading, labels, facts),
        _provenance(labels, facts),
    ]
    links = [
        element("li", element("a", labels.say(f"part.{name}"), href=f"#{name}")) for name in PARTS
    ]
    header = element(
        "header",
        element("h1", labels.say("title")),
        paragraph(labels.say("period_title", periods=", ".join(reading.every))),
        _notice(reading, labels, facts),
        element("nav", element("ol", *links), aria_label=labels.say("sections")),
        sections.key_figures(reading, labels),
    )
    return [
        element("a", labels.say("skip"), href="#main", class_="skip"),
        header,
        element("main", *content, id="main", tabindex="-1"),
        # Last, when it is known which words the language lacks.
        _footer(labels),
    ]


def _notice(reading: Reading, labels: Labels, facts: Mapping[str, object]) -> Markup:
    counts = {"hidden": labels.count(reading.hidden), "all": labels.count(reading.all)}
    key = "open" if not reading.hidden else "protected.one" if reading.hidden == 1 else "protected"
    lines = [labels.say(key, **counts)]
    if facts.get(SAMPLE):
        lines.insert(0, labels.say("sample"))
    content = [element("p", line) for line in lines]
    return element("aside", *content, class_="banner", aria_label=labels.say("notice"))


def _reporters(reading: Reading, labels: Labels, facts: Mapping[str, object]) -> Markup:
    number = facts.get("reporters")
    said = (
        labels.say("reporters.count", count=labels.count(number))
        if isinstance(number, int)
        else labels.say("reporters.few")
    )
    named = [
        labels.say(f"reporters.{key}", names=", ".join(names))
        for name, key in (("reporter_id", "named"), ("service_id", "services"))
        if (names := reading.named(name) or _of_parts(name, facts))
    ]
    content = [paragraph(said, *named)]
    counted = facts.get("records_rounded")
    if isinstance(counted, Mapping) and counted:
        rows = [[str(name), _about(count, facts, labels)] for name, count in counted.items()]
        heads = [Column(labels.say("head.record")), Column(labels.say("head.count"), "number")]
        content.append(table("reporters", labels.say("reporters.caption"), heads, rows))
    content += apart(facts, labels) + by_reporter(reading, labels)
    return section("reporters", labels.say("part.reporters"), *content)


def _of_parts(name: str, facts: Mapping[str, object]) -> list[str]:
    """Who took part, of figures that were put together."""
    parts = facts.get("parts")
    return sorted({str(each[name]) for each in parts}) if isinstance(parts, list) else []


def _about(count: object, facts: Mapping[str, object], labels: Labels) -> str:
    """A number of records as provenance tells it: rounded, or only that it is small."""
    if isinstance(count, int):
        return labels.say("records.about", count=labels.count(count))
    k = facts.get("k")
    least = LEAST * k if isinstance(k, int) else 0
    return labels.say("records.few", count=labels.count(least)) if least else labels.say("hidden")


def _hidden(reading: Reading, labels: Labels, facts: Mapping[str, object]) -> Markup:
    k = str(facts.get("k", "?"))
    content = [paragraph(labels.say("hidden.about"), f"{labels.say('mark.hidden', k=k)}.")]
    if facts.get("criterion"):
        # The criterion is part of the standard and stands in its own language.
        criterion = element("span", str(facts["criterion"]), lang="en")
        content.append(element("p", labels.say("hidden.criterion"), " ", criterion))
    revealed = facts.get("revealed")
    if isinstance(revealed, list) and revealed:
        content.append(paragraph(labels.say("hidden.revealed", count=labels.count(len(revealed)))))
    content.append(_shares_hidden(reading, labels))
    tables = facts.get("tables")
    if isinstance(tables, list) and tables:
        content.append(_each_table(tables, labels))
    return section("hidden", labels.say("part.hidden"), *content)


def _shares_hidden(reading: Reading, labels: Labels) -> Markup:
    """How much of each table is hidden, as a chart and as the table behind it."""
    counts = [
        (_table_name(dims, labels), shown, hidden)
        for dims, shown, hidden in reading.shown_and_hidden()
    ]
    places = {
        "shown": labels.count(reading.all - reading.hidden),
        "hidden": labels.count(reading.hidden),
    }
    title = labels.say("hidden.caption")
    words = Words("hidden-chart", title, labels.say("hidden.chart", **places))
    veiled = labels.say("head.hidden")
    rows = [
        Bar(name, "", 0, shown + hidden, ((shown, "main"),), f"{veiled}: {part}")
        for name, shown, hidden in counts
        for part in [labels.share(hidden, shown + hidden)]
    ]
    heads = [
        Column(labels.say("head.table")),
        Column(labels.say("head.shown"), "number"),
        Column(labels.say("head.hidden"), "number"),
    ]
    cells = [[name, labels.count(shown), labels.count(hidden)] for name, shown, hidden in counts]
    behind = table("hidden", title, heads, cells)
    return element("div", drawn(bars(rows, words), words), behind, class_="pair")


def _each_table(tables: Sequence[Mapping[str, Any]], labels: Labels) -> Markup:
    """The same metric by metric; there are many, so that they are folded away."""
    heads = [
        Column(labels.field("metric_id")),
        Column(labels.field("period"), "short"),
        Column(labels.say("head.table")),
        Column(labels.say("head.shown"), "number"),
        Column(labels.say("head.hidden"), "number"),
    ]
    rows = [
        [
            _sided(str(each["metric"]), labels),
            each["period"],
            _table_name(tuple(each["breakdown"]), labels),
            labels.count(each["shown"]),
            labels.count(each["hidden"]),
        ]
        for each in tables
    ]
    caption = f"{labels.say('hidden.caption')}, {labels.field('metric_id')}"
    return element(
        "details", element("summary", caption), table("hidden-each", caption, heads, rows)
    )


def _sided(metric: str, labels: Labels) -> str:
    """A metric of the account of what is hidden; behind a slash it is told of which side."""
    name, _, side = metric.partition("/")
    return f"{labels.metric(name)}, {labels.field('denominator')}" if side else labels.metric(name)


def _table_name(dimensions: tuple[str, ...], labels: Labels) -> str:
    return " / ".join(map(labels.field, dimensions)) or labels.say("hidden.total")


def _provenance(labels: Labels, facts: Mapping[str, object]) -> Markup:
    listed = {name: value for name, value in facts.items() if name not in TOLD_ABOVE}
    rows = [[path, value] for path, value in provenance.lines(listed)]
    heads = [Column(labels.say("head.fact")), Column(labels.say("head.value"), "code")]
    shown = table("provenance", labels.say("provenance.caption"), heads, rows)
    about = paragraph(labels.say("provenance.about"))
    return section("provenance", labels.say("part.provenance"), about, shown)


def _footer(labels: Labels) -> Markup:
    lines = [labels.say("footer.garm"), labels.review]
    if labels.untranslated:
        lines.append(labels.say("review.missing", count=labels.count(len(labels.untranslated))))
    return element("footer", *(element("p", line) for line in lines))
