"""Writes the rules about the standard's own quality as a table and a page; refuses what is not known."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from harmtax.shapes import Rule
from harmtax.standard.flaws import KINDS

from schema.writers.literals import module
from schema.writers.source import Refused, known, plain

WORDS = {"id", "flaw", "severity", "says", "do", "source"}
WAIVER = {"rule", "elements", "reason"}
SEVERITIES = ("error", "warning", "info")
PAGE = """# Quality of the standard

<!-- Written by schema/build.py from schema/; do not edit. -->

What `harmtax taxonomy lint` finds in the words, links and rules of the standard. An error makes it fail. A
waiver in `schema/lint.yaml` excepts a finding for a stated reason.
"""


def write(path: Path, elements: Collection[str]) -> dict[str, str]:
    """The text of table and page by their paths; `elements` are the names of all elements.

    Raises Refused with the rule or the waiver, and the word.
    """
    told = plain(path)
    known(path.name, told, {"rules", "fillers", "waivers"})
    rules = [_rule(path.name, each) for each in told["rules"]]
    kinds = [each["flaw"] for each in told["rules"]]
    for names in ([rule.id for rule in rules], kinds):
        for name in names:
            if names.count(name) > 1:
                raise Refused(f"{path.name}: {name} stands twice")
    for kind in sorted(set(KINDS) ^ {*kinds}):
        raise Refused(f"{path.name}: {kind}: a flaw and its rule belong together")
    limits = {each["flaw"]: each["limit"] for each in told["rules"] if "limit" in each}
    waivers = tuple(_waiver(path.name, each, rules, elements) for each in told["waivers"])
    return {
        "docs/reference/lint.md": PAGE + "".join(map(_section, rules)) + _excepted(waivers),
        "harmtax/_generated/lint.py": module(
            "What can be wrong with the standard itself: rules by kind of flaw, limits, waivers.",
            "from harmtax.shapes import Rule",
            {
                "LINT": ("dict[str, Rule]", dict(zip(kinds, rules, strict=True))),
                "FILLERS": ("tuple[str, ...]", tuple(told["fillers"].split())),
                "LIMITS": ("dict[str, int]", limits),
                "WAIVERS": ("tuple[tuple[str, tuple[str, ...], str], ...]", waivers),
            },
        ),
    }


def _rule(file: str, told: Any) -> Rule:
    where = f"{file}: {told.get('id')}"
    known(where, told, WORDS | {"limit"})
    for word in sorted(WORDS - told.keys()):
        raise Refused(f"{where}: {word!r} is missing")
    if told["severity"] not in SEVERITIES:
        raise Refused(f"{where}: severity is one of {', '.join(SEVERITIES)}")
    return Rule(
        told["id"], told["severity"], told["says"], told["do"], told["source"], (), "no"
    )  # fmt: skip


def _waiver(
    file: str, told: Any, rules: list[Rule], elements: Collection[str]
) -> tuple[str, tuple[str, ...], str]:
    where = f"{file}: waiver of {told.get('rule')}"
    known(where, told, WAIVER)
    for word in sorted(WAIVER - {key for key, value in told.items() if value}):
        raise Refused(f"{where}: {word!r} is missing")
    if told["rule"] not in {rule.id for rule in rules}:
        raise Refused(f"{where}: there is no such rule")
    for name in told["elements"]:
        if name not in elements:
            raise Refused(f"{where}: {name} is no element of the standard")
    return told["rule"], tuple(told["elements"]), told["reason"]


def _section(rule: Rule) -> str:
    return (
        f'\n<a id="{rule.id.lower()}"></a>\n\n## {rule.id}\n\n{rule.says}\n\n'
        f"- What to do: {rule.do}\n- Severity: {rule.severity}\n- Source: {rule.source}\n"
    )


def _excepted(waivers: tuple[tuple[str, tuple[str, ...], str], ...]) -> str:
    if not waivers:
        return ""
    rows = "".join(f"| {rule} | {', '.join(names)} | {why} |\n" for rule, names, why in waivers)
    return f"\n## Waivers\n\n| rule | elements | because |\n|---|---|---|\n{rows}"
