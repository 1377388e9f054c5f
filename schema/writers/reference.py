"""Writes the reference pages as Markdown, one per kind of element."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harmtax.shapes import (
    CategoryRow,
    Code,
    CodeList,
    Condition,
    Field,
    MetricRow,
    Quantity,
    RecordType,
    Rule,
    Test,
)

from schema.writers.plan import Plan

FOLDER = "docs/reference"
EXPORTS = "../../exports/next"
# A list of all countries helps nobody on a page; the CSV export holds it.
SHOWN = 60
HEADER = "<!-- Written by schema/build.py from schema/; do not edit. -->\n"
Page = Iterable[str]


def write(plan: Plan, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of each page by its path."""
    pages: dict[str, Page] = {
        "index": _index(plan, metrics),
        "categories": _categories(plan),
        "codelists": _code_lists(plan),
        "records": _records(plan),
        "rules": _rules(plan),
        "faults": _faults(plan),
        "metrics": _metrics(metrics),
    }
    return {f"{FOLDER}/{name}.md": _page(parts) for name, parts in pages.items()}


def anchor(name: str) -> str:
    """The anchor of a code, rule, field or metric: `HT-R01` becomes `ht-r01`."""
    return name.lower().replace("_", "-")


# --- index ---------------------------------------------------------------------------------------


def _index(plan: Plan, metrics: Sequence[MetricRow]) -> Page:
    fields = sum(len(record.fields) for record in plan.records.values())
    yield "# Reference"
    yield plan.description
    yield f"Version {plan.version}. These pages are made from the schema and hold nothing else."
    yield _table(
        ("Page", "Holds"),
        (
            ("[Categories](categories.md)", f"{len(plan.categories)} categories of harm"),
            ("[Code lists](codelists.md)", f"{len(plan.code_lists) - 1} further code lists"),
            ("[Records](records.md)", f"{len(plan.records)} record types with {fields} fields"),
            ("[Rules](rules.md)", f"{len(plan.rules)} rules across fields and records"),
            ("[Faults](faults.md)", "the words for faults of fields, lines and submissions"),
            ("[Receivers](receivers.md)", "what those who receive other formats ask of a record"),
            ("[Metrics](metrics.md)", f"{len(metrics)} metrics"),
            ("[Changelog](changelog.md)", "what changed from version to version"),
            ("[Verdicts](verdicts.md)", "what each kind of change asks of the version number"),
        ),
    )
    yield (
        f"The same content for programs: [exports]({EXPORTS}/), with CSV tables, JSON Schema, SKOS,"
        " a JSON-LD context and TypeScript types."
    )


# --- categories ----------------------------------------------------------------------------------


def _categories(plan: Plan) -> Page:
    yield "# Categories"
    yield from (line for line in plan.category_notes.splitlines() if line.strip())
    yield "## The tree"
    yield "\n".join(_tree(plan.categories, None, 0))
    yield "## Tier by treatment"
    yield (
        "A tier marked with an asterisk is assumed, because the treatment is unknown. A category"
        " without a tier is left out."
    )
    yield _tiers(plan)
    yield "## The categories in their order of precedence"
    titles = {row.code: row.title for row in plan.categories}
    for place, row in enumerate(plan.categories, 1):
        yield from _category(place, row, titles)


def _tree(rows: Sequence[CategoryRow], parent: str | None, depth: int) -> Iterator[str]:
    for row in rows:
        if row.parent == parent:
            yield f"{'  ' * depth}- {_to_category(row.code)} {row.title}{_retired(row.status)}"
            yield from _tree(rows, row.code, depth + 1)


def _tiers(plan: Plan) -> str:
    treatments = plan.code_lists["Treatment"].codes
    rows = (
        (_to_category(row.code), *(_tier(plan, row.code, each.code) for each in treatments))
        for row in plan.categories
        if any((row.code, each.code) in plan.tiers for each in treatments)
    )
    return _table(("Category", *(each.title for each in treatments)), rows)


def _tier(plan: Plan, category: str, treatment: str) -> str:
    tier, basis = plan.tiers.get((category, treatment), ("", ""))
    return f"{tier}*" if basis == "assumed" else tier


def _category(place: int, row: CategoryRow, titles: dict[str, str]) -> Page:
    yield f'<a id="{anchor(row.code)}"></a>'
    yield f"### {row.code} {row.title}"
    yield row.definition
    floor = ", whatever the treatment" if row.absolute_floor else ""
    facts = [
        ("Includes", row.includes),
        ("Excludes", row.excludes),
        ("Parent", f"{_to_category(row.parent)} {titles[row.parent]}" if row.parent else "none"),
        ("Precedence", str(place)),
        ("Tier before treatment", f"{row.base_tier or 'none'}{floor}"),
        ("Status", row.status),
        ("Replaced by", _to_category(row.replaced_by) if row.replaced_by else ""),
        ("Successor", "none" if row.no_successor else ""),
    ]
    yield _facts(facts)


# --- code lists ----------------------------------------------------------------------------------


def _code_lists(plan: Plan) -> Page:
    lists = [each for each in plan.code_lists.values() if each.name != "CategoryCode"]
    yield "# Code lists"
    yield (
        "A code that stands alone is the only member of its list when it is given. The categories"
        " have [their own page](categories.md)."
    )
    yield _table(
        ("Code list", "Title", "Codes"),
        ((_to_list(each.name), each.title, str(len(each.codes))) for each in lists),
    )
    for each in lists:
        yield f'<a id="{anchor(each.name)}"></a>'
        yield f"## {each.name}"
        yield f"{each.title}. {each.definition}".strip()
        yield _codes(each)


def _codes(each: CodeList) -> str:
    if len(each.codes) > SHOWN:
        return f"{len(each.codes)} codes, all in [codelists.csv]({EXPORTS}/codelists.csv)."
    rows = ((f"`{code.code}`", code.title, code.definition, _notes(code)) for code in each.codes)
    return _table(("Code", "Title", "Definition", "Notes"), rows)


def _notes(code: Code) -> str:
    notes = (
        "stands alone" if code.alone else "",
        f"unit: {code.unit}" if code.unit else "",
        f"same as {code.meaning}" if code.meaning else "",
        "" if code.status == "active" else code.status,
        f"replaced by `{code.replaced_by}`" if code.replaced_by else "",
    )
    return "; ".join(note for note in notes if note)


# --- records -------------------------------------------------------------------------------------


def _records(plan: Plan) -> Page:
    yield "# Records"
    yield (
        "Audience says who may see a field: a public field may stand in a report, a shared field at"
        " most in a submission, a restricted field stays with its owner."
    )
    yield "\n".join(
        f"- [{record.name}](#{anchor(record.name)}): {record.title}"
        for record in plan.records.values()
    )
    for record in plan.records.values():
        yield from _record(record, plan)


def _record(record: RecordType, plan: Plan) -> Page:
    yield f'<a id="{anchor(record.name)}"></a>'
    yield f"## {record.name}"
    yield record.definition
    if record.identifier:
        yield f"Identified by `{record.identifier}`."
    head = ("Field", "Type", "Required", "Unit", "Audience", "Definition", "Source")
    yield _table(head, (_field(field) for field in record.fields))
    rules = [_to_rule(rule.id) for rule in plan.rules.values() if record.name in rule.records]
    if rules:
        yield f"Rules: {', '.join(rules)}."


def _field(field: Field) -> tuple[str, ...]:
    return (
        f"`{field.name}`",
        _type(field),
        "yes" if field.required else "no",
        field.unit or "",
        field.audience,
        field.definition,
        field.source or "",
    )


def _type(field: Field) -> str:
    match field.kind:
        case "code":
            target = _to_list(str(field.codes))
            return f"list of {target}" if field.many else target
        case "integer":
            return f"integer, {field.minimum} to {field.maximum}"
        case "text" if field.pattern:
            return f"text, `{field.pattern}`"
        case "text":
            return f"text, at most {field.max_length} characters"
    return field.kind


# --- rules and faults ----------------------------------------------------------------------------


def _rules(plan: Plan) -> Page:
    yield "# Rules"
    yield (
        "An error rejects the record, a warning does not. The severity below is that of the rule;"
        " single lines of a rule may be milder. The last line of each rule tells whether the"
        " exported JSON Schema rejects what breaks it."
    )
    yield _table(
        ("Rule", "Severity", "Says"),
        ((_to_rule(rule.id), rule.severity, rule.says) for rule in plan.rules.values()),
    )
    for rule in plan.rules.values():
        yield from _rule(rule)


def _rule(rule: Rule) -> Page:
    yield f'<a id="{anchor(rule.id)}"></a>'
    yield f"## {rule.id}"
    yield rule.says
    records = ", ".join(f"[{name}](records.md#{anchor(name)})" for name in rule.records)
    yield _facts(
        [
            ("What to do", rule.do),
            ("Severity", rule.severity),
            ("Record types", records),
            ("Source", rule.source),
            ("Carried by JSON Schema", rule.json_schema),
        ]
    )


def _faults(plan: Plan) -> Page:
    yield "# Faults"
    for name in ("FieldFault", "SubmissionFault"):
        faults = plan.code_lists[name]
        yield faults.definition
        for code in faults.codes:
            yield f'<a id="{anchor(code.code)}"></a>'
            yield f"## {code.code}"
            yield f"{code.title}. {code.definition}"
            yield _facts([("What to do", code.do or "")])


# --- metrics -------------------------------------------------------------------------------------


def _metrics(metrics: Sequence[MetricRow]) -> Page:
    yield "# Metrics"
    yield (
        "Numerator and denominator are summed apart, each over the dimensions that it has; a ratio"
        " is formed last. A mergeable metric may be added up over reporters."
    )
    yield _table(
        ("Metric", "Title", "Kind", "Unit"),
        ((f"[{row.id}](#{anchor(row.id)})", row.title, row.kind, row.unit) for row in metrics),
    )
    for row in metrics:
        yield from _metric(row)


def _metric(row: MetricRow) -> Page:
    yield f'<a id="{anchor(row.id)}"></a>'
    yield f"## {row.id} {row.title}"
    yield row.definition
    yield _facts(
        [
            ("Kind", row.kind),
            ("Unit", row.unit),
            ("Mergeable", "yes" if row.mergeable else "no"),
            ("Source", row.source),
            *_quantity("Numerator", row.numerator),
            *(_quantity("Denominator", row.denominator) if row.denominator else ()),
        ]
    )


def _quantity(side: str, quantity: Quantity) -> Iterator[tuple[str, str]]:
    record = f"[{quantity.record}](records.md#{anchor(quantity.record)})"
    what = (
        f"sum of `{quantity.sum}` over {record}" if quantity.sum else f"number of {record} records"
    )
    yield side, f"{what}, where {_condition(quantity.where)}"
    yield f"{side}: period", ", else ".join(f"`{name}`" for name in quantity.period)
    yield f"{side}: dimensions", ", ".join(f"`{name}`" for name in quantity.dimensions)


def _condition(condition: Condition) -> str:
    if not condition:
        return "nothing holds"
    options = (" and ".join(_test(test) for test in option) or "anything" for option in condition)
    return "; or where ".join(options)


def _test(test: Test) -> str:
    name, word, argument = test
    if isinstance(argument, int):
        return f"`{name}` is {'at least' if word == 'min' else 'below'} {argument}"
    codes = ", ".join("absent" if code is None else f"`{code}`" for code in argument or ())
    match word:
        case "in":
            return f"`{name}` is {'one of ' if len(argument or ()) > 1 else ''}{codes}"
        case "has":
            return f"`{name}` holds one of {codes}"
        case "lacks":
            return f"`{name}` holds none of {codes}"
        case "only":
            return f"`{name}` holds only {codes}"
    return f"`{name}` is {word}"


# --- Markdown ------------------------------------------------------------------------------------


def _page(parts: Page) -> str:
    return HEADER + "".join(f"\n{part}\n" for part in parts if part)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {said}" for name, said in facts if said)


def _retired(status: str) -> str:
    return "" if status == "active" else f" ({status})"


def _to_category(code: str) -> str:
    return f"[{code}](categories.md#{anchor(code)})"


def _to_list(name: str) -> str:
    if name == "CategoryCode":
        return f"[{name}](categories.md)"
    return f"[{name}](codelists.md#{anchor(name)})"


def _to_rule(rule: str) -> str:
    return f"[{rule}](rules.md#{anchor(rule)})"
