"""Finds the place of a foreign code with us, as the crosswalk tables say."""

from __future__ import annotations

from functools import cache

from harmtax._generated.crosswalks import CROSSWALKS
from harmtax.errors import UnknownFormat
from harmtax.shapes import Pair


def place(crosswalk: str, *keys: str) -> Pair | None:
    """The row that the import of the first known key uses, or None.

    A key is `column/code`; for a category with a keyword `category/CATEGORY/KEYWORD`, where `*` in
    place of the category means any. Raises UnknownFormat for a crosswalk that is not there.
    """
    if crosswalk not in CROSSWALKS:
        raise UnknownFormat(crosswalk, sorted(CROSSWALKS))
    imports = _imports(crosswalk)
    return next((imports[key] for key in keys if key in imports), None)


@cache
def _imports(crosswalk: str) -> dict[str, Pair]:
    return {
        pair.theirs: pair
        for pair in CROSSWALKS[crosswalk]
        # A foreign code without a subject has no home of ours, but may still set other fields.
        if pair.theirs is not None and (pair.imported or pair.ours is None)
    }
