"""Printing: which counts the template of a law shows of the figures that it is filled from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.eu_template import COLUMNS, INDICATORS, LISTS, WORDS
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.plan import TREE
from harmtax.figures.disclosure.rows import BOTTOM, TOP, named

Wheres = tuple[tuple[str, tuple[str, ...]], ...]
# The part with a block for each Member State, and the values that are counts or made of them.
ORDERS, STATES, LANGUAGE = "3", "issuing_country", "content_language"
_SIDES = {"count": (TOP,), "base": (BOTTOM,), "share": (TOP, BOTTOM)}
# Each filing is that of one service of one reporter.
WHOSE = ("reporter_id", "service_id")


def prints(cell: Cell) -> bool:
    """Whether the template shows the count of a cell, but for what its rows of categories add up to.

    A category under a condition that the rows ask for counts as shown, which is rather too much than too
    little. What is only shown as the sum of several codes is not known one by one.
    """
    codes = {name: code for name, code in cell.codes if name not in WHOSE}
    for asked, wide in _printed().get(cell.quantity, ()):
        fixed = dict(asked)
        if all(codes.get(name) == code for name, code in fixed.items()):
            more = codes.keys() - fixed.keys()
            if not more or (TREE in wide and TREE in more and len(more) > 1 and more <= wide):
                return True
    return False


@cache
def _printed() -> dict[str, list[tuple[tuple[tuple[str, str], ...], frozenset[str]]]]:
    """Of each quantity the codes under which it is shown, and what its rows are broken down by."""
    found: dict[str, list[tuple[tuple[tuple[str, str], ...], frozenset[str]]]] = {}
    for metric, value, where, wide in _places():
        if any(len(codes) > 1 for _, codes in where):
            continue
        for side in _SIDES.get(value, ()):
            quantity = named(metric, side)
            if quantity is not None:
                asked = tuple((name, codes[0]) for name, codes in where)
                found.setdefault(quantity, []).append((asked, wide))
    return found


def _places() -> Iterator[tuple[str, str, Wheres, frozenset[str]]]:
    rows = frozenset({TREE, *_told_apart()})
    for part, columns in COLUMNS.items():
        for metric, value, where in columns:
            wide = rows if value == "count" else frozenset()
            yield metric, value, where, wide
            if part == ORDERS:
                for state in LISTS["member_states"]:
                    yield metric, value, (*where, (STATES, (state,))), wide
    for indicators in INDICATORS.values():
        for (_, scope), (metric, value, where) in indicators.items():
            if scope != "language":
                yield metric, value, where, frozenset()
                continue
            for language in LISTS["official_languages"]:
                yield metric, value, (*where, (LANGUAGE, (language,))), frozenset()


def _told_apart() -> set[str]:
    """What the categories of the template ask for beside a category of ours."""
    return {
        test[0]
        for pair in CROSSWALKS[WORDS["crosswalk"]]
        if pair.code_list == "CategoryCode"
        for tests in pair.where
        for test in tests
    }
