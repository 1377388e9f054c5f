"""The report as one HTML file: no script, nothing loaded from anywhere, readable and printable.

It shows observations as they are, unprotected, and says so on top.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harmtax.figures.metrics import Observations
from harmtax.figures.report import sections
from harmtax.figures.report.markup import Markup, element, tagged
from harmtax.figures.report.reading import Reading, count, many
from harmtax.figures.report.sections import section
from harmtax.figures.report.style import STYLE
from harmtax.figures.report.table import Column, table
from harmtax.files import replacing

Facts = Mapping[str, object]
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
UNPROTECTED = "Not for publication: these figures are not yet protected against disclosure"
SAMPLE = "Made from a synthetic sample. Nothing in it happened."
PARTS = (
    ("reporters", "Who reported"),
    ("findings", "What was found"),
    ("categories", "Categories"),
    ("trend", "Over time"),
    ("rates", "Rates"),
    ("children", "Children"),
    ("people", "Real people"),
    ("statements", "EU statements"),
    ("provenance", "Provenance"),
)


def write(observations: Observations, facts: Facts, target: Path) -> None:
    """Writes the report of `observations`; `facts` says where they came from.

    Keys of `facts`: title, synthetic_sample, version, command, and lists of mappings under inputs
    (name, format, sha256, rows, accepted, rejected), groups (rule, severity, path, value, count,
    message, hint) and statements (format, platform, category, status, note). What is absent is said to
    be absent. The same arguments give the same bytes. Raises Unreadable when the file cannot be written.
    """
    with replacing(target) as stream:
        stream.write(page(observations, facts).encode())


def page(observations: Observations, facts: Facts) -> str:
    """The whole page as text."""
    reading = Reading(observations)
    body = element("body", *_body(reading, facts))
    return f"<!DOCTYPE html>\n{element('html', _head(facts), body, lang='en')}\n"


def _head(facts: Facts) -> Markup:
    policy = {"http-equiv": "Content-Security-Policy", "content": POLICY}
    return element(
        "head",
        element("meta", charset="utf-8"),
        tagged("meta", policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="robots", content="noindex"),
        element("title", _title(facts)),
        element("style", Markup(STYLE)),
    )


def _body(reading: Reading, facts: Facts) -> list[Markup]:
    links = [element("li", element("a", title, href=f"#{name}")) for name, title in PARTS]
    header = element(
        "header",
        element("h1", _title(facts)),
        _banner(facts),
        element("nav", element("ol", *links), aria_label="Sections"),
        sections.key_figures(reading),
    )
    main = element(
        "main",
        _reporters(reading, facts),
        _findings(facts),
        sections.categories(reading),
        sections.trend(reading),
        sections.rates(reading),
        sections.children(reading),
        sections.real_people(reading),
        _statements(facts),
        _provenance(facts),
        id="main",
        tabindex="-1",
    )
    return [
        element("a", "Skip to the report", href="#main", class_="skip"),
        header,
        main,
        _footer(),
    ]


def _banner(facts: Facts) -> Markup:
    lines = [element("p", element("strong", UNPROTECTED + "."))]
    if facts.get("synthetic_sample"):
        lines.append(element("p", SAMPLE))
    return element("aside", *lines, class_="banner", aria_label="Notice")


def _reporters(reading: Reading, facts: Facts) -> Markup:
    inputs = _rows(facts, "inputs")
    if not inputs:
        said = "No input file is named."
        return section("reporters", "Who reported", element("p", said))
    rows = [[*_texts(each, "name", "format"), *_counts(each)] for each in inputs]
    sums = [sum(_whole(each, key) for each in inputs) for key in ("rows", "accepted", "rejected")]
    said = (
        f"{many(len(inputs), 'file')} brought {many(sums[0], 'row')}: {count(sums[1])} accepted,"
        f" {count(sums[2])} rejected. {_named(reading)}"
    )
    heads = [
        Column("Input"),
        Column("Format"),
        Column("Rows in", "number"),
        Column("Accepted", "number"),
        Column("Rejected", "number"),
    ]
    shown = table("reporters", "What came in, and what was accepted", heads, rows)
    return section("reporters", "Who reported", element("p", said), shown)


def _named(reading: Reading) -> str:
    told = [
        f"{title}: {', '.join(values)}."
        for name, title in (("reporter_id", "Reporters"), ("service_id", "Services"))
        if (values := reading.named(name))
    ]
    return " ".join(told) or "The figures are not broken down by reporter or service."


def _findings(facts: Facts) -> Markup:
    groups = _rows(facts, "groups")
    if not groups:
        return section("findings", "What was found", element("p", "Nothing was found wrong."))
    total = sum(_whole(each, "count") for each in groups)
    said = f"{many(total, 'finding')} in {many(len(groups), 'group')} of the same rule, place and value."
    rows = [_group(each) for each in groups]
    heads = [
        *(Column(head, "short") for head in ("Rule", "Severity", "Field")),
        Column("Value"),
        Column("Count", "number"),
        Column("What is wrong", "long"),
        Column("What to do", "long"),
    ]
    shown = table("findings", "Findings, grouped", heads, rows)
    return section("findings", "What was found", element("p", said), shown)


def _group(group: Mapping[str, object]) -> list[str]:
    # The empty pointer (RFC 6901) means the row as a whole.
    place = str(group.get("path") or "whole row")
    rule, severity, value, message, hint = _texts(
        group, "rule", "severity", "value", "message", "hint"
    )
    return [rule, severity, place, value, count(_whole(group, "count")), message, hint]


def _statements(facts: Facts) -> Markup:
    title = "What came from the EU statements of reasons"
    statements = _rows(facts, "statements")
    if not statements:
        return section("statements", title, element("p", "No statement of reasons was read."))
    became: dict[str, int] = {}
    for each in statements:
        became[_text(each, "status")] = became.get(_text(each, "status"), 0) + 1
    told = ", ".join(f"{name} {count(number)}" for name, number in sorted(became.items()))
    said = f"{many(len(statements), 'statement')} read. What they became: {told}."
    heads = [Column(head) for head in ("Platform", "Format", "Category", "Became")]
    rows = [_texts(each, "platform", "format", "category", "status", "note") for each in statements]
    shown = table(
        "statements", "Each statement and what it became", [*heads, Column("Note", "long")], rows
    )
    return section("statements", title, element("p", said), shown)


def _provenance(facts: Facts) -> Markup:
    inputs = _rows(facts, "inputs")
    version = f"Version of the standard: {_text(facts, 'version')}."
    command = element("p", "Made with: ", element("code", _text(facts, "command")))
    content = [element("p", version), command]
    if inputs:
        rows = [_texts(each, "name", "sha256") for each in inputs]
        heads = [Column("Input"), Column("SHA-256", "code")]
        content.append(table("provenance", "Input files and their digests", heads, rows))
    return section("provenance", "Provenance", *content)


def _footer() -> Markup:
    said = (
        "The suitability tiers are GARM-style and not endorsed by the World Federation of Advertisers;"
        " GARM ended in August 2024."
    )
    return element("footer", element("p", said))


def _title(facts: Facts) -> str:
    return _text(facts, "title") if facts.get("title") else "Harmful synthetic imagery"


def _rows(facts: Facts, key: str) -> list[Mapping[str, object]]:
    listed = facts.get(key)
    if not isinstance(listed, Sequence):
        return []
    return [each for each in listed if isinstance(each, Mapping)]


def _texts(row: Mapping[str, object], *keys: str) -> list[str]:
    return [_text(row, key) for key in keys]


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    return "not stated" if value is None or value == "" else str(value)


def _counts(row: Mapping[str, object]) -> list[str]:
    return [count(_whole(row, key)) for key in ("rows", "accepted", "rejected")]


def _whole(row: Mapping[str, object], key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0
