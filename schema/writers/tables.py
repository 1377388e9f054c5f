"""Writes the generated tables: constraints, code lists, taxonomy and rules as plain data."""

from __future__ import annotations

from harmtax.shapes import Dimension

from schema.writers import codes
from schema.writers.literals import module
from schema.writers.plan import Plan

GENERATED = "harmtax/_generated"


def write(plan: Plan) -> dict[str, str]:
    """The text of each table by its path."""
    return {
        f"{GENERATED}/__init__.py": '"""Tables and models written by schema/build.py; do not edit."""\n',
        f"{GENERATED}/constraints.py": _constraints(plan),
        f"{GENERATED}/taxonomy.py": _taxonomy(plan),
    }


def _constraints(plan: Plan) -> str:
    shapes = (
        "Alone, Apart, Dimension, Distinct, Field, Never, Order, Part, RecordType, Refers, Refuse, Rule,"
        " Same, Sums, Unique"
    )
    return module(
        "What every record type must be: fields, rules and the code lists they speak of.",
        "from harmtax.shapes import (\n"
        + "".join(f"    {name.strip()},\n" for name in shapes.split(","))
        + ")",
        {
            "VERSION": ("str", plan.version),
            "CODES": (
                "dict[str, tuple[str, ...]]",
                {name: codes.live(each) for name, each in plan.code_lists.items()},
            ),
            "RULES": ("dict[str, Rule]", dict(plan.rules)),
            "RECORDS": ("dict[str, RecordType]", dict(plan.records)),
            "DIMENSIONS": ("tuple[str, ...]", plan.dimensions),
            "DIMENSION_ROWS": (
                "dict[str, Dimension]",
                {name: _dimension(plan, name) for name in plan.dimensions},
            ),
        },
    )


def _dimension(plan: Plan, name: str) -> Dimension:
    record, field = plan.sources.get(name, (None, None))
    source = next(f for f in plan.records["Observation"].fields if f.name == name)
    listed = plan.code_lists[source.codes].codes if source.codes else ()
    steps = tuple((code.code, code.upper) for code in listed)
    return Dimension(
        name, record, field,
        steps=steps if any(upper is not None for _, upper in steps) else (),
        overlapping=any(
            each.many
            for type_ in plan.records.values()
            for each in type_.fields
            if each.name == name or (type_.name, each.name) == (record, field)
        ),
    )  # fmt: skip


def _taxonomy(plan: Plan) -> str:
    return module(
        "The categories in their order of precedence, their tiers, and every code list in words.",
        "from harmtax.shapes import CategoryRow, Code, CodeList",
        {
            "CATEGORIES": ("tuple[CategoryRow, ...]", plan.categories),
            "TIERS": ("dict[tuple[str, str], tuple[str, str]]", dict(plan.tiers)),
            "CLOSURE": ("tuple[tuple[str, str], ...]", _closure(plan)),
            "CODE_LISTS": (
                "dict[str, CodeList]",
                {n: each for n, each in plan.code_lists.items() if n != "CategoryCode"},
            ),
        },
    )


def _closure(plan: Plan) -> tuple[tuple[str, str], ...]:
    """(category, itself or an ancestor), nearest first."""
    parents = {row.code: row.parent for row in plan.categories}
    pairs = []
    for code in parents:
        node: str | None = code
        while node is not None:
            pairs.append((code, node))
            node = parents[node]
    return tuple(pairs)
