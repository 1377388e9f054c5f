"""The English pages of code lists, record types, rules and metrics: one each, and one per kind with all."""

from __future__ import annotations

from collections.abc import Iterator

from harmtax.standard.release import Facts, is_live, split

from schema.site import conditions, history
from schema.site.matter import Matter, coded, place
from schema.site.page import Page, anchored, items, joined, link, table

INTRODUCTIONS = {
    "code_lists": "The codes that a field may hold. The [categories](../taxonomy/index.md) have pages of"
    " their own.",
    "record_types": "A record speaks of one incident, request, appeal or figure. Audience says who may see a"
    " field: public in a report, shared at most in a submission, restricted nowhere but with its owner.",
    "rules": "An error rejects the record, a warning does not. Every rule names its source.",
    "metrics": "Numerator and denominator are whole numbers and are summed apart; a ratio is formed last.",
}
TITLES = {
    "code_lists": "Code lists",
    "record_types": "Record types",
    "rules": "Rules",
    "metrics": "Metrics",
}
KINDS = {
    "code_lists": "code list",
    "record_types": "record type",
    "rules": "rule",
    "metrics": "metric",
}


def pages(matter: Matter) -> Iterator[Page]:
    """Every page of these kinds."""
    for kind, element_kind in KINDS.items():
        names = list(matter.of(element_kind))
        yield _overview(matter, kind, names)
        for name in names:
            yield _page(matter, kind, name)


def _overview(matter: Matter, kind: str, names: list[str]) -> Page:
    here = place(kind + "/", matter.english)
    rows = []
    for name in names:
        facts = matter.now.elements[name]
        words = link(f"`{split(name)[1]}`", here, place(name, matter.english))
        said = facts.get("title") or facts.get("says", "")
        rows.append((words, said, facts.get("definition", facts.get("do", ""))))
    body = joined((f"# {TITLES[kind]}", INTRODUCTIONS[kind], _lines(rows)))
    return Page(here, TITLES[kind], body, KINDS[kind])


def _lines(rows: list[tuple[str, str, str]]) -> str:
    return items(f"{words} **{said}** {more}".strip() for words, said, more in rows)


def _page(matter: Matter, kind: str, name: str) -> Page:
    own = split(name)[1]
    facts = matter.now.elements[name]
    here = place(name, matter.english)
    parts = {
        "code_lists": _code_list,
        "record_types": _record,
        "rules": _rule,
        "metrics": _metric,
    }[kind](matter, name, facts, here)
    title = " ".join(dict.fromkeys(filter(None, (own, facts.get("title", "")))))
    body = joined(
        (
            f"# {title}",
            link(f"All {TITLES[kind].lower()}", here, place(f"{kind}/", matter.english)),
            coded(str(facts.get("definition", "")), here, matter.english),
            *parts,
            f"## History\n\n{history.of(matter, name, here)}",
            _abroad(matter, name, here),
        )
    )
    return Page(here, title, body, KINDS[kind], code=own, lone=True)


def _abroad(matter: Matter, name: str, here: str) -> str:
    links = (
        link(each.name, here, place(name, each))
        for each in matter.tongues.values()
        if not each.is_english
    )
    return f"**Other languages:** {' · '.join(links)}"


# --- code lists ---------------------------------------------------------------------------------------


def _code_list(matter: Matter, name: str, facts: Facts, here: str) -> Iterator[str]:
    codes = matter.now.below(name)
    rows = (
        (f"`{code}`", told["title"], told.get("definition", ""), _notes(told))
        for code, told in codes.items()
    )
    yield table(("Code", "Title", "Definition", "Notes"), rows)
    users = [
        link(f"`{field.partition('/')[2].replace('/', '.')}`", here, place(field, matter.english))
        for field in matter.of("field")
        if matter.now.elements[field].get("codes") == split(name)[1]
    ]
    yield f"## Fields that hold it\n\n{', '.join(users) or 'No field of a record holds it.'}"


def _notes(code: Facts) -> str:
    told = (
        "stands alone in its list" if code.get("alone") else "",
        f"unit: {code['unit']}" if code.get("unit") else "",
        f"same as {code['meaning']}" if code.get("meaning") else "",
        f"**{code['status']}**" if code.get("status") else "",
        f"use `{code['replaced_by']}`" if code.get("replaced_by") else "",
        str(code.get("do") or ""),
    )
    return "; ".join(filter(None, told))


# --- record types -------------------------------------------------------------------------------------


def _record(matter: Matter, name: str, facts: Facts, here: str) -> Iterator[str]:
    own = split(name)[1]
    fields = matter.now.below(name)
    if facts.get("identifier"):
        yield f"Identified by `{facts['identifier']}`."
    rows = (
        (f"[`{field}`](#{field.replace('_', '-')})", "yes" if told.get("required") else "",
         told["audience"], told["title"])
        for field, told in fields.items()
    )  # fmt: skip
    yield table(("Field", "Required", "Audience", "Title"), rows)
    binding = [
        f"{link(rule.partition('/')[2], here, place(rule, matter.english))} {told['says']}"
        for rule in matter.of("rule")
        if own in (told := matter.now.elements[rule])["records"]
    ]
    yield f"## Rules that bind it {{ #rules-that-bind-it }}\n\n{items(binding) or 'None.'}"
    yield "## Fields"
    for field, told in fields.items():
        yield anchored(3, f"`{field}`", field)
        yield _field(matter, told, here)


def _field(matter: Matter, field: Facts, here: str) -> str:
    facts = (
        ("Type", _type(matter, field, here)),
        ("Required", "yes" if field.get("required") else "no"),
        ("Audience", field["audience"]),
        ("Unit", field.get("unit")),
        ("Source", field.get("source")),
    )
    return joined(
        (
            coded(str(field["definition"]), here, matter.english),
            items(f"{name}: {said}" for name, said in facts if said),
        )
    )


def _type(matter: Matter, field: Facts, here: str) -> str:
    if field["kind"] == "code":
        name = field["codes"]
        element = "categories" if name == "CategoryCode" else f"code_lists/{name}"
        words = link(name, here, place(element, matter.english))
        return f"list of {words}" if field.get("many") else words
    bounds = {
        "at least": field.get("minimum"),
        "at most": field.get("maximum"),
        "characters at most": field.get("max_length"),
    }
    told = ", ".join(f"{words} {said}" for words, said in bounds.items() if said is not None)
    pattern = f"`{field['pattern']}`" if field.get("pattern") else ""
    return ", ".join(filter(None, (field["kind"], told, pattern)))


# --- rules and metrics --------------------------------------------------------------------------------


def _rule(matter: Matter, name: str, facts: Facts, here: str) -> Iterator[str]:
    yield f"**{coded(facts['says'], here, matter.english)}**"
    records = ", ".join(
        link(f"`{each}`", here, place(f"record_types/{each}", matter.english))
        for each in facts["records"]
    )
    yield items(
        (
            f"What to do: {coded(facts['do'], here, matter.english)}",
            f"Severity: {facts['severity']}",
            f"Record types: {records}",
            f"Source: {facts['source']}",
            f"Carried by the exported JSON Schema: {facts['json_schema']}",
        )
    )
    yield "## What exactly is refused"
    for record, checks in facts["checks"].items():
        yield f"**{record}**"
        lists = _lists(matter, record)
        yield items(conditions.check(each, lists) for each in checks)


def _lists(matter: Matter, record: str) -> dict[str, list[str]]:
    """The live codes of each field of a record type."""
    codes = {"CategoryCode": [split(name)[1] for name in matter.of("category")]}
    found = {}
    for field, told in matter.now.below(f"record_types/{record}").items():
        if told.get("codes"):
            name = told["codes"]
            if name not in codes:
                below = matter.now.below(f"code_lists/{name}")
                codes[name] = [code for code, facts in below.items() if is_live(facts)]
            found[field] = codes[name]
    return found


def _metric(matter: Matter, name: str, facts: Facts, here: str) -> Iterator[str]:
    yield items(
        (
            f"Kind: {facts['kind']}",
            f"Unit: {facts['unit']}",
            f"May be added up over reporters: {'yes' if facts['mergeable'] else 'no'}",
            f"Source: {facts['source']}",
        )
    )
    for side in ("numerator", "denominator"):
        told = facts.get(side)
        if told:
            record = link(
                f"`{told['record']}`", here, place(f"record_types/{told['record']}", matter.english)
            )
            periods = ", else ".join(f"`{each}`" for each in told["period"])
            dimensions = ", ".join(f"`{each}`" for each in told["dimensions"])
            yield f"## {side.capitalize()}"
            yield items(
                (
                    f"Of {record}: {conditions.quantity(told)}",
                    f"Period: {periods}" if periods else "",
                    f"Broken down by: {dimensions}" if dimensions else "",
                )
            )
