"""Writes the rules of the verdict on a change as a table and as a page, and refuses what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harmtax.standard.entries import OPERATIONS
from harmtax.standard.kinds import KINDS
from harmtax.version_shapes import VerdictRule

from schema.writers.literals import module
from schema.writers.source import Refused, known, plain

WORDS = set(VerdictRule._fields)
LEVELS = ("major", "minor", "patch")
BREAKS = ("records", "figures", "nothing")
PAGE = """# Verdicts on changes

<!-- Written by schema/build.py from schema/; do not edit. -->

What each kind of difference between two versions of the standard asks of the version number. `breaks`
says whether records that were valid may be refused (records), or numbers from before and after say
different things (figures). Before 1.0.0 a major change asks for the next minor number, and any other for
the next patch number.

| rule | difference | level | breaks | declared by | because |
|---|---|---|---|---|---|
"""


def read(path: Path) -> list[VerdictRule]:
    """The rules of the verdict. Raises Refused with the rule and the word."""
    rows = [_row(path.name, each) for each in plain(path)["verdicts"]]
    for names in ([row.id for row in rows], [row.difference for row in rows]):
        for name in names:
            if names.count(name) > 1:
                raise Refused(f"{path.name}: {name} stands twice")
    for kind in sorted(set(KINDS) ^ {row.difference for row in rows}):
        raise Refused(f"{path.name}: {kind}: a difference and its rule belong together")
    return rows


def write(rows: Sequence[VerdictRule]) -> dict[str, str]:
    """The text of table and page by their paths."""
    page = "".join(
        f"| {row.id} | {row.difference.replace('_', ' ')} | {row.level} | {row.breaks} "
        f"| {', '.join(row.declared_by) or 'never allowed'} | {row.reason} |\n"
        for row in rows
    )
    return {
        "docs/reference/verdicts.md": PAGE + page,
        "harmtax/_generated/verdicts.py": module(
            "What each kind of difference asks of the version number.",
            "from harmtax.version_shapes import VerdictRule",
            {"VERDICTS": ("tuple[VerdictRule, ...]", tuple(rows))},
        ),
    }


def _row(file: str, told: Any) -> VerdictRule:
    where = f"{file}: {told.get('id')}"
    known(where, told, WORDS)
    for word in sorted(WORDS - told.keys()):
        raise Refused(f"{where}: {word!r} is missing")
    for word, values in (("level", LEVELS), ("breaks", BREAKS)):
        if told[word] not in values:
            raise Refused(f"{where}: {word} is one of {', '.join(values)}, not {told[word]!r}")
    for operation in told["declared_by"]:
        if operation not in OPERATIONS:
            raise Refused(f"{where}: {operation!r} is no operation of changes.yaml")
    return VerdictRule(**{**told, "declared_by": tuple(told["declared_by"])})
