"""Asks the tree of categories: where a code stands, what rolls up into it, which tier it has."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import NamedTuple

from harmtax._generated.constraints import CODES
from harmtax._generated.taxonomy import CATEGORIES, TIERS
from harmtax.errors import UnknownCode
from harmtax.shapes import CategoryRow
from harmtax.standard.languages import Told, tell

_ROWS = {row.code: row for row in CATEGORIES}
_PRECEDENCE = {row.code: place for place, row in enumerate(CATEGORIES, 1)}


class Tier(NamedTuple):
    """A suitability tier and why it holds; `tier` is None for a category that has none."""

    tier: str | None
    basis: str | None
    reason: str


class Category(NamedTuple):
    """One category of the taxonomy."""

    row: CategoryRow

    @property
    def code(self) -> str:
        """The stable identifier."""
        return self.row.code

    @property
    def definition(self) -> str:
        """What the category means."""
        return self.row.definition

    @property
    def precedence(self) -> int:
        """Its place in the coding rule, from 1; the first category that fits is the right one."""
        return _PRECEDENCE[self.code]

    @property
    def parent(self) -> Category | None:
        """The category above, or None at the top."""
        return category(self.row.parent) if self.row.parent is not None else None

    @property
    def children(self) -> tuple[Category, ...]:
        """The categories directly below, in order of precedence."""
        return tuple(Category(row) for row in CATEGORIES if row.parent == self.code)

    @property
    def descendants(self) -> tuple[Category, ...]:
        """Everything below, in order of precedence."""
        return tuple(
            Category(row) for row in CATEGORIES if row is not self.row and self in _line(row.code)
        )

    @property
    def roll_up(self) -> tuple[Category, ...]:
        """The path on which a count rolls up: the category itself, then its ancestors."""
        return tuple(_line(self.code))

    @property
    def is_live(self) -> bool:
        """Whether new records may use the code."""
        return self.row.status == "active"

    def title(self, language: str = "en") -> str:
        """The title in a language, or in English. Raises BadUse for a language that is not known."""
        return self.told("title", language).text

    def definition_in(self, language: str = "en") -> str:
        """The definition in a language, or in English. Raises BadUse for a language that is not known."""
        return self.told("definition", language).text

    def told(self, kind: str, language: str = "en") -> Told:
        """A text (title, definition, includes, excludes) in a language, and who has looked at it."""
        return tell(f"categories/{self.code}", kind, language)

    def tier(self, treatment: str = "unknown") -> Tier:
        """The tier of a violation of this category under a treatment, with its reason."""
        return tier(self.code, treatment)


def category(code: str) -> Category:
    """The category of a code. Raises UnknownCode with near codes."""
    if code not in _ROWS:
        near = difflib.get_close_matches(code.upper(), _ROWS, 2)
        raise UnknownCode(code, "CategoryCode", near)
    return Category(_ROWS[code])


def categories() -> tuple[Category, ...]:
    """All categories in order of precedence."""
    return tuple(Category(row) for row in CATEGORIES)


def tops() -> tuple[Category, ...]:
    """The categories without a parent, in order of precedence."""
    return tuple(Category(row) for row in CATEGORIES if row.parent is None)


def tier(code: str, treatment: str = "unknown") -> Tier:
    """The suitability tier of (category, treatment). Raises UnknownCode."""
    row = category(code).row
    if treatment not in CODES["Treatment"]:
        near = difflib.get_close_matches(treatment, CODES["Treatment"], 2)
        raise UnknownCode(treatment, "Treatment", near)
    if (code, treatment) not in TIERS:
        return Tier(None, None, f"{code} has no base tier")
    found, basis = TIERS[code, treatment]
    if row.absolute_floor:
        reason = f"{code} is at the floor whatever the treatment"
    elif basis == "assumed":
        reason = f"the treatment is unknown, so the base tier of {code} is assumed"
    else:
        reason = (
            f"the treatment {treatment} sets the tier; the base tier of {code} is {row.base_tier}"
        )
    return Tier(found, basis, reason)


def _line(code: str) -> Iterator[Category]:
    node: str | None = code
    while node is not None:
        yield Category(_ROWS[node])
        node = _ROWS[node].parent
