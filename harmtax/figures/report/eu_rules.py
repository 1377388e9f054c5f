"""The rules of the EU template, read back from a filled one as its receiver would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from harmtax._generated.eu_template import COLUMNS, LEADING, PARTS, WORDS
from harmtax.figures.report.eu_parts import OTHER, PERIOD, TOTAL, Grid

_COUNT, _DECIMAL = re.compile(r"0|[1-9][0-9]*"), re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?")
_MEASURES = ("5", "6")


class Breach(NamedTuple):
    """A rule of the template that a filled one breaks, and where: part, row and column from 1."""

    rule: str
    part: str
    row: int
    column: int
    message: str


def breaches(grids: dict[str, Grid]) -> list[Breach]:
    """What is wrong with a filled template; nothing where it keeps its own rules."""
    return [found for name, grid in grids.items() for found in _part(name, grid)]


def _part(name: str, grid: Grid) -> Iterator[Breach]:
    number = name.partition("_")[0]
    if tuple(grid[0]) != PARTS[name][0]:
        yield Breach("header", name, 1, 1, "the header is not that of the template")
        return
    if "Reporting period" in grid[0]:
        yield from _periods(name, grid)
    if number in COLUMNS:
        yield from _values(name, number, grid)
        yield from _sums(name, number, grid)
        yield from _descriptions(name, grid)
        if number in _MEASURES:
            yield from _subset(name, number, grid)
    elif number in ("7", "8"):
        yield from _long(name, grid)


def _periods(name: str, grid: Grid) -> Iterator[Breach]:
    at = grid[0].index("Reporting period")
    for line, row in enumerate(grid[1:], start=2):
        if not PERIOD.fullmatch(row[at]):
            yield Breach("period", name, line, at + 1, f"{row[at]!r} is no period of two days")


def _values(name: str, number: str, grid: Grid) -> Iterator[Breach]:
    for line, row in enumerate(grid[1:], start=2):
        for at, (_, value, _) in enumerate(COLUMNS[number], start=LEADING[number]):
            form = _DECIMAL if value == "hours" else _COUNT
            if row[at] and not form.fullmatch(row[at]):
                yield Breach("value", name, line, at + 1, f"{row[at]!r} does not fit the column")


def _sums(name: str, number: str, grid: Grid) -> Iterator[Breach]:
    """Sub-categories add up to their category, and categories to the total of their block."""
    for block in _blocks(number, grid):
        for at, (_, value, _) in enumerate(COLUMNS[number], start=LEADING[number]):
            if value == "count":
                yield from _added(name, at, block)


def _added(name: str, at: int, block: list[tuple[int, list[str]]]) -> Iterator[Breach]:
    found: dict[str, list[int]] = {}
    whole, category, tops = {}, "", 0
    for line, row in block:
        if not _COUNT.fullmatch(row[at]):
            continue
        if row[3].startswith("KEYWORD_"):
            found.setdefault(category, []).append(int(row[at]))
            continue
        category = row[3]
        whole[category] = (line, int(row[at]))
        tops += int(row[at]) if category != TOTAL else 0
    for category, parts in found.items():
        if category in whole and sum(parts) != whole[category][1]:
            said = f"the sub-categories add up to {sum(parts)}, not {whole[category][1]}"
            yield Breach("sum", name, whole[category][0], at + 1, said)
    if TOTAL in whole and len(whole) > 1 and tops != whole[TOTAL][1]:
        said = f"the categories add up to {tops}, not {whole[TOTAL][1]}"
        yield Breach("sum", name, whole[TOTAL][0], at + 1, said)


def _blocks(number: str, grid: Grid) -> list[list[tuple[int, list[str]]]]:
    """The rows of one scope; only part 3 has several."""
    found: dict[str, list[tuple[int, list[str]]]] = {}
    for line, row in enumerate(grid[1:], start=2):
        found.setdefault(row[5] if number == "3" else "", []).append((line, row))
    return list(found.values())


def _descriptions(name: str, grid: Grid) -> Iterator[Breach]:
    """Every other sub-category is described, and within a scope each in its own words."""
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(grid[1:], start=2):
        if row[3] != OTHER:
            continue
        scope = row[5] if "Scope" in grid[0] else ""
        if not row[4] or (scope, row[4]) in seen:
            yield Breach("description", name, line, 5, "the description is missing or used twice")
        seen.add((scope, row[4]))


def _subset(name: str, number: str, grid: Grid) -> Iterator[Breach]:
    """What was detected by automated means alone is a part of all measures."""
    at = LEADING[number]
    for line, row in enumerate(grid[1:], start=2):
        counts = _COUNT.fullmatch(row[at]) and _COUNT.fullmatch(row[at + 1])
        if counts and int(row[at + 1]) > int(row[at]):
            said = f"{row[at + 1]} by automated means out of {row[at]}"
            yield Breach("automated", name, line, at + 2, said)


def _long(name: str, grid: Grid) -> Iterator[Breach]:
    for line, row in enumerate(grid[1:], start=2):
        value = row[6]
        share = row[4].startswith("Accuracy") or row[5].startswith("Percentage")
        form = _DECIMAL if share or row[5].startswith("Median") else _COUNT
        if value and (not form.fullmatch(value) or (share and float(value) > 1)):
            yield Breach("value", name, line, 7, f"{value!r} does not fit {row[5]}")


SOURCE = WORDS["source"]
