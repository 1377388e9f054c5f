"""Finds the place of a foreign code with us, as the crosswalk tables say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from harmtax._generated.crosswalks import CROSSWALKS
from harmtax.errors import UnknownFormat
from harmtax.shapes import Pair
from harmtax.standard import condition


def place(crosswalk: str, *keys: str) -> Pair | None:
    """The row that the import of the first known key uses, or None.

    A key is `column/code`; for a category with a keyword `category/CATEGORY/KEYWORD`, where `*` in
    place of the category means any. Raises UnknownFormat for a crosswalk that is not there.
    """
    if crosswalk not in CROSSWALKS:
        raise UnknownFormat(crosswalk, sorted(CROSSWALKS))
    imports = _imports(crosswalk)
    return next((imports[key] for key in keys if key in imports), None)


def outward(
    crosswalk: str, column: str, code_list: str, code: str, row: Mapping[str, object]
) -> Pair | None:
    """The row that the export of one of our codes uses for a foreign column, or None.

    Of the rows of the code within the column, the first whose condition our row meets; its `theirs` is
    None where the foreign list has no such code.
    """
    pairs = _exports(crosswalk).get((code_list, code), ())
    here = (p for p in pairs if p.theirs is None or p.theirs.split("/")[0] == column)
    return next((pair for pair in here if condition.holds(pair.where, row)), None)


@cache
def _exports(crosswalk: str) -> Mapping[tuple[str, str], Sequence[Pair]]:
    found: dict[tuple[str, str], list[Pair]] = {}
    for pair in CROSSWALKS[crosswalk]:
        # An asterisk stands for what others wrote, and is nothing that can be written.
        if pair.ours is not None and pair.code_list is not None and "*" not in (pair.theirs or ""):
            found.setdefault((pair.code_list, pair.ours), []).append(pair)
    return found


@cache
def _imports(crosswalk: str) -> dict[str, Pair]:
    return {
        pair.theirs: pair
        for pair in CROSSWALKS[crosswalk]
        # A foreign code without a subject has no home of ours, but may still set other fields.
        if pair.theirs is not None and (pair.imported or pair.ours is None)
    }
