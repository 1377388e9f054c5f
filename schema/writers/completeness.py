"""Refuses a crosswalk that leaves a code of either side without an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from harmtax.shapes import ForeignFormat, Pair

from schema.writers.codes import live
from schema.writers.plan import Plan
from schema.writers.source import Refused

ANY = "*"


def check(name: str, pairs: Sequence[Pair], plan: Plan, format_: ForeignFormat) -> None:
    """Raises Refused with the first codes that are missing, unknown or answered twice."""
    for pair in pairs:
        _known(name, pair, format_)
    _answered_once(name, pairs)
    _ours(name, pairs, plan)
    _theirs(name, pairs, format_)


def _known(name: str, pair: Pair, format_: ForeignFormat) -> None:
    if pair.theirs is None:
        return
    lists = {column.name: column.codes for column in format_.columns if column.codes is not None}
    column, *codes = pair.theirs.split("/")
    if column not in lists or not codes:
        raise Refused(f"{name}: {pair.theirs!r} names no list; known: {', '.join(lists)}")
    known = {code for each in lists.values() for code in format_.codes[str(each)]}
    # A category may be followed by its keyword, which has a list of its own.
    for code in codes:
        if code not in known and code != ANY:
            raise Refused(f"{name}: {code!r} is in no list of {format_.name}.yaml")


def _answered_once(name: str, pairs: Sequence[Pair]) -> None:
    counts = Counter(pair.theirs for pair in pairs if pair.imported and pair.theirs is not None)
    for theirs, count in counts.items():
        if count > 1:
            raise Refused(f"{name}: {theirs} has two rows for its import")


def _ours(name: str, pairs: Sequence[Pair], plan: Plan) -> None:
    """Every live category has a row, and every live code of each further list that has any."""
    touched = {pair.code_list for pair in pairs if pair.code_list is not None} | {"CategoryCode"}
    for code_list in sorted(touched):
        found = {pair.ours for pair in pairs if pair.code_list == code_list}
        missing = [code for code in live(plan.code_lists[code_list]) if code not in found]
        if missing:
            raise Refused(f"{name}: {code_list} lacks a row for {', '.join(missing[:5])}")


def _theirs(name: str, pairs: Sequence[Pair], format_: ForeignFormat) -> None:
    """Every code of a foreign list that the table speaks of has a row for its import, or none of ours."""
    said = {pair.theirs for pair in pairs if pair.imported or pair.ours is None}
    for column in format_.columns:
        codes = format_.codes[column.codes] if column.codes is not None else ()
        spoken = any((pair.theirs or "").split("/")[0] == column.name for pair in pairs)
        missing = [code for code in codes if f"{column.name}/{code}" not in said]
        if spoken and missing:
            raise Refused(f"{name}: {column.name} lacks a row inward for {', '.join(missing[:5])}")
