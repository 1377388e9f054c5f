"""The figures of one filing as the cells of the EU template ask for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from harmtax._generated.constraints import CODES, DIMENSION_ROWS, RECORDS
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.eu_template import WORDS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.figures.report.breakdowns import Row, named
from harmtax.figures.report.marks import UNRATED
from harmtax.standard import condition, crosswalk

CODES_OF_EU = WORDS["crosswalk"]
GROUND = "decision_ground"
# Seconds in a hundredth of an hour.
HUNDREDTH = 36
_LISTS = {field.name: field.codes for field in RECORDS["Observation"].fields}
Where = Mapping[str, str]
Wheres = tuple[tuple[str, tuple[str, ...]], ...]


class Cell(NamedTuple):
    """What stands in a cell, None for a blank one, and what has to be said about it."""

    value: str | None
    note: str = ""


class Placed(NamedTuple):
    """How many of one of our categories go to a place of theirs; `unsplit` are conditions unseen."""

    theirs: str | None
    ours: str
    amount: int
    unsplit: tuple[str, ...]


class Figures:
    """The observations of one period, without the reporter and service that they all have in common."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {(row["metric_id"], _key(_codes(row))): row for row in rows}
        self._held = {(row["metric_id"], frozenset(named(row))) for row in rows}

    def cell(self, metric: str, value: str, where: Wheres, more: Where | None = None) -> Cell:
        """A cell about all categories, or about one named in `more`."""
        if value == "count":
            amount = self._sum(metric, where, more or {}, "numerator")
            return Cell(None if amount is None else str(amount))
        if value == "base":
            amount = self._sum(metric, where, more or {}, "denominator")
            return Cell(None if amount is None else str(amount))
        row = self._only(metric, where, more or {})
        if row is None:
            return Cell(None)
        return _share(row) if value == "share" else _hours(row)

    def spread(self, metric: str, where: Wheres) -> list[Placed] | None:
        """Where the incidents or requests of each category go; None where they are not told by category."""
        if (metric, frozenset({"category", *dict(where)})) not in self._held:
            return None
        found: list[Placed] = []
        for row in CATEGORIES:
            found += self._placed(metric, row.code, where)
        return found

    def own(self, metric: str, code: str, where: Wheres, more: Where) -> int | None:
        """What is coded at a category itself: the category without its parts."""
        whole = self._sum(metric, where, {**more, "category": code}, "numerator")
        parts = [
            self._sum(metric, where, {**more, "category": row.code}, "numerator")
            for row in CATEGORIES
            if row.parent == code
        ]
        if whole is None or any(part is None for part in parts):
            return None
        return whole - sum(part or 0 for part in parts)

    def _placed(self, metric: str, code: str, where: Wheres) -> Iterator[Placed]:
        """The first pair whose condition is met takes an item; what cannot be seen is passed over."""
        ground = {name: codes[0] for name, codes in where if name == GROUND}
        asked = _asked(code) - {GROUND}
        split = tuple(name for name in sorted(asked) if name in DIMENSION_ROWS and not _many(name))
        over = tuple(name for name in sorted(asked) if name in DIMENSION_ROWS and _many(name))
        seen = split if self.own(metric, code, where, _first(split)) is not None else ()
        unsplit = set(split) - set(seen)
        left = self.own(metric, code, where, {}) or 0
        for combination in itertools.product(*(CODES[_list(name)] for name in seen)):
            more = dict(zip(seen, combination, strict=True))
            amount = self.own(metric, code, where, more) or 0
            left -= amount
            theirs = _place(code, {**ground, **more})
            for name in over:
                for mentioned in _mentioned(code, name):
                    other = _place(code, {**ground, **more, name: [mentioned]})
                    part = self.own(metric, code, where, {**more, name: mentioned})
                    if other == theirs:
                        continue
                    # Several groups may overlap, so only a single one can be told from the rest.
                    if part is None or len(_mentioned(code, name)) > 1:
                        unsplit.add(name)
                        continue
                    amount -= part
                    yield Placed(other, code, part, tuple(sorted(unsplit)))
            yield Placed(theirs, code, amount, tuple(sorted(unsplit)))
        # What names none of the codes is in the whole only.
        yield Placed(_place(code, ground), code, left, seen)

    def _sum(self, metric: str, where: Wheres, more: Where, side: str) -> int | None:
        """The sum over the named codes; zero for a combination that did not occur, None if not told."""
        names = frozenset({*dict(where), *more})
        if (metric, names) not in self._held:
            return None
        found = [self._rows.get((metric, _key({**codes, **more}))) for codes in _options(where)]
        values = [0 if row is None else row[side] for row in found]
        return None if any(value is None for value in values) else sum(values)

    def _only(self, metric: str, where: Wheres, more: Where) -> Row | None:
        found = [self._rows.get((metric, _key({**codes, **more}))) for codes in _options(where)]
        return found[0] if len(found) == 1 else None


def _options(where: Wheres) -> list[dict[str, str]]:
    names = [name for name, _ in where]
    lists = (codes for _, codes in where)
    return [dict(zip(names, codes, strict=True)) for codes in itertools.product(*lists)]


def _codes(row: Row) -> dict[str, str]:
    return {name: row[name] for name in named(row)}


def _key(codes: Where) -> frozenset[tuple[str, str]]:
    return frozenset(codes.items())


def _share(row: Row) -> Cell:
    """A share from 0 to 1 with four digits, rounded half up in whole numbers."""
    top, bottom = row["numerator"], row["denominator"]
    if top is None or not bottom or row["status"] in UNRATED:
        return Cell(None)
    parts = (top * 20_000 + bottom) // (2 * bottom)
    return Cell(f"{parts // 10_000}.{parts % 10_000:04d}")


def _hours(row: Row) -> Cell:
    """A median in hours with two digits; an interval is no median and is only told."""
    lower, upper = row["median_lower"], row["median_upper"]
    if lower is None:
        return Cell(None)
    if lower != upper:
        end = "open" if upper is None else _hundredths(upper)
        return Cell(None, f"known only as an interval of hours: {_hundredths(lower)} to {end}")
    return Cell(_hundredths(lower))


def _hundredths(seconds: int) -> str:
    hundredths = (seconds + HUNDREDTH // 2) // HUNDREDTH
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _place(code: str, row: Mapping[str, Any]) -> str | None:
    pair = crosswalk.outward(CODES_OF_EU, "category", "CategoryCode", code, row)
    return pair.theirs if pair else None


def _tests(code: str) -> Iterator[Any]:
    for pair in CROSSWALKS[CODES_OF_EU]:
        if (pair.ours, pair.code_list) == (code, "CategoryCode") and "*" not in (pair.theirs or ""):
            yield pair.where


def _asked(code: str) -> set[str]:
    return {name for where in _tests(code) for name in condition.columns(where)}


def _mentioned(code: str, name: str) -> list[str]:
    """The codes of an overlapping dimension that the conditions of a category name."""
    found = {
        each
        for where in _tests(code)
        for conjunction in where
        for column, _, codes in conjunction
        if column == name
        for each in codes or ()
    }
    return sorted(found)


def _first(names: tuple[str, ...]) -> dict[str, str]:
    return {name: CODES[_list(name)][0] for name in names}


def _many(name: str) -> bool:
    return bool(DIMENSION_ROWS[name].overlapping)


def _list(name: str) -> str:
    return str(_LISTS[name])
