"""Writes the words of each language as one plain table, from one file per language.

`en.yaml` holds the sentences of the reports; what has a title in the schema has none there. Another
language may lack words, which the reports then give in English and say so, but has none too many.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harmtax.shapes import MetricRow

from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain

SOURCE = "en"
HEAD = {"language", "name", "review", "group", "point"}
REVIEWS = ("source", "machine_draft", "reviewed")
WORDS = ("say", "category", "metric", "field", "codes")


def write(plan: Plan, schema: Path, metrics: list[MetricRow]) -> dict[str, str]:
    """The text of the table by its path. Raises Refused with file and key."""
    paths = sorted((schema / "translations").glob("*.yaml"), key=_order)
    paths = [path for path in paths if path.stem not in ("languages", "terms")]
    nodes = {path.stem: plain(path) for path in paths}
    titled = _titled(plan, metrics)
    rows = {name: _row(name, node, nodes[SOURCE]["say"], titled) for name, node in nodes.items()}
    return {
        "harmtax/_generated/translations.py": module(
            "The words of the reports in each language of the standard.",
            "",
            {"TRANSLATIONS": ("dict[str, dict[str, dict[str, str]]]", rows)},
        )
    }


def _order(path: Path) -> tuple[bool, str]:
    return path.stem != SOURCE, path.stem


def _titled(plan: Plan, metrics: list[MetricRow]) -> dict[str, set[str]]:
    """Everything that has a title in the schema, by the group that translates it."""
    lists = {
        name: {code.code for code in each.codes}
        for name, each in plan.code_lists.items()
        if name != "CategoryCode"
    }
    return lists | {
        "category": {row.code for row in plan.categories},
        "metric": {row.id for row in metrics},
        "field": {field.name for field in plan.records["Observation"].fields},
    }


def _row(
    name: str, node: Mapping[str, Any], say: Mapping[str, str], titled: Mapping[str, set[str]]
) -> dict[str, dict[str, str]]:
    """The words of one language by group; `head` says what language it is, and who looked at it."""
    where = f"translations/{name}.yaml"
    known(where, node, HEAD | set(WORDS))
    if node["language"] != name or node["review"] not in REVIEWS:
        raise Refused(f"{where}: language is {name}, and review one of {', '.join(REVIEWS)}")
    words = {group: dict(node.get(group) or {}) for group in WORDS if group != "codes"}
    words |= {group: dict(codes) for group, codes in (node.get("codes") or {}).items()}
    for group, entries in words.items():
        keys = set(say) if group == "say" else titled.get(group, set())
        if extra := sorted(set(entries) - keys):
            raise Refused(f"{where}: {group} has no {', '.join(extra)}")
        for key, text in entries.items():
            if group == "say" and _places(text) != _places(say[key]):
                raise Refused(f"{where}: say {key} has other places than in English")
    head = {key: str(node[key]) for key in sorted(HEAD)}
    return {"head": head} | {group: entries for group, entries in words.items() if entries}


def _places(text: str) -> set[str | None]:
    return {place for _, place, _, _ in string.Formatter().parse(text) if place is not None}
